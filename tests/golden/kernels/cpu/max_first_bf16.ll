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

  %end = add i64 %end.n, 0
  br label %inside
inside:
  %outer0 = getelementptr i8, ptr %o0, i64 0

  %out = getelementptr i8, ptr %oo, i64 0

  br label %main
main:
  %v.main = phi i64 [ %begin, %inside ], [ %vn.main, %store.main ]
  %vn.main = add i64 %v.main, 32
  %full = icmp sle i64 %vn.main, %end
  br i1 %full, label %go.main, label %tail
go.main:
  store <16 x float> splat (float 0xFFF0000000000000), ptr %acc0.a
  store <16 x float> splat (float 0xFFF0000000000000), ptr %acc1.a
  br label %seq.main
seq.main:
  %s.main = phi i64 [ 0, %go.main ], [ %s1.main, %seq.go.main ]
  %s1.main = add i64 %s.main, 1
  %smore.main = icmp slt i64 %s.main, 7
  br i1 %smore.main, label %seq.go.main, label %store.main
seq.go.main:
  call void @nest0_main(ptr %args, ptr %outer0, i64 %s.main, i64 %v.main, i64 %end, <16 x i1> splat (i1 true), ptr %acc0.a, ptr %acc1.a)

  br label %seq.main
store.main:

  %res.main0 = load <16 x float>, ptr %acc0.a
  %vo.main0 = add i64 %v.main, 0
  %out.main0 = getelementptr i16, ptr %out, i64 %vo.main0
  %st.main0.b = bitcast <16 x float> %res.main0 to <16 x i32>
  %st.main0.h = lshr <16 x i32> %st.main0.b, splat (i32 16)
  %st.main0.o = and <16 x i32> %st.main0.h, splat (i32 1)
  %st.main0.a = add <16 x i32> %st.main0.o, splat (i32 32767)
  %st.main0.c = add <16 x i32> %st.main0.b, %st.main0.a
  %st.main0.r = lshr <16 x i32> %st.main0.c, splat (i32 16)
  %st.main0.q = or <16 x i32> %st.main0.h, splat (i32 64)
  %st.main0.n = fcmp uno <16 x float> %res.main0, zeroinitializer
  %st.main0.s = select <16 x i1> %st.main0.n, <16 x i32> %st.main0.q, <16 x i32> %st.main0.r
  %st.main0 = trunc <16 x i32> %st.main0.s to <16 x i16>

  store <16 x i16> %st.main0, ptr %out.main0, align 2

  %res.main1 = load <16 x float>, ptr %acc1.a
  %vo.main1 = add i64 %v.main, 16
  %out.main1 = getelementptr i16, ptr %out, i64 %vo.main1
  %st.main1.b = bitcast <16 x float> %res.main1 to <16 x i32>
  %st.main1.h = lshr <16 x i32> %st.main1.b, splat (i32 16)
  %st.main1.o = and <16 x i32> %st.main1.h, splat (i32 1)
  %st.main1.a = add <16 x i32> %st.main1.o, splat (i32 32767)
  %st.main1.c = add <16 x i32> %st.main1.b, %st.main1.a
  %st.main1.r = lshr <16 x i32> %st.main1.c, splat (i32 16)
  %st.main1.q = or <16 x i32> %st.main1.h, splat (i32 64)
  %st.main1.n = fcmp uno <16 x float> %res.main1, zeroinitializer
  %st.main1.s = select <16 x i1> %st.main1.n, <16 x i32> %st.main1.q, <16 x i32> %st.main1.r
  %st.main1 = trunc <16 x i32> %st.main1.s to <16 x i16>

  store <16 x i16> %st.main1, ptr %out.main1, align 2

  br label %main
tail:
  %v.tail = phi i64 [ %v.main, %main ], [ %vn.tail, %store.tail ]
  %vn.tail = add i64 %v.tail, 16
  %left = icmp slt i64 %v.tail, %end
  br i1 %left, label %go.tail, label %unit.end
go.tail:
  %mask.left = sub i64 %end, %v.tail
%mask.t = trunc i64 %mask.left to i32
%mask.v.i = insertelement <16 x i32> poison, i32 %mask.t, i64 0
  %mask.v = shufflevector <16 x i32> %mask.v.i, <16 x i32> poison, <16 x i32> zeroinitializer
  %mask = icmp slt <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, %mask.v

  store <16 x float> splat (float 0xFFF0000000000000), ptr %acc0.a
  br label %seq.tail
seq.tail:
  %s.tail = phi i64 [ 0, %go.tail ], [ %s1.tail, %seq.go.tail ]
  %s1.tail = add i64 %s.tail, 1
  %smore.tail = icmp slt i64 %s.tail, 7
  br i1 %smore.tail, label %seq.go.tail, label %store.tail
seq.go.tail:
  call void @nest0_tail(ptr %args, ptr %outer0, i64 %s.tail, i64 %v.tail, i64 %end, <16 x i1> %mask, ptr %acc0.a)

  br label %seq.tail
store.tail:

  %res.tail0 = load <16 x float>, ptr %acc0.a
  %vo.tail0 = add i64 %v.tail, 0
  %out.tail0 = getelementptr i16, ptr %out, i64 %vo.tail0
  %st.tail0.b = bitcast <16 x float> %res.tail0 to <16 x i32>
  %st.tail0.h = lshr <16 x i32> %st.tail0.b, splat (i32 16)
  %st.tail0.o = and <16 x i32> %st.tail0.h, splat (i32 1)
  %st.tail0.a = add <16 x i32> %st.tail0.o, splat (i32 32767)
  %st.tail0.c = add <16 x i32> %st.tail0.b, %st.tail0.a
  %st.tail0.r = lshr <16 x i32> %st.tail0.c, splat (i32 16)
  %st.tail0.q = or <16 x i32> %st.tail0.h, splat (i32 64)
  %st.tail0.n = fcmp uno <16 x float> %res.tail0, zeroinitializer
  %st.tail0.s = select <16 x i1> %st.tail0.n, <16 x i32> %st.tail0.q, <16 x i32> %st.tail0.r
  %st.tail0 = trunc <16 x i32> %st.tail0.s to <16 x i16>

  %st.tail0.z = load volatile i1, ptr @mj_true
  %st.tail0.zi = insertelement <16 x i1> poison, i1 %st.tail0.z, i64 0
  %st.tail0.zs = shufflevector <16 x i1> %st.tail0.zi, <16 x i1> poison, <16 x i32> zeroinitializer
  %st.tail0.zm = and <16 x i1> %mask, %st.tail0.zs
  call void @llvm.masked.store.v16i16.p0(<16 x i16> %st.tail0, ptr align 2 %out.tail0, <16 x i1> %st.tail0.zm)

  br label %tail
unit.end:
  %u1 = add i64 %u, 1
  %more = icmp slt i64 %u1, %stop
  br i1 %more, label %unit, label %done
done:
  ret void
}
; One step of the reduced dims for 2 vectors at %v.
define internal void @nest0_main(ptr %args, ptr %outer0, i64 %s, i64 %v, i64 %end, <16 x i1> %mask, ptr %acc0.a, ptr %acc1.a) alwaysinline {
entry:
  %i0 = add i64 %s, 0

  %base0.stride0 = mul i64 %i0, 66
  %base0.at0 = getelementptr i8, ptr %outer0, i64 %base0.stride0
  %base0 = getelementptr i8, ptr %base0.at0, i64 0

  %v.0 = add i64 %v, 0
  %x0.m0.p = getelementptr i16, ptr %base0, i64 %v.0
  %x0.m0.m = load <16 x i16>, ptr %x0.m0.p, align 2
  %x0.m0.w = zext <16 x i16> %x0.m0.m to <16 x i32>
  %x0.m0.s = shl <16 x i32> %x0.m0.w, splat (i32 16)
  %x0.m0 = bitcast <16 x i32> %x0.m0.s to <16 x float>



  %acc.0 = load <16 x float>, ptr %acc0.a
  %accn.0 = call <16 x float> @llvm.maximum.v16f32(<16 x float> %acc.0, <16 x float> %x0.m0)
  store <16 x float> %accn.0, ptr %acc0.a
  %v.1 = add i64 %v, 16
  %x0.m1.p = getelementptr i16, ptr %base0, i64 %v.1
  %x0.m1.m = load <16 x i16>, ptr %x0.m1.p, align 2
  %x0.m1.w = zext <16 x i16> %x0.m1.m to <16 x i32>
  %x0.m1.s = shl <16 x i32> %x0.m1.w, splat (i32 16)
  %x0.m1 = bitcast <16 x i32> %x0.m1.s to <16 x float>



  %acc.1 = load <16 x float>, ptr %acc1.a
  %accn.1 = call <16 x float> @llvm.maximum.v16f32(<16 x float> %acc.1, <16 x float> %x0.m1)
  store <16 x float> %accn.1, ptr %acc1.a
  ret void
}
; One step of the reduced dims for 1 vectors at %v.
define internal void @nest0_tail(ptr %args, ptr %outer0, i64 %s, i64 %v, i64 %end, <16 x i1> %mask, ptr %acc0.a) alwaysinline {
entry:
  %i0 = add i64 %s, 0

  %base0.stride0 = mul i64 %i0, 66
  %base0.at0 = getelementptr i8, ptr %outer0, i64 %base0.stride0
  %base0 = getelementptr i8, ptr %base0.at0, i64 0

  %v.0 = add i64 %v, 0
  %x0.m0.p = getelementptr i16, ptr %base0, i64 %v.0
  %x0.m0.m = call <16 x i16> @llvm.masked.load.v16i16.p0(ptr align 2 %x0.m0.p, <16 x i1> %mask, <16 x i16> zeroinitializer)
  %x0.m0.w = zext <16 x i16> %x0.m0.m to <16 x i32>
  %x0.m0.s = shl <16 x i32> %x0.m0.w, splat (i32 16)
  %x0.m0 = bitcast <16 x i32> %x0.m0.s to <16 x float>



  %acc.0 = load <16 x float>, ptr %acc0.a
  %accn.0 = call <16 x float> @llvm.maximum.v16f32(<16 x float> %acc.0, <16 x float> %x0.m0)
  store <16 x float> %accn.0, ptr %acc0.a
  ret void
}

define void @mj_reduce(ptr %args, i64 %task) {
entry:
  %below0 = icmp slt i64 %task, 1
  br i1 %below0, label %run0, label %next0
run0:
  %t0 = sub i64 %task, 0
  %f0 = mul i64 %t0, 1
  %e0 = add i64 %f0, 1
  %s0 = call i64 @llvm.smin.i64(i64 %e0, i64 1)
  tail call void @nest0(ptr %args, i64 %f0, i64 %s0)
  ret void
next0:
  ret void
}
