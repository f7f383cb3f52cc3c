define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  %noc.writes.var = alloca i32
  %c0.var = alloca i32
  %page0.var = alloca i32
  %cb1.count.var = alloca i32
  %cb1.ptr.var = alloca i32
  store volatile i32 40960, ptr inttoptr (i32 4293853816 to ptr)
  store volatile i32 53248, ptr inttoptr (i32 4293853820 to ptr)
  store volatile i32 102400, ptr inttoptr (i32 4293853824 to ptr)
  store volatile i32 7, ptr inttoptr (i32 4293853828 to ptr)
  store volatile i32 20480, ptr inttoptr (i32 4293853832 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4293853836 to ptr)
  %boot.pairs = load volatile i32, ptr inttoptr (i32 114692 to ptr)
  br label %boot.i.pre
boot.i.pre:
  br label %boot.i.head
boot.i.head:
  %boot.i = phi i32 [ 0, %boot.i.pre ], [ %boot.i.next, %boot.i.latch ]
  %boot.i.more = icmp ult i32 %boot.i, %boot.pairs
  br i1 %boot.i.more, label %boot.i.body, label %boot.i.done
boot.i.body:
  %boot.pair = getelementptr [2 x i32], ptr inttoptr (i32 110592 to ptr), i32 %boot.i
  %boot.reg = load volatile i32, ptr %boot.pair
  %boot.at = getelementptr [2 x i32], ptr inttoptr (i32 110592 to ptr), i32 %boot.i, i32 1
  %boot.value = load volatile i32, ptr %boot.at
  %boot.to = getelementptr i32, ptr inttoptr (i32 4293853184 to ptr), i32 %boot.reg
  store volatile i32 %boot.value, ptr %boot.to
  br label %boot.i.latch
boot.i.latch:
  %boot.i.next = add i32 %boot.i, 1
  br label %boot.i.head
boot.i.done:
  %boot.alu = load volatile i32, ptr inttoptr (i32 4293853188 to ptr)
  store volatile i32 %boot.alu, ptr inttoptr (i32 4293853188 to ptr)
  %boot.back = load volatile i32, ptr inttoptr (i32 4293853188 to ptr)
  store volatile i32 %boot.back, ptr %sink
  store volatile i32 0, ptr inttoptr (i32 4290019344 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290019340 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290023440 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290023436 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290027536 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290027532 to ptr)
  %boot.counters = load volatile i32, ptr inttoptr (i32 4290027532 to ptr)
  store volatile i32 %boot.counters, ptr %sink
  store volatile i32 0, ptr inttoptr (i32 4289798576 to ptr)
  %nw.node = load volatile i32, ptr inttoptr (i32 114688 to ptr)
  store volatile i32 %nw.node, ptr inttoptr (i32 4289856516 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4289856536 to ptr)
  store volatile i32 18, ptr inttoptr (i32 4289856540 to ptr)
  %nw.base = load volatile i32, ptr inttoptr (i32 4289856004 to ptr)
  store i32 %nw.base, ptr %noc.writes.var
  store i32 0, ptr %cb1.count.var
  store i32 143360, ptr %cb1.ptr.var
  %address = load volatile i32, ptr inttoptr (i32 114948 to ptr)
  %count = load volatile i32, ptr inttoptr (i32 114952 to ptr)
  %c0.0 = load volatile i32, ptr inttoptr (i32 114960 to ptr)
  store i32 %c0.0, ptr %c0.var
  %first = load volatile i32, ptr inttoptr (i32 114968 to ptr)
  store i32 %first, ptr %page0.var
  br label %row.pre
row.pre:
  br label %row.head
row.head:
  %row = phi i32 [ 0, %row.pre ], [ %row.next, %row.latch ]
  %row.more = icmp ult i32 %row, %count
  br i1 %row.more, label %row.body, label %row.done
row.body:
  br label %i0.pre
i0.pre:
  br label %i0.head
i0.head:
  %i0 = phi i32 [ 0, %i0.pre ], [ %i0.next, %i0.latch ]
  %i0.more = icmp ult i32 %i0, 3
  br i1 %i0.more, label %i0.body, label %i0.done
i0.body:
  br label %w.poll
w.poll:
  %w.received = load volatile i32, ptr inttoptr (i32 4290023440 to ptr)
  %w.count = load i32, ptr %cb1.count.var
  %w.diff = sub i32 %w.received, %w.count
  %w.level = and i32 %w.diff, 65535
  %w.short = icmp ult i32 %w.level, 1
  br i1 %w.short, label %w.poll, label %w.ready
w.ready:
  %ptr = load i32, ptr %cb1.ptr.var
  %pg0 = load i32, ptr %page0.var
  %in0 = mul i32 %i0, 1
  %pg1 = add i32 %pg0, %in0
  %wr.row = udiv i32 %pg1, 6
  %wr.bank = urem i32 %pg1, 6
  %wr.scaled = mul i32 %wr.row, 2048
  %wr.offset = add i32 %address, %wr.scaled
  %wr.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %wr.bank
  %wr.where = load volatile i32, ptr %wr.entry
  br label %wr.busy
wr.busy:
  %wr.cmd = load volatile i32, ptr inttoptr (i32 4289856552 to ptr)
  %wr.wait = icmp ne i32 %wr.cmd, 0
  br i1 %wr.wait, label %wr.busy, label %wr.idle
wr.idle:
  store volatile i32 %wr.where, ptr inttoptr (i32 4289856528 to ptr)
  store volatile i32 %wr.offset, ptr inttoptr (i32 4289856524 to ptr)
  store volatile i32 %ptr, ptr inttoptr (i32 4289856512 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289856544 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289856552 to ptr)
  %wr.n = load i32, ptr %noc.writes.var
  %wr.n1 = add i32 %wr.n, 1
  store i32 %wr.n1, ptr %noc.writes.var
  br label %wd.poll
wd.poll:
  %wd.have = load volatile i32, ptr inttoptr (i32 4289856004 to ptr)
  %wd.want = load i32, ptr %noc.writes.var
  %wd.miss = icmp ne i32 %wd.have, %wd.want
  br i1 %wd.miss, label %wd.poll, label %wd.ok
wd.ok:
  %pop.old = load i32, ptr %cb1.count.var
  %pop.sum = add i32 %pop.old, 1
  %pop.count = and i32 %pop.sum, 65535
  store i32 %pop.count, ptr %cb1.count.var
  %pop.ptr = load i32, ptr %cb1.ptr.var
  %pop.moved = add i32 %pop.ptr, 2048
  %pop.wrap = icmp eq i32 %pop.moved, 147456
  %pop.next = select i1 %pop.wrap, i32 143360, i32 %pop.moved
  store i32 %pop.next, ptr %cb1.ptr.var
  store volatile i32 %pop.count, ptr inttoptr (i32 4290023436 to ptr)
  br label %i0.latch
i0.latch:
  %i0.next = add i32 %i0, 1
  br label %i0.head
i0.done:
  %s0.c = load i32, ptr %c0.var
  %s0.n = add i32 %s0.c, 1
  %s0.p0 = load i32, ptr %page0.var
  %s0.q0 = add i32 %s0.p0, 3
  store i32 %s0.q0, ptr %page0.var
  store i32 %s0.n, ptr %c0.var
  br label %stepped
stepped:
  br label %row.latch
row.latch:
  %row.next = add i32 %row, 1
  br label %row.head
row.done:
  store volatile i32 1611517982, ptr inttoptr (i32 114432 to ptr)
  br label %halt
halt:
  br label %halt
}
