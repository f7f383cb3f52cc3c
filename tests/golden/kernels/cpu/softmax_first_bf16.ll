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
  %first = mul i64 %task, 2
  %last.r = add i64 %first, 2
  %last = call i64 @llvm.smin.i64(i64 %last.r, i64 2)
  br label %unit
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %uc = urem i64 %u, 2
  %uo = udiv i64 %u, 2
  %ob = mul i64 %uo, 128
  %cb = mul i64 %uc, 16
  %at = add i64 %ob, %cb
  %x = getelementptr i16, ptr %arg0, i64 %at
  %y = getelementptr i16, ptr %arg1, i64 %at
  store <16 x float> splat (float 0xFFF0000000000000), ptr %cell
  br label %a
a:
  %a.i = phi i64 [ 0, %unit ], [ %a.n, %a.go ]
  %a.n = add i64 %a.i, 1
  %a.full = icmp sle i64 %a.n, 4
  br i1 %a.full, label %a.go, label %a.rest
a.go:
  %a.off = mul i64 %a.i, 32
  %a.xm.p = getelementptr i16, ptr %x, i64 %a.off
  %a.xm.m = load <16 x i16>, ptr %a.xm.p, align 2
  %a.xm.w = zext <16 x i16> %a.xm.m to <16 x i32>
  %a.xm.s = shl <16 x i32> %a.xm.w, splat (i32 16)
  %a.xm = bitcast <16 x i32> %a.xm.s to <16 x float>


  %a.xm.k = select i1 true, <16 x float> %a.xm, <16 x float> poison

  %a.cm.old = load <16 x float>, ptr %cell
  %a.cm.gt = fcmp ogt <16 x float> %a.xm.k, %a.cm.old
  %a.cm.new = select <16 x i1> %a.cm.gt, <16 x float> %a.xm.k, <16 x float> %a.cm.old
  store <16 x float> %a.cm.new, ptr %cell


  br label %a
a.rest:
  br label %a.end
a.end:
  %max = load <16 x float>, ptr %cell
  %max.all = select i1 true, <16 x float> %max, <16 x float> poison

  store <16 x float> zeroinitializer, ptr %cell
  br label %b
b:
  %b.i = phi i64 [ 0, %a.end ], [ %b.n, %b.go ]
  %b.n = add i64 %b.i, 1
  %b.full = icmp sle i64 %b.n, 4
  br i1 %b.full, label %b.go, label %b.rest
b.go:
  %b.off = mul i64 %b.i, 32
  %b.xm.p = getelementptr i16, ptr %x, i64 %b.off
  %b.xm.m = load <16 x i16>, ptr %b.xm.p, align 2
  %b.xm.w = zext <16 x i16> %b.xm.m to <16 x i32>
  %b.xm.s = shl <16 x i32> %b.xm.w, splat (i32 16)
  %b.xm = bitcast <16 x i32> %b.xm.s to <16 x float>


  %b.dm = fsub <16 x float> %b.xm, %max.all
  %b.em = call <16 x float> @exp_f(<16 x float> %b.dm)
  %b.em.k = select i1 true, <16 x float> %b.em, <16 x float> poison

  %b.cm.old = load <16 x float>, ptr %cell
  %b.cm.new = fadd <16 x float> %b.cm.old, %b.em.k
  store <16 x float> %b.cm.new, ptr %cell


  br label %b
b.rest:
  br label %b.end
b.end:
  %sum = load <16 x float>, ptr %cell
  %sum.all = select i1 true, <16 x float> %sum, <16 x float> poison

  %scale = fdiv <16 x float> splat (float 1.0), %sum.all
  br label %c
c:
  %c.i = phi i64 [ 0, %b.end ], [ %c.n, %c.go ]
  %c.n = add i64 %c.i, 1
  %c.full = icmp sle i64 %c.n, 4
  br i1 %c.full, label %c.go, label %c.rest
c.go:
  %c.off = mul i64 %c.i, 32
  %c.xm.p = getelementptr i16, ptr %x, i64 %c.off
  %c.xm.m = load <16 x i16>, ptr %c.xm.p, align 2
  %c.xm.w = zext <16 x i16> %c.xm.m to <16 x i32>
  %c.xm.s = shl <16 x i32> %c.xm.w, splat (i32 16)
  %c.xm = bitcast <16 x i32> %c.xm.s to <16 x float>


  %c.dm = fsub <16 x float> %c.xm, %max.all
  %c.em = call <16 x float> @exp_f(<16 x float> %c.dm)
  %c.rm = fmul <16 x float> %c.em, %scale
  %c.ym = getelementptr i16, ptr %y, i64 %c.off
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
