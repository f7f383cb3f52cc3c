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
  tt SETC16 config=30 value=0
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
  %count = load volatile i32, ptr inttoptr (i32 114960 to ptr)
  br label %i.pre
i.pre:
  br label %i.head
i.head:
  %i = phi i32 [ 0, %i.pre ], [ %i.next, %i.latch ]
  %i.more = icmp ult i32 %i, %count
  br i1 %i.more, label %i.body, label %i.done
i.body:
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
  tt STALLWAIT block=SYNC wait=MATH+SFPU
  tt SEMPOST semaphores=2
  tt SEMWAIT semaphores=4 condition=1 block=SYNC+MATH+SFPU
  tt SEMGET semaphores=4
  tt STALLWAIT block=SFPU wait=MATH
  tt REPLAY load=1 length=6 start=0
  tt SFPLOAD d=0 mode=4
  tt SFPLOAD d=1 row=64 mode=4
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPNOP
  tt SFPSWAP c=9 d=0 mode=9
  tt SFPSTORE d=0 mode=4 addr_mode=3
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt REPLAY length=6 start=0
  tt STALLWAIT block=MATH wait=SFPU
  tt SETRWC mask=4
  tt STALLWAIT block=SYNC wait=MATH+SFPU
  tt SEMPOST semaphores=1
  br label %i.latch
i.latch:
  %i.next = add i32 %i, 1
  br label %i.head
i.done:
  br label %halt
halt:
  br label %halt
}
