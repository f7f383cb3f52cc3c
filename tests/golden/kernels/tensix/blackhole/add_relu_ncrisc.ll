define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  fence seq_cst
  %noc.reads.var = alloca i32
  %c0.var = alloca i32
  %c1.var = alloca i32
  %cb0.count.var = alloca i32
  %cb0.ptr.var = alloca i32
  %page0.var = alloca i32
  %cb1.count.var = alloca i32
  %cb1.ptr.var = alloca i32
  %page1.var = alloca i32
  %ni.node = load volatile i32, ptr inttoptr (i32 114688 to ptr)
  store volatile i32 %ni.node, ptr inttoptr (i32 4289855508 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4289855512 to ptr)
  store volatile i32 16, ptr inttoptr (i32 4289855516 to ptr)
  store i32 0, ptr %noc.reads.var
  %ni.base = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  store i32 %ni.base, ptr %noc.reads.var
  %count = load volatile i32, ptr inttoptr (i32 114960 to ptr)
  %c0.0 = load volatile i32, ptr inttoptr (i32 114964 to ptr)
  store i32 %c0.0, ptr %c0.var
  %c1.0 = load volatile i32, ptr inttoptr (i32 114968 to ptr)
  store i32 %c1.0, ptr %c1.var
  store i32 0, ptr %cb0.count.var
  store i32 131072, ptr %cb0.ptr.var
  %address0 = load volatile i32, ptr inttoptr (i32 114944 to ptr)
  %page0.0 = load volatile i32, ptr inttoptr (i32 114972 to ptr)
  store i32 %page0.0, ptr %page0.var
  store i32 0, ptr %cb1.count.var
  store i32 135168, ptr %cb1.ptr.var
  %address1 = load volatile i32, ptr inttoptr (i32 114948 to ptr)
  %page1.0 = load volatile i32, ptr inttoptr (i32 114976 to ptr)
  store i32 %page1.0, ptr %page1.var
  br label %i.pre
i.pre:
  br label %i.head
i.head:
  %i = phi i32 [ 0, %i.pre ], [ %i.next, %i.latch ]
  %i.more = icmp ult i32 %i, %count
  br i1 %i.more, label %i.body, label %i.done
i.body:
  br label %rs0.poll
rs0.poll:
  %rs0.acked = load volatile i32, ptr inttoptr (i32 4290019360 to ptr)
  %rs0.count = load i32, ptr %cb0.count.var
  %rs0.diff = sub i32 %rs0.count, %rs0.acked
  %rs0.used = and i32 %rs0.diff, 65535
  %rs0.full = icmp ugt i32 %rs0.used, 1
  br i1 %rs0.full, label %rs0.poll, label %rs0.ready
rs0.ready:
  %to0 = load i32, ptr %cb0.ptr.var
  %pg0 = load i32, ptr %page0.var
  %rd0.row = udiv i32 %pg0, 8
  %rd0.bank = urem i32 %pg0, 8
  %rd0.scaled = mul i32 %rd0.row, 2048
  %rd0.offset = add i32 %address0, %rd0.scaled
  %rd0.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %rd0.bank
  %rd0.where = load volatile i32, ptr %rd0.entry
  br label %rd0.busy
rd0.busy:
  %rd0.cmd = load volatile i32, ptr inttoptr (i32 4289855552 to ptr)
  %rd0.wait = icmp ne i32 %rd0.cmd, 0
  br i1 %rd0.wait, label %rd0.busy, label %rd0.idle
rd0.idle:
  store volatile i32 %rd0.where, ptr inttoptr (i32 4289855496 to ptr)
  store volatile i32 %rd0.offset, ptr inttoptr (i32 4289855488 to ptr)
  store volatile i32 %to0, ptr inttoptr (i32 4289855500 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289855520 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289855552 to ptr)
  %rd0.n = load i32, ptr %noc.reads.var
  %rd0.n1 = add i32 %rd0.n, 1
  store i32 %rd0.n1, ptr %noc.reads.var
  br label %rs1.poll
rs1.poll:
  %rs1.acked = load volatile i32, ptr inttoptr (i32 4290023456 to ptr)
  %rs1.count = load i32, ptr %cb1.count.var
  %rs1.diff = sub i32 %rs1.count, %rs1.acked
  %rs1.used = and i32 %rs1.diff, 65535
  %rs1.full = icmp ugt i32 %rs1.used, 1
  br i1 %rs1.full, label %rs1.poll, label %rs1.ready
rs1.ready:
  %to1 = load i32, ptr %cb1.ptr.var
  %pg1 = load i32, ptr %page1.var
  %rd1.row = udiv i32 %pg1, 8
  %rd1.bank = urem i32 %pg1, 8
  %rd1.scaled = mul i32 %rd1.row, 4096
  %rd1.offset = add i32 %address1, %rd1.scaled
  %rd1.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %rd1.bank
  %rd1.where = load volatile i32, ptr %rd1.entry
  br label %rd1.busy
rd1.busy:
  %rd1.cmd = load volatile i32, ptr inttoptr (i32 4289855552 to ptr)
  %rd1.wait = icmp ne i32 %rd1.cmd, 0
  br i1 %rd1.wait, label %rd1.busy, label %rd1.idle
rd1.idle:
  store volatile i32 %rd1.where, ptr inttoptr (i32 4289855496 to ptr)
  store volatile i32 %rd1.offset, ptr inttoptr (i32 4289855488 to ptr)
  store volatile i32 %to1, ptr inttoptr (i32 4289855500 to ptr)
  store volatile i32 4096, ptr inttoptr (i32 4289855520 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289855552 to ptr)
  %rd1.n = load i32, ptr %noc.reads.var
  %rd1.n1 = add i32 %rd1.n, 1
  store i32 %rd1.n1, ptr %noc.reads.var
  br label %done.poll
done.poll:
  %done.have = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  %done.want = load i32, ptr %noc.reads.var
  %done.miss = icmp ne i32 %done.have, %done.want
  br i1 %done.miss, label %done.poll, label %done.ok
done.ok:
  %pu0.old = load i32, ptr %cb0.count.var
  %pu0.sum = add i32 %pu0.old, 1
  %pu0.count = and i32 %pu0.sum, 65535
  store i32 %pu0.count, ptr %cb0.count.var
  %pu0.ptr = load i32, ptr %cb0.ptr.var
  %pu0.moved = add i32 %pu0.ptr, 2048
  %pu0.wrap = icmp eq i32 %pu0.moved, 135168
  %pu0.next = select i1 %pu0.wrap, i32 131072, i32 %pu0.moved
  store i32 %pu0.next, ptr %cb0.ptr.var
  store volatile i32 %pu0.count, ptr inttoptr (i32 4290019368 to ptr)
  fence seq_cst
  br label %br1.w.pre
br1.w.pre:
  br label %br1.w.head
br1.w.head:
  %br1.w = phi i32 [ 0, %br1.w.pre ], [ %br1.w.next, %br1.w.latch ]
  %br1.w.more = icmp ult i32 %br1.w, 32
  br i1 %br1.w.more, label %br1.w.body, label %br1.w.done
br1.w.body:
  %br1.face = udiv i32 %br1.w, 16
  %br1.word = urem i32 %br1.w, 16
  %br1.fo = mul i32 %br1.face, 1024
  %br1.wo = shl i32 %br1.word, 2
  %br1.o = add i32 %br1.fo, %br1.wo
  %br1.s.a = add i32 %to1, %br1.o
  %br1.s.ptr = inttoptr i32 %br1.s.a to ptr
  %br1.value = load volatile i32, ptr %br1.s.ptr
  br label %br1.r.pre
br1.r.pre:
  br label %br1.r.head
br1.r.head:
  %br1.r = phi i32 [ 0, %br1.r.pre ], [ %br1.r.next, %br1.r.latch ]
  %br1.r.more = icmp ult i32 %br1.r, 16
  br i1 %br1.r.more, label %br1.r.body, label %br1.r.done
br1.r.body:
  %br1.ro = mul i32 %br1.r, 64
  %br1.d.a = add i32 %br1.s.a, %br1.ro
  %br1.d.ptr = inttoptr i32 %br1.d.a to ptr
  store volatile i32 %br1.value, ptr %br1.d.ptr
  %br1.e.a = add i32 %br1.d.a, 2048
  %br1.e.ptr = inttoptr i32 %br1.e.a to ptr
  store volatile i32 %br1.value, ptr %br1.e.ptr
  br label %br1.r.latch
br1.r.latch:
  %br1.r.next = add i32 %br1.r, 1
  br label %br1.r.head
br1.r.done:
  br label %br1.w.latch
br1.w.latch:
  %br1.w.next = add i32 %br1.w, 1
  br label %br1.w.head
br1.w.done:
  fence seq_cst
  %br1.back.a = add i32 %to1, 0
  %br1.back.ptr = inttoptr i32 %br1.back.a to ptr
  %br1.old = load volatile i16, ptr %br1.back.ptr
  store volatile i16 %br1.old, ptr %br1.back.ptr
  %br1.seen = load volatile i16, ptr %br1.back.ptr
  %br1.used = zext i16 %br1.seen to i32
  store volatile i32 %br1.used, ptr %sink
  %pu1.old = load i32, ptr %cb1.count.var
  %pu1.sum = add i32 %pu1.old, 1
  %pu1.count = and i32 %pu1.sum, 65535
  store i32 %pu1.count, ptr %cb1.count.var
  %pu1.ptr = load i32, ptr %cb1.ptr.var
  %pu1.moved = add i32 %pu1.ptr, 4096
  %pu1.wrap = icmp eq i32 %pu1.moved, 143360
  %pu1.next = select i1 %pu1.wrap, i32 135168, i32 %pu1.moved
  store i32 %pu1.next, ptr %cb1.ptr.var
  store volatile i32 %pu1.count, ptr inttoptr (i32 4290023464 to ptr)
  %s1.c = load i32, ptr %c1.var
  %s1.n = add i32 %s1.c, 1
  %s1.p0 = load i32, ptr %page0.var
  %s1.q0 = add i32 %s1.p0, 1
  store i32 %s1.q0, ptr %page0.var
  %s1.p1 = load i32, ptr %page1.var
  %s1.q1 = add i32 %s1.p1, 1
  store i32 %s1.q1, ptr %page1.var
  store i32 %s1.n, ptr %c1.var
  %s1.carry = icmp eq i32 %s1.n, 3
  br i1 %s1.carry, label %s1.wrap, label %stepped
s1.wrap:
  store i32 0, ptr %c1.var
  %s1.r0 = sub i32 %s1.q0, 3
  store i32 %s1.r0, ptr %page0.var
  %s1.r1 = sub i32 %s1.q1, 3
  store i32 %s1.r1, ptr %page1.var
  %s0.c = load i32, ptr %c0.var
  %s0.n = add i32 %s0.c, 1
  %s0.p0 = load i32, ptr %page0.var
  %s0.q0 = add i32 %s0.p0, 3
  store i32 %s0.q0, ptr %page0.var
  %s0.p1 = load i32, ptr %page1.var
  %s0.q1 = add i32 %s0.p1, 0
  store i32 %s0.q1, ptr %page1.var
  store i32 %s0.n, ptr %c0.var
  br label %stepped
stepped:
  br label %i.latch
i.latch:
  %i.next = add i32 %i, 1
  br label %i.head
i.done:
  br label %halt
halt:
  br label %halt
}
