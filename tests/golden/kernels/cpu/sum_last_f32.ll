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
  %o0 = getelementptr i8, ptr %p0, i64 0
  %oo = getelementptr i8, ptr %p1, i64 0
  %acc0.a = alloca <16 x float>
  %acc1.a = alloca <16 x float>
  %any = icmp slt i64 %first, %stop
  br i1 %any, label %unit, label %done
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %row = add i64 %u, 0
  %begin = add i64 0, 0
  %end.n = add i64 33, 0
  %i0 = add i64 %row, 0

  %end = add i64 %end.n, 0
  br label %inside
inside:
  %base0.stride0 = mul i64 %i0, 132
  %base0.at0 = getelementptr i8, ptr %o0, i64 %base0.stride0
  %base0 = getelementptr i8, ptr %base0.at0, i64 0

  %out.stride0 = mul i64 %i0, 4
  %out.at0 = getelementptr i8, ptr %oo, i64 %out.stride0
  %out = getelementptr i8, ptr %out.at0, i64 0

  store <16 x float> splat (float 0x0000000000000000), ptr %acc0.a
  store <16 x float> splat (float 0x0000000000000000), ptr %acc1.a
  br label %seq
seq:
  %s = phi i64 [ 0, %inside ], [ %s1, %seq.end ]
  %s1 = add i64 %s, 1
  %smore = icmp slt i64 %s, 1
  br i1 %smore, label %seq.go, label %fold
seq.go:


  br label %main
main:
  %v = phi i64 [ 0, %seq.go ], [ %v1, %main.go ]
  %v1 = add i64 %v, 32
  %full = icmp sle i64 %v1, %end
  br i1 %full, label %main.go, label %tail
main.go:
  %v.0 = add i64 %v, 0
  %x0.m0.p = getelementptr float, ptr %base0, i64 %v.0
  %x0.m0 = load <16 x float>, ptr %x0.m0.p, align 4



  %acc.m0 = load <16 x float>, ptr %acc0.a
  %accn.m0 = fadd <16 x float> %acc.m0, %x0.m0
  store <16 x float> %accn.m0, ptr %acc0.a
  %v.1 = add i64 %v, 16
  %x0.m1.p = getelementptr float, ptr %base0, i64 %v.1
  %x0.m1 = load <16 x float>, ptr %x0.m1.p, align 4



  %acc.m1 = load <16 x float>, ptr %acc1.a
  %accn.m1 = fadd <16 x float> %acc.m1, %x0.m1
  store <16 x float> %accn.m1, ptr %acc1.a
  br label %main
tail:
  %t = phi i64 [ %v, %main ], [ %t1, %tail.go ]
  %left = icmp slt i64 %t, %end
  br i1 %left, label %tail.go, label %seq.end
tail.go:
  %mask.left = sub i64 %end, %t
%mask.t = trunc i64 %mask.left to i32
%mask.v.i = insertelement <16 x i32> poison, i32 %mask.t, i64 0
  %mask.v = shufflevector <16 x i32> %mask.v.i, <16 x i32> poison, <16 x i32> zeroinitializer
  %mask = icmp slt <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, %mask.v

  %x0.t.p = getelementptr float, ptr %base0, i64 %t
  %x0.t = call <16 x float> @llvm.masked.load.v16f32.p0(ptr align 4 %x0.t.p, <16 x i1> %mask, <16 x float> zeroinitializer)



  %kept = select <16 x i1> %mask, <16 x float> %x0.t, <16 x float> splat (float 0x0000000000000000)
  %acc.t = load <16 x float>, ptr %acc0.a
  %accn.t = fadd <16 x float> %acc.t, %kept
  store <16 x float> %accn.t, ptr %acc0.a
  %t1 = add i64 %t, 16
  br label %tail
seq.end:
  br label %seq
fold:

  %f0 = load <16 x float>, ptr %acc0.a
  %fa1 = load <16 x float>, ptr %acc1.a
  %f1 = fadd <16 x float> %f0, %fa1
  %acc = select i1 true, <16 x float> %f1, <16 x float> poison
  %acc.l0 = shufflevector <16 x float> %acc, <16 x float> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %acc.h0 = shufflevector <16 x float> %acc, <16 x float> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %acc.f0 = fadd <8 x float> %acc.l0, %acc.h0
  %acc.l1 = shufflevector <8 x float> %acc.f0, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %acc.h1 = shufflevector <8 x float> %acc.f0, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %acc.f1 = fadd <4 x float> %acc.l1, %acc.h1
  %acc.l2 = shufflevector <4 x float> %acc.f1, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %acc.h2 = shufflevector <4 x float> %acc.f1, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %acc.f2 = fadd <2 x float> %acc.l2, %acc.h2
  %acc.l3 = shufflevector <2 x float> %acc.f2, <2 x float> poison, <1 x i32> <i32 0>
  %acc.h3 = shufflevector <2 x float> %acc.f2, <2 x float> poison, <1 x i32> <i32 1>
  %acc.f3 = fadd <1 x float> %acc.l3, %acc.h3
  %acc.all = shufflevector <1 x float> %acc.f3, <1 x float> poison, <16 x i32> zeroinitializer

  %one = icmp eq <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, zeroinitializer

  call void @llvm.masked.store.v16f32.p0(<16 x float> %acc.all, ptr align 4 %out, <16 x i1> %one)

  br label %unit.end
unit.end:
  %u1 = add i64 %u, 1
  %more = icmp slt i64 %u1, %stop
  br i1 %more, label %unit, label %done
done:
  ret void
}

define void @mj_reduce(ptr %args, i64 %task) {
entry:
  %below0 = icmp slt i64 %task, 1
  br i1 %below0, label %run0, label %next0
run0:
  %t0 = sub i64 %task, 0
  %f0 = mul i64 %t0, 7
  %e0 = add i64 %f0, 7
  %s0 = call i64 @llvm.smin.i64(i64 %e0, i64 7)
  tail call void @nest0(ptr %args, i64 %f0, i64 %s0)
  ret void
next0:
  ret void
}
