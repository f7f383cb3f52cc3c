define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  fence seq_cst
  %cb0.count.var = alloca i32
  %cb0.ptr.var = alloca i32
  %cb1.count.var = alloca i32
  %cb1.ptr.var = alloca i32
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
  store i32 135168, ptr %cb1.ptr.var
  %count = load volatile i32, ptr inttoptr (i32 114960 to ptr)
  br label %i.pre
i.pre:
  br label %i.head
i.head:
  %i = phi i32 [ 0, %i.pre ], [ %i.next, %i.latch ]
  %i.more = icmp ult i32 %i, %count
  br i1 %i.more, label %i.body, label %i.done
i.body:
  br label %w0.poll
w0.poll:
  %w0.received = load volatile i32, ptr inttoptr (i32 4290019368 to ptr)
  %w0.count = load i32, ptr %cb0.count.var
  %w0.diff = sub i32 %w0.received, %w0.count
  %w0.level = and i32 %w0.diff, 65535
  %w0.short = icmp ult i32 %w0.level, 1
  br i1 %w0.short, label %w0.poll, label %w0.ready
w0.ready:
  tt SETDMAREG reg16=8 value=21
  tt SETDMAREG reg16=9 value=0
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=64 reg=4
  tt DMANOP
  tt DMANOP
  tt SETDMAREG reg16=8 value=37
  tt SETDMAREG reg16=9 value=0
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=72 reg=4
  tt DMANOP
  tt DMANOP
  tt SETDMAREG reg16=8 value=15
  tt SETDMAREG reg16=9 value=15
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=73 reg=4
  tt DMANOP
  tt DMANOP
  tt SETDMAREG reg16=8 value=64
  tt SETDMAREG reg16=9 value=64
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=84 reg=4
  tt DMANOP
  tt DMANOP
  tt SETC16 config=5 value=4
  %at0 = load i32, ptr %cb0.ptr.var
  %u0.units = lshr i32 %at0, 4
  %u0.base = sub i32 %u0.units, 1
  %u0.r.lo = and i32 %u0.base, 65535
  %u0.r.l.sh = shl i32 %u0.r.lo, 8
  %u0.r.l.word = or i32 %u0.r.l.sh, 1157627912
  store volatile i32 %u0.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %u0.r.hi = lshr i32 %u0.base, 16
  %u0.r.hs = shl i32 %u0.r.hi, 8
  %u0.r.hw = or i32 %u0.r.hs, 1157627913
  store volatile i32 %u0.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=76 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=1 unpacker=0
  %p0.old = load i32, ptr %cb0.count.var
  %p0.sum = add i32 %p0.old, 1
  %p0.count = and i32 %p0.sum, 65535
  store i32 %p0.count, ptr %cb0.count.var
  %p0.ptr = load i32, ptr %cb0.ptr.var
  %p0.moved = add i32 %p0.ptr, 2048
  %p0.wrap = icmp eq i32 %p0.moved, 135168
  %p0.next = select i1 %p0.wrap, i32 131072, i32 %p0.moved
  store i32 %p0.next, ptr %cb0.ptr.var
  tt STALLWAIT block=TDMA+THCON wait=UNPACK
  %p0.w.sh = shl i32 %p0.count, 8
  %p0.w.word = or i32 %p0.w.sh, 1157627920
  store volatile i32 %p0.w.word, ptr inttoptr (i32 4293132288 to ptr)
  tt STOREREG reg=8 address=73736
  br label %wd0.poll
wd0.poll:
  %wd0.received = load volatile i32, ptr inttoptr (i32 4290023464 to ptr)
  %wd0.count = load i32, ptr %cb1.count.var
  %wd0.diff = sub i32 %wd0.received, %wd0.count
  %wd0.level = and i32 %wd0.diff, 65535
  %wd0.short = icmp ult i32 %wd0.level, 1
  br i1 %wd0.short, label %wd0.poll, label %wd0.ready
wd0.ready:
  tt SETDMAREG reg16=8 value=16
  tt SETDMAREG reg16=9 value=0
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=64 reg=4
  tt DMANOP
  tt DMANOP
  tt SETDMAREG reg16=8 value=32
  tt SETDMAREG reg16=9 value=0
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=72 reg=4
  tt DMANOP
  tt DMANOP
  tt SETDMAREG reg16=8 value=63
  tt SETDMAREG reg16=9 value=15
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=73 reg=4
  tt DMANOP
  tt DMANOP
  tt SETDMAREG reg16=8 value=64
  tt SETDMAREG reg16=9 value=64
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=84 reg=4
  tt DMANOP
  tt DMANOP
  tt SETC16 config=5 value=0
  tt SEMWAIT semaphores=2 condition=1 block=TDMA+SYNC+UNPACK
  tt SEMGET semaphores=2
  tt SETDMAREG reg16=8 value=1088
  tt SETDMAREG reg16=9 value=0
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=84 reg=4
  tt DMANOP
  tt DMANOP
  %atd0 = load i32, ptr %cb1.ptr.var
  %ud0.units = lshr i32 %atd0, 4
  %ud0.base = sub i32 %ud0.units, 1
  %ud0.r.lo = and i32 %ud0.base, 65535
  %ud0.r.l.sh = shl i32 %ud0.r.lo, 8
  %ud0.r.l.word = or i32 %ud0.r.l.sh, 1157627912
  store volatile i32 %ud0.r.l.word, ptr inttoptr (i32 4293132288 to ptr)
  %ud0.r.hi = lshr i32 %ud0.base, 16
  %ud0.r.hs = shl i32 %ud0.r.hi, 8
  %ud0.r.hw = or i32 %ud0.r.hs, 1157627913
  store volatile i32 %ud0.r.hw, ptr inttoptr (i32 4293132288 to ptr)
  tt STALLWAIT block=CFG wait=THCON+UNPACK0
  tt WRCFG config=76 reg=4
  tt DMANOP
  tt DMANOP
  tt UNPACR override=1 last=1 set_valid=0 unpacker=0
  %pd0.old = load i32, ptr %cb1.count.var
  %pd0.sum = add i32 %pd0.old, 1
  %pd0.count = and i32 %pd0.sum, 65535
  store i32 %pd0.count, ptr %cb1.count.var
  %pd0.ptr = load i32, ptr %cb1.ptr.var
  %pd0.moved = add i32 %pd0.ptr, 4096
  %pd0.wrap = icmp eq i32 %pd0.moved, 143360
  %pd0.next = select i1 %pd0.wrap, i32 135168, i32 %pd0.moved
  store i32 %pd0.next, ptr %cb1.ptr.var
  tt STALLWAIT block=TDMA+THCON wait=UNPACK
  %pd0.w.sh = shl i32 %pd0.count, 8
  %pd0.w.word = or i32 %pd0.w.sh, 1157627920
  store volatile i32 %pd0.w.word, ptr inttoptr (i32 4293132288 to ptr)
  tt STOREREG reg=8 address=74760
  tt SEMPOST semaphores=4
  br label %i.latch
i.latch:
  %i.next = add i32 %i, 1
  br label %i.head
i.done:
  br label %halt
halt:
  br label %halt
}
