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
  %source = load ptr, ptr %args
  %rp = getelementptr i64, ptr %args, i64 1
  %result = load ptr, ptr %rp
  %first = mul i64 %task, 1
  %last.r = add i64 %first, 1
  %last = call i64 @llvm.smin.i64(i64 %last.r, i64 1)
  br label %unit
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %uc = urem i64 %u, 1
  %uo = udiv i64 %u, 1
  %ob = mul i64 %uo, 128
  %cb = mul i64 %uc, 32
  %at = add i64 %ob, %cb
  %x = getelementptr i16, ptr %source, i64 %at
  %y = getelementptr i16, ptr %result, i64 %at
  br label %a
a:
  %a.i = phi i64 [ 0, %unit ], [ %a.n, %a ]
  %a.acc0 = phi <16 x float> [ splat (float 0xFFF0000000000000), %unit ], [ %a.new0, %a ]
  %a.acc1 = phi <16 x float> [ splat (float 0xFFF0000000000000), %unit ], [ %a.new1, %a ]
  %a.o = mul i64 %a.i, 32
  %a.o0 = add i64 %a.o, 0
  %a.x0.p = getelementptr i16, ptr %x, i64 %a.o0
  %a.x0.m = load <16 x i16>, ptr %a.x0.p, align 2
  %a.x0.w = zext <16 x i16> %a.x0.m to <16 x i32>
  %a.x0.s = shl <16 x i32> %a.x0.w, splat (i32 16)
  %a.x0 = bitcast <16 x i32> %a.x0.s to <16 x float>


  %a.gt0 = fcmp ogt <16 x float> %a.x0, %a.acc0
  %a.new0 = select <16 x i1> %a.gt0, <16 x float> %a.x0, <16 x float> %a.acc0

  %a.o1 = add i64 %a.o, 16
  %a.x1.p = getelementptr i16, ptr %x, i64 %a.o1
  %a.x1.m = load <16 x i16>, ptr %a.x1.p, align 2
  %a.x1.w = zext <16 x i16> %a.x1.m to <16 x i32>
  %a.x1.s = shl <16 x i32> %a.x1.w, splat (i32 16)
  %a.x1 = bitcast <16 x i32> %a.x1.s to <16 x float>


  %a.gt1 = fcmp ogt <16 x float> %a.x1, %a.acc1
  %a.new1 = select <16 x i1> %a.gt1, <16 x float> %a.x1, <16 x float> %a.acc1

  %a.n = add i64 %a.i, 1
  %a.more = icmp slt i64 %a.n, 4
  br i1 %a.more, label %a, label %a.end
a.end:
  br label %b
b:
  %b.i = phi i64 [ 0, %a.end ], [ %b.n, %b ]
  %b.acc0 = phi <16 x float> [ zeroinitializer, %a.end ], [ %b.new0, %b ]
  %b.acc1 = phi <16 x float> [ zeroinitializer, %a.end ], [ %b.new1, %b ]
  %b.o = mul i64 %b.i, 32
  %b.o0 = add i64 %b.o, 0
  %b.x0.p = getelementptr i16, ptr %x, i64 %b.o0
  %b.x0.m = load <16 x i16>, ptr %b.x0.p, align 2
  %b.x0.w = zext <16 x i16> %b.x0.m to <16 x i32>
  %b.x0.s = shl <16 x i32> %b.x0.w, splat (i32 16)
  %b.x0 = bitcast <16 x i32> %b.x0.s to <16 x float>


  %b.d0 = fsub <16 x float> %b.x0, %a.new0
  %b.e0 = call <16 x float> @exp_f(<16 x float> %b.d0)

  %b.new0 = fadd <16 x float> %b.acc0, %b.e0

  %b.o1 = add i64 %b.o, 16
  %b.x1.p = getelementptr i16, ptr %x, i64 %b.o1
  %b.x1.m = load <16 x i16>, ptr %b.x1.p, align 2
  %b.x1.w = zext <16 x i16> %b.x1.m to <16 x i32>
  %b.x1.s = shl <16 x i32> %b.x1.w, splat (i32 16)
  %b.x1 = bitcast <16 x i32> %b.x1.s to <16 x float>


  %b.d1 = fsub <16 x float> %b.x1, %a.new1
  %b.e1 = call <16 x float> @exp_f(<16 x float> %b.d1)

  %b.new1 = fadd <16 x float> %b.acc1, %b.e1

  %b.n = add i64 %b.i, 1
  %b.more = icmp slt i64 %b.n, 4
  br i1 %b.more, label %b, label %b.end
b.end:
  %scale0 = fdiv <16 x float> splat (float 1.0), %b.new0
  %scale1 = fdiv <16 x float> splat (float 1.0), %b.new1
  br label %c
c:
  %c.i = phi i64 [ 0, %b.end ], [ %c.n, %c ]
  %c.o = mul i64 %c.i, 32
  %c.o0 = add i64 %c.o, 0
  %c.x0.p = getelementptr i16, ptr %x, i64 %c.o0
  %c.x0.m = load <16 x i16>, ptr %c.x0.p, align 2
  %c.x0.w = zext <16 x i16> %c.x0.m to <16 x i32>
  %c.x0.s = shl <16 x i32> %c.x0.w, splat (i32 16)
  %c.x0 = bitcast <16 x i32> %c.x0.s to <16 x float>


  %c.d0 = fsub <16 x float> %c.x0, %a.new0
  %c.e0 = call <16 x float> @exp_f(<16 x float> %c.d0)

  %c.r0 = fmul <16 x float> %c.e0, %scale0
  %c.y0 = getelementptr i16, ptr %y, i64 %c.o0
  %c.st0.b = bitcast <16 x float> %c.r0 to <16 x i32>
  %c.st0.h = lshr <16 x i32> %c.st0.b, splat (i32 16)
  %c.st0.o = and <16 x i32> %c.st0.h, splat (i32 1)
  %c.st0.a = add <16 x i32> %c.st0.o, splat (i32 32767)
  %c.st0.c = add <16 x i32> %c.st0.b, %c.st0.a
  %c.st0.r = lshr <16 x i32> %c.st0.c, splat (i32 16)
  %c.st0.q = or <16 x i32> %c.st0.h, splat (i32 64)
  %c.st0.n = fcmp uno <16 x float> %c.r0, zeroinitializer
  %c.st0.s = select <16 x i1> %c.st0.n, <16 x i32> %c.st0.q, <16 x i32> %c.st0.r
  %c.st0 = trunc <16 x i32> %c.st0.s to <16 x i16>

  store <16 x i16> %c.st0, ptr %c.y0, align 2


  %c.o1 = add i64 %c.o, 16
  %c.x1.p = getelementptr i16, ptr %x, i64 %c.o1
  %c.x1.m = load <16 x i16>, ptr %c.x1.p, align 2
  %c.x1.w = zext <16 x i16> %c.x1.m to <16 x i32>
  %c.x1.s = shl <16 x i32> %c.x1.w, splat (i32 16)
  %c.x1 = bitcast <16 x i32> %c.x1.s to <16 x float>


  %c.d1 = fsub <16 x float> %c.x1, %a.new1
  %c.e1 = call <16 x float> @exp_f(<16 x float> %c.d1)

  %c.r1 = fmul <16 x float> %c.e1, %scale1
  %c.y1 = getelementptr i16, ptr %y, i64 %c.o1
  %c.st1.b = bitcast <16 x float> %c.r1 to <16 x i32>
  %c.st1.h = lshr <16 x i32> %c.st1.b, splat (i32 16)
  %c.st1.o = and <16 x i32> %c.st1.h, splat (i32 1)
  %c.st1.a = add <16 x i32> %c.st1.o, splat (i32 32767)
  %c.st1.c = add <16 x i32> %c.st1.b, %c.st1.a
  %c.st1.r = lshr <16 x i32> %c.st1.c, splat (i32 16)
  %c.st1.q = or <16 x i32> %c.st1.h, splat (i32 64)
  %c.st1.n = fcmp uno <16 x float> %c.r1, zeroinitializer
  %c.st1.s = select <16 x i1> %c.st1.n, <16 x i32> %c.st1.q, <16 x i32> %c.st1.r
  %c.st1 = trunc <16 x i32> %c.st1.s to <16 x i16>

  store <16 x i16> %c.st1, ptr %c.y1, align 2


  %c.n = add i64 %c.i, 1
  %c.more = icmp slt i64 %c.n, 4
  br i1 %c.more, label %c, label %unit.end
unit.end:
  %u1 = add i64 %u, 1
  %more = icmp slt i64 %u1, %last
  br i1 %more, label %unit, label %done
done:
  ret void
}
