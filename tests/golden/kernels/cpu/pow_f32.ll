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
define internal <16 x float> @pow_f(<16 x float> %x, <16 x float> %y) alwaysinline {
  %xd = fpext <16 x float> %x to <16 x double>
  %yd = fpext <16 x float> %y to <16 x double>
  %a = call <16 x double> @llvm.fabs.v16f64(<16 x double> %xd)
  %bits = bitcast <16 x double> %a to <16 x i64>
  %off = sub <16 x i64> %bits, splat (i64 4604544271217802189)
  %e = ashr <16 x i64> %off, splat (i64 52)
  %es = shl <16 x i64> %e, splat (i64 52)
  %mb = sub <16 x i64> %bits, %es
  %m = bitcast <16 x i64> %mb to <16 x double>
  %ef = sitofp <16 x i64> %e to <16 x double>
  %num = fsub <16 x double> %m, splat (double 0x3FF0000000000000)
  %den = fadd <16 x double> %m, splat (double 0x3FF0000000000000)
  %s = fdiv <16 x double> %num, %den
  %ss = fmul <16 x double> %s, %s
  %q.1 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> splat (double 0x3FD21B1E8F6FA67B), <16 x double> %ss, <16 x double> splat (double 0x3FD4795468413D90))
  %q.2 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %q.1, <16 x double> %ss, <16 x double> splat (double 0x3FDA61A2F1BC584D))
  %q.3 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %q.2, <16 x double> %ss, <16 x double> splat (double 0x3FE2776C292F2007))
  %q.4 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %q.3, <16 x double> %ss, <16 x double> splat (double 0x3FEEC709DC53C80A))
  %q = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %q.4, <16 x double> %ss, <16 x double> splat (double 0x40071547652B8251))

  %l0 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %q, <16 x double> %s, <16 x double> %ef)
  %zero = fcmp oeq <16 x double> %a, zeroinitializer
  %l1 = select <16 x i1> %zero, <16 x double> splat (double 0xFFF0000000000000), <16 x double> %l0
  %inf = fcmp oeq <16 x double> %a, splat (double 0x7FF0000000000000)
  %l2 = select <16 x i1> %inf, <16 x double> splat (double 0x7FF0000000000000), <16 x double> %l1
  %t0 = fmul <16 x double> %yd, %l2
  %unit = fcmp oeq <16 x double> %a, splat (double 0x3FF0000000000000)
  %yzero = fcmp oeq <16 x double> %yd, zeroinitializer
  %ynan = fcmp uno <16 x double> %yd, %yd
  %xnan = fcmp uno <16 x double> %xd, %xd
  %flat0 = xor <16 x i1> %ynan, splat (i1 true)
  %flat1 = and <16 x i1> %unit, %flat0
  %flat = or <16 x i1> %flat1, %yzero
  %t1 = select <16 x i1> %flat, <16 x double> zeroinitializer, <16 x double> %t0
  %above = fcmp ogt <16 x double> %t1, splat (double 0x408F400000000000)
  %t2 = select <16 x i1> %above, <16 x double> splat (double 0x408F400000000000), <16 x double> %t1
  %below = fcmp ogt <16 x double> %t2, splat (double 0xC08F400000000000)
  %t3 = select <16 x i1> %below, <16 x double> %t2, <16 x double> splat (double 0xC08F400000000000)
  %n = call <16 x double> @llvm.roundeven.v16f64(<16 x double> %t3)
  %r = fsub <16 x double> %t3, %n
  %p.1 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> splat (double 0x3E7B3F3151E46000), <16 x double> %r, <16 x double> splat (double 0x3EB63EDEE2444000))
  %p.2 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %p.1, <16 x double> %r, <16 x double> splat (double 0x3EEFFCE255CE7600))
  %p.3 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %p.2, <16 x double> %r, <16 x double> splat (double 0x3F243088FCE45400))
  %p.4 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %p.3, <16 x double> %r, <16 x double> splat (double 0x3F55D87FD8FCD690))
  %p.5 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %p.4, <16 x double> %r, <16 x double> splat (double 0x3F83B2AB72A0DC78))
  %p.6 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %p.5, <16 x double> %r, <16 x double> splat (double 0x3FAC6B08D70D2126))
  %p.7 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %p.6, <16 x double> %r, <16 x double> splat (double 0x3FCEBFBDFF81573E))
  %p.8 = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %p.7, <16 x double> %r, <16 x double> splat (double 0x3FE62E42FEFA3751))
  %p = call <16 x double> @llvm.fmuladd.v16f64(<16 x double> %p.8, <16 x double> %r, <16 x double> splat (double 0x3FF0000000000000))

  %ni = fptosi <16 x double> %n to <16 x i64>
  %nb = add <16 x i64> %ni, splat (i64 1023)
  %ns = shl <16 x i64> %nb, splat (i64 52)
  %scale = bitcast <16 x i64> %ns to <16 x double>
  %v = fmul <16 x double> %p, %scale
  %vf = fptrunc <16 x double> %v to <16 x float>
  %yt = call <16 x double> @llvm.trunc.v16f64(<16 x double> %yd)
  %integer = fcmp oeq <16 x double> %yt, %yd
  %yh = fmul <16 x double> %yd, splat (double 0x3FE0000000000000)
  %yht = call <16 x double> @llvm.trunc.v16f64(<16 x double> %yh)
  %half = fcmp une <16 x double> %yht, %yh
  %odd = and <16 x i1> %integer, %half
  %xb = bitcast <16 x float> %x to <16 x i32>
  %negative = icmp slt <16 x i32> %xb, zeroinitializer
  %minus = and <16 x i1> %odd, %negative
  %nvf = fneg <16 x float> %vf
  %v1 = select <16 x i1> %minus, <16 x float> %nvf, <16 x float> %vf
  %lt0 = fcmp olt <16 x double> %xd, zeroinitializer
  %finite = fcmp one <16 x double> %a, splat (double 0x7FF0000000000000)
  %broken = xor <16 x i1> %integer, splat (i1 true)
  %bad0 = and <16 x i1> %lt0, %finite
  %bad1 = and <16 x i1> %bad0, %broken
  %somenan = or <16 x i1> %xnan, %ynan
  %bad2 = or <16 x i1> %bad1, %somenan
  %xone = fcmp oeq <16 x double> %xd, splat (double 0x3FF0000000000000)
  %isone = or <16 x i1> %xone, %yzero
  %v2 = select <16 x i1> %bad2, <16 x float> splat (float 0x7FF8000000000000), <16 x float> %v1
  %v3 = select <16 x i1> %isone, <16 x float> splat (float 0x3FF0000000000000), <16 x float> %v2
  ret <16 x float> %v3
}

define internal void @nest0(ptr %args, i64 %first, i64 %stop) {
entry:
  %wp0 = getelementptr i64, ptr %args, i64 0
  %p0 = load ptr, ptr %wp0
  %wp1 = getelementptr i64, ptr %args, i64 1
  %p1 = load ptr, ptr %wp1
  %wp2 = getelementptr i64, ptr %args, i64 2
  %p2 = load ptr, ptr %wp2
  %o0 = getelementptr i8, ptr %p0, i64 0
  %o1 = getelementptr i8, ptr %p1, i64 0
  %oo = getelementptr i8, ptr %p2, i64 0
  %any = icmp slt i64 %first, %stop
  br i1 %any, label %unit, label %done
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %row = add i64 %u, 0
  %begin = add i64 0, 0
  %end.n = add i64 32, 0
  %i0 = add i64 %row, 0

  %end = add i64 %end.n, 0
  br label %inside
inside:
  %base0.stride0 = mul i64 %i0, 128
  %base0.at0 = getelementptr i8, ptr %o0, i64 %base0.stride0
  %base0 = getelementptr i8, ptr %base0.at0, i64 0

  %base1.stride0 = mul i64 %i0, 4
  %base1.at0 = getelementptr i8, ptr %o1, i64 %base1.stride0
  %base1 = getelementptr i8, ptr %base1.at0, i64 0

  %out.stride0 = mul i64 %i0, 128
  %out.at0 = getelementptr i8, ptr %oo, i64 %out.stride0
  %out = getelementptr i8, ptr %out.at0, i64 0

  br label %main
main:
  %v = phi i64 [ %begin, %inside ], [ %v1, %main.go ]
  %v1 = add i64 %v, 16
  %full = icmp sle i64 %v1, %end
  br i1 %full, label %main.go, label %unit.end
main.go:
  %v.0 = add i64 %v, 0
  %x0.m0.p = getelementptr float, ptr %base0, i64 %v.0
  %x0.m0 = load <16 x float>, ptr %x0.m0.p, align 4

  %x1.m0.l = load float, ptr %base1, align 4
  %x1.m0.i = insertelement <16 x float> poison, float %x1.m0.l, i64 0
  %x1.m0 = shufflevector <16 x float> %x1.m0.i, <16 x float> poison, <16 x i32> zeroinitializer

  %c0.m0 = call <16 x float> @pow_f(<16 x float> %x0.m0, <16 x float> %x1.m0)


  %out.m0 = getelementptr float, ptr %out, i64 %v.0

  store <16 x float> %c0.m0, ptr %out.m0, align 4

  br label %main
unit.end:
  %u1 = add i64 %u, 1
  %more = icmp slt i64 %u1, %stop
  br i1 %more, label %unit, label %done
done:
  ret void
}

define void @mj_elementwise(ptr %args, i64 %task) {
entry:
  %below0 = icmp slt i64 %task, 1
  br i1 %below0, label %run0, label %next0
run0:
  %t0 = sub i64 %task, 0
  %f0 = mul i64 %t0, 4
  %e0 = add i64 %f0, 4
  %s0 = call i64 @llvm.smin.i64(i64 %e0, i64 4)
  tail call void @nest0(ptr %args, i64 %f0, i64 %s0)
  ret void
next0:
  ret void
}
