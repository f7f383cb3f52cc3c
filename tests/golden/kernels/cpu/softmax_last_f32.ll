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

define void @mj_softmax(ptr %args, i64 %task) {
entry:
  %cell = alloca <16 x float>
  %wp0 = getelementptr i64, ptr %args, i64 0
  %arg0 = load ptr, ptr %wp0
  %wp1 = getelementptr i64, ptr %args, i64 1
  %arg1 = load ptr, ptr %wp1
  %first = mul i64 %task, 4
  %last.r = add i64 %first, 4
  %last = call i64 @llvm.smin.i64(i64 %last.r, i64 4)
  br label %unit
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %at = mul i64 %u, 33
  %x = getelementptr float, ptr %arg0, i64 %at
  %y = getelementptr float, ptr %arg1, i64 %at
  store <16 x float> splat (float 0xFFF0000000000000), ptr %cell
  br label %a
a:
  %a.i = phi i64 [ 0, %unit ], [ %a.n, %a.go ]
  %a.n = add i64 %a.i, 16
  %a.full = icmp sle i64 %a.n, 33
  br i1 %a.full, label %a.go, label %a.rest
a.go:
  %a.xm.p = getelementptr float, ptr %x, i64 %a.i
  %a.xm = load <16 x float>, ptr %a.xm.p, align 4


  %a.xm.k = select i1 true, <16 x float> %a.xm, <16 x float> poison

  %a.cm.old = load <16 x float>, ptr %cell
  %a.cm.gt = fcmp ogt <16 x float> %a.xm.k, %a.cm.old
  %a.cm.new = select <16 x i1> %a.cm.gt, <16 x float> %a.xm.k, <16 x float> %a.cm.old
  store <16 x float> %a.cm.new, ptr %cell


  br label %a
a.rest:
  %a.some = icmp slt i64 %a.i, 33
  br i1 %a.some, label %a.tail, label %a.end
a.tail:
  %a.left = sub i64 33, %a.i
%a.mask.t = trunc i64 %a.left to i32
%a.mask.v.i = insertelement <16 x i32> poison, i32 %a.mask.t, i64 0
  %a.mask.v = shufflevector <16 x i32> %a.mask.v.i, <16 x i32> poison, <16 x i32> zeroinitializer
  %a.mask = icmp slt <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, %a.mask.v
  %a.xt.p = getelementptr float, ptr %x, i64 %a.i
  %a.xt = call <16 x float> @llvm.masked.load.v16f32.p0(ptr align 4 %a.xt.p, <16 x i1> %a.mask, <16 x float> zeroinitializer)


  %a.xt.k = select <16 x i1> %a.mask, <16 x float> %a.xt, <16 x float> splat (float 0xFFF0000000000000)

  %a.ct.old = load <16 x float>, ptr %cell
  %a.ct.gt = fcmp ogt <16 x float> %a.xt.k, %a.ct.old
  %a.ct.new = select <16 x i1> %a.ct.gt, <16 x float> %a.xt.k, <16 x float> %a.ct.old
  store <16 x float> %a.ct.new, ptr %cell


  br label %a.end
a.end:
  %max = load <16 x float>, ptr %cell
  %max.l0 = shufflevector <16 x float> %max, <16 x float> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %max.h0 = shufflevector <16 x float> %max, <16 x float> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %max.f0 = call <8 x float> @llvm.maximum.v8f32(<8 x float> %max.l0, <8 x float> %max.h0)
  %max.l1 = shufflevector <8 x float> %max.f0, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %max.h1 = shufflevector <8 x float> %max.f0, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %max.f1 = call <4 x float> @llvm.maximum.v4f32(<4 x float> %max.l1, <4 x float> %max.h1)
  %max.l2 = shufflevector <4 x float> %max.f1, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %max.h2 = shufflevector <4 x float> %max.f1, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %max.f2 = call <2 x float> @llvm.maximum.v2f32(<2 x float> %max.l2, <2 x float> %max.h2)
  %max.l3 = shufflevector <2 x float> %max.f2, <2 x float> poison, <1 x i32> <i32 0>
  %max.h3 = shufflevector <2 x float> %max.f2, <2 x float> poison, <1 x i32> <i32 1>
  %max.f3 = call <1 x float> @llvm.maximum.v1f32(<1 x float> %max.l3, <1 x float> %max.h3)
  %max.all = shufflevector <1 x float> %max.f3, <1 x float> poison, <16 x i32> zeroinitializer

  store <16 x float> zeroinitializer, ptr %cell
  br label %b
b:
  %b.i = phi i64 [ 0, %a.end ], [ %b.n, %b.go ]
  %b.n = add i64 %b.i, 16
  %b.full = icmp sle i64 %b.n, 33
  br i1 %b.full, label %b.go, label %b.rest
b.go:
  %b.xm.p = getelementptr float, ptr %x, i64 %b.i
  %b.xm = load <16 x float>, ptr %b.xm.p, align 4


  %b.dm = fsub <16 x float> %b.xm, %max.all
  %b.em = call <16 x float> @exp_f(<16 x float> %b.dm)
  %b.em.k = select i1 true, <16 x float> %b.em, <16 x float> poison

  %b.cm.old = load <16 x float>, ptr %cell
  %b.cm.new = fadd <16 x float> %b.cm.old, %b.em.k
  store <16 x float> %b.cm.new, ptr %cell

  %b.ym = getelementptr float, ptr %y, i64 %b.i

  store <16 x float> %b.em, ptr %b.ym, align 4


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
  %b.xt.p = getelementptr float, ptr %x, i64 %b.i
  %b.xt = call <16 x float> @llvm.masked.load.v16f32.p0(ptr align 4 %b.xt.p, <16 x i1> %b.mask, <16 x float> zeroinitializer)


  %b.dt = fsub <16 x float> %b.xt, %max.all
  %b.et = call <16 x float> @exp_f(<16 x float> %b.dt)
  %b.et.k = select <16 x i1> %b.mask, <16 x float> %b.et, <16 x float> zeroinitializer

  %b.ct.old = load <16 x float>, ptr %cell
  %b.ct.new = fadd <16 x float> %b.ct.old, %b.et.k
  store <16 x float> %b.ct.new, ptr %cell

  %b.yt = getelementptr float, ptr %y, i64 %b.i

  call void @llvm.masked.store.v16f32.p0(<16 x float> %b.et, ptr align 4 %b.yt, <16 x i1> %b.mask)


  br label %b.end
b.end:
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

  %scale = fdiv <16 x float> splat (float 1.0), %sum.all
  br label %c
c:
  %c.i = phi i64 [ 0, %b.end ], [ %c.n, %c.go ]
  %c.n = add i64 %c.i, 16
  %c.full = icmp sle i64 %c.n, 33
  br i1 %c.full, label %c.go, label %c.rest
c.go:
  %c.em.p = getelementptr float, ptr %y, i64 %c.i
  %c.em = load <16 x float>, ptr %c.em.p, align 4


  %c.rm = fmul <16 x float> %c.em, %scale
  %c.ym = getelementptr float, ptr %y, i64 %c.i

  store <16 x float> %c.rm, ptr %c.ym, align 4


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
  %c.et.p = getelementptr float, ptr %y, i64 %c.i
  %c.et = call <16 x float> @llvm.masked.load.v16f32.p0(ptr align 4 %c.et.p, <16 x i1> %c.mask, <16 x float> zeroinitializer)


  %c.rt = fmul <16 x float> %c.et, %scale
  %c.yt = getelementptr float, ptr %y, i64 %c.i

  call void @llvm.masked.store.v16f32.p0(<16 x float> %c.rt, ptr align 4 %c.yt, <16 x i1> %c.mask)


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
