; tasks: 3
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
  %oo = getelementptr i8, ptr %p1, i64 28
  %any = icmp slt i64 %first, %stop
  br i1 %any, label %unit, label %done
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %row = add i64 %u, 0
  %begin = add i64 0, 0
  %end.n = add i64 4, 0
  %i0 = add i64 %row, 0

  %end = add i64 %end.n, 0
  br label %inside
inside:
  %base0.stride0 = mul i64 %i0, 16
  %base0.at0 = getelementptr i8, ptr %o0, i64 %base0.stride0
  %base0 = getelementptr i8, ptr %base0.at0, i64 0

  %out.stride0 = mul i64 %i0, 28
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
  %x0.m0.p = getelementptr float, ptr %base0, i64 %v.0
  %x0.m0 = load <16 x float>, ptr %x0.m0.p, align 4



  %out.m0 = getelementptr float, ptr %out, i64 %v.0

  store <16 x float> %x0.m0, ptr %out.m0, align 4

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

  %x0.t.p = getelementptr float, ptr %base0, i64 %t
  %x0.t = call <16 x float> @llvm.masked.load.v16f32.p0(ptr align 4 %x0.t.p, <16 x i1> %mask, <16 x float> zeroinitializer)



  %out.t = getelementptr float, ptr %out, i64 %t

  call void @llvm.masked.store.v16f32.p0(<16 x float> %x0.t, ptr align 4 %out.t, <16 x i1> %mask)

  %t1 = add i64 %t, 16
  br label %tail
unit.end:
  %u1 = add i64 %u, 1
  %more = icmp slt i64 %u1, %stop
  br i1 %more, label %unit, label %done
done:
  ret void
}

define internal void @nest1(ptr %args, i64 %first, i64 %stop) {
entry:
  %wp0 = getelementptr i64, ptr %args, i64 0
  %wp1 = getelementptr i64, ptr %args, i64 1
  %p1 = load ptr, ptr %wp1
  %oo = getelementptr i8, ptr %p1, i64 0
  %any = icmp slt i64 %first, %stop
  br i1 %any, label %unit, label %done
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %row = add i64 %u, 0
  %begin = add i64 0, 0
  %end.n = add i64 7, 0

  %end = add i64 %end.n, 0
  br label %inside
inside:
  %out = getelementptr i8, ptr %oo, i64 0

  br label %main
main:
  %v = phi i64 [ %begin, %inside ], [ %v1, %main.go ]
  %v1 = add i64 %v, 16
  %full = icmp sle i64 %v1, %end
  br i1 %full, label %main.go, label %tail
main.go:
  %v.0 = add i64 %v, 0


  %out.m0 = getelementptr float, ptr %out, i64 %v.0

  store <16 x float> splat (float 0x3FF0000000000000), ptr %out.m0, align 4

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



  %out.t = getelementptr float, ptr %out, i64 %t

  call void @llvm.masked.store.v16f32.p0(<16 x float> splat (float 0x3FF0000000000000), ptr align 4 %out.t, <16 x i1> %mask)

  %t1 = add i64 %t, 16
  br label %tail
unit.end:
  %u1 = add i64 %u, 1
  %more = icmp slt i64 %u1, %stop
  br i1 %more, label %unit, label %done
done:
  ret void
}

define internal void @nest2(ptr %args, i64 %first, i64 %stop) {
entry:
  %wp0 = getelementptr i64, ptr %args, i64 0
  %wp1 = getelementptr i64, ptr %args, i64 1
  %p1 = load ptr, ptr %wp1
  %oo = getelementptr i8, ptr %p1, i64 44
  %any = icmp slt i64 %first, %stop
  br i1 %any, label %unit, label %done
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %row = add i64 %u, 0
  %begin = add i64 0, 0
  %end.n = add i64 3, 0
  %i0 = add i64 %row, 0

  %end = add i64 %end.n, 0
  br label %inside
inside:
  %out.stride0 = mul i64 %i0, 28
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


  %out.m0 = getelementptr float, ptr %out, i64 %v.0

  store <16 x float> splat (float 0x3FF0000000000000), ptr %out.m0, align 4

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



  %out.t = getelementptr float, ptr %out, i64 %t

  call void @llvm.masked.store.v16f32.p0(<16 x float> splat (float 0x3FF0000000000000), ptr align 4 %out.t, <16 x i1> %mask)

  %t1 = add i64 %t, 16
  br label %tail
unit.end:
  %u1 = add i64 %u, 1
  %more = icmp slt i64 %u1, %stop
  br i1 %more, label %unit, label %done
done:
  ret void
}

define void @mj_pad(ptr %args, i64 %task) {
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
  %below1 = icmp slt i64 %task, 2
  br i1 %below1, label %run1, label %next1
run1:
  %t1 = sub i64 %task, 1
  %f1 = mul i64 %t1, 1
  %e1 = add i64 %f1, 1
  %s1 = call i64 @llvm.smin.i64(i64 %e1, i64 1)
  tail call void @nest1(ptr %args, i64 %f1, i64 %s1)
  ret void
next1:
  %below2 = icmp slt i64 %task, 3
  br i1 %below2, label %run2, label %next2
run2:
  %t2 = sub i64 %task, 2
  %f2 = mul i64 %t2, 3
  %e2 = add i64 %f2, 3
  %s2 = call i64 @llvm.smin.i64(i64 %e2, i64 3)
  tail call void @nest2(ptr %args, i64 %f2, i64 %s2)
  ret void
next2:
  ret void
}
