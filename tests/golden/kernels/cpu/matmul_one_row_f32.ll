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

; acc[1 x 208] += a[1 x steps] * b[steps x 208]; the sum of a K block is taken on its own first, so
; that no chain of additions is longer than a block. Of bfloat16, ``steps`` are pairs, of which ``pairs`` are whole.
define internal void @tile1(ptr noalias %a, ptr noalias %b, i64 %steps, i64 %pairs, ptr noalias %acc) noinline {
entry:
  br label %loop
loop:
  %k = phi i64 [ 0, %entry ], [ %k1, %loop ]
  %bk = phi ptr [ %b, %entry ], [ %bk1, %loop ]
  %c0.0 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.0.n, %loop ]
  %c0.1 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.1.n, %loop ]
  %c0.2 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.2.n, %loop ]
  %c0.3 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.3.n, %loop ]
  %c0.4 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.4.n, %loop ]
  %c0.5 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.5.n, %loop ]
  %c0.6 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.6.n, %loop ]
  %c0.7 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.7.n, %loop ]
  %c0.8 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.8.n, %loop ]
  %c0.9 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.9.n, %loop ]
  %c0.10 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.10.n, %loop ]
  %c0.11 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.11.n, %loop ]
  %c0.12 = phi <16 x float> [ zeroinitializer, %entry ], [ %c0.12.n, %loop ]
  %pf0.0 = getelementptr i8, ptr %bk, i64 9600
  call void @llvm.prefetch.p0(ptr %pf0.0, i32 0, i32 3, i32 1)
  %pf0.1 = getelementptr i8, ptr %bk, i64 9664
  call void @llvm.prefetch.p0(ptr %pf0.1, i32 0, i32 3, i32 1)
  %pf0.2 = getelementptr i8, ptr %bk, i64 9728
  call void @llvm.prefetch.p0(ptr %pf0.2, i32 0, i32 3, i32 1)
  %pf0.3 = getelementptr i8, ptr %bk, i64 9792
  call void @llvm.prefetch.p0(ptr %pf0.3, i32 0, i32 3, i32 1)
  %pf0.4 = getelementptr i8, ptr %bk, i64 9856
  call void @llvm.prefetch.p0(ptr %pf0.4, i32 0, i32 3, i32 1)
  %pf0.5 = getelementptr i8, ptr %bk, i64 9920
  call void @llvm.prefetch.p0(ptr %pf0.5, i32 0, i32 3, i32 1)
  %pf0.6 = getelementptr i8, ptr %bk, i64 9984
  call void @llvm.prefetch.p0(ptr %pf0.6, i32 0, i32 3, i32 1)
  %pf0.7 = getelementptr i8, ptr %bk, i64 10048
  call void @llvm.prefetch.p0(ptr %pf0.7, i32 0, i32 3, i32 1)
  %pf0.8 = getelementptr i8, ptr %bk, i64 10112
  call void @llvm.prefetch.p0(ptr %pf0.8, i32 0, i32 3, i32 1)
  %pf0.9 = getelementptr i8, ptr %bk, i64 10176
  call void @llvm.prefetch.p0(ptr %pf0.9, i32 0, i32 3, i32 1)
  %pf0.10 = getelementptr i8, ptr %bk, i64 10240
  call void @llvm.prefetch.p0(ptr %pf0.10, i32 0, i32 3, i32 1)
  %pf0.11 = getelementptr i8, ptr %bk, i64 10304
  call void @llvm.prefetch.p0(ptr %pf0.11, i32 0, i32 3, i32 1)
  %pf0.12 = getelementptr i8, ptr %bk, i64 10368
  call void @llvm.prefetch.p0(ptr %pf0.12, i32 0, i32 3, i32 1)
  %b0.p = getelementptr float, ptr %bk, i64 0
  %b0 = load <16 x float>, ptr %b0.p, align 4

  %b1.p = getelementptr float, ptr %bk, i64 16
  %b1 = load <16 x float>, ptr %b1.p, align 4

  %b2.p = getelementptr float, ptr %bk, i64 32
  %b2 = load <16 x float>, ptr %b2.p, align 4

  %b3.p = getelementptr float, ptr %bk, i64 48
  %b3 = load <16 x float>, ptr %b3.p, align 4

  %b4.p = getelementptr float, ptr %bk, i64 64
  %b4 = load <16 x float>, ptr %b4.p, align 4

  %b5.p = getelementptr float, ptr %bk, i64 80
  %b5 = load <16 x float>, ptr %b5.p, align 4

  %b6.p = getelementptr float, ptr %bk, i64 96
  %b6 = load <16 x float>, ptr %b6.p, align 4

  %b7.p = getelementptr float, ptr %bk, i64 112
  %b7 = load <16 x float>, ptr %b7.p, align 4

  %b8.p = getelementptr float, ptr %bk, i64 128
  %b8 = load <16 x float>, ptr %b8.p, align 4

  %b9.p = getelementptr float, ptr %bk, i64 144
  %b9 = load <16 x float>, ptr %b9.p, align 4

  %b10.p = getelementptr float, ptr %bk, i64 160
  %b10 = load <16 x float>, ptr %b10.p, align 4

  %b11.p = getelementptr float, ptr %bk, i64 176
  %b11 = load <16 x float>, ptr %b11.p, align 4

  %b12.p = getelementptr float, ptr %bk, i64 192
  %b12 = load <16 x float>, ptr %b12.p, align 4

  %a0.o = getelementptr float, ptr %a, i64 %k
  %a0.p = getelementptr i8, ptr %a0.o, i64 0
  %a0.s = load float, ptr %a0.p, align 4
%a0.i = insertelement <16 x float> poison, float %a0.s, i64 0
  %a0 = shufflevector <16 x float> %a0.i, <16 x float> poison, <16 x i32> zeroinitializer
  %c0.0.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b0, <16 x float> %c0.0)
  %c0.1.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b1, <16 x float> %c0.1)
  %c0.2.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b2, <16 x float> %c0.2)
  %c0.3.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b3, <16 x float> %c0.3)
  %c0.4.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b4, <16 x float> %c0.4)
  %c0.5.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b5, <16 x float> %c0.5)
  %c0.6.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b6, <16 x float> %c0.6)
  %c0.7.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b7, <16 x float> %c0.7)
  %c0.8.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b8, <16 x float> %c0.8)
  %c0.9.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b9, <16 x float> %c0.9)
  %c0.10.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b10, <16 x float> %c0.10)
  %c0.11.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b11, <16 x float> %c0.11)
  %c0.12.n = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a0, <16 x float> %b12, <16 x float> %c0.12)
  %k1 = add nuw nsw i64 %k, 1
  %bk1 = getelementptr i8, ptr %bk, i64 800
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
  %c0.3.p = getelementptr float, ptr %acc, i64 48
  %c0.3.o = load <16 x float>, ptr %c0.3.p, align 4
  %c0.3.s = fadd <16 x float> %c0.3.o, %c0.3.n
  store <16 x float> %c0.3.s, ptr %c0.3.p, align 4
  %c0.4.p = getelementptr float, ptr %acc, i64 64
  %c0.4.o = load <16 x float>, ptr %c0.4.p, align 4
  %c0.4.s = fadd <16 x float> %c0.4.o, %c0.4.n
  store <16 x float> %c0.4.s, ptr %c0.4.p, align 4
  %c0.5.p = getelementptr float, ptr %acc, i64 80
  %c0.5.o = load <16 x float>, ptr %c0.5.p, align 4
  %c0.5.s = fadd <16 x float> %c0.5.o, %c0.5.n
  store <16 x float> %c0.5.s, ptr %c0.5.p, align 4
  %c0.6.p = getelementptr float, ptr %acc, i64 96
  %c0.6.o = load <16 x float>, ptr %c0.6.p, align 4
  %c0.6.s = fadd <16 x float> %c0.6.o, %c0.6.n
  store <16 x float> %c0.6.s, ptr %c0.6.p, align 4
  %c0.7.p = getelementptr float, ptr %acc, i64 112
  %c0.7.o = load <16 x float>, ptr %c0.7.p, align 4
  %c0.7.s = fadd <16 x float> %c0.7.o, %c0.7.n
  store <16 x float> %c0.7.s, ptr %c0.7.p, align 4
  %c0.8.p = getelementptr float, ptr %acc, i64 128
  %c0.8.o = load <16 x float>, ptr %c0.8.p, align 4
  %c0.8.s = fadd <16 x float> %c0.8.o, %c0.8.n
  store <16 x float> %c0.8.s, ptr %c0.8.p, align 4
  %c0.9.p = getelementptr float, ptr %acc, i64 144
  %c0.9.o = load <16 x float>, ptr %c0.9.p, align 4
  %c0.9.s = fadd <16 x float> %c0.9.o, %c0.9.n
  store <16 x float> %c0.9.s, ptr %c0.9.p, align 4
  %c0.10.p = getelementptr float, ptr %acc, i64 160
  %c0.10.o = load <16 x float>, ptr %c0.10.p, align 4
  %c0.10.s = fadd <16 x float> %c0.10.o, %c0.10.n
  store <16 x float> %c0.10.s, ptr %c0.10.p, align 4
  %c0.11.p = getelementptr float, ptr %acc, i64 176
  %c0.11.o = load <16 x float>, ptr %c0.11.p, align 4
  %c0.11.s = fadd <16 x float> %c0.11.o, %c0.11.n
  store <16 x float> %c0.11.s, ptr %c0.11.p, align 4
  %c0.12.p = getelementptr float, ptr %acc, i64 192
  %c0.12.o = load <16 x float>, ptr %c0.12.p, align 4
  %c0.12.s = fadd <16 x float> %c0.12.o, %c0.12.n
  store <16 x float> %c0.12.s, ptr %c0.12.p, align 4
  ret void
}

define void @mj_matmul(ptr %args, i64 %task) {
entry:
  %acc = alloca [208 x float], align 64
  %wp0 = getelementptr i64, ptr %args, i64 0
  %arg0 = load ptr, ptr %wp0
  %wp1 = getelementptr i64, ptr %args, i64 1
  %arg1 = load ptr, ptr %wp1
  %wp2 = getelementptr i64, ptr %args, i64 2
  %arg2 = load ptr, ptr %wp2
  %mi = urem i64 %task, 1
  %tq = udiv i64 %task, 1
  %ni = urem i64 %tq, 1
  %bi = udiv i64 %tq, 1
  %m0 = mul i64 %mi, 1
  %n0 = mul i64 %ni, 208
  %m.left = sub i64 1, %m0
  %rows = call i64 @llvm.smin.i64(i64 %m.left, i64 1)
  %n.left = sub i64 200, %n0
  %cols = call i64 @llvm.smin.i64(i64 %n.left, i64 208)
  %np.r = add i64 %cols, 207
  %np = udiv i64 %np.r, 208
  %a.r = mul i64 %m0, 384
  %a.c = mul i64 %n0, 0
  %a.rc = add i64 %a.r, %a.c
  %a = getelementptr i8, ptr %arg0, i64 %a.rc

  %b.r = mul i64 %m0, 0
  %b.c = mul i64 %n0, 4
  %b.rc = add i64 %b.r, %b.c
  %b = getelementptr i8, ptr %arg1, i64 %b.rc

  %out.r = mul i64 %m0, 800
  %out.c = mul i64 %n0, 4
  %out.rc = add i64 %out.r, %out.c
  %out = getelementptr i8, ptr %arg2, i64 %out.rc

  %acc.bytes = mul i64 %rows, 832
  call void @llvm.memset.p0.i64(ptr align 64 %acc, i8 0, i64 %acc.bytes, i1 false)
  br label %kblock
kblock:
  %k0 = phi i64 [ 0, %entry ], [ %k0.next, %kblock.end ]
  %k.left = sub i64 96, %k0
  %kn = call i64 @llvm.smin.i64(i64 %k.left, i64 96)
  %pairs = lshr i64 %kn, 1
  %steps = add i64 %kn, 0
  %bk.o = mul i64 %k0, 800
  %bk = getelementptr i8, ptr %b, i64 %bk.o
  %ak.o = mul i64 %k0, 4
  %ak.src = getelementptr i8, ptr %a, i64 %ak.o
  %ak = getelementptr i8, ptr %ak.src, i64 0
  %k0.next = add i64 %k0, 96
  br label %panel
panel:
  %p = phi i64 [ 0, %kblock ], [ %p1, %panel.end ]
  %bp.o = mul i64 %p, 832
  %bp = getelementptr i8, ptr %bk, i64 %bp.o
  %accp.o = mul i64 %p, 208
  %accp = getelementptr float, ptr %acc, i64 %accp.o
  br label %tile
tile:
  %r = phi i64 [ 0, %panel ], [ %r1, %tile.end ]
  %r.left = sub i64 %rows, %r
  %at.o = mul i64 %r, 384
  %at = getelementptr i8, ptr %ak, i64 %at.o
  %ct.o = mul i64 %r, 208
  %ct = getelementptr float, ptr %accp, i64 %ct.o
  %r1 = add i64 %r, 1
  call void @tile1(ptr %at, ptr %bp, i64 %steps, i64 %pairs, ptr %ct)
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
  %acc.o = mul i64 %e, 208
  %acc.row = getelementptr float, ptr %acc, i64 %acc.o
  %out.ro = mul i64 %e, 800
  %out.row = getelementptr i8, ptr %out, i64 %out.ro
  br label %emain
emain:
  %v = phi i64 [ 0, %erow ], [ %v1, %emain.go ]
  %v1 = add i64 %v, 16
  %vfull = icmp sle i64 %v1, %cols
  br i1 %vfull, label %emain.go, label %etail
emain.go:
  %acc.m.p = getelementptr float, ptr %acc.row, i64 %v
  %acc.m = load <16 x float>, ptr %acc.m.p, align 4

  %out.m.p = getelementptr float, ptr %out.row, i64 %v

  store <16 x float> %acc.m, ptr %out.m.p, align 4


  br label %emain
etail:
  %e.left = icmp slt i64 %v, %cols
  br i1 %e.left, label %etail.go, label %erow.end
etail.go:
  %t.left = sub i64 %cols, %v
%mask.t = trunc i64 %t.left to i32
%mask.v.i = insertelement <16 x i32> poison, i32 %mask.t, i64 0
  %mask.v = shufflevector <16 x i32> %mask.v.i, <16 x i32> poison, <16 x i32> zeroinitializer
  %mask = icmp slt <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, %mask.v
  %acc.t.p = getelementptr float, ptr %acc.row, i64 %v
  %acc.t = load <16 x float>, ptr %acc.t.p, align 4

  %out.t.p = getelementptr float, ptr %out.row, i64 %v

  call void @llvm.masked.store.v16f32.p0(<16 x float> %acc.t, ptr align 4 %out.t.p, <16 x i1> %mask)


  br label %erow.end
erow.end:
  %e1 = add i64 %e, 1
  %emore = icmp slt i64 %e1, %rows
  br i1 %emore, label %erow, label %done
done:
  ret void
}
