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
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
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
define internal <16 x float> @add_f(<16 x float> %x, <16 x float> %y) alwaysinline {
  %r = fadd <16 x float> %x, %y
  ret <16 x float> %r
}
define internal <16 x float> @exp_f(<16 x float> %x) alwaysinline {
  %big = fcmp ogt <16 x float> %x, splat (float 0x4056400000000000)
  %x1 = select <16 x i1> %big, <16 x float> splat (float 0x4056400000000000), <16 x float> %x
  %small = fcmp olt <16 x float> %x1, splat (float 0xC05A400000000000)
  %xc = select <16 x i1> %small, <16 x float> splat (float 0xC05A400000000000), <16 x float> %x1
  %q = fmul <16 x float> %xc, splat (float 0x3FF7154760000000)
  %n = call <16 x float> @llvm.roundeven.v16f32(<16 x float> %q)
  %r1 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %n, <16 x float> splat (float 0xBFE6300000000000), <16 x float> %xc)
  %r = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %n, <16 x float> splat (float 0x3F2BD01060000000), <16 x float> %r1)
  %p.1 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> splat (float 0x3F29F07F40000000), <16 x float> %r, <16 x float> splat (float 0x3F56D8DDE0000000))
  %p.2 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p.1, <16 x float> %r, <16 x float> splat (float 0x3F81112720000000))
  %p.3 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p.2, <16 x float> %r, <16 x float> splat (float 0x3FA55548C0000000))
  %p.4 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p.3, <16 x float> %r, <16 x float> splat (float 0x3FC5555540000000))
  %p = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p.4, <16 x float> %r, <16 x float> splat (float 0x3FE0000000000000))

  %rr = fmul <16 x float> %r, %r
  %e1 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p, <16 x float> %rr, <16 x float> %r)
  %e = fadd <16 x float> %e1, splat (float 0x3FF0000000000000)
  %res = call <16 x float> @llvm.x86.avx512.mask.scalef.ps.512(<16 x float> %e, <16 x float> %n, <16 x float> zeroinitializer, i16 -1, i32 4)
  ret <16 x float> %res
}
define internal <16 x float> @erf_f(<16 x float> %x) alwaysinline {
  %a0 = call <16 x float> @llvm.fabs.v16f32(<16 x float> %x)
  %far = fcmp ogt <16 x float> %a0, splat (float 0x4010000000000000)
  %a = select <16 x i1> %far, <16 x float> splat (float 0x4010000000000000), <16 x float> %a0
  %p.1 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> splat (float 0xBEF61EA9A0000000), <16 x float> %a, <16 x float> splat (float 0x3F3C791340000000))
  %p.2 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p.1, <16 x float> %a, <16 x float> splat (float 0xBF7115AD60000000))
  %p.3 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p.2, <16 x float> %a, <16 x float> splat (float 0x3F99B8E860000000))
  %p.4 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p.3, <16 x float> %a, <16 x float> splat (float 0xBFBBB83E80000000))
  %p.5 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p.4, <16 x float> %a, <16 x float> splat (float 0xBFE44460C0000000))
  %p.6 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p.5, <16 x float> %a, <16 x float> splat (float 0xBFF2127E40000000))
  %p = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %p.6, <16 x float> %a, <16 x float> splat (float 0x3F26E57120000000))

  %e = call <16 x float> @exp_f(<16 x float> %p)
  %b = fsub <16 x float> splat (float 0x3FF0000000000000), %e
  %large = call <16 x float> @llvm.copysign.v16f32(<16 x float> %b, <16 x float> %x)
  %xx = fmul <16 x float> %x, %x
  %q.1 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> splat (float 0x3F15CD6280000000), <16 x float> %xx, <16 x float> splat (float 0xBF4AA3FB40000000))
  %q.2 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %q.1, <16 x float> %xx, <16 x float> splat (float 0x3F754C8080000000))
  %q.3 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %q.2, <16 x float> %xx, <16 x float> splat (float 0xBF9B80E940000000))
  %q.4 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %q.3, <16 x float> %xx, <16 x float> splat (float 0x3FBCE2E0A0000000))
  %q.5 = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %q.4, <16 x float> %xx, <16 x float> splat (float 0xBFD8127420000000))
  %q = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %q.5, <16 x float> %xx, <16 x float> splat (float 0x3FF20DD760000000))

  %smallv = fmul <16 x float> %x, %q
  %small = fcmp olt <16 x float> %a, splat (float 0x3FEDC28F60000000)
  %r = select <16 x i1> %small, <16 x float> %smallv, <16 x float> %large
  ret <16 x float> %r
}
define internal <16 x float> @gelu_f(<16 x float> %x) alwaysinline {
  %s = fmul <16 x float> %x, splat (float 0x3FE6A09E60000000)
  %e = call <16 x float> @erf_f(<16 x float> %s)
  %d = fadd <16 x float> %e, splat (float 0x3FF0000000000000)
  %h = fmul <16 x float> %x, splat (float 0x3FE0000000000000)
  %r = fmul <16 x float> %h, %d
  ret <16 x float> %r
}

; acc[8 x 48] += a[8 x steps] * b[steps x 48]; the sum of a K block is taken on its own first, so
; that no chain of additions is longer than a block. Of bfloat16, ``steps`` are pairs, of which ``pairs`` are whole.
define internal void @tile8(ptr noalias %a, ptr noalias %b, i64 %steps, i64 %pairs, ptr noalias %acc) noinline {
entry:
  br label %loop
loop:
  %k = phi i64 [ 0, %entry ], [ %k1, %loop ]
  %bk = phi ptr [ %b, %entry ], [ %bk1, %loop ]
  %c0.0 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.0.n, %loop ]
  %c0.1 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.1.n, %loop ]
  %c0.2 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.2.n, %loop ]
  %c1.0 = phi <16 x float> [ zeroinitializer, %entry ], [ %c1.0.n, %loop ]
  %c1.1 = phi <16 x float> [ zeroinitializer, %entry ], [ %c1.1.n, %loop ]
  %c1.2 = phi <16 x float> [ zeroinitializer, %entry ], [ %c1.2.n, %loop ]
  %c2.0 = phi <16 x float> [ zeroinitializer, %entry ], [ %c2.0.n, %loop ]
  %c2.1 = phi <16 x float> [ zeroinitializer, %entry ], [ %c2.1.n, %loop ]
  %c2.2 = phi <16 x float> [ zeroinitializer, %entry ], [ %c2.2.n, %loop ]
  %c3.0 = phi <16 x float> [ zeroinitializer, %entry ], [ %c3.0.n, %loop ]
  %c3.1 = phi <16 x float> [ zeroinitializer, %entry ], [ %c3.1.n, %loop ]
  %c3.2 = phi <16 x float> [ zeroinitializer, %entry ], [ %c3.2.n, %loop ]
  %c4.0 = phi <16 x float> [ zeroinitializer, %entry ], [ %c4.0.n, %loop ]
  %c4.1 = phi <16 x float> [ zeroinitializer, %entry ], [ %c4.1.n, %loop ]
  %c4.2 = phi <16 x float> [ zeroinitializer, %entry ], [ %c4.2.n, %loop ]
  %c5.0 = phi <16 x float> [ zeroinitializer, %entry ], [ %c5.0.n, %loop ]
  %c5.1 = phi <16 x float> [ zeroinitializer, %entry ], [ %c5.1.n, %loop ]
  %c5.2 = phi <16 x float> [ zeroinitializer, %entry ], [ %c5.2.n, %loop ]
  %c6.0 = phi <16 x float> [ zeroinitializer, %entry ], [ %c6.0.n, %loop ]
  %c6.1 = phi <16 x float> [ zeroinitializer, %entry ], [ %c6.1.n, %loop ]
  %c6.2 = phi <16 x float> [ zeroinitializer, %entry ], [ %c6.2.n, %loop ]
  %c7.0 = phi <16 x float> [ zeroinitializer, %entry ], [ %c7.0.n, %loop ]
  %c7.1 = phi <16 x float> [ zeroinitializer, %entry ], [ %c7.1.n, %loop ]
  %c7.2 = phi <16 x float> [ zeroinitializer, %entry ], [ %c7.2.n, %loop ]
  %b0.p = getelementptr i8, ptr %bk, i64 0
  %b0 = load <16 x float>, ptr %b0.p, align 4
  %b1.p = getelementptr i8, ptr %bk, i64 64
  %b1 = load <16 x float>, ptr %b1.p, align 4
  %b2.p = getelementptr i8, ptr %bk, i64 128
  %b2 = load <16 x float>, ptr %b2.p, align 4
  %a0.o = getelementptr float, ptr %a, i64 %k
  %a0.p = getelementptr i8, ptr %a0.o, i64 0
  %a0.s = load float, ptr %a0.p, align 4
%a0.i = insertelement <16 x float> poison, float %a0.s, i64 0
  %a0 = shufflevector <16 x float> %a0.i, <16 x float> poison, <16 x i32> zeroinitializer
  %c0.0.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b0, <16 x float> %c0.0)
  %c0.1.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b1, <16 x float> %c0.1)
  %c0.2.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b2, <16 x float> %c0.2)
  %a1.o = getelementptr float, ptr %a, i64 %k
  %a1.p = getelementptr i8, ptr %a1.o, i64 384
  %a1.s = load float, ptr %a1.p, align 4
%a1.i = insertelement <16 x float> poison, float %a1.s, i64 0
  %a1 = shufflevector <16 x float> %a1.i, <16 x float> poison, <16 x i32> zeroinitializer
  %c1.0.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a1, <16 x float> %b0, <16 x float> %c1.0)
  %c1.1.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a1, <16 x float> %b1, <16 x float> %c1.1)
  %c1.2.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a1, <16 x float> %b2, <16 x float> %c1.2)
  %a2.o = getelementptr float, ptr %a, i64 %k
  %a2.p = getelementptr i8, ptr %a2.o, i64 768
  %a2.s = load float, ptr %a2.p, align 4
%a2.i = insertelement <16 x float> poison, float %a2.s, i64 0
  %a2 = shufflevector <16 x float> %a2.i, <16 x float> poison, <16 x i32> zeroinitializer
  %c2.0.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a2, <16 x float> %b0, <16 x float> %c2.0)
  %c2.1.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a2, <16 x float> %b1, <16 x float> %c2.1)
  %c2.2.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a2, <16 x float> %b2, <16 x float> %c2.2)
  %a3.o = getelementptr float, ptr %a, i64 %k
  %a3.p = getelementptr i8, ptr %a3.o, i64 1152
  %a3.s = load float, ptr %a3.p, align 4
%a3.i = insertelement <16 x float> poison, float %a3.s, i64 0
  %a3 = shufflevector <16 x float> %a3.i, <16 x float> poison, <16 x i32> zeroinitializer
  %c3.0.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a3, <16 x float> %b0, <16 x float> %c3.0)
  %c3.1.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a3, <16 x float> %b1, <16 x float> %c3.1)
  %c3.2.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a3, <16 x float> %b2, <16 x float> %c3.2)
  %a4.o = getelementptr float, ptr %a, i64 %k
  %a4.p = getelementptr i8, ptr %a4.o, i64 1536
  %a4.s = load float, ptr %a4.p, align 4
%a4.i = insertelement <16 x float> poison, float %a4.s, i64 0
  %a4 = shufflevector <16 x float> %a4.i, <16 x float> poison, <16 x i32> zeroinitializer
  %c4.0.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a4, <16 x float> %b0, <16 x float> %c4.0)
  %c4.1.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a4, <16 x float> %b1, <16 x float> %c4.1)
  %c4.2.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a4, <16 x float> %b2, <16 x float> %c4.2)
  %a5.o = getelementptr float, ptr %a, i64 %k
  %a5.p = getelementptr i8, ptr %a5.o, i64 1920
  %a5.s = load float, ptr %a5.p, align 4
%a5.i = insertelement <16 x float> poison, float %a5.s, i64 0
  %a5 = shufflevector <16 x float> %a5.i, <16 x float> poison, <16 x i32> zeroinitializer
  %c5.0.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a5, <16 x float> %b0, <16 x float> %c5.0)
  %c5.1.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a5, <16 x float> %b1, <16 x float> %c5.1)
  %c5.2.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a5, <16 x float> %b2, <16 x float> %c5.2)
  %a6.o = getelementptr float, ptr %a, i64 %k
  %a6.p = getelementptr i8, ptr %a6.o, i64 2304
  %a6.s = load float, ptr %a6.p, align 4
%a6.i = insertelement <16 x float> poison, float %a6.s, i64 0
  %a6 = shufflevector <16 x float> %a6.i, <16 x float> poison, <16 x i32> zeroinitializer
  %c6.0.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a6, <16 x float> %b0, <16 x float> %c6.0)
  %c6.1.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a6, <16 x float> %b1, <16 x float> %c6.1)
  %c6.2.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a6, <16 x float> %b2, <16 x float> %c6.2)
  %a7.o = getelementptr float, ptr %a, i64 %k
  %a7.p = getelementptr i8, ptr %a7.o, i64 2688
  %a7.s = load float, ptr %a7.p, align 4
%a7.i = insertelement <16 x float> poison, float %a7.s, i64 0
  %a7 = shufflevector <16 x float> %a7.i, <16 x float> poison, <16 x i32> zeroinitializer
  %c7.0.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a7, <16 x float> %b0, <16 x float> %c7.0)
  %c7.1.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a7, <16 x float> %b1, <16 x float> %c7.1)
  %c7.2.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a7, <16 x float> %b2, <16 x float> %c7.2)
  %k1 = add nuw nsw i64 %k, 1
  %bk1 = getelementptr i8, ptr %bk, i64 192
  %more = icmp ult i64 %k1, %steps
  br i1 %more, label %loop, label %done
done:
  %c0.0.p = getelementptr float, ptr %acc, i64 0
  %c0.0.o = load <16 x float>, ptr %c0.0.p, align 4
  %c0.0.s = fadd <16 x float> %c0.0.o, %c0.0.n
  store <16 x float> %c0.0.s, ptr %c0.0.p, align 4
  %c0.1.p = getelementptr float, ptr %acc, i64 16
  %c0.1.o = load <16 x float>, ptr %c0.1.p, align 4
  %c0.1.s = fadd <16 x float> %c0.1.o, %c0.1.n
  store <16 x float> %c0.1.s, ptr %c0.1.p, align 4
  %c0.2.p = getelementptr float, ptr %acc, i64 32
  %c0.2.o = load <16 x float>, ptr %c0.2.p, align 4
  %c0.2.s = fadd <16 x float> %c0.2.o, %c0.2.n
  store <16 x float> %c0.2.s, ptr %c0.2.p, align 4
  %c1.0.p = getelementptr float, ptr %acc, i64 240
  %c1.0.o = load <16 x float>, ptr %c1.0.p, align 4
  %c1.0.s = fadd <16 x float> %c1.0.o, %c1.0.n
  store <16 x float> %c1.0.s, ptr %c1.0.p, align 4
  %c1.1.p = getelementptr float, ptr %acc, i64 256
  %c1.1.o = load <16 x float>, ptr %c1.1.p, align 4
  %c1.1.s = fadd <16 x float> %c1.1.o, %c1.1.n
  store <16 x float> %c1.1.s, ptr %c1.1.p, align 4
  %c1.2.p = getelementptr float, ptr %acc, i64 272
  %c1.2.o = load <16 x float>, ptr %c1.2.p, align 4
  %c1.2.s = fadd <16 x float> %c1.2.o, %c1.2.n
  store <16 x float> %c1.2.s, ptr %c1.2.p, align 4
  %c2.0.p = getelementptr float, ptr %acc, i64 480
  %c2.0.o = load <16 x float>, ptr %c2.0.p, align 4
  %c2.0.s = fadd <16 x float> %c2.0.o, %c2.0.n
  store <16 x float> %c2.0.s, ptr %c2.0.p, align 4
  %c2.1.p = getelementptr float, ptr %acc, i64 496
  %c2.1.o = load <16 x float>, ptr %c2.1.p, align 4
  %c2.1.s = fadd <16 x float> %c2.1.o, %c2.1.n
  store <16 x float> %c2.1.s, ptr %c2.1.p, align 4
  %c2.2.p = getelementptr float, ptr %acc, i64 512
  %c2.2.o = load <16 x float>, ptr %c2.2.p, align 4
  %c2.2.s = fadd <16 x float> %c2.2.o, %c2.2.n
  store <16 x float> %c2.2.s, ptr %c2.2.p, align 4
  %c3.0.p = getelementptr float, ptr %acc, i64 720
  %c3.0.o = load <16 x float>, ptr %c3.0.p, align 4
  %c3.0.s = fadd <16 x float> %c3.0.o, %c3.0.n
  store <16 x float> %c3.0.s, ptr %c3.0.p, align 4
  %c3.1.p = getelementptr float, ptr %acc, i64 736
  %c3.1.o = load <16 x float>, ptr %c3.1.p, align 4
  %c3.1.s = fadd <16 x float> %c3.1.o, %c3.1.n
  store <16 x float> %c3.1.s, ptr %c3.1.p, align 4
  %c3.2.p = getelementptr float, ptr %acc, i64 752
  %c3.2.o = load <16 x float>, ptr %c3.2.p, align 4
  %c3.2.s = fadd <16 x float> %c3.2.o, %c3.2.n
  store <16 x float> %c3.2.s, ptr %c3.2.p, align 4
  %c4.0.p = getelementptr float, ptr %acc, i64 960
  %c4.0.o = load <16 x float>, ptr %c4.0.p, align 4
  %c4.0.s = fadd <16 x float> %c4.0.o, %c4.0.n
  store <16 x float> %c4.0.s, ptr %c4.0.p, align 4
  %c4.1.p = getelementptr float, ptr %acc, i64 976
  %c4.1.o = load <16 x float>, ptr %c4.1.p, align 4
  %c4.1.s = fadd <16 x float> %c4.1.o, %c4.1.n
  store <16 x float> %c4.1.s, ptr %c4.1.p, align 4
  %c4.2.p = getelementptr float, ptr %acc, i64 992
  %c4.2.o = load <16 x float>, ptr %c4.2.p, align 4
  %c4.2.s = fadd <16 x float> %c4.2.o, %c4.2.n
  store <16 x float> %c4.2.s, ptr %c4.2.p, align 4
  %c5.0.p = getelementptr float, ptr %acc, i64 1200
  %c5.0.o = load <16 x float>, ptr %c5.0.p, align 4
  %c5.0.s = fadd <16 x float> %c5.0.o, %c5.0.n
  store <16 x float> %c5.0.s, ptr %c5.0.p, align 4
  %c5.1.p = getelementptr float, ptr %acc, i64 1216
  %c5.1.o = load <16 x float>, ptr %c5.1.p, align 4
  %c5.1.s = fadd <16 x float> %c5.1.o, %c5.1.n
  store <16 x float> %c5.1.s, ptr %c5.1.p, align 4
  %c5.2.p = getelementptr float, ptr %acc, i64 1232
  %c5.2.o = load <16 x float>, ptr %c5.2.p, align 4
  %c5.2.s = fadd <16 x float> %c5.2.o, %c5.2.n
  store <16 x float> %c5.2.s, ptr %c5.2.p, align 4
  %c6.0.p = getelementptr float, ptr %acc, i64 1440
  %c6.0.o = load <16 x float>, ptr %c6.0.p, align 4
  %c6.0.s = fadd <16 x float> %c6.0.o, %c6.0.n
  store <16 x float> %c6.0.s, ptr %c6.0.p, align 4
  %c6.1.p = getelementptr float, ptr %acc, i64 1456
  %c6.1.o = load <16 x float>, ptr %c6.1.p, align 4
  %c6.1.s = fadd <16 x float> %c6.1.o, %c6.1.n
  store <16 x float> %c6.1.s, ptr %c6.1.p, align 4
  %c6.2.p = getelementptr float, ptr %acc, i64 1472
  %c6.2.o = load <16 x float>, ptr %c6.2.p, align 4
  %c6.2.s = fadd <16 x float> %c6.2.o, %c6.2.n
  store <16 x float> %c6.2.s, ptr %c6.2.p, align 4
  %c7.0.p = getelementptr float, ptr %acc, i64 1680
  %c7.0.o = load <16 x float>, ptr %c7.0.p, align 4
  %c7.0.s = fadd <16 x float> %c7.0.o, %c7.0.n
  store <16 x float> %c7.0.s, ptr %c7.0.p, align 4
  %c7.1.p = getelementptr float, ptr %acc, i64 1696
  %c7.1.o = load <16 x float>, ptr %c7.1.p, align 4
  %c7.1.s = fadd <16 x float> %c7.1.o, %c7.1.n
  store <16 x float> %c7.1.s, ptr %c7.1.p, align 4
  %c7.2.p = getelementptr float, ptr %acc, i64 1712
  %c7.2.o = load <16 x float>, ptr %c7.2.p, align 4
  %c7.2.s = fadd <16 x float> %c7.2.o, %c7.2.n
  store <16 x float> %c7.2.s, ptr %c7.2.p, align 4
  ret void
}

; Pack rows 0..%kn of b into panels: pack[panel][k or pair][48].
define internal void @pack_b(ptr noalias %b, ptr noalias %pack, i64 %kn, i64 %panels) noinline {
entry:
  %pairs = lshr i64 %kn, 1
  %steps = add i64 %kn, 0
  br label %row
row:
  %k = phi i64 [ 0, %entry ], [ %k1, %row.end ]
  %src.o = mul i64 %k, 640
  %src = getelementptr i8, ptr %b, i64 %src.o
  %dst.o = mul i64 %k, 192
  %dst = getelementptr i8, ptr %pack, i64 %dst.o
  br label %panel
panel:
  %p = phi i64 [ 0, %row ], [ %p1, %panel ]
  %ps.o = mul i64 %p, 192
  %ps = getelementptr i8, ptr %src, i64 %ps.o
  %pd.o = mul i64 %p, 18432
  %pd = getelementptr i8, ptr %dst, i64 %pd.o
  %pf0.0 = getelementptr i8, ptr %ps, i64 5120
  call void @llvm.prefetch.p0(ptr %pf0.0, i32 0, i32 3, i32 1)
  %pf0.1 = getelementptr i8, ptr %ps, i64 5184
  call void @llvm.prefetch.p0(ptr %pf0.1, i32 0, i32 3, i32 1)
  %pf0.2 = getelementptr i8, ptr %ps, i64 5248
  call void @llvm.prefetch.p0(ptr %pf0.2, i32 0, i32 3, i32 1)
  %s0.p = getelementptr float, ptr %ps, i64 0
  %d0.p = getelementptr i8, ptr %pd, i64 0
  %s0 = load <16 x float>, ptr %s0.p, align 4

  store <16 x float> %s0, ptr %d0.p, align 4
  %s1.p = getelementptr float, ptr %ps, i64 16
  %d1.p = getelementptr i8, ptr %pd, i64 64
  %s1 = load <16 x float>, ptr %s1.p, align 4

  store <16 x float> %s1, ptr %d1.p, align 4
  %s2.p = getelementptr float, ptr %ps, i64 32
  %d2.p = getelementptr i8, ptr %pd, i64 128
  %s2 = load <16 x float>, ptr %s2.p, align 4

  store <16 x float> %s2, ptr %d2.p, align 4
  %p1 = add i64 %p, 1
  %pmore = icmp slt i64 %p1, %panels
  br i1 %pmore, label %panel, label %row.end
row.end:
  %k1 = add i64 %k, 1
  %kmore = icmp slt i64 %k1, %steps
  br i1 %kmore, label %row, label %done
done:
  ret void
}

; Fetch rows %from..%to of the next block of b towards the cache.
define internal void @fetch(ptr %b, i64 %from, i64 %to, i64 %bytes) noinline {
entry:
  %some = icmp slt i64 %from, %to
  br i1 %some, label %row, label %done
row:
  %k = phi i64 [ %from, %entry ], [ %k1, %row.end ]
  %o = mul i64 %k, 640
  %src = getelementptr i8, ptr %b, i64 %o
  br label %line
line:
  %l = phi i64 [ 0, %row ], [ %l1, %line ]
  %at = getelementptr i8, ptr %src, i64 %l
  call void @llvm.prefetch.p0(ptr %at, i32 0, i32 2, i32 1)
  %l1 = add i64 %l, 64
  %lmore = icmp slt i64 %l1, %bytes
  br i1 %lmore, label %line, label %row.end
row.end:
  %k1 = add i64 %k, 1
  %more = icmp slt i64 %k1, %to
  br i1 %more, label %row, label %done
done:
  ret void
}

define void @mj_matmul(ptr %args, i64 %task) {
entry:
  %acc = alloca [15360 x float], align 64
  %pack = alloca [92160 x i8], align 64
  %wp0 = getelementptr i64, ptr %args, i64 0
  %arg0 = load ptr, ptr %wp0
  %wp1 = getelementptr i64, ptr %args, i64 1
  %arg1 = load ptr, ptr %wp1
  %wp2 = getelementptr i64, ptr %args, i64 2
  %arg2 = load ptr, ptr %wp2
  %wp3 = getelementptr i64, ptr %args, i64 3
  %arg3 = load ptr, ptr %wp3
  %mi = urem i64 %task, 1
  %tq = udiv i64 %task, 1
  %ni = urem i64 %tq, 1
  %bi = udiv i64 %tq, 1
  %m0 = mul i64 %mi, 64
  %n0 = mul i64 %ni, 240
  %m.left = sub i64 64, %m0
  %rows = call i64 @llvm.smin.i64(i64 %m.left, i64 64)
  %n.left = sub i64 160, %n0
  %cols = call i64 @llvm.smin.i64(i64 %n.left, i64 240)
  %np.r = add i64 %cols, 47
  %np = udiv i64 %np.r, 48
  %a.r = mul i64 %m0, 384
  %a.c = mul i64 %n0, 0
  %a.rc = add i64 %a.r, %a.c
  %a = getelementptr i8, ptr %arg0, i64 %a.rc

  %b.r = mul i64 %m0, 0
  %b.c = mul i64 %n0, 4
  %b.rc = add i64 %b.r, %b.c
  %b = getelementptr i8, ptr %arg1, i64 %b.rc

  %x0.r = mul i64 %m0, 0
  %x0.c = mul i64 %n0, 4
  %x0.rc = add i64 %x0.r, %x0.c
  %x0 = getelementptr i8, ptr %arg2, i64 %x0.rc

  %out.r = mul i64 %m0, 640
  %out.c = mul i64 %n0, 4
  %out.rc = add i64 %out.r, %out.c
  %out = getelementptr i8, ptr %arg3, i64 %out.rc

  %acc.bytes = mul i64 %rows, 960
  call void @llvm.memset.p0.i64(ptr align 64 %acc, i8 0, i64 %acc.bytes, i1 false)
  br label %kblock
kblock:
  %k0 = phi i64 [ 0, %entry ], [ %k0.next, %kblock.end ]
  %k.left = sub i64 96, %k0
  %kn = call i64 @llvm.smin.i64(i64 %k.left, i64 96)
  %pairs = lshr i64 %kn, 1
  %steps = add i64 %kn, 0
  %bk.o = mul i64 %k0, 640
  %bk = getelementptr i8, ptr %b, i64 %bk.o
  %ak.o = mul i64 %k0, 4
  %ak.src = getelementptr i8, ptr %a, i64 %ak.o
  %ak = getelementptr i8, ptr %ak.src, i64 0
  %k0.next = add i64 %k0, 96
  call void @pack_b(ptr %bk, ptr %pack, i64 %kn, i64 %np)
  %after.raw = sub i64 96, %k0.next
  %after = call i64 @llvm.smin.i64(i64 %after.raw, i64 96)
  %bnext.o = mul i64 %k0.next, 640
  %bnext = getelementptr i8, ptr %b, i64 %bnext.o
  %row.bytes = mul i64 %cols, 4
  %tiles.r = add i64 %rows, 7
  %tiles = udiv i64 %tiles.r, 8
  %calls = mul i64 %tiles, %np
  %share.r = add i64 %calls, 95
  %share = udiv i64 %share.r, %calls
  br label %panel
panel:
  %p = phi i64 [ 0, %kblock ], [ %p1, %panel.end ]
  %bp.o = mul i64 %p, 18432
  %bp = getelementptr i8, ptr %pack, i64 %bp.o
  %accp.o = mul i64 %p, 48
  %accp = getelementptr float, ptr %acc, i64 %accp.o
  br label %tile
tile:
  %r = phi i64 [ 0, %panel ], [ %r1, %tile.end ]
  %r.left = sub i64 %rows, %r
  %at.o = mul i64 %r, 384
  %at = getelementptr i8, ptr %ak, i64 %at.o
  %ct.o = mul i64 %r, 240
  %ct = getelementptr float, ptr %accp, i64 %ct.o
  %ti = udiv i64 %r, 8
  %pi = mul i64 %p, %tiles
  %ci = add i64 %pi, %ti
  %from = mul i64 %ci, %share
  %to.raw = add i64 %from, %share
  %to = call i64 @llvm.smin.i64(i64 %to.raw, i64 %after)
  call void @fetch(ptr %bnext, i64 %from, i64 %to, i64 %row.bytes)
  %r1 = add i64 %r, 8
  call void @tile8(ptr %at, ptr %bp, i64 %steps, i64 %pairs, ptr %ct)
  br label %tile.end
tile.end:
  %tmore = icmp slt i64 %r1, %rows
  br i1 %tmore, label %tile, label %panel.end
panel.end:
  %p1 = add i64 %p, 1
  %pmore = icmp slt i64 %p1, %np
  br i1 %pmore, label %panel, label %kblock.end
kblock.end:
  %kmore = icmp slt i64 %k0.next, 96
  br i1 %kmore, label %kblock, label %epilogue
epilogue:
  br label %erow
erow:
  %e = phi i64 [ 0, %epilogue ], [ %e1, %erow.end ]
  %acc.o = mul i64 %e, 240
  %acc.row = getelementptr float, ptr %acc, i64 %acc.o
  %x0.ro = mul i64 %e, 0
  %x0.row = getelementptr i8, ptr %x0, i64 %x0.ro
  %out.ro = mul i64 %e, 640
  %out.row = getelementptr i8, ptr %out, i64 %out.ro
  br label %emain
emain:
  %v = phi i64 [ 0, %erow ], [ %v1, %emain.go ]
  %v1 = add i64 %v, 16
  %vfull = icmp sle i64 %v1, %cols
  br i1 %vfull, label %emain.go, label %erow.end
emain.go:
  %acc.m.p = getelementptr float, ptr %acc.row, i64 %v
  %acc.m = load <16 x float>, ptr %acc.m.p, align 4
  %x0.m.p = getelementptr float, ptr %x0.row, i64 %v
  %x0.m = load <16 x float>, ptr %x0.m.p, align 4

  %c0.m = call <16 x float> @add_f(<16 x float> %acc.m, <16 x float> %x0.m)
  %c1.m = call <16 x float> @gelu_f(<16 x float> %c0.m)

  %out.m.p = getelementptr float, ptr %out.row, i64 %v

  store <16 x float> %c1.m, ptr %out.m.p, align 4


  br label %emain
erow.end:
  %e1 = add i64 %e, 1
  %emore = icmp slt i64 %e1, %rows
  br i1 %emore, label %erow, label %done
done:
  ret void
}
