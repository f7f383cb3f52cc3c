define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  fence seq_cst
  %noc.reads.var = alloca i32
  %cb0.count.var = alloca i32
  %cb0.ptr.var = alloca i32
  %cb1.count.var = alloca i32
  %cb1.ptr.var = alloca i32
  %cb2.count.var = alloca i32
  %cb2.ptr.var = alloca i32
  %ni.node = load volatile i32, ptr inttoptr (i32 114688 to ptr)
  store volatile i32 %ni.node, ptr inttoptr (i32 4289855508 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4289855512 to ptr)
  store volatile i32 16, ptr inttoptr (i32 4289855516 to ptr)
  store i32 0, ptr %noc.reads.var
  %ni.base = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  store i32 %ni.base, ptr %noc.reads.var
  store i32 0, ptr %cb0.count.var
  store i32 131072, ptr %cb0.ptr.var
  %a.base = load volatile i32, ptr inttoptr (i32 114944 to ptr)
  store i32 0, ptr %cb1.count.var
  store i32 139264, ptr %cb1.ptr.var
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
  %a.first.r = mul i32 %blk, 28
  %a.first.b = add i32 %a.first.r, 114972
  %a.first.p = inttoptr i32 %a.first.b to ptr
  %a.first = load volatile i32, ptr %a.first.p
  %a.bit = and i32 %flags, 1
  %a.fresh = icmp ne i32 %a.bit, 0
  %b.first.r = mul i32 %blk, 28
  %b.first.b = add i32 %b.first.r, 114976
  %b.first.p = inttoptr i32 %b.first.b to ptr
  %b.first = load volatile i32, ptr %b.first.p
  %b.bit = and i32 %flags, 2
  %b.fresh = icmp ne i32 %b.bit, 0
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
  %k.first = mul i32 %ks, 2
  br label %a.rs.poll
a.rs.poll:
  %a.rs.acked = load volatile i32, ptr inttoptr (i32 4290019360 to ptr)
  %a.rs.count = load i32, ptr %cb0.count.var
  %a.rs.diff = sub i32 %a.rs.count, %a.rs.acked
  %a.rs.used = and i32 %a.rs.diff, 65535
  %a.rs.full = icmp ugt i32 %a.rs.used, 2
  br i1 %a.rs.full, label %a.rs.poll, label %a.rs.ready
a.rs.ready:
  %a.to = load i32, ptr %cb0.ptr.var
  %a.ks = mul i32 %k.first, 1
  %a.pk = add i32 %a.first, %a.ks
  br label %b.rs.poll
b.rs.poll:
  %b.rs.acked = load volatile i32, ptr inttoptr (i32 4290023456 to ptr)
  %b.rs.count = load i32, ptr %cb1.count.var
  %b.rs.diff = sub i32 %b.rs.count, %b.rs.acked
  %b.rs.used = and i32 %b.rs.diff, 65535
  %b.rs.full = icmp ugt i32 %b.rs.used, 2
  br i1 %b.rs.full, label %b.rs.poll, label %b.rs.ready
b.rs.ready:
  %b.to = load i32, ptr %cb1.ptr.var
  %b.ks = mul i32 %k.first, 4
  %b.pk = add i32 %b.first, %b.ks
  br label %a.l.pre
a.l.pre:
  br label %a.l.head
a.l.head:
  %a.l = phi i32 [ 0, %a.l.pre ], [ %a.l.next, %a.l.latch ]
  %a.l.more = icmp ult i32 %a.l, %h
  br i1 %a.l.more, label %a.l.body, label %a.l.done
a.l.body:
  %a.g.lo = mul i32 %a.l, 4096
  %a.g.at = add i32 %a.to, %a.g.lo
  %a.lp = mul i32 %a.l, 2
  %a.pl = add i32 %a.pk, %a.lp
  br label %a.k.pre
a.k.pre:
  br label %a.k.head
a.k.head:
  %a.k = phi i32 [ 0, %a.k.pre ], [ %a.k.next, %a.k.latch ]
  %a.k.more = icmp ult i32 %a.k, %kn
  br i1 %a.k.more, label %a.k.body, label %a.k.done
a.k.body:
  %a.ko = mul i32 %a.k, 1
  %a.page = add i32 %a.pl, %a.ko
  %a.tk = mul i32 %a.k, 2048
  %a.ta = add i32 %a.g.at, %a.tk
  %a.rd.row = udiv i32 %a.page, 8
  %a.rd.bank = urem i32 %a.page, 8
  %a.rd.scaled = mul i32 %a.rd.row, 2048
  %a.rd.offset = add i32 %a.base, %a.rd.scaled
  %a.rd.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %a.rd.bank
  %a.rd.where = load volatile i32, ptr %a.rd.entry
  br label %a.rd.busy
a.rd.busy:
  %a.rd.cmd = load volatile i32, ptr inttoptr (i32 4289855552 to ptr)
  %a.rd.wait = icmp ne i32 %a.rd.cmd, 0
  br i1 %a.rd.wait, label %a.rd.busy, label %a.rd.idle
a.rd.idle:
  store volatile i32 %a.rd.where, ptr inttoptr (i32 4289855496 to ptr)
  store volatile i32 %a.rd.offset, ptr inttoptr (i32 4289855488 to ptr)
  store volatile i32 %a.ta, ptr inttoptr (i32 4289855500 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289855520 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289855552 to ptr)
  %a.rd.n = load i32, ptr %noc.reads.var
  %a.rd.n1 = add i32 %a.rd.n, 1
  store i32 %a.rd.n1, ptr %noc.reads.var
  br label %a.k.latch
a.k.latch:
  %a.k.next = add i32 %a.k, 1
  br label %a.k.head
a.k.done:
  br label %a.l.latch
a.l.latch:
  %a.l.next = add i32 %a.l, 1
  br label %a.l.head
a.l.done:
  br label %b.l.pre
b.l.pre:
  br label %b.l.head
b.l.head:
  %b.l = phi i32 [ 0, %b.l.pre ], [ %b.l.next, %b.l.latch ]
  %b.l.more = icmp ult i32 %b.l, %w
  br i1 %b.l.more, label %b.l.body, label %b.l.done
b.l.body:
  %b.g.lo = mul i32 %b.l, 4096
  %b.g.at = add i32 %b.to, %b.g.lo
  %b.lp = mul i32 %b.l, 1
  %b.pl = add i32 %b.pk, %b.lp
  br label %b.k.pre
b.k.pre:
  br label %b.k.head
b.k.head:
  %b.k = phi i32 [ 0, %b.k.pre ], [ %b.k.next, %b.k.latch ]
  %b.k.more = icmp ult i32 %b.k, %kn
  br i1 %b.k.more, label %b.k.body, label %b.k.done
b.k.body:
  %b.ko = mul i32 %b.k, 4
  %b.page = add i32 %b.pl, %b.ko
  %b.tk = mul i32 %b.k, 2048
  %b.ta = add i32 %b.g.at, %b.tk
  %b.rd.row = udiv i32 %b.page, 8
  %b.rd.bank = urem i32 %b.page, 8
  %b.rd.scaled = mul i32 %b.rd.row, 2048
  %b.rd.offset = add i32 %b.base, %b.rd.scaled
  %b.rd.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %b.rd.bank
  %b.rd.where = load volatile i32, ptr %b.rd.entry
  br label %b.rd.busy
b.rd.busy:
  %b.rd.cmd = load volatile i32, ptr inttoptr (i32 4289855552 to ptr)
  %b.rd.wait = icmp ne i32 %b.rd.cmd, 0
  br i1 %b.rd.wait, label %b.rd.busy, label %b.rd.idle
b.rd.idle:
  store volatile i32 %b.rd.where, ptr inttoptr (i32 4289855496 to ptr)
  store volatile i32 %b.rd.offset, ptr inttoptr (i32 4289855488 to ptr)
  store volatile i32 %b.ta, ptr inttoptr (i32 4289855500 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289855520 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289855552 to ptr)
  %b.rd.n = load i32, ptr %noc.reads.var
  %b.rd.n1 = add i32 %b.rd.n, 1
  store i32 %b.rd.n1, ptr %noc.reads.var
  br label %b.k.latch
b.k.latch:
  %b.k.next = add i32 %b.k, 1
  br label %b.k.head
b.k.done:
  br label %b.l.latch
b.l.latch:
  %b.l.next = add i32 %b.l, 1
  br label %b.l.head
b.l.done:
  br label %done.poll
done.poll:
  %done.have = load volatile i32, ptr inttoptr (i32 4289856008 to ptr)
  %done.want = load i32, ptr %noc.reads.var
  %done.miss = icmp ne i32 %done.have, %done.want
  br i1 %done.miss, label %done.poll, label %done.ok
done.ok:
  br i1 %last, label %tail.then, label %tail.else
tail.then:
  br label %a.ml.pre
a.ml.pre:
  br label %a.ml.head
a.ml.head:
  %a.ml = phi i32 [ 0, %a.ml.pre ], [ %a.ml.next, %a.ml.latch ]
  %a.ml.more = icmp ult i32 %a.ml, %h
  br i1 %a.ml.more, label %a.ml.body, label %a.ml.done
a.ml.body:
  %a.m.lo = mul i32 %a.ml, 4096
  %a.m.at = add i32 %a.to, %a.m.lo
  %a.mt = add i32 %a.m.at, 2048
  br label %a.fc.r1.pre
a.fc.r1.pre:
  br label %a.fc.r1.head
a.fc.r1.head:
  %a.fc.r1 = phi i32 [ 0, %a.fc.r1.pre ], [ %a.fc.r1.next, %a.fc.r1.latch ]
  %a.fc.r1.more = icmp ult i32 %a.fc.r1, 32
  br i1 %a.fc.r1.more, label %a.fc.r1.body, label %a.fc.r1.done
a.fc.r1.body:
  %a.fc.1.half = lshr i32 %a.fc.r1, 4
  %a.fc.1.row = and i32 %a.fc.r1, 15
  %a.fc.1.fo = mul i32 %a.fc.1.half, 1024
  %a.fc.1.ro = mul i32 %a.fc.1.row, 32
  %a.fc.1.o = add i32 %a.fc.1.fo, %a.fc.1.ro
  %a.fc.1.s = add i32 %a.fc.1.o, 516
  br label %a.fc.c1.pre
a.fc.c1.pre:
  br label %a.fc.c1.head
a.fc.c1.head:
  %a.fc.c1 = phi i32 [ 0, %a.fc.c1.pre ], [ %a.fc.c1.next, %a.fc.c1.latch ]
  %a.fc.c1.more = icmp ult i32 %a.fc.c1, 14
  br i1 %a.fc.c1.more, label %a.fc.c1.body, label %a.fc.c1.done
a.fc.c1.body:
  %a.fc.1.co = mul i32 %a.fc.c1, 2
  %a.fc.1.e = add i32 %a.fc.1.s, %a.fc.1.co
  %a.fc.1.d.a = add i32 %a.mt, %a.fc.1.e
  %a.fc.1.d.ptr = inttoptr i32 %a.fc.1.d.a to ptr
  store volatile i16 0, ptr %a.fc.1.d.ptr
  br label %a.fc.c1.latch
a.fc.c1.latch:
  %a.fc.c1.next = add i32 %a.fc.c1, 1
  br label %a.fc.c1.head
a.fc.c1.done:
  br label %a.fc.r1.latch
a.fc.r1.latch:
  %a.fc.r1.next = add i32 %a.fc.r1, 1
  br label %a.fc.r1.head
a.fc.r1.done:
  fence seq_cst
  %a.fc.back.a = add i32 %a.mt, 0
  %a.fc.back.ptr = inttoptr i32 %a.fc.back.a to ptr
  %a.fc.old = load volatile i16, ptr %a.fc.back.ptr
  store volatile i16 %a.fc.old, ptr %a.fc.back.ptr
  %a.fc.seen = load volatile i16, ptr %a.fc.back.ptr
  %a.fc.used = zext i16 %a.fc.seen to i32
  store volatile i32 %a.fc.used, ptr %sink
  br label %a.ml.latch
a.ml.latch:
  %a.ml.next = add i32 %a.ml, 1
  br label %a.ml.head
a.ml.done:
  br label %b.ml.pre
b.ml.pre:
  br label %b.ml.head
b.ml.head:
  %b.ml = phi i32 [ 0, %b.ml.pre ], [ %b.ml.next, %b.ml.latch ]
  %b.ml.more = icmp ult i32 %b.ml, %w
  br i1 %b.ml.more, label %b.ml.body, label %b.ml.done
b.ml.body:
  %b.m.lo = mul i32 %b.ml, 4096
  %b.m.at = add i32 %b.to, %b.m.lo
  %b.mt = add i32 %b.m.at, 2048
  br label %b.fr.r1.pre
b.fr.r1.pre:
  br label %b.fr.r1.head
b.fr.r1.head:
  %b.fr.r1 = phi i32 [ 0, %b.fr.r1.pre ], [ %b.fr.r1.next, %b.fr.r1.latch ]
  %b.fr.r1.more = icmp ult i32 %b.fr.r1, 448
  br i1 %b.fr.r1.more, label %b.fr.r1.body, label %b.fr.r1.done
b.fr.r1.body:
  %b.fr.1.face = udiv i32 %b.fr.r1, 224
  %b.fr.1.i = urem i32 %b.fr.r1, 224
  %b.fr.1.fo = mul i32 %b.fr.1.face, 512
  %b.fr.1.io = mul i32 %b.fr.1.i, 2
  %b.fr.1.o = add i32 %b.fr.1.fo, %b.fr.1.io
  %b.fr.1.s = add i32 %b.fr.1.o, 1088
  %b.fr.1.d.a = add i32 %b.mt, %b.fr.1.s
  %b.fr.1.d.ptr = inttoptr i32 %b.fr.1.d.a to ptr
  store volatile i16 0, ptr %b.fr.1.d.ptr
  br label %b.fr.r1.latch
b.fr.r1.latch:
  %b.fr.r1.next = add i32 %b.fr.r1, 1
  br label %b.fr.r1.head
b.fr.r1.done:
  fence seq_cst
  %b.fr.back.a = add i32 %b.mt, 0
  %b.fr.back.ptr = inttoptr i32 %b.fr.back.a to ptr
  %b.fr.old = load volatile i16, ptr %b.fr.back.ptr
  store volatile i16 %b.fr.old, ptr %b.fr.back.ptr
  %b.fr.seen = load volatile i16, ptr %b.fr.back.ptr
  %b.fr.used = zext i16 %b.fr.seen to i32
  store volatile i32 %b.fr.used, ptr %sink
  br label %b.ml.latch
b.ml.latch:
  %b.ml.next = add i32 %b.ml, 1
  br label %b.ml.head
b.ml.done:
  br label %tail.else
tail.else:
  %a.pu.old = load i32, ptr %cb0.count.var
  %a.pu.sum = add i32 %a.pu.old, 2
  %a.pu.count = and i32 %a.pu.sum, 65535
  store i32 %a.pu.count, ptr %cb0.count.var
  %a.pu.ptr = load i32, ptr %cb0.ptr.var
  %a.pu.moved = add i32 %a.pu.ptr, 4096
  %a.pu.wrap = icmp eq i32 %a.pu.moved, 139264
  %a.pu.next = select i1 %a.pu.wrap, i32 131072, i32 %a.pu.moved
  store i32 %a.pu.next, ptr %cb0.ptr.var
  store volatile i32 %a.pu.count, ptr inttoptr (i32 4290019368 to ptr)
  %b.pu.old = load i32, ptr %cb1.count.var
  %b.pu.sum = add i32 %b.pu.old, 2
  %b.pu.count = and i32 %b.pu.sum, 65535
  store i32 %b.pu.count, ptr %cb1.count.var
  %b.pu.ptr = load i32, ptr %cb1.ptr.var
  %b.pu.moved = add i32 %b.pu.ptr, 4096
  %b.pu.wrap = icmp eq i32 %b.pu.moved, 147456
  %b.pu.next = select i1 %b.pu.wrap, i32 139264, i32 %b.pu.moved
  store i32 %b.pu.next, ptr %cb1.ptr.var
  store volatile i32 %b.pu.count, ptr inttoptr (i32 4290023464 to ptr)
  br label %ks.latch
ks.latch:
  %ks.next = add i32 %ks, 1
  br label %ks.head
ks.done:
  %o0.first.r = mul i32 %blk, 28
  %o0.first.b = add i32 %o0.first.r, 114988
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
  %o0.rs.acked = load volatile i32, ptr inttoptr (i32 4290027552 to ptr)
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
  %o0.rd.row = udiv i32 %o0.page, 8
  %o0.rd.bank = urem i32 %o0.page, 8
  %o0.rd.scaled = mul i32 %o0.rd.row, 2048
  %o0.rd.offset = add i32 %o0.base, %o0.rd.scaled
  %o0.rd.entry = getelementptr i32, ptr inttoptr (i32 114752 to ptr), i32 %o0.rd.bank
  %o0.rd.where = load volatile i32, ptr %o0.rd.entry
  br label %o0.rd.busy
o0.rd.busy:
  %o0.rd.cmd = load volatile i32, ptr inttoptr (i32 4289855552 to ptr)
  %o0.rd.wait = icmp ne i32 %o0.rd.cmd, 0
  br i1 %o0.rd.wait, label %o0.rd.busy, label %o0.rd.idle
o0.rd.idle:
  store volatile i32 %o0.rd.where, ptr inttoptr (i32 4289855496 to ptr)
  store volatile i32 %o0.rd.offset, ptr inttoptr (i32 4289855488 to ptr)
  store volatile i32 %o0.to, ptr inttoptr (i32 4289855500 to ptr)
  store volatile i32 2048, ptr inttoptr (i32 4289855520 to ptr)
  store volatile i32 1, ptr inttoptr (i32 4289855552 to ptr)
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
  fence seq_cst
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
  fence seq_cst
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
  store volatile i32 %o0.pu.count, ptr inttoptr (i32 4290027560 to ptr)
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
