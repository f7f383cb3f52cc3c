define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  fence seq_cst
  %cb1.count.var = alloca i32
  %cb1.ptr.var = alloca i32
  tt SETADCXY units=4 mask=15
  tt SETADCZW units=4 mask=15
  tt SETADCXX units=4 end=15
  tt SETC16 config=37 value=4
  tt SETC16 config=38 value=32
  tt SETDMAREG reg16=17 value=0
  store i32 0, ptr %cb1.count.var
  store i32 143360, ptr %cb1.ptr.var
  %count = load volatile i32, ptr inttoptr (i32 114956 to ptr)
  br label %i.pre
i.pre:
  br label %i.head
i.head:
  %i = phi i32 [ 0, %i.pre ], [ %i.next, %i.latch ]
  %i.more = icmp ult i32 %i, %count
  br i1 %i.more, label %i.body, label %i.done
i.body:
  tt SEMWAIT semaphores=1 condition=1 block=TDMA+SYNC+PACK
  br label %s.pre
s.pre:
  br label %s.head
s.head:
  %s = phi i32 [ 0, %s.pre ], [ %s.next, %s.latch ]
  %s.more = icmp ult i32 %s, 1
  br i1 %s.more, label %s.body, label %s.done
s.body:
  br label %r.poll
r.poll:
  %r.acked = load volatile i32, ptr inttoptr (i32 4290023456 to ptr)
  %r.count = load i32, ptr %cb1.count.var
  %r.diff = sub i32 %r.count, %r.acked
  %r.used = and i32 %r.diff, 65535
  %r.full = icmp ugt i32 %r.used, 1
  br i1 %r.full, label %r.poll, label %r.ready
r.ready:
  %to = load i32, ptr %cb1.ptr.var
  %k.w = or i32 %s, 1351352320
  store volatile i32 %k.w, ptr inttoptr (i32 4293132288 to ptr)
  %k.units = lshr i32 %to, 4
  %k.dec = sub i32 %k.units, 1
  %k.base = or i32 %k.dec, 0
  %k.r.lo = and i32 %k.base, 65535
  %k.r.l.sh = shl i32 %k.r.lo, 8
  %k.r.l.word = or i32 %k.r.l.sh, 1157627912
  store volatile i32 %k.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %k.r.hi = lshr i32 %k.base, 16
  %k.r.hs = shl i32 %k.r.hi, 8
  %k.r.hw = or i32 %k.r.hs, 1157627913
  store volatile i32 %k.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+PACK
  tt WRCFG config=69 reg=4
  tt DMANOP
  tt DMANOP
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=0
  tt PACR addr_mode=1 last=1
  %p.old = load i32, ptr %cb1.count.var
  %p.sum = add i32 %p.old, 1
  %p.count = and i32 %p.sum, 65535
  store i32 %p.count, ptr %cb1.count.var
  %p.ptr = load i32, ptr %cb1.ptr.var
  %p.moved = add i32 %p.ptr, 2048
  %p.wrap = icmp eq i32 %p.moved, 147456
  %p.next = select i1 %p.wrap, i32 143360, i32 %p.moved
  store i32 %p.next, ptr %cb1.ptr.var
  tt STALLWAIT block=TDMA+THCON wait=PACK
  %p.w.sh = shl i32 %p.count, 8
  %p.w.word = or i32 %p.w.sh, 1157627920
  store volatile i32 %p.w.word, ptr inttoptr (i32 4293132288 to ptr)
  tt STOREREG reg=8 address=74762
  br label %s.latch
s.latch:
  %s.next = add i32 %s, 1
  br label %s.head
s.done:
  tt SEMGET semaphores=1
  br label %i.latch
i.latch:
  %i.next = add i32 %i, 1
  br label %i.head
i.done:
  br label %halt
halt:
  br label %halt
}
