define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
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
  tt SETC16 config=3 value=4
  tt SETC16 config=39 value=0
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
  %h.r = mul i32 %blk, 24
  %h.b = add i32 %h.r, 114964
  %h.p = inttoptr i32 %h.b to ptr
  %h = load volatile i32, ptr %h.p
  %w.r = mul i32 %blk, 24
  %w.b = add i32 %w.r, 114968
  %w.p = inttoptr i32 %w.b to ptr
  %w = load volatile i32, ptr %w.p
  br label %k.pre
k.pre:
  br label %k.head
k.head:
  %k = phi i32 [ 0, %k.pre ], [ %k.next, %k.latch ]
  %k.more = icmp ult i32 %k, 2
  br i1 %k.more, label %k.body, label %k.done
k.body:
  br label %wa.poll
wa.poll:
  %wa.received = load volatile i32, ptr inttoptr (i32 4290019344 to ptr)
  %wa.count = load i32, ptr %cb0.count.var
  %wa.diff = sub i32 %wa.received, %wa.count
  %wa.level = and i32 %wa.diff, 65535
  %wa.short = icmp ult i32 %wa.level, 1
  br i1 %wa.short, label %wa.poll, label %wa.ready
wa.ready:
  br label %wb.poll
wb.poll:
  %wb.received = load volatile i32, ptr inttoptr (i32 4290023440 to ptr)
  %wb.count = load i32, ptr %cb1.count.var
  %wb.diff = sub i32 %wb.received, %wb.count
  %wb.level = and i32 %wb.diff, 65535
  %wb.short = icmp ult i32 %wb.level, 1
  br i1 %wb.short, label %wb.poll, label %wb.ready
wb.ready:
  %a.ptr = load i32, ptr %cb0.ptr.var
  %b.ptr = load i32, ptr %cb1.ptr.var
  br label %i.pre
i.pre:
  br label %i.head
i.head:
  %i = phi i32 [ 0, %i.pre ], [ %i.next, %i.latch ]
  %i.more = icmp ult i32 %i, %h
  br i1 %i.more, label %i.body, label %i.done
i.body:
  %a.o = mul i32 %i, 2048
  %a.at = add i32 %a.ptr, %a.o
  br label %j.pre
j.pre:
  br label %j.head
j.head:
  %j = phi i32 [ 0, %j.pre ], [ %j.next, %j.latch ]
  %j.more = icmp ult i32 %j, %w
  br i1 %j.more, label %j.body, label %j.done
j.body:
  %b.o = mul i32 %j, 2048
  %b.at = add i32 %b.ptr, %b.o
  %ua.units = lshr i32 %a.at, 4
  %ua.base = sub i32 %ua.units, 1
  %ua.r.lo = and i32 %ua.base, 65535
  %ua.r.l.sh = shl i32 %ua.r.lo, 8
  %ua.r.l.word = or i32 %ua.r.l.sh, 1157627912
  store volatile i32 %ua.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %ua.r.hi = lshr i32 %ua.base, 16
  %ua.r.hs = shl i32 %ua.r.hi, 8
  %ua.r.hw = or i32 %ua.r.hs, 1157627913
  store volatile i32 %ua.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK1
  tt WRCFG config=104 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=1 unpacker=1
  %ub.units = lshr i32 %b.at, 4
  %ub.base = sub i32 %ub.units, 1
  %ub.r.lo = and i32 %ub.base, 65535
  %ub.r.l.sh = shl i32 %ub.r.lo, 8
  %ub.r.l.word = or i32 %ub.r.l.sh, 1157627912
  store volatile i32 %ub.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %ub.r.hi = lshr i32 %ub.base, 16
  %ub.r.hs = shl i32 %ub.r.hi, 8
  %ub.r.hw = or i32 %ub.r.hs, 1157627913
  store volatile i32 %ub.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=64 reg=4
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
  %pa.old = load i32, ptr %cb0.count.var
  %pa.sum = add i32 %pa.old, 1
  %pa.count = and i32 %pa.sum, 65535
  store i32 %pa.count, ptr %cb0.count.var
  %pa.ptr = load i32, ptr %cb0.ptr.var
  %pa.moved = add i32 %pa.ptr, 2048
  %pa.wrap = icmp eq i32 %pa.moved, 139264
  %pa.next = select i1 %pa.wrap, i32 131072, i32 %pa.moved
  store i32 %pa.next, ptr %cb0.ptr.var
  tt STALLWAIT block=TDMA+THCON wait=UNPACK
  %pa.w.sh = shl i32 %pa.count, 8
  %pa.w.word = or i32 %pa.w.sh, 1157627920
  store volatile i32 %pa.w.word, ptr inttoptr (i32 4293132288 to ptr)
  tt STOREREG reg=8 address=73731
  %pb.old = load i32, ptr %cb1.count.var
  %pb.sum = add i32 %pb.old, 1
  %pb.count = and i32 %pb.sum, 65535
  store i32 %pb.count, ptr %cb1.count.var
  %pb.ptr = load i32, ptr %cb1.ptr.var
  %pb.moved = add i32 %pb.ptr, 2048
  %pb.wrap = icmp eq i32 %pb.moved, 147456
  %pb.next = select i1 %pb.wrap, i32 139264, i32 %pb.moved
  store i32 %pb.next, ptr %cb1.ptr.var
  tt STALLWAIT block=TDMA+THCON wait=UNPACK
  %pb.w.sh = shl i32 %pb.count, 8
  %pb.w.word = or i32 %pb.w.sh, 1157627920
  store volatile i32 %pb.w.word, ptr inttoptr (i32 4293132288 to ptr)
  tt STOREREG reg=8 address=74755
  br label %k.latch
k.latch:
  %k.next = add i32 %k, 1
  br label %k.head
k.done:
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
  %s0.w.received = load volatile i32, ptr inttoptr (i32 4290027536 to ptr)
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
  tt WRCFG config=64 reg=4
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
  tt STOREREG reg=8 address=75779
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
