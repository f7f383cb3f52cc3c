define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  %noc.reads.var = alloca i32
  %c0.var = alloca i32
  %cb0.count.var = alloca i32
  %cb0.ptr.var = alloca i32
  %page0.var = alloca i32
  %cb2.count.var = alloca i32
  %cb2.ptr.var = alloca i32
  %ni.node = load volatile i32, ptr inttoptr (i32 114688 to ptr)
  store volatile i32 %ni.node, ptr inttoptr (i32 4289855504 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4289855512 to ptr)
  store volatile i32 16, ptr inttoptr (i32 4289855516 to ptr)
  store i32 0, ptr %noc.reads.var
  %ni.base = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  store i32 %ni.base, ptr %noc.reads.var
  %count = load volatile i32, ptr inttoptr (i32 114952 to ptr)
  %c0.0 = load volatile i32, ptr inttoptr (i32 114960 to ptr)
  store i32 %c0.0, ptr %c0.var
  store i32 0, ptr %cb0.count.var
  store i32 131072, ptr %cb0.ptr.var
  %address0 = load volatile i32, ptr inttoptr (i32 114944 to ptr)
  %page0.0 = load volatile i32, ptr inttoptr (i32 114964 to ptr)
  store i32 %page0.0, ptr %page0.var
  store i32 0, ptr %cb2.count.var
  store i32 147456, ptr %cb2.ptr.var
  %some = icmp ne i32 %count, 0
  br i1 %some, label %mask.then, label %mask.else
mask.then:
  br label %mo.w.pre
mo.w.pre:
  br label %mo.w.head
mo.w.head:
  %mo.w = phi i32 [ 0, %mo.w.pre ], [ %mo.w.next, %mo.w.latch ]
  %mo.w.more = icmp ult i32 %mo.w, 2048
  br i1 %mo.w.more, label %mo.w.body, label %mo.w.done
mo.w.body:
  %mo.o = shl i32 %mo.w, 2
  %mo.d.a = add i32 %mo.o, 147456
  %mo.d.ptr = inttoptr i32 %mo.d.a to ptr
  store volatile i32 1065369472, ptr %mo.d.ptr
  br label %mo.w.latch
mo.w.latch:
  %mo.w.next = add i32 %mo.w, 1
  br label %mo.w.head
mo.w.done:
  br label %mc1.r0.pre
mc1.r0.pre:
  br label %mc1.r0.head
mc1.r0.head:
  %mc1.r0 = phi i32 [ 0, %mc1.r0.pre ], [ %mc1.r0.next, %mc1.r0.latch ]
  %mc1.r0.more = icmp ult i32 %mc1.r0, 32
  br i1 %mc1.r0.more, label %mc1.r0.body, label %mc1.r0.done
mc1.r0.body:
  %mc1.0.half = lshr i32 %mc1.r0, 4
  %mc1.0.row = and i32 %mc1.r0, 15
  %mc1.0.fo = mul i32 %mc1.0.half, 1024
  %mc1.0.ro = mul i32 %mc1.0.row, 32
  %mc1.0.o = add i32 %mc1.0.fo, %mc1.0.ro
  %mc1.0.s = add i32 %mc1.0.o, 12
  br label %mc1.c0.pre
mc1.c0.pre:
  br label %mc1.c0.head
mc1.c0.head:
  %mc1.c0 = phi i32 [ 0, %mc1.c0.pre ], [ %mc1.c0.next, %mc1.c0.latch ]
  %mc1.c0.more = icmp ult i32 %mc1.c0, 10
  br i1 %mc1.c0.more, label %mc1.c0.body, label %mc1.c0.done
mc1.c0.body:
  %mc1.0.co = mul i32 %mc1.c0, 2
  %mc1.0.e = add i32 %mc1.0.s, %mc1.0.co
  %mc1.0.d.a = add i32 149504, %mc1.0.e
  %mc1.0.d.ptr = inttoptr i32 %mc1.0.d.a to ptr
  store volatile i16 0, ptr %mc1.0.d.ptr
  br label %mc1.c0.latch
mc1.c0.latch:
  %mc1.c0.next = add i32 %mc1.c0, 1
  br label %mc1.c0.head
mc1.c0.done:
  br label %mc1.r0.latch
mc1.r0.latch:
  %mc1.r0.next = add i32 %mc1.r0, 1
  br label %mc1.r0.head
mc1.r0.done:
  br label %mc1.r1.pre
mc1.r1.pre:
  br label %mc1.r1.head
mc1.r1.head:
  %mc1.r1 = phi i32 [ 0, %mc1.r1.pre ], [ %mc1.r1.next, %mc1.r1.latch ]
  %mc1.r1.more = icmp ult i32 %mc1.r1, 32
  br i1 %mc1.r1.more, label %mc1.r1.body, label %mc1.r1.done
mc1.r1.body:
  %mc1.1.half = lshr i32 %mc1.r1, 4
  %mc1.1.row = and i32 %mc1.r1, 15
  %mc1.1.fo = mul i32 %mc1.1.half, 1024
  %mc1.1.ro = mul i32 %mc1.1.row, 32
  %mc1.1.o = add i32 %mc1.1.fo, %mc1.1.ro
  %mc1.1.s = add i32 %mc1.1.o, 512
  br label %mc1.c1.pre
mc1.c1.pre:
  br label %mc1.c1.head
mc1.c1.head:
  %mc1.c1 = phi i32 [ 0, %mc1.c1.pre ], [ %mc1.c1.next, %mc1.c1.latch ]
  %mc1.c1.more = icmp ult i32 %mc1.c1, 16
  br i1 %mc1.c1.more, label %mc1.c1.body, label %mc1.c1.done
mc1.c1.body:
  %mc1.1.co = mul i32 %mc1.c1, 2
  %mc1.1.e = add i32 %mc1.1.s, %mc1.1.co
  %mc1.1.d.a = add i32 149504, %mc1.1.e
  %mc1.1.d.ptr = inttoptr i32 %mc1.1.d.a to ptr
  store volatile i16 0, ptr %mc1.1.d.ptr
  br label %mc1.c1.latch
mc1.c1.latch:
  %mc1.c1.next = add i32 %mc1.c1, 1
  br label %mc1.c1.head
mc1.c1.done:
  br label %mc1.r1.latch
mc1.r1.latch:
  %mc1.r1.next = add i32 %mc1.r1, 1
  br label %mc1.r1.head
mc1.r1.done:
  %mc1.back.a = add i32 149504, 0
  %mc1.back.ptr = inttoptr i32 %mc1.back.a to ptr
  %mc1.old = load volatile i16, ptr %mc1.back.ptr
  store volatile i16 %mc1.old, ptr %mc1.back.ptr
  %mc1.seen = load volatile i16, ptr %mc1.back.ptr
  %mc1.used = zext i16 %mc1.seen to i32
  store volatile i32 %mc1.used, ptr %sink
  br label %mc3.r0.pre
mc3.r0.pre:
  br label %mc3.r0.head
mc3.r0.head:
  %mc3.r0 = phi i32 [ 0, %mc3.r0.pre ], [ %mc3.r0.next, %mc3.r0.latch ]
  %mc3.r0.more = icmp ult i32 %mc3.r0, 32
  br i1 %mc3.r0.more, label %mc3.r0.body, label %mc3.r0.done
mc3.r0.body:
  %mc3.0.half = lshr i32 %mc3.r0, 4
  %mc3.0.row = and i32 %mc3.r0, 15
  %mc3.0.fo = mul i32 %mc3.0.half, 1024
  %mc3.0.ro = mul i32 %mc3.0.row, 32
  %mc3.0.o = add i32 %mc3.0.fo, %mc3.0.ro
  %mc3.0.s = add i32 %mc3.0.o, 12
  br label %mc3.c0.pre
mc3.c0.pre:
  br label %mc3.c0.head
mc3.c0.head:
  %mc3.c0 = phi i32 [ 0, %mc3.c0.pre ], [ %mc3.c0.next, %mc3.c0.latch ]
  %mc3.c0.more = icmp ult i32 %mc3.c0, 10
  br i1 %mc3.c0.more, label %mc3.c0.body, label %mc3.c0.done
mc3.c0.body:
  %mc3.0.co = mul i32 %mc3.c0, 2
  %mc3.0.e = add i32 %mc3.0.s, %mc3.0.co
  %mc3.0.d.a = add i32 153600, %mc3.0.e
  %mc3.0.d.ptr = inttoptr i32 %mc3.0.d.a to ptr
  store volatile i16 0, ptr %mc3.0.d.ptr
  br label %mc3.c0.latch
mc3.c0.latch:
  %mc3.c0.next = add i32 %mc3.c0, 1
  br label %mc3.c0.head
mc3.c0.done:
  br label %mc3.r0.latch
mc3.r0.latch:
  %mc3.r0.next = add i32 %mc3.r0, 1
  br label %mc3.r0.head
mc3.r0.done:
  br label %mc3.r1.pre
mc3.r1.pre:
  br label %mc3.r1.head
mc3.r1.head:
  %mc3.r1 = phi i32 [ 0, %mc3.r1.pre ], [ %mc3.r1.next, %mc3.r1.latch ]
  %mc3.r1.more = icmp ult i32 %mc3.r1, 32
  br i1 %mc3.r1.more, label %mc3.r1.body, label %mc3.r1.done
mc3.r1.body:
  %mc3.1.half = lshr i32 %mc3.r1, 4
  %mc3.1.row = and i32 %mc3.r1, 15
  %mc3.1.fo = mul i32 %mc3.1.half, 1024
  %mc3.1.ro = mul i32 %mc3.1.row, 32
  %mc3.1.o = add i32 %mc3.1.fo, %mc3.1.ro
  %mc3.1.s = add i32 %mc3.1.o, 512
  br label %mc3.c1.pre
mc3.c1.pre:
  br label %mc3.c1.head
mc3.c1.head:
  %mc3.c1 = phi i32 [ 0, %mc3.c1.pre ], [ %mc3.c1.next, %mc3.c1.latch ]
  %mc3.c1.more = icmp ult i32 %mc3.c1, 16
  br i1 %mc3.c1.more, label %mc3.c1.body, label %mc3.c1.done
mc3.c1.body:
  %mc3.1.co = mul i32 %mc3.c1, 2
  %mc3.1.e = add i32 %mc3.1.s, %mc3.1.co
  %mc3.1.d.a = add i32 153600, %mc3.1.e
  %mc3.1.d.ptr = inttoptr i32 %mc3.1.d.a to ptr
  store volatile i16 0, ptr %mc3.1.d.ptr
  br label %mc3.c1.latch
mc3.c1.latch:
  %mc3.c1.next = add i32 %mc3.c1, 1
  br label %mc3.c1.head
mc3.c1.done:
  br label %mc3.r1.latch
mc3.r1.latch:
  %mc3.r1.next = add i32 %mc3.r1, 1
  br label %mc3.r1.head
mc3.r1.done:
  %mc3.back.a = add i32 153600, 0
  %mc3.back.ptr = inttoptr i32 %mc3.back.a to ptr
  %mc3.old = load volatile i16, ptr %mc3.back.ptr
  store volatile i16 %mc3.old, ptr %mc3.back.ptr
  %mc3.seen = load volatile i16, ptr %mc3.back.ptr
  %mc3.used = zext i16 %mc3.seen to i32
  store volatile i32 %mc3.used, ptr %sink
  %mp.old = load i32, ptr %cb2.count.var
  %mp.sum = add i32 %mp.old, 4
  %mp.count = and i32 %mp.sum, 65535
  store i32 %mp.count, ptr %cb2.count.var
  %mp.ptr = load i32, ptr %cb2.ptr.var
  %mp.moved = add i32 %mp.ptr, 8192
  %mp.wrap = icmp eq i32 %mp.moved, 155648
  %mp.next = select i1 %mp.wrap, i32 147456, i32 %mp.moved
  store i32 %mp.next, ptr %cb2.ptr.var
  store volatile i32 %mp.count, ptr inttoptr (i32 4290027536 to ptr)
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
  br label %p0.0.rs.poll
p0.0.rs.poll:
  %p0.0.rs.acked = load volatile i32, ptr inttoptr (i32 4290019340 to ptr)
  %p0.0.rs.count = load i32, ptr %cb0.count.var
  %p0.0.rs.diff = sub i32 %p0.0.rs.count, %p0.0.rs.acked
  %p0.0.rs.used = and i32 %p0.0.rs.diff, 65535
  %p0.0.rs.full = icmp ugt i32 %p0.0.rs.used, 5
  br i1 %p0.0.rs.full, label %p0.0.rs.poll, label %p0.0.rs.ready
p0.0.rs.ready:
  %p0.0.to = load i32, ptr %cb0.ptr.var
  %p0.0.base = load i32, ptr %page0.var
  %p0.0.pg0 = add i32 %p0.0.base, 0
  %p0.0.in0 = mul i32 %p0.i0, 1
  %p0.0.pg1 = add i32 %p0.0.pg0, %p0.0.in0
  %p0.0.rd.row = udiv i32 %p0.0.pg1, 6
  %p0.0.rd.bank = urem i32 %p0.0.pg1, 6
  %p0.0.rd.scaled = mul i32 %p0.0.rd.row, 2048
  %p0.0.rd.offset = add i32 %address0, %p0.0.rd.scaled
  %p0.0.rd.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %p0.0.rd.bank
  %p0.0.rd.where = load volatile i32, ptr %p0.0.rd.entry
  br label %p0.0.rd.busy
p0.0.rd.busy:
  %p0.0.rd.cmd = load volatile i32, ptr inttoptr (i32 4289855528 to ptr)
  %p0.0.rd.wait = icmp ne i32 %p0.0.rd.cmd, 0
  br i1 %p0.0.rd.wait, label %p0.0.rd.busy, label %p0.0.rd.idle
p0.0.rd.idle:
  store volatile i32 %p0.0.rd.where, ptr inttoptr (i32 4289855492 to ptr)
  store volatile i32 %p0.0.rd.offset, ptr inttoptr (i32 4289855488 to ptr)
  store volatile i32 %p0.0.to, ptr inttoptr (i32 4289855500 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289855520 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289855528 to ptr)
  %p0.0.rd.n = load i32, ptr %noc.reads.var
  %p0.0.rd.n1 = add i32 %p0.0.rd.n, 1
  store i32 %p0.0.rd.n1, ptr %noc.reads.var
  br label %p0.done.poll
p0.done.poll:
  %p0.done.have = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  %p0.done.want = load i32, ptr %noc.reads.var
  %p0.done.miss = icmp ne i32 %p0.done.have, %p0.done.want
  br i1 %p0.done.miss, label %p0.done.poll, label %p0.done.ok
p0.done.ok:
  %p0.0.pu.old = load i32, ptr %cb0.count.var
  %p0.0.pu.sum = add i32 %p0.0.pu.old, 1
  %p0.0.pu.count = and i32 %p0.0.pu.sum, 65535
  store i32 %p0.0.pu.count, ptr %cb0.count.var
  %p0.0.pu.ptr = load i32, ptr %cb0.ptr.var
  %p0.0.pu.moved = add i32 %p0.0.pu.ptr, 2048
  %p0.0.pu.wrap = icmp eq i32 %p0.0.pu.moved, 143360
  %p0.0.pu.next = select i1 %p0.0.pu.wrap, i32 131072, i32 %p0.0.pu.moved
  store i32 %p0.0.pu.next, ptr %cb0.ptr.var
  store volatile i32 %p0.0.pu.count, ptr inttoptr (i32 4290019344 to ptr)
  br label %p0.i0.latch
p0.i0.latch:
  %p0.i0.next = add i32 %p0.i0, 1
  br label %p0.i0.head
p0.i0.done:
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
  br label %halt
halt:
  br label %halt
}
