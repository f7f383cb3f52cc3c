; tasks: 1
; words: BufferAddress(index=0, offset_bytes=0), BufferAddress(index=1, offset_bytes=0)
declare i64 @llvm.smin.i64(i64, i64)

; One whole tile: 8 rows of the source become 8 rows of the destination.
define internal void @tile(ptr noalias %src, ptr noalias %dst) alwaysinline {
  %s0 = getelementptr i8, ptr %src, i64 0
  %v.s0 = load <8 x i16>, ptr %s0, align 2
  %s1 = getelementptr i8, ptr %src, i64 240
  %v.s1 = load <8 x i16>, ptr %s1, align 2
  %s2 = getelementptr i8, ptr %src, i64 480
  %v.s2 = load <8 x i16>, ptr %s2, align 2
  %s3 = getelementptr i8, ptr %src, i64 720
  %v.s3 = load <8 x i16>, ptr %s3, align 2
  %s4 = getelementptr i8, ptr %src, i64 960
  %v.s4 = load <8 x i16>, ptr %s4, align 2
  %s5 = getelementptr i8, ptr %src, i64 1200
  %v.s5 = load <8 x i16>, ptr %s5, align 2
  %s6 = getelementptr i8, ptr %src, i64 1440
  %v.s6 = load <8 x i16>, ptr %s6, align 2
  %s7 = getelementptr i8, ptr %src, i64 1680
  %v.s7 = load <8 x i16>, ptr %s7, align 2
  %v.h4.0 = shufflevector <8 x i16> %v.s0, <8 x i16> %v.s4, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 8, i32 9, i32 10, i32 11>
  %v.h4.4 = shufflevector <8 x i16> %v.s0, <8 x i16> %v.s4, <8 x i32> <i32 4, i32 5, i32 6, i32 7, i32 12, i32 13, i32 14, i32 15>
  %v.h4.1 = shufflevector <8 x i16> %v.s1, <8 x i16> %v.s5, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 8, i32 9, i32 10, i32 11>
  %v.h4.5 = shufflevector <8 x i16> %v.s1, <8 x i16> %v.s5, <8 x i32> <i32 4, i32 5, i32 6, i32 7, i32 12, i32 13, i32 14, i32 15>
  %v.h4.2 = shufflevector <8 x i16> %v.s2, <8 x i16> %v.s6, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 8, i32 9, i32 10, i32 11>
  %v.h4.6 = shufflevector <8 x i16> %v.s2, <8 x i16> %v.s6, <8 x i32> <i32 4, i32 5, i32 6, i32 7, i32 12, i32 13, i32 14, i32 15>
  %v.h4.3 = shufflevector <8 x i16> %v.s3, <8 x i16> %v.s7, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 8, i32 9, i32 10, i32 11>
  %v.h4.7 = shufflevector <8 x i16> %v.s3, <8 x i16> %v.s7, <8 x i32> <i32 4, i32 5, i32 6, i32 7, i32 12, i32 13, i32 14, i32 15>
  %v.h2.0 = shufflevector <8 x i16> %v.h4.0, <8 x i16> %v.h4.2, <8 x i32> <i32 0, i32 1, i32 8, i32 9, i32 4, i32 5, i32 12, i32 13>
  %v.h2.2 = shufflevector <8 x i16> %v.h4.0, <8 x i16> %v.h4.2, <8 x i32> <i32 2, i32 3, i32 10, i32 11, i32 6, i32 7, i32 14, i32 15>
  %v.h2.1 = shufflevector <8 x i16> %v.h4.1, <8 x i16> %v.h4.3, <8 x i32> <i32 0, i32 1, i32 8, i32 9, i32 4, i32 5, i32 12, i32 13>
  %v.h2.3 = shufflevector <8 x i16> %v.h4.1, <8 x i16> %v.h4.3, <8 x i32> <i32 2, i32 3, i32 10, i32 11, i32 6, i32 7, i32 14, i32 15>
  %v.h2.4 = shufflevector <8 x i16> %v.h4.4, <8 x i16> %v.h4.6, <8 x i32> <i32 0, i32 1, i32 8, i32 9, i32 4, i32 5, i32 12, i32 13>
  %v.h2.6 = shufflevector <8 x i16> %v.h4.4, <8 x i16> %v.h4.6, <8 x i32> <i32 2, i32 3, i32 10, i32 11, i32 6, i32 7, i32 14, i32 15>
  %v.h2.5 = shufflevector <8 x i16> %v.h4.5, <8 x i16> %v.h4.7, <8 x i32> <i32 0, i32 1, i32 8, i32 9, i32 4, i32 5, i32 12, i32 13>
  %v.h2.7 = shufflevector <8 x i16> %v.h4.5, <8 x i16> %v.h4.7, <8 x i32> <i32 2, i32 3, i32 10, i32 11, i32 6, i32 7, i32 14, i32 15>
  %v.t0 = shufflevector <8 x i16> %v.h2.0, <8 x i16> %v.h2.1, <8 x i32> <i32 0, i32 8, i32 2, i32 10, i32 4, i32 12, i32 6, i32 14>
  %v.t1 = shufflevector <8 x i16> %v.h2.0, <8 x i16> %v.h2.1, <8 x i32> <i32 1, i32 9, i32 3, i32 11, i32 5, i32 13, i32 7, i32 15>
  %v.t2 = shufflevector <8 x i16> %v.h2.2, <8 x i16> %v.h2.3, <8 x i32> <i32 0, i32 8, i32 2, i32 10, i32 4, i32 12, i32 6, i32 14>
  %v.t3 = shufflevector <8 x i16> %v.h2.2, <8 x i16> %v.h2.3, <8 x i32> <i32 1, i32 9, i32 3, i32 11, i32 5, i32 13, i32 7, i32 15>
  %v.t4 = shufflevector <8 x i16> %v.h2.4, <8 x i16> %v.h2.5, <8 x i32> <i32 0, i32 8, i32 2, i32 10, i32 4, i32 12, i32 6, i32 14>
  %v.t5 = shufflevector <8 x i16> %v.h2.4, <8 x i16> %v.h2.5, <8 x i32> <i32 1, i32 9, i32 3, i32 11, i32 5, i32 13, i32 7, i32 15>
  %v.t6 = shufflevector <8 x i16> %v.h2.6, <8 x i16> %v.h2.7, <8 x i32> <i32 0, i32 8, i32 2, i32 10, i32 4, i32 12, i32 6, i32 14>
  %v.t7 = shufflevector <8 x i16> %v.h2.6, <8 x i16> %v.h2.7, <8 x i32> <i32 1, i32 9, i32 3, i32 11, i32 5, i32 13, i32 7, i32 15>

  %d0 = getelementptr i8, ptr %dst, i64 0
  store <8 x i16> %v.t0, ptr %d0, align 2
  %d1 = getelementptr i8, ptr %dst, i64 120
  store <8 x i16> %v.t1, ptr %d1, align 2
  %d2 = getelementptr i8, ptr %dst, i64 240
  store <8 x i16> %v.t2, ptr %d2, align 2
  %d3 = getelementptr i8, ptr %dst, i64 360
  store <8 x i16> %v.t3, ptr %d3, align 2
  %d4 = getelementptr i8, ptr %dst, i64 480
  store <8 x i16> %v.t4, ptr %d4, align 2
  %d5 = getelementptr i8, ptr %dst, i64 600
  store <8 x i16> %v.t5, ptr %d5, align 2
  %d6 = getelementptr i8, ptr %dst, i64 720
  store <8 x i16> %v.t6, ptr %d6, align 2
  %d7 = getelementptr i8, ptr %dst, i64 840
  store <8 x i16> %v.t7, ptr %d7, align 2
  ret void
}

; A tile at the edge: %rows along the source's stride, %cols along its contiguous dim.
define internal void @edge(ptr noalias %src, ptr noalias %dst, i64 %rows, i64 %cols) noinline {
entry:
  br label %row
row:
  %r = phi i64 [ 0, %entry ], [ %r1, %row.end ]
  br label %col
col:
  %c = phi i64 [ 0, %row ], [ %c1, %col ]
  %so.r = mul i64 %r, 120
  %so = add i64 %so.r, %c
  %sp = getelementptr i16, ptr %src, i64 %so
  %x = load i16, ptr %sp, align 2
  %do.c = mul i64 %c, 60
  %do = add i64 %do.c, %r
  %dp = getelementptr i16, ptr %dst, i64 %do
  store i16 %x, ptr %dp, align 2
  %c1 = add i64 %c, 1
  %cmore = icmp slt i64 %c1, %cols
  br i1 %cmore, label %col, label %row.end
row.end:
  %r1 = add i64 %r, 1
  %rmore = icmp slt i64 %r1, %rows
  br i1 %rmore, label %row, label %done
done:
  ret void
}

define void @mj_transpose(ptr %args, i64 %task) {
entry:
  %source = load ptr, ptr %args
  %dp = getelementptr i64, ptr %args, i64 1
  %destination = load ptr, ptr %dp
  %first = mul i64 %task, 15
  %stop.r = add i64 %first, 15
  %stop = call i64 @llvm.smin.i64(i64 %stop.r, i64 15)
  br label %unit
unit:
  %u = phi i64 [ %first, %entry ], [ %u1, %unit.end ]
  %ti = urem i64 %u, 5
  %q0 = udiv i64 %u, 5
  %c0 = mul i64 %ti, 8
  %cleft = sub i64 40, %c0
  %cols = call i64 @llvm.smin.i64(i64 %cleft, i64 8)
  %src.0 = getelementptr i16, ptr %source, i64 %c0
  %do.c = mul i64 %c0, 60
  %dst.0 = getelementptr i16, ptr %destination, i64 %do.c
  %i0 = urem i64 %q0, 3
  %q1 = udiv i64 %q0, 3
  %so0 = mul i64 %i0, 40
  %do0 = mul i64 %i0, 20
  %src.1 = getelementptr i16, ptr %src.0, i64 %so0
  %dst.1 = getelementptr i16, ptr %dst.0, i64 %do0
  %whole = icmp eq i64 %cols, 8
  br i1 %whole, label %main, label %tail
main:
  %a = phi i64 [ 0, %unit ], [ %a1, %main.go ]
  %a1 = add i64 %a, 8
  %full = icmp sle i64 %a1, 20
  br i1 %full, label %main.go, label %tail
main.go:
  %ms.o = mul i64 %a, 120
  %ms = getelementptr i16, ptr %src.1, i64 %ms.o
  %md = getelementptr i16, ptr %dst.1, i64 %a
  call void @tile(ptr %ms, ptr %md)
  br label %main
tail:
  %b = phi i64 [ 0, %unit ], [ %a, %main ]
  %rows = sub i64 20, %b
  %some = icmp sgt i64 %rows, 0
  br i1 %some, label %tail.go, label %unit.end
tail.go:
  %ts.o = mul i64 %b, 120
  %ts = getelementptr i16, ptr %src.1, i64 %ts.o
  %td = getelementptr i16, ptr %dst.1, i64 %b
  call void @edge(ptr %ts, ptr %td, i64 %rows, i64 %cols)
  br label %unit.end
unit.end:
  %u1 = add i64 %u, 1
  %more = icmp slt i64 %u1, %stop
  br i1 %more, label %unit, label %done
done:
  ret void
}
