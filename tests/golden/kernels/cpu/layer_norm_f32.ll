; tasks: 1
; words: BufferAddress(index=0, offset_bytes=0), BufferAddress(index=1, offset_bytes=0), BufferAddress(index=2, offset_bytes=0), BufferAddress(index=3, offset_bytes=0)
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

define void @mj_layer_norm(ptr %args, i64 %task) {
entry:
  %cell = alloca <16 x float>
  %wp0 = getelementptr i64, ptr %args, i64 0
  %arg0 = load ptr, ptr %wp0
  %wp1 = getelementptr i64, ptr %args, i64 1
  %arg1 = load ptr, ptr %wp1
  %wp2 = getelementptr i64, ptr %args, i64 2
  %arg2 = load ptr, ptr %wp2
  %wp3 = getelementptr i64, ptr %args, i64 3
  %arg3 = load ptr, ptr %wp3
  %first = mul i64 %task, 4
  %last.r = add i64 %first, 4
  %last = call i64 @llvm.smin.i64(i64 %last.r, i64 4)
  br label %unit
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %at = mul i64 %u, 32
  %x = getelementptr float, ptr %arg0, i64 %at
  %y = getelementptr float, ptr %arg3, i64 %at
  store <16 x float> zeroinitializer, ptr %cell
  br label %a
a:
  %a.i = phi i64 [ 0, %unit ], [ %a.n, %a.go ]
  %a.n = add i64 %a.i, 16
  %a.full = icmp sle i64 %a.n, 32
  br i1 %a.full, label %a.go, label %a.rest
a.go:
  %a.xm.p = getelementptr float, ptr %x, i64 %a.i
  %a.xm = load <16 x float>, ptr %a.xm.p, align 4


  %a.cm.old = load <16 x float>, ptr %cell
  %a.cm.new = fadd <16 x float> %a.cm.old, %a.xm
  store <16 x float> %a.cm.new, ptr %cell


  br label %a
a.rest:
  br label %a.end
a.end:
  %sum = load <16 x float>, ptr %cell
  %sum.l0 = shufflevector <16 x float> %sum, <16 x float> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %sum.h0 = shufflevector <16 x float> %sum, <16 x float> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %sum.f0 = fadd <8 x float> %sum.l0, %sum.h0
  %sum.l1 = shufflevector <8 x float> %sum.f0, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %sum.h1 = shufflevector <8 x float> %sum.f0, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %sum.f1 = fadd <4 x float> %sum.l1, %sum.h1
  %sum.l2 = shufflevector <4 x float> %sum.f1, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %sum.h2 = shufflevector <4 x float> %sum.f1, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %sum.f2 = fadd <2 x float> %sum.l2, %sum.h2
  %sum.l3 = shufflevector <2 x float> %sum.f2, <2 x float> poison, <1 x i32> <i32 0>
  %sum.h3 = shufflevector <2 x float> %sum.f2, <2 x float> poison, <1 x i32> <i32 1>
  %sum.f3 = fadd <1 x float> %sum.l3, %sum.h3
  %sum.all = shufflevector <1 x float> %sum.f3, <1 x float> poison, <16 x i32> zeroinitializer

  %mean = fdiv <16 x float> %sum.all, splat (float 0x4040000000000000)
  store <16 x float> zeroinitializer, ptr %cell
  br label %b
b:
  %b.i = phi i64 [ 0, %a.end ], [ %b.n, %b.go ]
  %b.n = add i64 %b.i, 16
  %b.full = icmp sle i64 %b.n, 32
  br i1 %b.full, label %b.go, label %b.rest
b.go:
  %b.xm.p = getelementptr float, ptr %x, i64 %b.i
  %b.xm = load <16 x float>, ptr %b.xm.p, align 4


  %b.dm = fsub <16 x float> %b.xm, %mean
  %b.qm = fmul <16 x float> %b.dm, %b.dm
  %b.qm.k = select i1 true, <16 x float> %b.qm, <16 x float> poison

  %b.cm.old = load <16 x float>, ptr %cell
  %b.cm.new = fadd <16 x float> %b.cm.old, %b.qm.k
  store <16 x float> %b.cm.new, ptr %cell


  br label %b
b.rest:
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

  %var = fdiv <16 x float> %squares.all, splat (float 0x4040000000000000)
  %vare = fadd <16 x float> %var, splat (float 0x3EE4F8B580000000)
  %root = call <16 x float> @llvm.sqrt.v16f32(<16 x float> %vare)
  %scale = fdiv <16 x float> splat (float 1.0), %root
  br label %c
c:
  %c.i = phi i64 [ 0, %b.end ], [ %c.n, %c.go ]
  %c.n = add i64 %c.i, 16
  %c.full = icmp sle i64 %c.n, 32
  br i1 %c.full, label %c.go, label %c.rest
c.go:
  %c.xm.p = getelementptr float, ptr %x, i64 %c.i
  %c.xm = load <16 x float>, ptr %c.xm.p, align 4


  %c.wm.p = getelementptr float, ptr %arg1, i64 %c.i
  %c.wm = load <16 x float>, ptr %c.wm.p, align 4


  %c.bm.p = getelementptr float, ptr %arg2, i64 %c.i
  %c.bm = load <16 x float>, ptr %c.bm.p, align 4


  %c.dm = fsub <16 x float> %c.xm, %mean
  %c.nm = fmul <16 x float> %c.dm, %scale
  %c.mm = fmul <16 x float> %c.nm, %c.wm
  %c.rm = fadd <16 x float> %c.mm, %c.bm
  %c.ym = getelementptr float, ptr %y, i64 %c.i

  store <16 x float> %c.rm, ptr %c.ym, align 4


  br label %c
c.rest:
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
