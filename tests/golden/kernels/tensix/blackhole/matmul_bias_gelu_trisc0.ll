define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  fence seq_cst
  %cb0.count.var = alloca i32
  %cb0.ptr.var = alloca i32
  %cb1.count.var = alloca i32
  %cb1.ptr.var = alloca i32
  %cb2.count.var = alloca i32
  %cb2.ptr.var = alloca i32
  tt SETADCXY units=3 mask=15
  tt SETADCZW units=3 mask=15
  tt SETADCXX units=1 end=1023
  tt SETADCXX units=2 end=1023
  tt SETC16 config=5 value=4
  tt SETC16 config=41 value=0
  tt SETDMAREG reg16=17 value=0
  store i32 0, ptr %cb0.count.var
  store i32 131072, ptr %cb0.ptr.var
  store i32 0, ptr %cb1.count.var
  store i32 139264, ptr %cb1.ptr.var
  store i32 0, ptr %cb2.count.var
  store i32 147456, ptr %cb2.ptr.var
  %count = load volatile i32, ptr inttoptr (i32 114960 to ptr)
  br label %blk.pre
blk.pre:
  br label %blk.head
blk.head:
  %blk = phi i32 [ 0, %blk.pre ], [ %blk.next, %blk.latch ]
  %blk.more = icmp ult i32 %blk, %count
  br i1 %blk.more, label %blk.body, label %blk.done
blk.body:
  %h.r = mul i32 %blk, 28
  %h.b = add i32 %h.r, 114964
  %h.p = inttoptr i32 %h.b to ptr
  %h = load volatile i32, ptr %h.p
  %w.r = mul i32 %blk, 28
  %w.b = add i32 %w.r, 114968
  %w.p = inttoptr i32 %w.b to ptr
  %w = load volatile i32, ptr %w.p
  %flags.r = mul i32 %blk, 28
  %flags.b = add i32 %flags.r, 114984
  %flags.p = inttoptr i32 %flags.b to ptr
  %flags = load volatile i32, ptr %flags.p
  %lines.none = icmp eq i32 %w, 0
  %lines = select i1 %lines.none, i32 0, i32 %h
  %half = and i32 %blk, 1
  %half.first = mul i32 %half, 4
  br label %ks.pre
ks.pre:
  br label %ks.head
ks.head:
  %ks = phi i32 [ 0, %ks.pre ], [ %ks.next, %ks.latch ]
  %ks.more = icmp ult i32 %ks, 1
  br i1 %ks.more, label %ks.body, label %ks.done
ks.body:
  %last = icmp eq i32 %ks, 0
  %kn = select i1 %last, i32 2, i32 2
  %a.ptr = load i32, ptr %cb0.ptr.var
  br label %a.w.poll
a.w.poll:
  %a.w.received = load volatile i32, ptr inttoptr (i32 4290019368 to ptr)
  %a.w.count = load i32, ptr %cb0.count.var
  %a.w.diff = sub i32 %a.w.received, %a.w.count
  %a.w.level = and i32 %a.w.diff, 65535
  %a.w.short = icmp ult i32 %a.w.level, 2
  br i1 %a.w.short, label %a.w.poll, label %a.w.ready
a.w.ready:
  %a.from = add i32 %a.ptr, 0
  %b.ptr = load i32, ptr %cb1.ptr.var
  br label %b.w.poll
b.w.poll:
  %b.w.received = load volatile i32, ptr inttoptr (i32 4290023464 to ptr)
  %b.w.count = load i32, ptr %cb1.count.var
  %b.w.diff = sub i32 %b.w.received, %b.w.count
  %b.w.level = and i32 %b.w.diff, 65535
  %b.w.short = icmp ult i32 %b.w.level, 2
  br i1 %b.w.short, label %b.w.poll, label %b.w.ready
b.w.ready:
  %b.from = add i32 %b.ptr, 0
  br label %k.pre
k.pre:
  br label %k.head
k.head:
  %k = phi i32 [ 0, %k.pre ], [ %k.next, %k.latch ]
  %k.more = icmp ult i32 %k, %kn
  br i1 %k.more, label %k.body, label %k.done
k.body:
  br label %i.pre
i.pre:
  br label %i.head
i.head:
  %i = phi i32 [ 0, %i.pre ], [ %i.next, %i.latch ]
  %i.more = icmp ult i32 %i, %lines
  br i1 %i.more, label %i.body, label %i.done
i.body:
  %i.lo = mul i32 %i, 4096
  %i.ko = mul i32 %k, 2048
  %i.kl = add i32 %i.lo, %i.ko
  %i.at = add i32 %a.from, %i.kl
  %uh.units = lshr i32 %i.at, 4
  %uh.base = sub i32 %uh.units, 1
  %uh.r.lo = and i32 %uh.base, 65535
  %uh.r.l.sh = shl i32 %uh.r.lo, 8
  %uh.r.l.word = or i32 %uh.r.l.sh, 1157627912
  store volatile i32 %uh.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %uh.r.hi = lshr i32 %uh.base, 16
  %uh.r.hs = shl i32 %uh.r.hi, 8
  %uh.r.hw = or i32 %uh.r.hs, 1157627913
  store volatile i32 %uh.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK1
  tt WRCFG config=124 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=1 unpacker=1
  br label %j.pre
j.pre:
  br label %j.head
j.head:
  %j = phi i32 [ 0, %j.pre ], [ %j.next, %j.latch ]
  %j.more = icmp ult i32 %j, %w
  br i1 %j.more, label %j.body, label %j.done
j.body:
  %j.lo = mul i32 %j, 4096
  %j.ko = mul i32 %k, 2048
  %j.kl = add i32 %j.lo, %j.ko
  %j.at = add i32 %b.from, %j.kl
  %um.units = lshr i32 %j.at, 4
  %um.base = sub i32 %um.units, 1
  %um.r.lo = and i32 %um.base, 65535
  %um.r.l.sh = shl i32 %um.r.lo, 8
  %um.r.l.word = or i32 %um.r.l.sh, 1157627912
  store volatile i32 %um.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %um.r.hi = lshr i32 %um.base, 16
  %um.r.hs = shl i32 %um.r.hi, 8
  %um.r.hw = or i32 %um.r.hs, 1157627913
  store volatile i32 %um.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=76 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=1 unpacker=0
  br label %j.latch
j.latch:
  %j.next = add i32 %j, 1
  br label %j.head
j.done:
  br label %i.latch
i.latch:
  %i.next = add i32 %i, 1
  br label %i.head
i.done:
  br label %k.latch
k.latch:
  %k.next = add i32 %k, 1
  br label %k.head
k.done:
  %a.p.old = load i32, ptr %cb0.count.var
  %a.p.sum = add i32 %a.p.old, 2
  %a.p.count = and i32 %a.p.sum, 65535
  store i32 %a.p.count, ptr %cb0.count.var
  %a.p.ptr = load i32, ptr %cb0.ptr.var
  %a.p.moved = add i32 %a.p.ptr, 4096
  %a.p.wrap = icmp eq i32 %a.p.moved, 139264
  %a.p.next = select i1 %a.p.wrap, i32 131072, i32 %a.p.moved
  store i32 %a.p.next, ptr %cb0.ptr.var
  tt STALLWAIT block=TDMA+THCON wait=UNPACK
  %a.p.w.sh = shl i32 %a.p.count, 8
  %a.p.w.word = or i32 %a.p.w.sh, 1157627920
  store volatile i32 %a.p.w.word, ptr inttoptr (i32 4293132288 to ptr)
  tt STOREREG reg=8 address=73736
  %b.p.old = load i32, ptr %cb1.count.var
  %b.p.sum = add i32 %b.p.old, 2
  %b.p.count = and i32 %b.p.sum, 65535
  store i32 %b.p.count, ptr %cb1.count.var
  %b.p.ptr = load i32, ptr %cb1.ptr.var
  %b.p.moved = add i32 %b.p.ptr, 4096
  %b.p.wrap = icmp eq i32 %b.p.moved, 147456
  %b.p.next = select i1 %b.p.wrap, i32 139264, i32 %b.p.moved
  store i32 %b.p.next, ptr %cb1.ptr.var
  tt STALLWAIT block=TDMA+THCON wait=UNPACK
  %b.p.w.sh = shl i32 %b.p.count, 8
  %b.p.w.word = or i32 %b.p.w.sh, 1157627920
  store volatile i32 %b.p.w.word, ptr inttoptr (i32 4293132288 to ptr)
  tt STOREREG reg=8 address=74760
  br label %ks.latch
ks.latch:
  %ks.next = add i32 %ks, 1
  br label %ks.head
ks.done:
  br label %ei.pre
ei.pre:
  br label %ei.head
ei.head:
  %ei = phi i32 [ 0, %ei.pre ], [ %ei.next, %ei.latch ]
  %ei.more = icmp ult i32 %ei, %h
  br i1 %ei.more, label %ei.body, label %ei.done
ei.body:
  br label %ej.pre
ej.pre:
  br label %ej.head
ej.head:
  %ej = phi i32 [ 0, %ej.pre ], [ %ej.next, %ej.latch ]
  %ej.more = icmp ult i32 %ej, %w
  br i1 %ej.more, label %ej.body, label %ej.done
ej.body:
  br label %s0.w.poll
s0.w.poll:
  %s0.w.received = load volatile i32, ptr inttoptr (i32 4290027560 to ptr)
  %s0.w.count = load i32, ptr %cb2.count.var
  %s0.w.diff = sub i32 %s0.w.received, %s0.w.count
  %s0.w.level = and i32 %s0.w.diff, 65535
  %s0.w.short = icmp ult i32 %s0.w.level, 1
  br i1 %s0.w.short, label %s0.w.poll, label %s0.w.ready
s0.w.ready:
  %s0.at = load i32, ptr %cb2.ptr.var
  %s0.u.units = lshr i32 %s0.at, 4
  %s0.u.base = sub i32 %s0.u.units, 1
  %s0.u.r.lo = and i32 %s0.u.base, 65535
  %s0.u.r.l.sh = shl i32 %s0.u.r.lo, 8
  %s0.u.r.l.word = or i32 %s0.u.r.l.sh, 1157627912
  store volatile i32 %s0.u.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %s0.u.r.hi = lshr i32 %s0.u.base, 16
  %s0.u.r.hs = shl i32 %s0.u.r.hi, 8
  %s0.u.r.hw = or i32 %s0.u.r.hs, 1157627913
  store volatile i32 %s0.u.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=76 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=1 unpacker=0
  %s0.p.old = load i32, ptr %cb2.count.var
  %s0.p.sum = add i32 %s0.p.old, 1
  %s0.p.count = and i32 %s0.p.sum, 65535
  store i32 %s0.p.count, ptr %cb2.count.var
  %s0.p.ptr = load i32, ptr %cb2.ptr.var
  %s0.p.moved = add i32 %s0.p.ptr, 2048
  %s0.p.wrap = icmp eq i32 %s0.p.moved, 151552
  %s0.p.next = select i1 %s0.p.wrap, i32 147456, i32 %s0.p.moved
  store i32 %s0.p.next, ptr %cb2.ptr.var
  tt STALLWAIT block=TDMA+THCON wait=UNPACK
  %s0.p.w.sh = shl i32 %s0.p.count, 8
  %s0.p.w.word = or i32 %s0.p.w.sh, 1157627920
  store volatile i32 %s0.p.w.word, ptr inttoptr (i32 4293132288 to ptr)
  tt STOREREG reg=8 address=75784
  br label %ej.latch
ej.latch:
  %ej.next = add i32 %ej, 1
  br label %ej.head
ej.done:
  br label %ei.latch
ei.latch:
  %ei.next = add i32 %ei, 1
  br label %ei.head
ei.done:
  br label %blk.latch
blk.latch:
  %blk.next = add i32 %blk, 1
  br label %blk.head
blk.done:
  br label %halt
halt:
  br label %halt
}
