; tasks: 1
; words: BufferAddress(index=0, offset_bytes=0), BufferAddress(index=1, offset_bytes=0), BufferAddress(index=2, offset_bytes=0)
@mj_true = internal global i1 true
declare <16 x float> @llvm.masked.load.v16f32.p0(ptr, <16 x i1>, <16 x float>)
declare void @llvm.masked.store.v16f32.p0(<16 x float>, ptr, <16 x i1>)
declare <16 x i32> @llvm.masked.load.v16i32.p0(ptr, <16 x i1>, <16 x i32>)
declare void @llvm.masked.store.v16i32.p0(<16 x i32>, ptr, <16 x i1>)
declare <16 x i16> @llvm.masked.load.v16i16.p0(ptr, <16 x i1>, <16 x i16>)
declare void @llvm.masked.store.v16i16.p0(<16 x i16>, ptr, <16 x i1>)
declare <16 x i8> @llvm.masked.load.v16i8.p0(ptr, <16 x i1>, <16 x i8>)
declare void @llvm.masked.store.v16i8.p0(<16 x i8>, ptr, <16 x i1>)

declare i64 @llvm.smin.i64(i64, i64)
declare <1 x float> @llvm.maximum.v1f32(<1 x float>, <1 x float>)
declare <1 x float> @llvm.minimum.v1f32(<1 x float>, <1 x float>)
declare <1 x i32> @llvm.smax.v1i32(<1 x i32>, <1 x i32>)
declare <1 x i32> @llvm.smin.v1i32(<1 x i32>, <1 x i32>)
declare <2 x float> @llvm.maximum.v2f32(<2 x float>, <2 x float>)
declare <2 x float> @llvm.minimum.v2f32(<2 x float>, <2 x float>)
declare <2 x i32> @llvm.smax.v2i32(<2 x i32>, <2 x i32>)
declare <2 x i32> @llvm.smin.v2i32(<2 x i32>, <2 x i32>)
declare <4 x float> @llvm.maximum.v4f32(<4 x float>, <4 x float>)
declare <4 x float> @llvm.minimum.v4f32(<4 x float>, <4 x float>)
declare <4 x i32> @llvm.smax.v4i32(<4 x i32>, <4 x i32>)
declare <4 x i32> @llvm.smin.v4i32(<4 x i32>, <4 x i32>)
declare <8 x float> @llvm.maximum.v8f32(<8 x float>, <8 x float>)
declare <8 x float> @llvm.minimum.v8f32(<8 x float>, <8 x float>)
declare <8 x i32> @llvm.smax.v8i32(<8 x i32>, <8 x i32>)
declare <8 x i32> @llvm.smin.v8i32(<8 x i32>, <8 x i32>)

declare <16 x float> @llvm.fmuladd.v16f32(<16 x float>, <16 x float>, <16 x float>)
declare <16 x double> @llvm.fmuladd.v16f64(<16 x double>, <16 x double>, <16 x double>)
declare <16 x float> @llvm.fabs.v16f32(<16 x float>)
declare <16 x float> @llvm.sqrt.v16f32(<16 x float>)
declare <16 x float> @llvm.roundeven.v16f32(<16 x float>)
declare <16 x float> @llvm.trunc.v16f32(<16 x float>)
declare <16 x float> @llvm.maximum.v16f32(<16 x float>, <16 x float>)
declare <16 x float> @llvm.minimum.v16f32(<16 x float>, <16 x float>)
declare <16 x float> @llvm.copysign.v16f32(<16 x float>, <16 x float>)
declare <16 x i32> @llvm.smax.v16i32(<16 x i32>, <16 x i32>)
declare <16 x i32> @llvm.smin.v16i32(<16 x i32>, <16 x i32>)
declare <16 x i32> @llvm.abs.v16i32(<16 x i32>, i1)
declare <16 x i32> @llvm.fptosi.sat.v16i32.v16f32(<16 x float>)
declare <16 x float> @llvm.x86.avx512.mask.scalef.ps.512(<16 x float>, <16 x float>, <16 x float>, i16, i32)
declare <16 x double> @llvm.roundeven.v16f64(<16 x double>)
declare <16 x double> @llvm.trunc.v16f64(<16 x double>)
declare <16 x double> @llvm.fabs.v16f64(<16 x double>)

define void @mj_rms_norm(ptr %args, i64 %task) {
entry:
  %cell = alloca <16 x float>
  %wp0 = getelementptr i64, ptr %args, i64 0
  %arg0 = load ptr, ptr %wp0
  %wp1 = getelementptr i64, ptr %args, i64 1
  %arg1 = load ptr, ptr %wp1
  %wp2 = getelementptr i64, ptr %args, i64 2
  %arg2 = load ptr, ptr %wp2
  %first = mul i64 %task, 4
  %last.r = add i64 %first, 4
  %last = call i64 @llvm.smin.i64(i64 %last.r, i64 4)
  br label %unit
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %at = mul i64 %u, 33
  %x = getelementptr i16, ptr %arg0, i64 %at
  %y = getelementptr i16, ptr %arg2, i64 %at
  store <16 x float> zeroinitializer, ptr %cell
  br label %b
b:
  %b.i = phi i64 [ 0, %unit ], [ %b.n, %b.go ]
  %b.n = add i64 %b.i, 16
  %b.full = icmp sle i64 %b.n, 33
  br i1 %b.full, label %b.go, label %b.rest
b.go:
  %b.xm.p = getelementptr i16, ptr %x, i64 %b.i
  %b.xm.m = load <16 x i16>, ptr %b.xm.p, align 2
  %b.xm.w = zext <16 x i16> %b.xm.m to <16 x i32>
  %b.xm.s = shl <16 x i32> %b.xm.w, splat (i32 16)
  %b.xm = bitcast <16 x i32> %b.xm.s to <16 x float>


  %b.dm = select i1 true, <16 x float> %b.xm, <16 x float> poison
  %b.qm = fmul <16 x float> %b.dm, %b.dm
  %b.qm.k = select i1 true, <16 x float> %b.qm, <16 x float> poison

  %b.cm.old = load <16 x float>, ptr %cell
  %b.cm.new = fadd <16 x float> %b.cm.old, %b.qm.k
  store <16 x float> %b.cm.new, ptr %cell


  br label %b
b.rest:
  %b.some = icmp slt i64 %b.i, 33
  br i1 %b.some, label %b.tail, label %b.end
b.tail:
  %b.left = sub i64 33, %b.i
%b.mask.t = trunc i64 %b.left to i32
%b.mask.v.i = insertelement <16 x i32> poison, i32 %b.mask.t, i64 0
  %b.mask.v = shufflevector <16 x i32> %b.mask.v.i, <16 x i32> poison, <16 x i32> zeroinitializer
  %b.mask = icmp slt <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, %b.mask.v
  %b.xt.p = getelementptr i16, ptr %x, i64 %b.i
  %b.xt.m = call <16 x i16> @llvm.masked.load.v16i16.p0(ptr align 2 %b.xt.p, <16 x i1> %b.mask, <16 x i16> zeroinitializer)
  %b.xt.w = zext <16 x i16> %b.xt.m to <16 x i32>
  %b.xt.s = shl <16 x i32> %b.xt.w, splat (i32 16)
  %b.xt = bitcast <16 x i32> %b.xt.s to <16 x float>


  %b.dt = select i1 true, <16 x float> %b.xt, <16 x float> poison
  %b.qt = fmul <16 x float> %b.dt, %b.dt
  %b.qt.k = select <16 x i1> %b.mask, <16 x float> %b.qt, <16 x float> zeroinitializer

  %b.ct.old = load <16 x float>, ptr %cell
  %b.ct.new = fadd <16 x float> %b.ct.old, %b.qt.k
  store <16 x float> %b.ct.new, ptr %cell


  br label %b.end
b.end:
  %squares = load <16 x float>, ptr %cell
  %squares.l0 = shufflevector <16 x float> %squares, <16 x float> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %squares.h0 = shufflevector <16 x float> %squares, <16 x float> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %squares.f0 = fadd <8 x float> %squares.l0, %squares.h0
  %squares.l1 = shufflevector <8 x float> %squares.f0, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %squares.h1 = shufflevector <8 x float> %squares.f0, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %squares.f1 = fadd <4 x float> %squares.l1, %squares.h1
  %squares.l2 = shufflevector <4 x float> %squares.f1, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %squares.h2 = shufflevector <4 x float> %squares.f1, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %squares.f2 = fadd <2 x float> %squares.l2, %squares.h2
  %squares.l3 = shufflevector <2 x float> %squares.f2, <2 x float> poison, <1 x i32> <i32 0>
  %squares.h3 = shufflevector <2 x float> %squares.f2, <2 x float> poison, <1 x i32> <i32 1>
  %squares.f3 = fadd <1 x float> %squares.l3, %squares.h3
  %squares.all = shufflevector <1 x float> %squares.f3, <1 x float> poison, <16 x i32> zeroinitializer

  %var = fdiv <16 x float> %squares.all, splat (float 0x4040800000000000)
  %vare = fadd <16 x float> %var, splat (float 0x3EB0C6F7A0000000)
  %root = call <16 x float> @llvm.sqrt.v16f32(<16 x float> %vare)
  %scale = fdiv <16 x float> splat (float 1.0), %root
  br label %c
c:
  %c.i = phi i64 [ 0, %b.end ], [ %c.n, %c.go ]
  %c.n = add i64 %c.i, 16
  %c.full = icmp sle i64 %c.n, 33
  br i1 %c.full, label %c.go, label %c.rest
c.go:
  %c.xm.p = getelementptr i16, ptr %x, i64 %c.i
  %c.xm.m = load <16 x i16>, ptr %c.xm.p, align 2
  %c.xm.w = zext <16 x i16> %c.xm.m to <16 x i32>
  %c.xm.s = shl <16 x i32> %c.xm.w, splat (i32 16)
  %c.xm = bitcast <16 x i32> %c.xm.s to <16 x float>


  %c.wm.p = getelementptr i16, ptr %arg1, i64 %c.i
  %c.wm.m = load <16 x i16>, ptr %c.wm.p, align 2
  %c.wm.w = zext <16 x i16> %c.wm.m to <16 x i32>
  %c.wm.s = shl <16 x i32> %c.wm.w, splat (i32 16)
  %c.wm = bitcast <16 x i32> %c.wm.s to <16 x float>


  %c.nm = fmul <16 x float> %c.xm, %scale
  %c.rm = fmul <16 x float> %c.nm, %c.wm
  %c.ym = getelementptr i16, ptr %y, i64 %c.i
  %c.stm.b = bitcast <16 x float> %c.rm to <16 x i32>
  %c.stm.h = lshr <16 x i32> %c.stm.b, splat (i32 16)
  %c.stm.o = and <16 x i32> %c.stm.h, splat (i32 1)
  %c.stm.a = add <16 x i32> %c.stm.o, splat (i32 32767)
  %c.stm.c = add <16 x i32> %c.stm.b, %c.stm.a
  %c.stm.r = lshr <16 x i32> %c.stm.c, splat (i32 16)
  %c.stm.q = or <16 x i32> %c.stm.h, splat (i32 64)
  %c.stm.n = fcmp uno <16 x float> %c.rm, zeroinitializer
  %c.stm.s = select <16 x i1> %c.stm.n, <16 x i32> %c.stm.q, <16 x i32> %c.stm.r
  %c.stm = trunc <16 x i32> %c.stm.s to <16 x i16>

  store <16 x i16> %c.stm, ptr %c.ym, align 2


  br label %c
c.rest:
  %c.some = icmp slt i64 %c.i, 33
  br i1 %c.some, label %c.tail, label %c.end
c.tail:
  %c.left = sub i64 33, %c.i
%c.mask.t = trunc i64 %c.left to i32
%c.mask.v.i = insertelement <16 x i32> poison, i32 %c.mask.t, i64 0
  %c.mask.v = shufflevector <16 x i32> %c.mask.v.i, <16 x i32> poison, <16 x i32> zeroinitializer
  %c.mask = icmp slt <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, %c.mask.v
  %c.xt.p = getelementptr i16, ptr %x, i64 %c.i
  %c.xt.m = call <16 x i16> @llvm.masked.load.v16i16.p0(ptr align 2 %c.xt.p, <16 x i1> %c.mask, <16 x i16> zeroinitializer)
  %c.xt.w = zext <16 x i16> %c.xt.m to <16 x i32>
  %c.xt.s = shl <16 x i32> %c.xt.w, splat (i32 16)
  %c.xt = bitcast <16 x i32> %c.xt.s to <16 x float>


  %c.wt.p = getelementptr i16, ptr %arg1, i64 %c.i
  %c.wt.m = call <16 x i16> @llvm.masked.load.v16i16.p0(ptr align 2 %c.wt.p, <16 x i1> %c.mask, <16 x i16> zeroinitializer)
  %c.wt.w = zext <16 x i16> %c.wt.m to <16 x i32>
  %c.wt.s = shl <16 x i32> %c.wt.w, splat (i32 16)
  %c.wt = bitcast <16 x i32> %c.wt.s to <16 x float>


  %c.nt = fmul <16 x float> %c.xt, %scale
  %c.rt = fmul <16 x float> %c.nt, %c.wt
  %c.yt = getelementptr i16, ptr %y, i64 %c.i
  %c.stt.b = bitcast <16 x float> %c.rt to <16 x i32>
  %c.stt.h = lshr <16 x i32> %c.stt.b, splat (i32 16)
  %c.stt.o = and <16 x i32> %c.stt.h, splat (i32 1)
  %c.stt.a = add <16 x i32> %c.stt.o, splat (i32 32767)
  %c.stt.c = add <16 x i32> %c.stt.b, %c.stt.a
  %c.stt.r = lshr <16 x i32> %c.stt.c, splat (i32 16)
  %c.stt.q = or <16 x i32> %c.stt.h, splat (i32 64)
  %c.stt.n = fcmp uno <16 x float> %c.rt, zeroinitializer
  %c.stt.s = select <16 x i1> %c.stt.n, <16 x i32> %c.stt.q, <16 x i32> %c.stt.r
  %c.stt = trunc <16 x i32> %c.stt.s to <16 x i16>

  %c.stt.z = load volatile i1, ptr @mj_true
  %c.stt.zi = insertelement <16 x i1> poison, i1 %c.stt.z, i64 0
  %c.stt.zs = shufflevector <16 x i1> %c.stt.zi, <16 x i1> poison, <16 x i32> zeroinitializer
  %c.stt.zm = and <16 x i1> %c.mask, %c.stt.zs
  call void @llvm.masked.store.v16i16.p0(<16 x i16> %c.stt, ptr align 2 %c.yt, <16 x i1> %c.stt.zm)


  br label %c.end
c.end:
  br label %unit.end
unit.end:
  %u1 = add i64 %u, 1
  %more = icmp slt i64 %u1, %last
  br i1 %more, label %unit, label %done
done:
  ret void
}
