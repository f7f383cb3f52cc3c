define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  fence seq_cst
  %noc.reads.var = alloca i32
  %noc.writes.var = alloca i32
  %c0.var = alloca i32
  %c1.var = alloca i32
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
  store volatile i32 0, ptr inttoptr (i32 4289798576 to ptr)
  %ni.node = load volatile i32, ptr inttoptr (i32 114688 to ptr)
  store volatile i32 %ni.node, ptr inttoptr (i32 4289855508 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4289855512 to ptr)
  store volatile i32 16, ptr inttoptr (i32 4289855516 to ptr)
  store i32 0, ptr %noc.reads.var
  %ni.base = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  store i32 %ni.base, ptr %noc.reads.var
  %nw.node = load volatile i32, ptr inttoptr (i32 114688 to ptr)
  store volatile i32 %nw.node, ptr inttoptr (i32 4289857544 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4289857560 to ptr)
  store volatile i32 18, ptr inttoptr (i32 4289857564 to ptr)
  %nw.base = load volatile i32, ptr inttoptr (i32 4289856004 to ptr)
  store i32 %nw.base, ptr %noc.writes.var
  %address = load volatile i32, ptr inttoptr (i32 114948 to ptr)
  %start = load volatile i32, ptr inttoptr (i32 114972 to ptr)
  %count = load volatile i32, ptr inttoptr (i32 114976 to ptr)
  %c0.0 = load volatile i32, ptr inttoptr (i32 114980 to ptr)
  store i32 %c0.0, ptr %c0.var
  %c1.0 = load volatile i32, ptr inttoptr (i32 114984 to ptr)
  store i32 %c1.0, ptr %c1.var
  br label %ft.w.pre
ft.w.pre:
  br label %ft.w.head
ft.w.head:
  %ft.w = phi i32 [ 0, %ft.w.pre ], [ %ft.w.next, %ft.w.latch ]
  %ft.w.more = icmp ult i32 %ft.w, 32
  br i1 %ft.w.more, label %ft.w.body, label %ft.w.done
ft.w.body:
  %ft.o = shl i32 %ft.w, 2
  %ft.d.a = add i32 %ft.o, 133120
  %ft.d.ptr = inttoptr i32 %ft.d.a to ptr
  store volatile i32 -1, ptr %ft.d.ptr
  br label %ft.w.latch
ft.w.latch:
  %ft.w.next = add i32 %ft.w, 1
  br label %ft.w.head
ft.w.done:
  fence seq_cst
  br label %i.pre
i.pre:
  br label %i.head
i.head:
  %i = phi i32 [ 0, %i.pre ], [ %i.next, %i.latch ]
  %i.more = icmp ult i32 %i, %count
  br i1 %i.more, label %i.body, label %i.done
i.body:
  br label %ff.w.pre
ff.w.pre:
  br label %ff.w.head
ff.w.head:
  %ff.w = phi i32 [ 0, %ff.w.pre ], [ %ff.w.next, %ff.w.latch ]
  %ff.w.more = icmp ult i32 %ff.w, 512
  br i1 %ff.w.more, label %ff.w.body, label %ff.w.done
ff.w.body:
  %ff.o = shl i32 %ff.w, 2
  %ff.d.a = add i32 %ff.o, 131072
  %ff.d.ptr = inttoptr i32 %ff.d.a to ptr
  store volatile i32 0, ptr %ff.d.ptr
  br label %ff.w.latch
ff.w.latch:
  %ff.w.next = add i32 %ff.w, 1
  br label %ff.w.head
ff.w.done:
  %o0 = load i32, ptr %c0.var
  %o1 = load i32, ptr %c1.var
  %p0.base = load volatile i32, ptr inttoptr (i32 114952 to ptr)
  %p0.in.0 = icmp eq i32 0, 0
  br i1 %p0.in.0, label %p0.w.then, label %p0.w.else
p0.w.then:
  %p0.at.0 = add i32 %p0.base, 0
  %p0.m0 = mul i32 %o0, 32
  %p0.at.1 = add i32 %p0.at.0, %p0.m0
  %p0.m1 = mul i32 %o1, 2240
  %p0.at.2 = add i32 %p0.at.1, %p0.m1
  %p0.address = load volatile i32, ptr inttoptr (i32 114944 to ptr)
  %p0.rlo = load volatile i32, ptr inttoptr (i32 114956 to ptr)
  %p0.rhi = load volatile i32, ptr inttoptr (i32 114960 to ptr)
  %p0.clo = load volatile i32, ptr inttoptr (i32 114964 to ptr)
  %p0.chi = load volatile i32, ptr inttoptr (i32 114968 to ptr)
  %p0.r.origin = shl i32 %o0, 5
  %p0.r.l0 = sub i32 %p0.rlo, %p0.r.origin
  %p0.r.ln = icmp slt i32 %p0.r.l0, 0
  %p0.r.first = select i1 %p0.r.ln, i32 0, i32 %p0.r.l0
  %p0.r.h0 = sub i32 %p0.rhi, %p0.r.origin
  %p0.r.hg = icmp sgt i32 %p0.r.h0, 32
  %p0.r.end = select i1 %p0.r.hg, i32 32, i32 %p0.r.h0
  %p0.r.n = sub i32 %p0.r.end, %p0.r.first
  %p0.r.nn = icmp slt i32 %p0.r.n, 0
  %p0.r.count = select i1 %p0.r.nn, i32 0, i32 %p0.r.n
  %p0.c.origin = shl i32 %o1, 5
  %p0.c.l0 = sub i32 %p0.clo, %p0.c.origin
  %p0.c.ln = icmp slt i32 %p0.c.l0, 0
  %p0.c.first = select i1 %p0.c.ln, i32 0, i32 %p0.c.l0
  %p0.c.h0 = sub i32 %p0.chi, %p0.c.origin
  %p0.c.hg = icmp sgt i32 %p0.c.h0, 32
  %p0.c.end = select i1 %p0.c.hg, i32 32, i32 %p0.c.h0
  %p0.c.n = sub i32 %p0.c.end, %p0.c.first
  %p0.c.nn = icmp slt i32 %p0.c.n, 0
  %p0.c.count = select i1 %p0.c.nn, i32 0, i32 %p0.c.n
  br label %p0.ri.pre
p0.ri.pre:
  br label %p0.ri.head
p0.ri.head:
  %p0.ri = phi i32 [ 0, %p0.ri.pre ], [ %p0.ri.next, %p0.ri.latch ]
  %p0.ri.more = icmp ult i32 %p0.ri, %p0.r.count
  br i1 %p0.ri.more, label %p0.ri.body, label %p0.ri.done
p0.ri.body:
  %p0.row = add i32 %p0.r.first, %p0.ri
  %p0.rs = mul i32 %p0.row, 1
  %p0.rat = add i32 %p0.at.2, %p0.rs
  br label %p0.runs
p0.runs:
  %p0.ci = phi i32 [ 0, %p0.ri.body ], [ %p0.cn, %p0.ran ]
  %p0.some = icmp ult i32 %p0.ci, %p0.c.count
  br i1 %p0.some, label %p0.run, label %p0.ri.ran
p0.run:
  %p0.col = add i32 %p0.c.first, %p0.ci
  %p0.cs = mul i32 %p0.col, 70
  %p0.lin = add i32 %p0.rat, %p0.cs
  %p0.sc = urem i32 %p0.lin, 70
  %p0.sq = udiv i32 %p0.lin, 70
  %p0.sr = urem i32 %p0.sq, 33
  %p0.sl = udiv i32 %p0.sq, 33
  %p0.t0 = mul i32 %p0.sl, 2
  %p0.t1 = lshr i32 %p0.sr, 5
  %p0.t2 = add i32 %p0.t0, %p0.t1
  %p0.t3 = mul i32 %p0.t2, 3
  %p0.t4 = lshr i32 %p0.sc, 5
  %p0.page = add i32 %p0.t3, %p0.t4
  %p0.k0 = mul i32 %p0.page, 1
  %p0.key = add i32 %p0.k0, 0
  %p0.slot = and i32 %p0.key, 31
  %p0.to = shl i32 %p0.slot, 2
  %p0.tag.a = add i32 %p0.to, 133120
  %p0.tag.ptr = inttoptr i32 %p0.tag.a to ptr
  %p0.have = load volatile i32, ptr %p0.tag.ptr
  %p0.so = mul i32 %p0.slot, 2048
  %p0.copy = add i32 %p0.so, 137216
  %p0.miss = icmp ne i32 %p0.have, %p0.key
  br i1 %p0.miss, label %p0.ms.then, label %p0.ms.else
p0.ms.then:
  %p0.rd.row = udiv i32 %p0.page, 8
  %p0.rd.bank = urem i32 %p0.page, 8
  %p0.rd.scaled = mul i32 %p0.rd.row, 2048
  %p0.rd.offset = add i32 %p0.address, %p0.rd.scaled
  %p0.rd.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %p0.rd.bank
  %p0.rd.where = load volatile i32, ptr %p0.rd.entry
  br label %p0.rd.busy
p0.rd.busy:
  %p0.rd.cmd = load volatile i32, ptr inttoptr (i32 4289855552 to ptr)
  %p0.rd.wait = icmp ne i32 %p0.rd.cmd, 0
  br i1 %p0.rd.wait, label %p0.rd.busy, label %p0.rd.idle
p0.rd.idle:
  store volatile i32 %p0.rd.where, ptr inttoptr (i32 4289855496 to ptr)
  store volatile i32 %p0.rd.offset, ptr inttoptr (i32 4289855488 to ptr)
  store volatile i32 %p0.copy, ptr inttoptr (i32 4289855500 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289855520 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289855552 to ptr)
  %p0.rd.n = load i32, ptr %noc.reads.var
  %p0.rd.n1 = add i32 %p0.rd.n, 1
  store i32 %p0.rd.n1, ptr %noc.reads.var
  br label %p0.rdd.poll
p0.rdd.poll:
  %p0.rdd.have = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  %p0.rdd.want = load i32, ptr %noc.reads.var
  %p0.rdd.miss = icmp ne i32 %p0.rdd.have, %p0.rdd.want
  br i1 %p0.rdd.miss, label %p0.rdd.poll, label %p0.rdd.ok
p0.rdd.ok:
  fence seq_cst
  store volatile i32 %p0.key, ptr %p0.tag.ptr
  br label %p0.ms.else
p0.ms.else:
  %p0.s.r0 = and i32 %p0.sr, 16
  %p0.s.r1 = shl i32 %p0.s.r0, 5
  %p0.s.r2 = and i32 %p0.sr, 15
  %p0.s.r3 = shl i32 %p0.s.r2, 4
  %p0.s.c0 = and i32 %p0.sc, 16
  %p0.s.c1 = shl i32 %p0.s.c0, 4
  %p0.s.c2 = and i32 %p0.sc, 15
  %p0.s.s0 = add i32 %p0.s.r1, %p0.s.r3
  %p0.s.s1 = add i32 %p0.s.c1, %p0.s.c2
  %p0.s.s2 = add i32 %p0.s.s0, %p0.s.s1
  %p0.s = shl i32 %p0.s.s2, 1
  %p0.source.at = add i32 %p0.copy, %p0.s
  %p0.source = freeze i32 %p0.source.at
  %p0.length = add i32 1, 0
  %p0.from.a = add i32 %p0.source, 0
  %p0.from.ptr = inttoptr i32 %p0.from.a to ptr
  %p0.value = load volatile i16, ptr %p0.from.ptr
  %p0.d.r0 = and i32 %p0.row, 16
  %p0.d.r1 = shl i32 %p0.d.r0, 5
  %p0.d.r2 = and i32 %p0.row, 15
  %p0.d.r3 = shl i32 %p0.d.r2, 4
  %p0.d.c0 = and i32 %p0.col, 16
  %p0.d.c1 = shl i32 %p0.d.c0, 4
  %p0.d.c2 = and i32 %p0.col, 15
  %p0.d.s0 = add i32 %p0.d.r1, %p0.d.r3
  %p0.d.s1 = add i32 %p0.d.c1, %p0.d.c2
  %p0.d.s2 = add i32 %p0.d.s0, %p0.d.s1
  %p0.d = shl i32 %p0.d.s2, 1
  %p0.dst.a = add i32 %p0.d, 131072
  %p0.dst.ptr = inttoptr i32 %p0.dst.a to ptr
  store volatile i16 %p0.value, ptr %p0.dst.ptr
  %p0.cn = add i32 %p0.ci, %p0.length
  br label %p0.ran
p0.ran:
  br label %p0.runs
p0.ri.ran:
  br label %p0.ri.latch
p0.ri.latch:
  %p0.ri.next = add i32 %p0.ri, 1
  br label %p0.ri.head
p0.ri.done:
  br label %p0.w.else
p0.w.else:
  fence seq_cst
  %sd.back.a = add i32 131072, 0
  %sd.back.ptr = inttoptr i32 %sd.back.a to ptr
  %sd.old = load volatile i16, ptr %sd.back.ptr
  store volatile i16 %sd.old, ptr %sd.back.ptr
  %sd.seen = load volatile i16, ptr %sd.back.ptr
  %sd.used = zext i16 %sd.seen to i32
  store volatile i32 %sd.used, ptr %sink
  %to = add i32 %start, %i
  %wr.row = udiv i32 %to, 8
  %wr.bank = urem i32 %to, 8
  %wr.scaled = mul i32 %wr.row, 2048
  %wr.offset = add i32 %address, %wr.scaled
  %wr.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %wr.bank
  %wr.where = load volatile i32, ptr %wr.entry
  br label %wr.busy
wr.busy:
  %wr.cmd = load volatile i32, ptr inttoptr (i32 4289857600 to ptr)
  %wr.wait = icmp ne i32 %wr.cmd, 0
  br i1 %wr.wait, label %wr.busy, label %wr.idle
wr.idle:
  store volatile i32 %wr.where, ptr inttoptr (i32 4289857556 to ptr)
  store volatile i32 %wr.offset, ptr inttoptr (i32 4289857548 to ptr)
  store volatile i32 131072, ptr inttoptr (i32 4289857536 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289857568 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289857600 to ptr)
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
  %s1.c = load i32, ptr %c1.var
  %s1.n = add i32 %s1.c, 1
  store i32 %s1.n, ptr %c1.var
  %s1.carry = icmp eq i32 %s1.n, 2
  br i1 %s1.carry, label %s1.wrap, label %stepped
s1.wrap:
  store i32 0, ptr %c1.var
  %s0.c = load i32, ptr %c0.var
  %s0.n = add i32 %s0.c, 1
  store i32 %s0.n, ptr %c0.var
  br label %stepped
stepped:
  br label %i.latch
i.latch:
  %i.next = add i32 %i, 1
  br label %i.head
i.done:
  store volatile i32 1611517982, ptr inttoptr (i32 114432 to ptr)
  br label %halt
halt:
  br label %halt
}
