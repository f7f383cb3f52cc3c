define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  fence seq_cst
  tt SETC16 config=12 value=0
  tt SETC16 config=28 value=0
  tt SETC16 config=47 value=0
  tt SETC16 config=13 value=0
  tt SETC16 config=29 value=0
  tt SETC16 config=48 value=0
  tt SETC16 config=14 value=0
  tt SETC16 config=30 value=4
  tt SETC16 config=49 value=0
  tt SETC16 config=15 value=0
  tt SETC16 config=31 value=2
  tt SETC16 config=50 value=0
  tt SETC16 config=0 value=0
  tt SETC16 config=7 value=0
  tt SETC16 config=2 value=1
  tt SETC16 config=3 value=1
  tt SETRWC mask=15
  tt SFPENCC mode=10 imm=3
  tt SEMINIT semaphores=1 value=0 max=1
  tt SEMINIT semaphores=2 value=0 max=1
  tt SEMINIT semaphores=4 value=0 max=1
  tt SETC16 config=1 value=0
  %count = load volatile i32, ptr inttoptr (i32 114952 to ptr)
  br label %row.pre
row.pre:
  br label %row.head
row.head:
  %row = phi i32 [ 0, %row.pre ], [ %row.next, %row.latch ]
  %row.more = icmp ult i32 %row, %count
  br i1 %row.more, label %row.body, label %row.done
row.body:
  tt SEMWAIT semaphores=1 condition=2 block=SYNC+MATH+SFPU
  tt STALLWAIT block=SFPU wait=MATH
  tt REPLAY load=1 length=2 start=0
  tt SFPLOADI d=0 mode=0 imm=65408
  tt SFPSTORE d=0 row=128 mode=4 addr_mode=3
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt REPLAY length=2 start=0
  tt STALLWAIT block=MATH wait=SFPU
  tt SETRWC mask=4
  br label %p0.t.pre
p0.t.pre:
  br label %p0.t.head
p0.t.head:
  %p0.t = phi i32 [ 0, %p0.t.pre ], [ %p0.t.next, %p0.t.latch ]
  %p0.t.more = icmp ult i32 %p0.t, 3
  br i1 %p0.t.more, label %p0.t.body, label %p0.t.done
p0.t.body:
  tt SEMWAIT semaphores=1 condition=2 block=SYNC+MATH+SFPU
  tt MOVA2D mode=2 addr_mode=0 src=0 dst=64
  tt MOVA2D mode=2 addr_mode=0 src=8 dst=72
  tt MOVA2D mode=2 addr_mode=0 src=16 dst=80
  tt MOVA2D mode=2 addr_mode=0 src=24 dst=88
  tt MOVA2D mode=2 addr_mode=0 src=32 dst=96
  tt MOVA2D mode=2 addr_mode=0 src=40 dst=104
  tt MOVA2D mode=2 addr_mode=0 src=48 dst=112
  tt MOVA2D mode=2 addr_mode=0 src=56 dst=120
  tt SETRWC clear=1
  tt MOVA2D mode=2 addr_mode=0 src=0 dst=0
  tt MOVA2D mode=2 addr_mode=0 src=8 dst=8
  tt MOVA2D mode=2 addr_mode=0 src=16 dst=16
  tt MOVA2D mode=2 addr_mode=0 src=24 dst=24
  tt MOVA2D mode=2 addr_mode=0 src=32 dst=32
  tt MOVA2D mode=2 addr_mode=0 src=40 dst=40
  tt MOVA2D mode=2 addr_mode=0 src=48 dst=48
  tt MOVA2D mode=2 addr_mode=0 src=56 dst=56
  tt SETRWC clear=1
  tt STALLWAIT block=SFPU wait=MATH
  tt REPLAY load=1 length=9 start=0
  tt SFPLOADI d=0 mode=0 imm=65408
  tt SFPLOAD d=1 row=64 mode=4
  tt SFPLOAD d=2 mode=4
  tt SFPSETCC c=1 mode=2
  tt SFPMOV c=2 d=0
  tt SFPENCC
  tt SFPLOAD d=1 row=128 mode=4
  tt SFPSWAP d=1 c=0 mode=9
  tt SFPSTORE d=1 row=128 mode=4 addr_mode=3
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt REPLAY length=9 start=0
  tt STALLWAIT block=MATH wait=SFPU
  tt SETRWC mask=4
  br label %p0.t.latch
p0.t.latch:
  %p0.t.next = add i32 %p0.t, 1
  br label %p0.t.head
p0.t.done:
  tt STALLWAIT block=SFPU wait=MATH
  br label %p0.c0.pre
p0.c0.pre:
  br label %p0.c0.head
p0.c0.head:
  %p0.c0 = phi i32 [ 0, %p0.c0.pre ], [ %p0.c0.next, %p0.c0.latch ]
  %p0.c0.more = icmp ult i32 %p0.c0, 4
  br i1 %p0.c0.more, label %p0.c0.body, label %p0.c0.done
p0.c0.body:
  tt SFPLOAD d=0 row=128 mode=3
  tt SFPLOAD d=1 row=130 mode=3
  tt SFPLOAD d=2 row=144 mode=3
  tt SFPLOAD d=3 row=146 mode=3
  tt SFPSWAP d=0 c=1 mode=9
  tt SFPSWAP d=2 c=3 mode=9
  tt SFPSWAP d=0 c=2 mode=9
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPSWAP d=0 c=1 mode=9
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSWAP d=0 c=1 mode=9
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSWAP d=0 c=1 mode=9
  tt SFPSTORE d=0 row=128 mode=3
  tt SFPSTORE d=0 row=130 mode=3
  tt SFPSTORE d=0 row=144 mode=3
  tt SFPSTORE d=0 row=146 mode=3 addr_mode=2
  br label %p0.c0.latch
p0.c0.latch:
  %p0.c0.next = add i32 %p0.c0, 1
  br label %p0.c0.head
p0.c0.done:
  tt STALLWAIT block=MATH wait=SFPU
  tt INCRWC d=8
  tt INCRWC d=8
  tt STALLWAIT block=SFPU wait=MATH
  br label %p0.c1.pre
p0.c1.pre:
  br label %p0.c1.head
p0.c1.head:
  %p0.c1 = phi i32 [ 0, %p0.c1.pre ], [ %p0.c1.next, %p0.c1.latch ]
  %p0.c1.more = icmp ult i32 %p0.c1, 4
  br i1 %p0.c1.more, label %p0.c1.body, label %p0.c1.done
p0.c1.body:
  tt SFPLOAD d=0 row=128 mode=3
  tt SFPLOAD d=1 row=130 mode=3
  tt SFPLOAD d=2 row=144 mode=3
  tt SFPLOAD d=3 row=146 mode=3
  tt SFPSWAP d=0 c=1 mode=9
  tt SFPSWAP d=2 c=3 mode=9
  tt SFPSWAP d=0 c=2 mode=9
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPSWAP d=0 c=1 mode=9
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSWAP d=0 c=1 mode=9
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSWAP d=0 c=1 mode=9
  tt SFPSTORE d=0 row=128 mode=3
  tt SFPSTORE d=0 row=130 mode=3
  tt SFPSTORE d=0 row=144 mode=3
  tt SFPSTORE d=0 row=146 mode=3 addr_mode=2
  br label %p0.c1.latch
p0.c1.latch:
  %p0.c1.next = add i32 %p0.c1, 1
  br label %p0.c1.head
p0.c1.done:
  tt STALLWAIT block=MATH wait=SFPU
  tt INCRWC d=8
  tt INCRWC d=8
  tt STALLWAIT block=SFPU wait=MATH
  tt SETRWC mask=4
  tt SEMWAIT semaphores=1 condition=2 block=SYNC+MATH+SFPU
  tt STALLWAIT block=SFPU wait=MATH
  tt REPLAY load=1 length=1 start=0
  tt SFPSTORE d=9 row=192 mode=4 addr_mode=3
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt REPLAY length=1 start=0
  tt STALLWAIT block=MATH wait=SFPU
  tt SETRWC mask=4
  br label %p1.t.pre
p1.t.pre:
  br label %p1.t.head
p1.t.head:
  %p1.t = phi i32 [ 0, %p1.t.pre ], [ %p1.t.next, %p1.t.latch ]
  %p1.t.more = icmp ult i32 %p1.t, 3
  br i1 %p1.t.more, label %p1.t.body, label %p1.t.done
p1.t.body:
  tt SEMWAIT semaphores=1 condition=2 block=SYNC+MATH+SFPU
  tt MOVA2D mode=2 addr_mode=0 src=0 dst=64
  tt MOVA2D mode=2 addr_mode=0 src=8 dst=72
  tt MOVA2D mode=2 addr_mode=0 src=16 dst=80
  tt MOVA2D mode=2 addr_mode=0 src=24 dst=88
  tt MOVA2D mode=2 addr_mode=0 src=32 dst=96
  tt MOVA2D mode=2 addr_mode=0 src=40 dst=104
  tt MOVA2D mode=2 addr_mode=0 src=48 dst=112
  tt MOVA2D mode=2 addr_mode=0 src=56 dst=120
  tt SETRWC clear=1
  tt MOVA2D mode=2 addr_mode=0 src=0 dst=0
  tt MOVA2D mode=2 addr_mode=0 src=8 dst=8
  tt MOVA2D mode=2 addr_mode=0 src=16 dst=16
  tt MOVA2D mode=2 addr_mode=0 src=24 dst=24
  tt MOVA2D mode=2 addr_mode=0 src=32 dst=32
  tt MOVA2D mode=2 addr_mode=0 src=40 dst=40
  tt MOVA2D mode=2 addr_mode=0 src=48 dst=48
  tt MOVA2D mode=2 addr_mode=0 src=56 dst=56
  tt SETRWC clear=1
  tt STALLWAIT block=SFPU wait=MATH
  tt REPLAY load=1 length=30 start=0
  tt SFPLOAD d=0 row=128 mode=4
  tt SFPLOAD d=1 mode=4
  tt SFPMAD d=0 a=0 b=11 c=1
  tt SFPLOADI d=1 mode=0 imm=49839
  tt SFPSWAP d=0 c=1 mode=9
  tt SFPLOADI d=1 mode=0 imm=17074
  tt SFPSWAP d=0 c=1 mode=1
  tt SFPLOADI d=1 mode=10 imm=43579
  tt SFPLOADI d=1 mode=8 imm=16312
  tt SFPLOADI d=2 mode=0 imm=19264
  tt SFPMAD d=2 a=0 b=1 c=2
  tt SFPLOADI d=3 mode=0 imm=19264
  tt SFPMAD d=3 a=2 b=11 c=3
  tt SFPMAD d=0 a=0 b=1 c=3
  tt SFPLOADI d=1 mode=1 imm=11017
  tt SFPLOADI d=3 mode=1 imm=13249
  tt SFPMAD d=1 a=1 b=0 c=3
  tt SFPLOADI d=3 mode=1 imm=14732
  tt SFPMAD d=1 a=1 b=0 c=3
  tt SFPMAD d=0 a=1 b=0 c=10
  tt SFPSHFT d=2 mode=1 imm=23
  tt SFPIADD c=2 d=0 mode=4
  tt SFPMOV d=1 c=9
  tt SFPLOAD d=2 row=64 mode=4
  tt SFPSETCC c=2 mode=2
  tt SFPMOV c=0 d=1
  tt SFPENCC
  tt SFPLOAD d=0 row=192 mode=4
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPSTORE d=0 row=192 mode=4 addr_mode=3
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt REPLAY length=30 start=0
  tt STALLWAIT block=MATH wait=SFPU
  tt SETRWC mask=4
  br label %p1.t.latch
p1.t.latch:
  %p1.t.next = add i32 %p1.t, 1
  br label %p1.t.head
p1.t.done:
  tt STALLWAIT block=SFPU wait=MATH
  br label %p1.c0.pre
p1.c0.pre:
  br label %p1.c0.head
p1.c0.head:
  %p1.c0 = phi i32 [ 0, %p1.c0.pre ], [ %p1.c0.next, %p1.c0.latch ]
  %p1.c0.more = icmp ult i32 %p1.c0, 4
  br i1 %p1.c0.more, label %p1.c0.body, label %p1.c0.done
p1.c0.body:
  tt SFPLOAD d=0 row=192 mode=3
  tt SFPLOAD d=1 row=194 mode=3
  tt SFPLOAD d=2 row=208 mode=3
  tt SFPLOAD d=3 row=210 mode=3
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPADD d=2 a=10 b=2 c=3
  tt SFPADD d=0 a=10 b=0 c=2
  tt SFPNOP
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPNOP
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPNOP
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPSTORE d=0 row=192 mode=3
  tt SFPSTORE d=0 row=194 mode=3
  tt SFPSTORE d=0 row=208 mode=3
  tt SFPSTORE d=0 row=210 mode=3 addr_mode=2
  br label %p1.c0.latch
p1.c0.latch:
  %p1.c0.next = add i32 %p1.c0, 1
  br label %p1.c0.head
p1.c0.done:
  tt STALLWAIT block=MATH wait=SFPU
  tt INCRWC d=8
  tt INCRWC d=8
  tt STALLWAIT block=SFPU wait=MATH
  br label %p1.c1.pre
p1.c1.pre:
  br label %p1.c1.head
p1.c1.head:
  %p1.c1 = phi i32 [ 0, %p1.c1.pre ], [ %p1.c1.next, %p1.c1.latch ]
  %p1.c1.more = icmp ult i32 %p1.c1, 4
  br i1 %p1.c1.more, label %p1.c1.body, label %p1.c1.done
p1.c1.body:
  tt SFPLOAD d=0 row=192 mode=3
  tt SFPLOAD d=1 row=194 mode=3
  tt SFPLOAD d=2 row=208 mode=3
  tt SFPLOAD d=3 row=210 mode=3
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPADD d=2 a=10 b=2 c=3
  tt SFPADD d=0 a=10 b=0 c=2
  tt SFPNOP
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPNOP
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPNOP
  tt SFPSHFT2 d=1 c=0 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPSHFT2 d=1 c=1 mode=3
  tt SFPNOP
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPSTORE d=0 row=192 mode=3
  tt SFPSTORE d=0 row=194 mode=3
  tt SFPSTORE d=0 row=208 mode=3
  tt SFPSTORE d=0 row=210 mode=3 addr_mode=2
  br label %p1.c1.latch
p1.c1.latch:
  %p1.c1.next = add i32 %p1.c1, 1
  br label %p1.c1.head
p1.c1.done:
  tt STALLWAIT block=MATH wait=SFPU
  tt INCRWC d=8
  tt INCRWC d=8
  tt STALLWAIT block=SFPU wait=MATH
  tt SETRWC mask=4
  tt STALLWAIT block=SFPU wait=MATH
  tt REPLAY load=1 length=32 start=0
  tt SFPLOAD d=0 row=192 mode=4
  tt SFPEXEXP d=1 c=0 mode=1
  tt SFPSETSGN d=2 c=0 mode=1
  tt SFPSETEXP d=2 c=2 mode=1 imm=127
  tt SFPMOV d=3 c=2
  tt SFPLOADI d=4 mode=10 imm=4551
  tt SFPLOADI d=4 mode=8 imm=32499
  tt SFPIADD c=4 d=3 mode=6
  tt SFPMOV d=2 c=2 mode=1
  tt SFPMAD d=4 a=2 b=3 c=10
  tt SFPMAD d=3 a=3 b=4 c=3
  tt SFPMAD d=2 a=2 b=3 c=10
  tt SFPMAD d=2 a=3 b=2 c=3
  tt SFPMOV d=3 c=1
  tt SFPLOADI d=4 mode=2 imm=254
  tt SFPIADD c=4 d=3 mode=6
  tt SFPSETEXP c=10 d=3
  tt SFPMUL d=2 a=2 b=3 c=9
  tt SFPSETCC c=1 mode=6
  tt SFPLOADI d=2 imm=32640
  tt SFPENCC
  tt SFPSETSGN d=1 c=0 mode=1
  tt SFPLOADI d=3 mode=0 imm=32640
  tt SFPIADD c=3 d=1 mode=6
  tt SFPSETCC c=1 mode=6
  tt SFPMOV c=9 d=2
  tt SFPENCC
  tt SFPSETCC c=1
  tt SFPMOV c=0 d=2
  tt SFPENCC
  tt SFPSETSGN c=2 d=0
  tt SFPSTORE d=0 row=192 mode=4 addr_mode=3
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt REPLAY length=32 start=0
  tt STALLWAIT block=MATH wait=SFPU
  tt SETRWC mask=4
  br label %p2.t.pre
p2.t.pre:
  br label %p2.t.head
p2.t.head:
  %p2.t = phi i32 [ 0, %p2.t.pre ], [ %p2.t.next, %p2.t.latch ]
  %p2.t.more = icmp ult i32 %p2.t, 3
  br i1 %p2.t.more, label %p2.t.body, label %p2.t.done
p2.t.body:
  tt SEMWAIT semaphores=1 condition=2 block=SYNC+MATH+SFPU
  tt MOVA2D mode=2 addr_mode=0 src=0 dst=0
  tt MOVA2D mode=2 addr_mode=0 src=8 dst=8
  tt MOVA2D mode=2 addr_mode=0 src=16 dst=16
  tt MOVA2D mode=2 addr_mode=0 src=24 dst=24
  tt MOVA2D mode=2 addr_mode=0 src=32 dst=32
  tt MOVA2D mode=2 addr_mode=0 src=40 dst=40
  tt MOVA2D mode=2 addr_mode=0 src=48 dst=48
  tt MOVA2D mode=2 addr_mode=0 src=56 dst=56
  tt SETRWC clear=1
  tt STALLWAIT block=SFPU wait=MATH
  tt REPLAY load=1 length=25 start=0
  tt SFPLOAD d=0 row=128 mode=4
  tt SFPLOAD d=1 mode=4
  tt SFPMAD d=0 a=0 b=11 c=1
  tt SFPLOADI d=1 mode=0 imm=49839
  tt SFPSWAP d=0 c=1 mode=9
  tt SFPLOADI d=1 mode=0 imm=17074
  tt SFPSWAP d=0 c=1 mode=1
  tt SFPLOADI d=1 mode=10 imm=43579
  tt SFPLOADI d=1 mode=8 imm=16312
  tt SFPLOADI d=2 mode=0 imm=19264
  tt SFPMAD d=2 a=0 b=1 c=2
  tt SFPLOADI d=3 mode=0 imm=19264
  tt SFPMAD d=3 a=2 b=11 c=3
  tt SFPMAD d=0 a=0 b=1 c=3
  tt SFPLOADI d=1 mode=1 imm=11017
  tt SFPLOADI d=3 mode=1 imm=13249
  tt SFPMAD d=1 a=1 b=0 c=3
  tt SFPLOADI d=3 mode=1 imm=14732
  tt SFPMAD d=1 a=1 b=0 c=3
  tt SFPMAD d=0 a=1 b=0 c=10
  tt SFPSHFT d=2 mode=1 imm=23
  tt SFPIADD c=2 d=0 mode=4
  tt SFPLOAD d=1 row=192 mode=4
  tt SFPMUL d=0 a=0 b=1 c=9
  tt SFPSTORE d=0 mode=4 addr_mode=3
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt REPLAY length=25 start=0
  tt STALLWAIT block=MATH wait=SFPU
  tt SETRWC mask=4
  tt STALLWAIT block=SYNC wait=MATH+SFPU
  tt SEMPOST semaphores=1
  br label %p2.t.latch
p2.t.latch:
  %p2.t.next = add i32 %p2.t, 1
  br label %p2.t.head
p2.t.done:
  br label %row.latch
row.latch:
  %row.next = add i32 %row, 1
  br label %row.head
row.done:
  br label %halt
halt:
  br label %halt
}
