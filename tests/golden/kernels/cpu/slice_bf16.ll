; tasks: 1
; words: BufferAddress(index=0, offset_bytes=0), BufferAddress(index=1, offset_bytes=0)
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

define internal void @nest0(ptr %args, i64 %first, i64 %stop) {
entry:
  %wp0 = getelementptr i64, ptr %args, i64 0
  %p0 = load ptr, ptr %wp0
  %wp1 = getelementptr i64, ptr %args, i64 1
  %p1 = load ptr, ptr %wp1
  %o0 = getelementptr i8, ptr %p0, i64 502
  %oo = getelementptr i8, ptr %p1, i64 0
  %any = icmp slt i64 %first, %stop
  br i1 %any, label %unit, label %done
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %row = add i64 %u, 0
  %begin = add i64 0, 0
  %end.n = add i64 7, 0
  %i0 = add i64 %row, 0

  %end = add i64 %end.n, 0
  br label %inside
inside:
  %base0.stride0 = mul i64 %i0, -124
  %base0.at0 = getelementptr i8, ptr %o0, i64 %base0.stride0
  %base0 = getelementptr i8, ptr %base0.at0, i64 0

  %out.stride0 = mul i64 %i0, 14
  %out.at0 = getelementptr i8, ptr %oo, i64 %out.stride0
  %out = getelementptr i8, ptr %out.at0, i64 0

  br label %main
main:
  %v = phi i64 [ %begin, %inside ], [ %v1, %main.go ]
  %v1 = add i64 %v, 16
  %full = icmp sle i64 %v1, %end
  br i1 %full, label %main.go, label %tail
main.go:
  %v.0 = add i64 %v, 0
  %x0.m0.k0 = add i64 %v.0, 0
  %x0.m0.e0 = mul i64 %x0.m0.k0, 3
  %x0.m0.p0 = getelementptr i16, ptr %base0, i64 %x0.m0.e0
  %x0.m0.k1 = add i64 %v.0, 1
  %x0.m0.e1 = mul i64 %x0.m0.k1, 3
  %x0.m0.p1 = getelementptr i16, ptr %base0, i64 %x0.m0.e1
  %x0.m0.k2 = add i64 %v.0, 2
  %x0.m0.e2 = mul i64 %x0.m0.k2, 3
  %x0.m0.p2 = getelementptr i16, ptr %base0, i64 %x0.m0.e2
  %x0.m0.k3 = add i64 %v.0, 3
  %x0.m0.e3 = mul i64 %x0.m0.k3, 3
  %x0.m0.p3 = getelementptr i16, ptr %base0, i64 %x0.m0.e3
  %x0.m0.k4 = add i64 %v.0, 4
  %x0.m0.e4 = mul i64 %x0.m0.k4, 3
  %x0.m0.p4 = getelementptr i16, ptr %base0, i64 %x0.m0.e4
  %x0.m0.k5 = add i64 %v.0, 5
  %x0.m0.e5 = mul i64 %x0.m0.k5, 3
  %x0.m0.p5 = getelementptr i16, ptr %base0, i64 %x0.m0.e5
  %x0.m0.k6 = add i64 %v.0, 6
  %x0.m0.e6 = mul i64 %x0.m0.k6, 3
  %x0.m0.p6 = getelementptr i16, ptr %base0, i64 %x0.m0.e6
  %x0.m0.k7 = add i64 %v.0, 7
  %x0.m0.e7 = mul i64 %x0.m0.k7, 3
  %x0.m0.p7 = getelementptr i16, ptr %base0, i64 %x0.m0.e7
  %x0.m0.k8 = add i64 %v.0, 8
  %x0.m0.e8 = mul i64 %x0.m0.k8, 3
  %x0.m0.p8 = getelementptr i16, ptr %base0, i64 %x0.m0.e8
  %x0.m0.k9 = add i64 %v.0, 9
  %x0.m0.e9 = mul i64 %x0.m0.k9, 3
  %x0.m0.p9 = getelementptr i16, ptr %base0, i64 %x0.m0.e9
  %x0.m0.k10 = add i64 %v.0, 10
  %x0.m0.e10 = mul i64 %x0.m0.k10, 3
  %x0.m0.p10 = getelementptr i16, ptr %base0, i64 %x0.m0.e10
  %x0.m0.k11 = add i64 %v.0, 11
  %x0.m0.e11 = mul i64 %x0.m0.k11, 3
  %x0.m0.p11 = getelementptr i16, ptr %base0, i64 %x0.m0.e11
  %x0.m0.k12 = add i64 %v.0, 12
  %x0.m0.e12 = mul i64 %x0.m0.k12, 3
  %x0.m0.p12 = getelementptr i16, ptr %base0, i64 %x0.m0.e12
  %x0.m0.k13 = add i64 %v.0, 13
  %x0.m0.e13 = mul i64 %x0.m0.k13, 3
  %x0.m0.p13 = getelementptr i16, ptr %base0, i64 %x0.m0.e13
  %x0.m0.k14 = add i64 %v.0, 14
  %x0.m0.e14 = mul i64 %x0.m0.k14, 3
  %x0.m0.p14 = getelementptr i16, ptr %base0, i64 %x0.m0.e14
  %x0.m0.k15 = add i64 %v.0, 15
  %x0.m0.e15 = mul i64 %x0.m0.k15, 3
  %x0.m0.p15 = getelementptr i16, ptr %base0, i64 %x0.m0.e15
  %x0.m0.l0 = load i16, ptr %x0.m0.p0, align 2
  %x0.m0.i0 = insertelement <16 x i16> poison, i16 %x0.m0.l0, i64 0
  %x0.m0.l1 = load i16, ptr %x0.m0.p1, align 2
  %x0.m0.i1 = insertelement <16 x i16> %x0.m0.i0, i16 %x0.m0.l1, i64 1
  %x0.m0.l2 = load i16, ptr %x0.m0.p2, align 2
  %x0.m0.i2 = insertelement <16 x i16> %x0.m0.i1, i16 %x0.m0.l2, i64 2
  %x0.m0.l3 = load i16, ptr %x0.m0.p3, align 2
  %x0.m0.i3 = insertelement <16 x i16> %x0.m0.i2, i16 %x0.m0.l3, i64 3
  %x0.m0.l4 = load i16, ptr %x0.m0.p4, align 2
  %x0.m0.i4 = insertelement <16 x i16> %x0.m0.i3, i16 %x0.m0.l4, i64 4
  %x0.m0.l5 = load i16, ptr %x0.m0.p5, align 2
  %x0.m0.i5 = insertelement <16 x i16> %x0.m0.i4, i16 %x0.m0.l5, i64 5
  %x0.m0.l6 = load i16, ptr %x0.m0.p6, align 2
  %x0.m0.i6 = insertelement <16 x i16> %x0.m0.i5, i16 %x0.m0.l6, i64 6
  %x0.m0.l7 = load i16, ptr %x0.m0.p7, align 2
  %x0.m0.i7 = insertelement <16 x i16> %x0.m0.i6, i16 %x0.m0.l7, i64 7
  %x0.m0.l8 = load i16, ptr %x0.m0.p8, align 2
  %x0.m0.i8 = insertelement <16 x i16> %x0.m0.i7, i16 %x0.m0.l8, i64 8
  %x0.m0.l9 = load i16, ptr %x0.m0.p9, align 2
  %x0.m0.i9 = insertelement <16 x i16> %x0.m0.i8, i16 %x0.m0.l9, i64 9
  %x0.m0.l10 = load i16, ptr %x0.m0.p10, align 2
  %x0.m0.i10 = insertelement <16 x i16> %x0.m0.i9, i16 %x0.m0.l10, i64 10
  %x0.m0.l11 = load i16, ptr %x0.m0.p11, align 2
  %x0.m0.i11 = insertelement <16 x i16> %x0.m0.i10, i16 %x0.m0.l11, i64 11
  %x0.m0.l12 = load i16, ptr %x0.m0.p12, align 2
  %x0.m0.i12 = insertelement <16 x i16> %x0.m0.i11, i16 %x0.m0.l12, i64 12
  %x0.m0.l13 = load i16, ptr %x0.m0.p13, align 2
  %x0.m0.i13 = insertelement <16 x i16> %x0.m0.i12, i16 %x0.m0.l13, i64 13
  %x0.m0.l14 = load i16, ptr %x0.m0.p14, align 2
  %x0.m0.i14 = insertelement <16 x i16> %x0.m0.i13, i16 %x0.m0.l14, i64 14
  %x0.m0.l15 = load i16, ptr %x0.m0.p15, align 2
  %x0.m0 = insertelement <16 x i16> %x0.m0.i14, i16 %x0.m0.l15, i64 15



  %out.m0 = getelementptr i16, ptr %out, i64 %v.0

  store <16 x i16> %x0.m0, ptr %out.m0, align 2

  br label %main
tail:
  %t = phi i64 [ %v, %main ], [ %t1, %tail.go ]
  %left = icmp slt i64 %t, %end
  br i1 %left, label %tail.go, label %unit.end
tail.go:
  %mask.left = sub i64 %end, %t
%mask.t = trunc i64 %mask.left to i32
%mask.v.i = insertelement <16 x i32> poison, i32 %mask.t, i64 0
  %mask.v = shufflevector <16 x i32> %mask.v.i, <16 x i32> poison, <16 x i32> zeroinitializer
  %mask = icmp slt <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, %mask.v

  %x0.t.k0 = add i64 %t, 0
  %x0.t.c0 = icmp slt i64 %x0.t.k0, %end
  %x0.t.j0 = select i1 %x0.t.c0, i64 %x0.t.k0, i64 %t
  %x0.t.e0 = mul i64 %x0.t.j0, 3
  %x0.t.p0 = getelementptr i16, ptr %base0, i64 %x0.t.e0
  %x0.t.k1 = add i64 %t, 1
  %x0.t.c1 = icmp slt i64 %x0.t.k1, %end
  %x0.t.j1 = select i1 %x0.t.c1, i64 %x0.t.k1, i64 %t
  %x0.t.e1 = mul i64 %x0.t.j1, 3
  %x0.t.p1 = getelementptr i16, ptr %base0, i64 %x0.t.e1
  %x0.t.k2 = add i64 %t, 2
  %x0.t.c2 = icmp slt i64 %x0.t.k2, %end
  %x0.t.j2 = select i1 %x0.t.c2, i64 %x0.t.k2, i64 %t
  %x0.t.e2 = mul i64 %x0.t.j2, 3
  %x0.t.p2 = getelementptr i16, ptr %base0, i64 %x0.t.e2
  %x0.t.k3 = add i64 %t, 3
  %x0.t.c3 = icmp slt i64 %x0.t.k3, %end
  %x0.t.j3 = select i1 %x0.t.c3, i64 %x0.t.k3, i64 %t
  %x0.t.e3 = mul i64 %x0.t.j3, 3
  %x0.t.p3 = getelementptr i16, ptr %base0, i64 %x0.t.e3
  %x0.t.k4 = add i64 %t, 4
  %x0.t.c4 = icmp slt i64 %x0.t.k4, %end
  %x0.t.j4 = select i1 %x0.t.c4, i64 %x0.t.k4, i64 %t
  %x0.t.e4 = mul i64 %x0.t.j4, 3
  %x0.t.p4 = getelementptr i16, ptr %base0, i64 %x0.t.e4
  %x0.t.k5 = add i64 %t, 5
  %x0.t.c5 = icmp slt i64 %x0.t.k5, %end
  %x0.t.j5 = select i1 %x0.t.c5, i64 %x0.t.k5, i64 %t
  %x0.t.e5 = mul i64 %x0.t.j5, 3
  %x0.t.p5 = getelementptr i16, ptr %base0, i64 %x0.t.e5
  %x0.t.k6 = add i64 %t, 6
  %x0.t.c6 = icmp slt i64 %x0.t.k6, %end
  %x0.t.j6 = select i1 %x0.t.c6, i64 %x0.t.k6, i64 %t
  %x0.t.e6 = mul i64 %x0.t.j6, 3
  %x0.t.p6 = getelementptr i16, ptr %base0, i64 %x0.t.e6
  %x0.t.k7 = add i64 %t, 7
  %x0.t.c7 = icmp slt i64 %x0.t.k7, %end
  %x0.t.j7 = select i1 %x0.t.c7, i64 %x0.t.k7, i64 %t
  %x0.t.e7 = mul i64 %x0.t.j7, 3
  %x0.t.p7 = getelementptr i16, ptr %base0, i64 %x0.t.e7
  %x0.t.k8 = add i64 %t, 8
  %x0.t.c8 = icmp slt i64 %x0.t.k8, %end
  %x0.t.j8 = select i1 %x0.t.c8, i64 %x0.t.k8, i64 %t
  %x0.t.e8 = mul i64 %x0.t.j8, 3
  %x0.t.p8 = getelementptr i16, ptr %base0, i64 %x0.t.e8
  %x0.t.k9 = add i64 %t, 9
  %x0.t.c9 = icmp slt i64 %x0.t.k9, %end
  %x0.t.j9 = select i1 %x0.t.c9, i64 %x0.t.k9, i64 %t
  %x0.t.e9 = mul i64 %x0.t.j9, 3
  %x0.t.p9 = getelementptr i16, ptr %base0, i64 %x0.t.e9
  %x0.t.k10 = add i64 %t, 10
  %x0.t.c10 = icmp slt i64 %x0.t.k10, %end
  %x0.t.j10 = select i1 %x0.t.c10, i64 %x0.t.k10, i64 %t
  %x0.t.e10 = mul i64 %x0.t.j10, 3
  %x0.t.p10 = getelementptr i16, ptr %base0, i64 %x0.t.e10
  %x0.t.k11 = add i64 %t, 11
  %x0.t.c11 = icmp slt i64 %x0.t.k11, %end
  %x0.t.j11 = select i1 %x0.t.c11, i64 %x0.t.k11, i64 %t
  %x0.t.e11 = mul i64 %x0.t.j11, 3
  %x0.t.p11 = getelementptr i16, ptr %base0, i64 %x0.t.e11
  %x0.t.k12 = add i64 %t, 12
  %x0.t.c12 = icmp slt i64 %x0.t.k12, %end
  %x0.t.j12 = select i1 %x0.t.c12, i64 %x0.t.k12, i64 %t
  %x0.t.e12 = mul i64 %x0.t.j12, 3
  %x0.t.p12 = getelementptr i16, ptr %base0, i64 %x0.t.e12
  %x0.t.k13 = add i64 %t, 13
  %x0.t.c13 = icmp slt i64 %x0.t.k13, %end
  %x0.t.j13 = select i1 %x0.t.c13, i64 %x0.t.k13, i64 %t
  %x0.t.e13 = mul i64 %x0.t.j13, 3
  %x0.t.p13 = getelementptr i16, ptr %base0, i64 %x0.t.e13
  %x0.t.k14 = add i64 %t, 14
  %x0.t.c14 = icmp slt i64 %x0.t.k14, %end
  %x0.t.j14 = select i1 %x0.t.c14, i64 %x0.t.k14, i64 %t
  %x0.t.e14 = mul i64 %x0.t.j14, 3
  %x0.t.p14 = getelementptr i16, ptr %base0, i64 %x0.t.e14
  %x0.t.k15 = add i64 %t, 15
  %x0.t.c15 = icmp slt i64 %x0.t.k15, %end
  %x0.t.j15 = select i1 %x0.t.c15, i64 %x0.t.k15, i64 %t
  %x0.t.e15 = mul i64 %x0.t.j15, 3
  %x0.t.p15 = getelementptr i16, ptr %base0, i64 %x0.t.e15
  %x0.t.l0 = load i16, ptr %x0.t.p0, align 2
  %x0.t.i0 = insertelement <16 x i16> poison, i16 %x0.t.l0, i64 0
  %x0.t.l1 = load i16, ptr %x0.t.p1, align 2
  %x0.t.i1 = insertelement <16 x i16> %x0.t.i0, i16 %x0.t.l1, i64 1
  %x0.t.l2 = load i16, ptr %x0.t.p2, align 2
  %x0.t.i2 = insertelement <16 x i16> %x0.t.i1, i16 %x0.t.l2, i64 2
  %x0.t.l3 = load i16, ptr %x0.t.p3, align 2
  %x0.t.i3 = insertelement <16 x i16> %x0.t.i2, i16 %x0.t.l3, i64 3
  %x0.t.l4 = load i16, ptr %x0.t.p4, align 2
  %x0.t.i4 = insertelement <16 x i16> %x0.t.i3, i16 %x0.t.l4, i64 4
  %x0.t.l5 = load i16, ptr %x0.t.p5, align 2
  %x0.t.i5 = insertelement <16 x i16> %x0.t.i4, i16 %x0.t.l5, i64 5
  %x0.t.l6 = load i16, ptr %x0.t.p6, align 2
  %x0.t.i6 = insertelement <16 x i16> %x0.t.i5, i16 %x0.t.l6, i64 6
  %x0.t.l7 = load i16, ptr %x0.t.p7, align 2
  %x0.t.i7 = insertelement <16 x i16> %x0.t.i6, i16 %x0.t.l7, i64 7
  %x0.t.l8 = load i16, ptr %x0.t.p8, align 2
  %x0.t.i8 = insertelement <16 x i16> %x0.t.i7, i16 %x0.t.l8, i64 8
  %x0.t.l9 = load i16, ptr %x0.t.p9, align 2
  %x0.t.i9 = insertelement <16 x i16> %x0.t.i8, i16 %x0.t.l9, i64 9
  %x0.t.l10 = load i16, ptr %x0.t.p10, align 2
  %x0.t.i10 = insertelement <16 x i16> %x0.t.i9, i16 %x0.t.l10, i64 10
  %x0.t.l11 = load i16, ptr %x0.t.p11, align 2
  %x0.t.i11 = insertelement <16 x i16> %x0.t.i10, i16 %x0.t.l11, i64 11
  %x0.t.l12 = load i16, ptr %x0.t.p12, align 2
  %x0.t.i12 = insertelement <16 x i16> %x0.t.i11, i16 %x0.t.l12, i64 12
  %x0.t.l13 = load i16, ptr %x0.t.p13, align 2
  %x0.t.i13 = insertelement <16 x i16> %x0.t.i12, i16 %x0.t.l13, i64 13
  %x0.t.l14 = load i16, ptr %x0.t.p14, align 2
  %x0.t.i14 = insertelement <16 x i16> %x0.t.i13, i16 %x0.t.l14, i64 14
  %x0.t.l15 = load i16, ptr %x0.t.p15, align 2
  %x0.t = insertelement <16 x i16> %x0.t.i14, i16 %x0.t.l15, i64 15



  %out.t = getelementptr i16, ptr %out, i64 %t

  %st.t.z = load volatile i1, ptr @mj_true
  %st.t.zi = insertelement <16 x i1> poison, i1 %st.t.z, i64 0
  %st.t.zs = shufflevector <16 x i1> %st.t.zi, <16 x i1> poison, <16 x i32> zeroinitializer
  %st.t.zm = and <16 x i1> %mask, %st.t.zs
  call void @llvm.masked.store.v16i16.p0(<16 x i16> %x0.t, ptr align 2 %out.t, <16 x i1> %st.t.zm)

  %t1 = add i64 %t, 16
  br label %tail
unit.end:
  %u1 = add i64 %u, 1
  %more = icmp slt i64 %u1, %stop
  br i1 %more, label %unit, label %done
done:
  ret void
}

define void @mj_slice(ptr %args, i64 %task) {
entry:
  %below0 = icmp slt i64 %task, 1
  br i1 %below0, label %run0, label %next0
run0:
  %t0 = sub i64 %task, 0
  %f0 = mul i64 %t0, 3
  %e0 = add i64 %f0, 3
  %s0 = call i64 @llvm.smin.i64(i64 %e0, i64 3)
  tail call void @nest0(ptr %args, i64 %f0, i64 %s0)
  ret void
next0:
  ret void
}
