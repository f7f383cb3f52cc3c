define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  fence seq_cst
  %noc.writes.var = alloca i32
  %cb3.count.var = alloca i32
  %cb3.ptr.var = alloca i32
  store volatile i32 40960, ptr inttoptr (i32 4289798696 to ptr)
  store volatile i32 53248, ptr inttoptr (i32 4289798700 to ptr)
  store volatile i32 102400, ptr inttoptr (i32 4289798704 to ptr)
  store volatile i32 7, ptr inttoptr (i32 4289798708 to ptr)
  store volatile i32 20480, ptr inttoptr (i32 4289798712 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289798716 to ptr)
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
  store volatile i32 0, ptr inttoptr (i32 4290019368 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290019360 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290023464 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290023456 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290027560 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290027552 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290031656 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4290031648 to ptr)
  %boot.counters = load volatile i32, ptr inttoptr (i32 4290031648 to ptr)
  store volatile i32 %boot.counters, ptr %sink
  store volatile i32 0, ptr inttoptr (i32 4289798576 to ptr)
  %nw.node = load volatile i32, ptr inttoptr (i32 114688 to ptr)
  %nw.here = add i32 %nw.node, 0
  store volatile i32 %nw.here, ptr inttoptr (i32 4289923080 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4289923096 to ptr)
  store volatile i32 18, ptr inttoptr (i32 4289923100 to ptr)
  %nw.base = load volatile i32, ptr inttoptr (i32 4289921540 to ptr)
  store i32 %nw.base, ptr %noc.writes.var
  store i32 0, ptr %cb3.count.var
  store i32 151552, ptr %cb3.ptr.var
  %address = load volatile i32, ptr inttoptr (i32 114956 to ptr)
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
  %out.first.r = mul i32 %blk, 28
  %out.first.b = add i32 %out.first.r, 114980
  %out.first.p = inttoptr i32 %out.first.b to ptr
  %out.first = load volatile i32, ptr %out.first.p
  br label %i.pre
i.pre:
  br label %i.head
i.head:
  %i = phi i32 [ 0, %i.pre ], [ %i.next, %i.latch ]
  %i.more = icmp ult i32 %i, %h
  br i1 %i.more, label %i.body, label %i.done
i.body:
  %row = mul i32 %i, 4
  %start = add i32 %out.first, %row
  br label %j.pre
j.pre:
  br label %j.head
j.head:
  %j = phi i32 [ 0, %j.pre ], [ %j.next, %j.latch ]
  %j.more = icmp ult i32 %j, %w
  br i1 %j.more, label %j.body, label %j.done
j.body:
  br label %w8.poll
w8.poll:
  %w8.received = load volatile i32, ptr inttoptr (i32 4290031656 to ptr)
  %w8.count = load i32, ptr %cb3.count.var
  %w8.diff = sub i32 %w8.received, %w8.count
  %w8.level = and i32 %w8.diff, 65535
  %w8.short = icmp ult i32 %w8.level, 1
  br i1 %w8.short, label %w8.poll, label %w8.ready
w8.ready:
  %ptr = load i32, ptr %cb3.ptr.var
  %page = add i32 %start, %j
  %wr.row = udiv i32 %page, 8
  %wr.bank = urem i32 %page, 8
  %wr.scaled = mul i32 %wr.row, 2048
  %wr.offset = add i32 %address, %wr.scaled
  %wr.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %wr.bank
  %wr.where = load volatile i32, ptr %wr.entry
  %wr.there = add i32 %wr.where, 0
  br label %wr.busy
wr.busy:
  %wr.cmd = load volatile i32, ptr inttoptr (i32 4289923136 to ptr)
  %wr.wait = icmp ne i32 %wr.cmd, 0
  br i1 %wr.wait, label %wr.busy, label %wr.idle
wr.idle:
  store volatile i32 %wr.there, ptr inttoptr (i32 4289923092 to ptr)
  store volatile i32 %wr.offset, ptr inttoptr (i32 4289923084 to ptr)
  store volatile i32 %ptr, ptr inttoptr (i32 4289923072 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289923104 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289923136 to ptr)
  %wr.n = load i32, ptr %noc.writes.var
  %wr.n1 = add i32 %wr.n, 1
  store i32 %wr.n1, ptr %noc.writes.var
  br label %wd.poll
wd.poll:
  %wd.have = load volatile i32, ptr inttoptr (i32 4289921540 to ptr)
  %wd.want = load i32, ptr %noc.writes.var
  %wd.miss = icmp ne i32 %wd.have, %wd.want
  br i1 %wd.miss, label %wd.poll, label %wd.ok
wd.ok:
  %pop.old = load i32, ptr %cb3.count.var
  %pop.sum = add i32 %pop.old, 1
  %pop.count = and i32 %pop.sum, 65535
  store i32 %pop.count, ptr %cb3.count.var
  %pop.ptr = load i32, ptr %cb3.ptr.var
  %pop.moved = add i32 %pop.ptr, 2048
  %pop.wrap = icmp eq i32 %pop.moved, 155648
  %pop.next = select i1 %pop.wrap, i32 151552, i32 %pop.moved
  store i32 %pop.next, ptr %cb3.ptr.var
  store volatile i32 %pop.count, ptr inttoptr (i32 4290031648 to ptr)
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
  br label %blk.latch
blk.latch:
  %blk.next = add i32 %blk, 1
  br label %blk.head
blk.done:
  store volatile i32 1611517982, ptr inttoptr (i32 114432 to ptr)
  br label %halt
halt:
  br label %halt
}
