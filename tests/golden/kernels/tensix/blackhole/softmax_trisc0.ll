define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  fence seq_cst
  %cb0.count.var = alloca i32
  %cb0.ptr.var = alloca i32
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
  %count = load volatile i32, ptr inttoptr (i32 114952 to ptr)
  store i32 0, ptr %cb2.count.var
  store i32 147456, ptr %cb2.ptr.var
  %some = icmp ne i32 %count, 0
  br i1 %some, label %mask.then, label %mask.else
mask.then:
  br label %mw.poll
mw.poll:
  %mw.received = load volatile i32, ptr inttoptr (i32 4290027560 to ptr)
  %mw.count = load i32, ptr %cb2.count.var
  %mw.diff = sub i32 %mw.received, %mw.count
  %mw.level = and i32 %mw.diff, 65535
  %mw.short = icmp ult i32 %mw.level, 4
  br i1 %mw.short, label %mw.poll, label %mw.ready
mw.ready:
  br label %mask.else
mask.else:
  br label %row.pre
row.pre:
  br label %row.head
row.head:
  %row = phi i32 [ 0, %row.pre ], [ %row.next, %row.latch ]
  %row.more = icmp ult i32 %row, %count
  br i1 %row.more, label %row.body, label %row.done
row.body:
  br label %p0.i0.pre
p0.i0.pre:
  br label %p0.i0.head
p0.i0.head:
  %p0.i0 = phi i32 [ 0, %p0.i0.pre ], [ %p0.i0.next, %p0.i0.latch ]
  %p0.i0.more = icmp ult i32 %p0.i0, 3
  br i1 %p0.i0.more, label %p0.i0.body, label %p0.i0.done
p0.i0.body:
  %p0.t0 = add i32 0, 0
  %p0.tm0 = mul i32 %p0.t0, 3
  %p0.t1 = add i32 %p0.tm0, %p0.i0
  %p0.tile = add i32 %p0.t1, 0
  %p0.need = add i32 %p0.tile, 1
  %p0.mi.0 = add i32 0, 0
  %p0.mz0 = add i32 0, 0
  %p0.mi.1 = add i32 %p0.mi.0, %p0.mz0
  %p0.ml1 = icmp eq i32 %p0.i0, 2
  %p0.mz1 = select i1 %p0.ml1, i32 2048, i32 0
  %p0.mi.2 = add i32 %p0.mi.1, %p0.mz1
  %p0.mat = add i32 %p0.mi.2, 147456
  %p0.mu.units = lshr i32 %p0.mat, 4
  %p0.mu.base = sub i32 %p0.mu.units, 1
  %p0.mu.r.lo = and i32 %p0.mu.base, 65535
  %p0.mu.r.l.sh = shl i32 %p0.mu.r.lo, 8
  %p0.mu.r.l.word = or i32 %p0.mu.r.l.sh, 1157627912
  store volatile i32 %p0.mu.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %p0.mu.r.hi = lshr i32 %p0.mu.base, 16
  %p0.mu.r.hs = shl i32 %p0.mu.r.hi, 8
  %p0.mu.r.hw = or i32 %p0.mu.r.hs, 1157627913
  store volatile i32 %p0.mu.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=76 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=1 unpacker=0
  br label %p0.0.w.poll
p0.0.w.poll:
  %p0.0.w.received = load volatile i32, ptr inttoptr (i32 4290019368 to ptr)
  %p0.0.w.count = load i32, ptr %cb0.count.var
  %p0.0.w.diff = sub i32 %p0.0.w.received, %p0.0.w.count
  %p0.0.w.level = and i32 %p0.0.w.diff, 65535
  %p0.0.w.short = icmp ult i32 %p0.0.w.level, %p0.need
  br i1 %p0.0.w.short, label %p0.0.w.poll, label %p0.0.w.ready
p0.0.w.ready:
  %p0.0.ptr = load i32, ptr %cb0.ptr.var
  %p0.0.skip = mul i32 %p0.tile, 2048
  %p0.0.at = add i32 %p0.0.ptr, %p0.0.skip
  %p0.0.u.units = lshr i32 %p0.0.at, 4
  %p0.0.u.base = sub i32 %p0.0.u.units, 1
  %p0.0.u.r.lo = and i32 %p0.0.u.base, 65535
  %p0.0.u.r.l.sh = shl i32 %p0.0.u.r.lo, 8
  %p0.0.u.r.l.word = or i32 %p0.0.u.r.l.sh, 1157627912
  store volatile i32 %p0.0.u.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %p0.0.u.r.hi = lshr i32 %p0.0.u.base, 16
  %p0.0.u.r.hs = shl i32 %p0.0.u.r.hi, 8
  %p0.0.u.r.hw = or i32 %p0.0.u.r.hs, 1157627913
  store volatile i32 %p0.0.u.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=76 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=1 unpacker=0
  br label %p0.i0.latch
p0.i0.latch:
  %p0.i0.next = add i32 %p0.i0, 1
  br label %p0.i0.head
p0.i0.done:
  br label %p1.i0.pre
p1.i0.pre:
  br label %p1.i0.head
p1.i0.head:
  %p1.i0 = phi i32 [ 0, %p1.i0.pre ], [ %p1.i0.next, %p1.i0.latch ]
  %p1.i0.more = icmp ult i32 %p1.i0, 3
  br i1 %p1.i0.more, label %p1.i0.body, label %p1.i0.done
p1.i0.body:
  %p1.t0 = add i32 0, 0
  %p1.tm0 = mul i32 %p1.t0, 3
  %p1.t1 = add i32 %p1.tm0, %p1.i0
  %p1.tile = add i32 %p1.t1, 0
  %p1.need = add i32 %p1.tile, 1
  %p1.mi.0 = add i32 0, 0
  %p1.mz0 = add i32 0, 0
  %p1.mi.1 = add i32 %p1.mi.0, %p1.mz0
  %p1.ml1 = icmp eq i32 %p1.i0, 2
  %p1.mz1 = select i1 %p1.ml1, i32 2048, i32 0
  %p1.mi.2 = add i32 %p1.mi.1, %p1.mz1
  %p1.mat = add i32 %p1.mi.2, 147456
  %p1.mu.units = lshr i32 %p1.mat, 4
  %p1.mu.base = sub i32 %p1.mu.units, 1
  %p1.mu.r.lo = and i32 %p1.mu.base, 65535
  %p1.mu.r.l.sh = shl i32 %p1.mu.r.lo, 8
  %p1.mu.r.l.word = or i32 %p1.mu.r.l.sh, 1157627912
  store volatile i32 %p1.mu.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %p1.mu.r.hi = lshr i32 %p1.mu.base, 16
  %p1.mu.r.hs = shl i32 %p1.mu.r.hi, 8
  %p1.mu.r.hw = or i32 %p1.mu.r.hs, 1157627913
  store volatile i32 %p1.mu.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=76 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=1 unpacker=0
  %p1.0.ptr = load i32, ptr %cb0.ptr.var
  %p1.0.skip = mul i32 %p1.tile, 2048
  %p1.0.at = add i32 %p1.0.ptr, %p1.0.skip
  %p1.0.u.units = lshr i32 %p1.0.at, 4
  %p1.0.u.base = sub i32 %p1.0.u.units, 1
  %p1.0.u.r.lo = and i32 %p1.0.u.base, 65535
  %p1.0.u.r.l.sh = shl i32 %p1.0.u.r.lo, 8
  %p1.0.u.r.l.word = or i32 %p1.0.u.r.l.sh, 1157627912
  store volatile i32 %p1.0.u.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %p1.0.u.r.hi = lshr i32 %p1.0.u.base, 16
  %p1.0.u.r.hs = shl i32 %p1.0.u.r.hi, 8
  %p1.0.u.r.hw = or i32 %p1.0.u.r.hs, 1157627913
  store volatile i32 %p1.0.u.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=76 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=1 unpacker=0
  br label %p1.i0.latch
p1.i0.latch:
  %p1.i0.next = add i32 %p1.i0, 1
  br label %p1.i0.head
p1.i0.done:
  br label %p2.i0.pre
p2.i0.pre:
  br label %p2.i0.head
p2.i0.head:
  %p2.i0 = phi i32 [ 0, %p2.i0.pre ], [ %p2.i0.next, %p2.i0.latch ]
  %p2.i0.more = icmp ult i32 %p2.i0, 3
  br i1 %p2.i0.more, label %p2.i0.body, label %p2.i0.done
p2.i0.body:
  %p2.0.ptr = load i32, ptr %cb0.ptr.var
  %p2.0.at = add i32 %p2.0.ptr, 0
  %p2.0.u.units = lshr i32 %p2.0.at, 4
  %p2.0.u.base = sub i32 %p2.0.u.units, 1
  %p2.0.u.r.lo = and i32 %p2.0.u.base, 65535
  %p2.0.u.r.l.sh = shl i32 %p2.0.u.r.lo, 8
  %p2.0.u.r.l.word = or i32 %p2.0.u.r.l.sh, 1157627912
  store volatile i32 %p2.0.u.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %p2.0.u.r.hi = lshr i32 %p2.0.u.base, 16
  %p2.0.u.r.hs = shl i32 %p2.0.u.r.hi, 8
  %p2.0.u.r.hw = or i32 %p2.0.u.r.hs, 1157627913
  store volatile i32 %p2.0.u.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=76 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=1 unpacker=0
  %p2.0.p.old = load i32, ptr %cb0.count.var
  %p2.0.p.sum = add i32 %p2.0.p.old, 1
  %p2.0.p.count = and i32 %p2.0.p.sum, 65535
  store i32 %p2.0.p.count, ptr %cb0.count.var
  %p2.0.p.ptr = load i32, ptr %cb0.ptr.var
  %p2.0.p.moved = add i32 %p2.0.p.ptr, 2048
  %p2.0.p.wrap = icmp eq i32 %p2.0.p.moved, 143360
  %p2.0.p.next = select i1 %p2.0.p.wrap, i32 131072, i32 %p2.0.p.moved
  store i32 %p2.0.p.next, ptr %cb0.ptr.var
  tt STALLWAIT block=TDMA+THCON wait=UNPACK
  %p2.0.p.w.sh = shl i32 %p2.0.p.count, 8
  %p2.0.p.w.word = or i32 %p2.0.p.w.sh, 1157627920
  store volatile i32 %p2.0.p.w.word, ptr inttoptr (i32 4293132288 to ptr)
  tt STOREREG reg=8 address=73736
  br label %p2.i0.latch
p2.i0.latch:
  %p2.i0.next = add i32 %p2.i0, 1
  br label %p2.i0.head
p2.i0.done:
  br label %row.latch
row.latch:
  %row.next = add i32 %row, 1
  br label %row.head
row.done:
  br label %halt
halt:
  br label %halt
}
