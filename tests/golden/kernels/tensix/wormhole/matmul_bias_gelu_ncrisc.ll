define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  %noc.reads.var = alloca i32
  %cb0.count.var = alloca i32
  %cb0.ptr.var = alloca i32
  %cb1.count.var = alloca i32
  %cb1.ptr.var = alloca i32
  %cb2.count.var = alloca i32
  %cb2.ptr.var = alloca i32
  %ni.node = load volatile i32, ptr inttoptr (i32 114688 to ptr)
  store volatile i32 %ni.node, ptr inttoptr (i32 4289855504 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4289855512 to ptr)
  store volatile i32 16, ptr inttoptr (i32 4289855516 to ptr)
  store i32 0, ptr %noc.reads.var
  %ni.base = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  store i32 %ni.base, ptr %noc.reads.var
  store i32 0, ptr %cb0.count.var
  store i32 131072, ptr %cb0.ptr.var
  store i32 0, ptr %cb1.count.var
  store i32 139264, ptr %cb1.ptr.var
  %a.base = load volatile i32, ptr inttoptr (i32 114944 to ptr)
  %b.base = load volatile i32, ptr inttoptr (i32 114948 to ptr)
  store i32 0, ptr %cb2.count.var
  store i32 147456, ptr %cb2.ptr.var
  %o0.base = load volatile i32, ptr inttoptr (i32 114952 to ptr)
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
  %a.first.r = mul i32 %blk, 24
  %a.first.b = add i32 %a.first.r, 114972
  %a.first.p = inttoptr i32 %a.first.b to ptr
  %a.first = load volatile i32, ptr %a.first.p
  %b.first.r = mul i32 %blk, 24
  %b.first.b = add i32 %b.first.r, 114976
  %b.first.p = inttoptr i32 %b.first.b to ptr
  %b.first = load volatile i32, ptr %b.first.p
  br label %k.pre
k.pre:
  br label %k.head
k.head:
  %k = phi i32 [ 0, %k.pre ], [ %k.next, %k.latch ]
  %k.more = icmp ult i32 %k, 2
  br i1 %k.more, label %k.body, label %k.done
k.body:
  br label %ra.poll
ra.poll:
  %ra.acked = load volatile i32, ptr inttoptr (i32 4290019340 to ptr)
  %ra.count = load i32, ptr %cb0.count.var
  %ra.diff = sub i32 %ra.count, %ra.acked
  %ra.used = and i32 %ra.diff, 65535
  %ra.full = icmp ugt i32 %ra.used, 3
  br i1 %ra.full, label %ra.poll, label %ra.ready
ra.ready:
  %a.to = load i32, ptr %cb0.ptr.var
  %a.k = mul i32 %k, 1
  %a.kp = add i32 %a.first, %a.k
  br label %i.pre
i.pre:
  br label %i.head
i.head:
  %i = phi i32 [ 0, %i.pre ], [ %i.next, %i.latch ]
  %i.more = icmp ult i32 %i, %h
  br i1 %i.more, label %i.body, label %i.done
i.body:
  %a.i = mul i32 %i, 2
  %a.page = add i32 %a.kp, %a.i
  %a.o = mul i32 %i, 2048
  %a.at = add i32 %a.to, %a.o
  %rda.row = udiv i32 %a.page, 6
  %rda.bank = urem i32 %a.page, 6
  %rda.scaled = mul i32 %rda.row, 2048
  %rda.offset = add i32 %a.base, %rda.scaled
  %rda.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %rda.bank
  %rda.where = load volatile i32, ptr %rda.entry
  br label %rda.busy
rda.busy:
  %rda.cmd = load volatile i32, ptr inttoptr (i32 4289855528 to ptr)
  %rda.wait = icmp ne i32 %rda.cmd, 0
  br i1 %rda.wait, label %rda.busy, label %rda.idle
rda.idle:
  store volatile i32 %rda.where, ptr inttoptr (i32 4289855492 to ptr)
  store volatile i32 %rda.offset, ptr inttoptr (i32 4289855488 to ptr)
  store volatile i32 %a.at, ptr inttoptr (i32 4289855500 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289855520 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289855528 to ptr)
  %rda.n = load i32, ptr %noc.reads.var
  %rda.n1 = add i32 %rda.n, 1
  store i32 %rda.n1, ptr %noc.reads.var
  br label %i.latch
i.latch:
  %i.next = add i32 %i, 1
  br label %i.head
i.done:
  br label %rb.poll
rb.poll:
  %rb.acked = load volatile i32, ptr inttoptr (i32 4290023436 to ptr)
  %rb.count = load i32, ptr %cb1.count.var
  %rb.diff = sub i32 %rb.count, %rb.acked
  %rb.used = and i32 %rb.diff, 65535
  %rb.full = icmp ugt i32 %rb.used, 3
  br i1 %rb.full, label %rb.poll, label %rb.ready
rb.ready:
  %b.to = load i32, ptr %cb1.ptr.var
  %b.k = mul i32 %k, 4
  %b.kp = add i32 %b.first, %b.k
  br label %j.pre
j.pre:
  br label %j.head
j.head:
  %j = phi i32 [ 0, %j.pre ], [ %j.next, %j.latch ]
  %j.more = icmp ult i32 %j, %w
  br i1 %j.more, label %j.body, label %j.done
j.body:
  %b.j = mul i32 %j, 1
  %b.page = add i32 %b.kp, %b.j
  %b.o = mul i32 %j, 2048
  %b.at = add i32 %b.to, %b.o
  %rdb.row = udiv i32 %b.page, 6
  %rdb.bank = urem i32 %b.page, 6
  %rdb.scaled = mul i32 %rdb.row, 2048
  %rdb.offset = add i32 %b.base, %rdb.scaled
  %rdb.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %rdb.bank
  %rdb.where = load volatile i32, ptr %rdb.entry
  br label %rdb.busy
rdb.busy:
  %rdb.cmd = load volatile i32, ptr inttoptr (i32 4289855528 to ptr)
  %rdb.wait = icmp ne i32 %rdb.cmd, 0
  br i1 %rdb.wait, label %rdb.busy, label %rdb.idle
rdb.idle:
  store volatile i32 %rdb.where, ptr inttoptr (i32 4289855492 to ptr)
  store volatile i32 %rdb.offset, ptr inttoptr (i32 4289855488 to ptr)
  store volatile i32 %b.at, ptr inttoptr (i32 4289855500 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289855520 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289855528 to ptr)
  %rdb.n = load i32, ptr %noc.reads.var
  %rdb.n1 = add i32 %rdb.n, 1
  store i32 %rdb.n1, ptr %noc.reads.var
  br label %j.latch
j.latch:
  %j.next = add i32 %j, 1
  br label %j.head
j.done:
  br label %done.poll
done.poll:
  %done.have = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  %done.want = load i32, ptr %noc.reads.var
  %done.miss = icmp ne i32 %done.have, %done.want
  br i1 %done.miss, label %done.poll, label %done.ok
done.ok:
  %last = icmp eq i32 %k, 1
  br i1 %last, label %mask.then, label %mask.else
mask.then:
  br label %mi.pre
mi.pre:
  br label %mi.head
mi.head:
  %mi = phi i32 [ 0, %mi.pre ], [ %mi.next, %mi.latch ]
  %mi.more = icmp ult i32 %mi, %h
  br i1 %mi.more, label %mi.body, label %mi.done
mi.body:
  %m.o = mul i32 %mi, 2048
  %m.at = add i32 %a.to, %m.o
  br label %fc.r1.pre
fc.r1.pre:
  br label %fc.r1.head
fc.r1.head:
  %fc.r1 = phi i32 [ 0, %fc.r1.pre ], [ %fc.r1.next, %fc.r1.latch ]
  %fc.r1.more = icmp ult i32 %fc.r1, 32
  br i1 %fc.r1.more, label %fc.r1.body, label %fc.r1.done
fc.r1.body:
  %fc.1.half = lshr i32 %fc.r1, 4
  %fc.1.row = and i32 %fc.r1, 15
  %fc.1.fo = mul i32 %fc.1.half, 1024
  %fc.1.ro = mul i32 %fc.1.row, 32
  %fc.1.o = add i32 %fc.1.fo, %fc.1.ro
  %fc.1.s = add i32 %fc.1.o, 516
  br label %fc.c1.pre
fc.c1.pre:
  br label %fc.c1.head
fc.c1.head:
  %fc.c1 = phi i32 [ 0, %fc.c1.pre ], [ %fc.c1.next, %fc.c1.latch ]
  %fc.c1.more = icmp ult i32 %fc.c1, 14
  br i1 %fc.c1.more, label %fc.c1.body, label %fc.c1.done
fc.c1.body:
  %fc.1.co = mul i32 %fc.c1, 2
  %fc.1.e = add i32 %fc.1.s, %fc.1.co
  %fc.1.d.a = add i32 %m.at, %fc.1.e
  %fc.1.d.ptr = inttoptr i32 %fc.1.d.a to ptr
  store volatile i16 0, ptr %fc.1.d.ptr
  br label %fc.c1.latch
fc.c1.latch:
  %fc.c1.next = add i32 %fc.c1, 1
  br label %fc.c1.head
fc.c1.done:
  br label %fc.r1.latch
fc.r1.latch:
  %fc.r1.next = add i32 %fc.r1, 1
  br label %fc.r1.head
fc.r1.done:
  %fc.back.a = add i32 %m.at, 0
  %fc.back.ptr = inttoptr i32 %fc.back.a to ptr
  %fc.old = load volatile i16, ptr %fc.back.ptr
  store volatile i16 %fc.old, ptr %fc.back.ptr
  %fc.seen = load volatile i16, ptr %fc.back.ptr
  %fc.used = zext i16 %fc.seen to i32
  store volatile i32 %fc.used, ptr %sink
  br label %mi.latch
mi.latch:
  %mi.next = add i32 %mi, 1
  br label %mi.head
mi.done:
  br label %mj.pre
mj.pre:
  br label %mj.head
mj.head:
  %mj = phi i32 [ 0, %mj.pre ], [ %mj.next, %mj.latch ]
  %mj.more = icmp ult i32 %mj, %w
  br i1 %mj.more, label %mj.body, label %mj.done
mj.body:
  %n.o = mul i32 %mj, 2048
  %n.at = add i32 %b.to, %n.o
  br label %fr.r1.pre
fr.r1.pre:
  br label %fr.r1.head
fr.r1.head:
  %fr.r1 = phi i32 [ 0, %fr.r1.pre ], [ %fr.r1.next, %fr.r1.latch ]
  %fr.r1.more = icmp ult i32 %fr.r1, 448
  br i1 %fr.r1.more, label %fr.r1.body, label %fr.r1.done
fr.r1.body:
  %fr.1.face = udiv i32 %fr.r1, 224
  %fr.1.i = urem i32 %fr.r1, 224
  %fr.1.fo = mul i32 %fr.1.face, 512
  %fr.1.io = mul i32 %fr.1.i, 2
  %fr.1.o = add i32 %fr.1.fo, %fr.1.io
  %fr.1.s = add i32 %fr.1.o, 1088
  %fr.1.d.a = add i32 %n.at, %fr.1.s
  %fr.1.d.ptr = inttoptr i32 %fr.1.d.a to ptr
  store volatile i16 0, ptr %fr.1.d.ptr
  br label %fr.r1.latch
fr.r1.latch:
  %fr.r1.next = add i32 %fr.r1, 1
  br label %fr.r1.head
fr.r1.done:
  %fr.back.a = add i32 %n.at, 0
  %fr.back.ptr = inttoptr i32 %fr.back.a to ptr
  %fr.old = load volatile i16, ptr %fr.back.ptr
  store volatile i16 %fr.old, ptr %fr.back.ptr
  %fr.seen = load volatile i16, ptr %fr.back.ptr
  %fr.used = zext i16 %fr.seen to i32
  store volatile i32 %fr.used, ptr %sink
  br label %mj.latch
mj.latch:
  %mj.next = add i32 %mj, 1
  br label %mj.head
mj.done:
  br label %mask.else
mask.else:
  %pa.old = load i32, ptr %cb0.count.var
  %pa.sum = add i32 %pa.old, 1
  %pa.count = and i32 %pa.sum, 65535
  store i32 %pa.count, ptr %cb0.count.var
  %pa.ptr = load i32, ptr %cb0.ptr.var
  %pa.moved = add i32 %pa.ptr, 2048
  %pa.wrap = icmp eq i32 %pa.moved, 139264
  %pa.next = select i1 %pa.wrap, i32 131072, i32 %pa.moved
  store i32 %pa.next, ptr %cb0.ptr.var
  store volatile i32 %pa.count, ptr inttoptr (i32 4290019344 to ptr)
  %pb.old = load i32, ptr %cb1.count.var
  %pb.sum = add i32 %pb.old, 1
  %pb.count = and i32 %pb.sum, 65535
  store i32 %pb.count, ptr %cb1.count.var
  %pb.ptr = load i32, ptr %cb1.ptr.var
  %pb.moved = add i32 %pb.ptr, 2048
  %pb.wrap = icmp eq i32 %pb.moved, 147456
  %pb.next = select i1 %pb.wrap, i32 139264, i32 %pb.moved
  store i32 %pb.next, ptr %cb1.ptr.var
  store volatile i32 %pb.count, ptr inttoptr (i32 4290023440 to ptr)
  br label %k.latch
k.latch:
  %k.next = add i32 %k, 1
  br label %k.head
k.done:
  %o0.first.r = mul i32 %blk, 24
  %o0.first.b = add i32 %o0.first.r, 114984
  %o0.first.p = inttoptr i32 %o0.first.b to ptr
  %o0.first = load volatile i32, ptr %o0.first.p
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
  br label %o0.rs.poll
o0.rs.poll:
  %o0.rs.acked = load volatile i32, ptr inttoptr (i32 4290027532 to ptr)
  %o0.rs.count = load i32, ptr %cb2.count.var
  %o0.rs.diff = sub i32 %o0.rs.count, %o0.rs.acked
  %o0.rs.used = and i32 %o0.rs.diff, 65535
  %o0.rs.full = icmp ugt i32 %o0.rs.used, 1
  br i1 %o0.rs.full, label %o0.rs.poll, label %o0.rs.ready
o0.rs.ready:
  %o0.to = load i32, ptr %cb2.ptr.var
  %o0.i = mul i32 %ei, 0
  %o0.j = mul i32 %ej, 1
  %o0.ij = add i32 %o0.i, %o0.j
  %o0.page = add i32 %o0.first, %o0.ij
  %o0.rd.row = udiv i32 %o0.page, 6
  %o0.rd.bank = urem i32 %o0.page, 6
  %o0.rd.scaled = mul i32 %o0.rd.row, 2048
  %o0.rd.offset = add i32 %o0.base, %o0.rd.scaled
  %o0.rd.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %o0.rd.bank
  %o0.rd.where = load volatile i32, ptr %o0.rd.entry
  br label %o0.rd.busy
o0.rd.busy:
  %o0.rd.cmd = load volatile i32, ptr inttoptr (i32 4289855528 to ptr)
  %o0.rd.wait = icmp ne i32 %o0.rd.cmd, 0
  br i1 %o0.rd.wait, label %o0.rd.busy, label %o0.rd.idle
o0.rd.idle:
  store volatile i32 %o0.rd.where, ptr inttoptr (i32 4289855492 to ptr)
  store volatile i32 %o0.rd.offset, ptr inttoptr (i32 4289855488 to ptr)
  store volatile i32 %o0.to, ptr inttoptr (i32 4289855500 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289855520 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289855528 to ptr)
  %o0.rd.n = load i32, ptr %noc.reads.var
  %o0.rd.n1 = add i32 %o0.rd.n, 1
  store i32 %o0.rd.n1, ptr %noc.reads.var
  br label %edone.poll
edone.poll:
  %edone.have = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  %edone.want = load i32, ptr %noc.reads.var
  %edone.miss = icmp ne i32 %edone.have, %edone.want
  br i1 %edone.miss, label %edone.poll, label %edone.ok
edone.ok:
  br label %o0.bc.w.pre
o0.bc.w.pre:
  br label %o0.bc.w.head
o0.bc.w.head:
  %o0.bc.w = phi i32 [ 0, %o0.bc.w.pre ], [ %o0.bc.w.next, %o0.bc.w.latch ]
  %o0.bc.w.more = icmp ult i32 %o0.bc.w, 16
  br i1 %o0.bc.w.more, label %o0.bc.w.body, label %o0.bc.w.done
o0.bc.w.body:
  %o0.bc.face = udiv i32 %o0.bc.w, 8
  %o0.bc.word = urem i32 %o0.bc.w, 8
  %o0.bc.fo = mul i32 %o0.bc.face, 512
  %o0.bc.wo = shl i32 %o0.bc.word, 2
  %o0.bc.o = add i32 %o0.bc.fo, %o0.bc.wo
  %o0.bc.s.a = add i32 %o0.to, %o0.bc.o
  %o0.bc.s.ptr = inttoptr i32 %o0.bc.s.a to ptr
  %o0.bc.value = load volatile i32, ptr %o0.bc.s.ptr
  br label %o0.bc.r.pre
o0.bc.r.pre:
  br label %o0.bc.r.head
o0.bc.r.head:
  %o0.bc.r = phi i32 [ 0, %o0.bc.r.pre ], [ %o0.bc.r.next, %o0.bc.r.latch ]
  %o0.bc.r.more = icmp ult i32 %o0.bc.r, 16
  br i1 %o0.bc.r.more, label %o0.bc.r.body, label %o0.bc.r.done
o0.bc.r.body:
  %o0.bc.ro = mul i32 %o0.bc.r, 32
  %o0.bc.d.a = add i32 %o0.bc.s.a, %o0.bc.ro
  %o0.bc.d.ptr = inttoptr i32 %o0.bc.d.a to ptr
  store volatile i32 %o0.bc.value, ptr %o0.bc.d.ptr
  %o0.bc.e.a = add i32 %o0.bc.d.a, 1024
  %o0.bc.e.ptr = inttoptr i32 %o0.bc.e.a to ptr
  store volatile i32 %o0.bc.value, ptr %o0.bc.e.ptr
  br label %o0.bc.r.latch
o0.bc.r.latch:
  %o0.bc.r.next = add i32 %o0.bc.r, 1
  br label %o0.bc.r.head
o0.bc.r.done:
  br label %o0.bc.w.latch
o0.bc.w.latch:
  %o0.bc.w.next = add i32 %o0.bc.w, 1
  br label %o0.bc.w.head
o0.bc.w.done:
  %o0.bc.back.a = add i32 %o0.to, 0
  %o0.bc.back.ptr = inttoptr i32 %o0.bc.back.a to ptr
  %o0.bc.old = load volatile i16, ptr %o0.bc.back.ptr
  store volatile i16 %o0.bc.old, ptr %o0.bc.back.ptr
  %o0.bc.seen = load volatile i16, ptr %o0.bc.back.ptr
  %o0.bc.used = zext i16 %o0.bc.seen to i32
  store volatile i32 %o0.bc.used, ptr %sink
  %o0.pu.old = load i32, ptr %cb2.count.var
  %o0.pu.sum = add i32 %o0.pu.old, 1
  %o0.pu.count = and i32 %o0.pu.sum, 65535
  store i32 %o0.pu.count, ptr %cb2.count.var
  %o0.pu.ptr = load i32, ptr %cb2.ptr.var
  %o0.pu.moved = add i32 %o0.pu.ptr, 2048
  %o0.pu.wrap = icmp eq i32 %o0.pu.moved, 151552
  %o0.pu.next = select i1 %o0.pu.wrap, i32 147456, i32 %o0.pu.moved
  store i32 %o0.pu.next, ptr %cb2.ptr.var
  store volatile i32 %o0.pu.count, ptr inttoptr (i32 4290027536 to ptr)
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
