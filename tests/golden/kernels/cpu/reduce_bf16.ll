declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare i64 @llvm.umin.i64(i64, i64)


; 16 elements of the reduction over all sources, at byte %offset.
define internal void @one16(ptr %sources, i64 %n, i64 %offset, ptr %to) alwaysinline {
entry:
  %p0 = load ptr, ptr %sources
  %a0 = getelementptr i8, ptr %p0, i64 %offset
  %v0.m = load <16 x i16>, ptr %a0, align 2
  %v0.w = zext <16 x i16> %v0.m to <16 x i32>
  %v0.s = shl <16 x i32> %v0.w, splat (i32 16)
  %v0 = bitcast <16 x i32> %v0.s to <16 x float>

  %several = icmp ugt i64 %n, 1
  br i1 %several, label %source, label %done
source:
  %k = phi i64 [ 1, %entry ], [ %k1, %source ]
  %acc = phi <16 x float> [ %v0, %entry ], [ %sum, %source ]
  %pp = getelementptr i64, ptr %sources, i64 %k
  %p = load ptr, ptr %pp
  %a = getelementptr i8, ptr %p, i64 %offset
  %v.m = load <16 x i16>, ptr %a, align 2
  %v.w = zext <16 x i16> %v.m to <16 x i32>
  %v.s = shl <16 x i32> %v.w, splat (i32 16)
  %v = bitcast <16 x i32> %v.s to <16 x float>

  %sum = fadd <16 x float> %acc, %v
  %k1 = add i64 %k, 1
  %more = icmp ult i64 %k1, %n
  br i1 %more, label %source, label %done
done:
  %res = phi <16 x float> [ %v0, %entry ], [ %sum, %source ]
  %st.b = bitcast <16 x float> %res to <16 x i32>
  %st.h = lshr <16 x i32> %st.b, splat (i32 16)
  %st.o = and <16 x i32> %st.h, splat (i32 1)
  %st.a = add <16 x i32> %st.o, splat (i32 32767)
  %st.c = add <16 x i32> %st.b, %st.a
  %st.r = lshr <16 x i32> %st.c, splat (i32 16)
  %st.q = or <16 x i32> %st.h, splat (i32 64)
  %st.n = fcmp uno <16 x float> %res, zeroinitializer
  %st.s = select <16 x i1> %st.n, <16 x i32> %st.q, <16 x i32> %st.r
  %st = trunc <16 x i32> %st.s to <16 x i16>

  store <16 x i16> %st, ptr %to, align 2

  ret void
}

; 1 elements of the reduction over all sources, at byte %offset.
define internal void @one1(ptr %sources, i64 %n, i64 %offset, ptr %to) alwaysinline {
entry:
  %p0 = load ptr, ptr %sources
  %a0 = getelementptr i8, ptr %p0, i64 %offset
  %v0.m = load <1 x i16>, ptr %a0, align 2
  %v0.w = zext <1 x i16> %v0.m to <1 x i32>
  %v0.s = shl <1 x i32> %v0.w, splat (i32 16)
  %v0 = bitcast <1 x i32> %v0.s to <1 x float>

  %several = icmp ugt i64 %n, 1
  br i1 %several, label %source, label %done
source:
  %k = phi i64 [ 1, %entry ], [ %k1, %source ]
  %acc = phi <1 x float> [ %v0, %entry ], [ %sum, %source ]
  %pp = getelementptr i64, ptr %sources, i64 %k
  %p = load ptr, ptr %pp
  %a = getelementptr i8, ptr %p, i64 %offset
  %v.m = load <1 x i16>, ptr %a, align 2
  %v.w = zext <1 x i16> %v.m to <1 x i32>
  %v.s = shl <1 x i32> %v.w, splat (i32 16)
  %v = bitcast <1 x i32> %v.s to <1 x float>

  %sum = fadd <1 x float> %acc, %v
  %k1 = add i64 %k, 1
  %more = icmp ult i64 %k1, %n
  br i1 %more, label %source, label %done
done:
  %res = phi <1 x float> [ %v0, %entry ], [ %sum, %source ]
  %st.b = bitcast <1 x float> %res to <1 x i32>
  %st.h = lshr <1 x i32> %st.b, splat (i32 16)
  %st.o = and <1 x i32> %st.h, splat (i32 1)
  %st.a = add <1 x i32> %st.o, splat (i32 32767)
  %st.c = add <1 x i32> %st.b, %st.a
  %st.r = lshr <1 x i32> %st.c, splat (i32 16)
  %st.q = or <1 x i32> %st.h, splat (i32 64)
  %st.n = fcmp uno <1 x float> %res, zeroinitializer
  %st.s = select <1 x i1> %st.n, <1 x i32> %st.q, <1 x i32> %st.r
  %st = trunc <1 x i32> %st.s to <1 x i16>

  store <1 x i16> %st, ptr %to, align 2

  ret void
}

define void @mj_collective(ptr %args, i64 %task) {
entry:
  %dst = load ptr, ptr %args
%per.p = getelementptr i64, ptr %args, i64 1
  %per = load i64, ptr %per.p
%rows.p = getelementptr i64, ptr %args, i64 2
  %rows = load i64, ptr %rows.p
%run.p = getelementptr i64, ptr %args, i64 3
  %run = load i64, ptr %run.p
%ss.p = getelementptr i64, ptr %args, i64 4
  %ss = load i64, ptr %ss.p
%ts.p = getelementptr i64, ptr %args, i64 5
  %ts = load i64, ptr %ts.p
%n.p = getelementptr i64, ptr %args, i64 6
  %n = load i64, ptr %n.p
  %sources = getelementptr i64, ptr %args, i64 7
  %whole = and i64 %run, -16
  %first = mul i64 %task, %per
  %last.raw = add i64 %first, %per
  %last = call i64 @llvm.umin.i64(i64 %last.raw, i64 %rows)
  br label %row
row:
  %r = phi i64 [ %first, %entry ], [ %r1, %row.end ]
  %rmore = icmp ult i64 %r, %last
  br i1 %rmore, label %row.go, label %out
row.go:
  %so = mul i64 %r, %ss
  %to = mul i64 %r, %ts
  %tp = getelementptr i8, ptr %dst, i64 %to
  br label %vec
vec:
  %i = phi i64 [ 0, %row.go ], [ %i1, %vec.go ]
  %vmore = icmp ult i64 %i, %whole
  br i1 %vmore, label %vec.go, label %tail
vec.go:
  %ib = mul i64 %i, 2
  %soff = add i64 %so, %ib
  %tptr = getelementptr i8, ptr %tp, i64 %ib
  call void @one16(ptr %sources, i64 %n, i64 %soff, ptr %tptr)
  %i1 = add i64 %i, 16
  br label %vec
tail:
  %j = phi i64 [ %whole, %vec ], [ %j1, %tail.go ]
  %tmore = icmp ult i64 %j, %run
  br i1 %tmore, label %tail.go, label %row.end
tail.go:
  %jb = mul i64 %j, 2
  %joff = add i64 %so, %jb
  %jptr = getelementptr i8, ptr %tp, i64 %jb
  call void @one1(ptr %sources, i64 %n, i64 %joff, ptr %jptr)
  %j1 = add i64 %j, 1
  br label %tail
row.end:
  %r1 = add i64 %r, 1
  br label %row
out:
  ret void
}
