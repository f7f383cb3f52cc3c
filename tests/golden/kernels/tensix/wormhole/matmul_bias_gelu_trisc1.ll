define void @kernel() null_pointer_is_valid noreturn nounwind {
entry:
  %sink = alloca i32
  tt SETC16 config=7 value=2048
  tt SETC16 config=23 value=0
  tt SETC16 config=48 value=0
  tt SETC16 config=9 value=2080
  tt SETC16 config=24 value=0
  tt SETC16 config=49 value=0
  tt SETC16 config=11 value=2096
  tt SETC16 config=25 value=0
  tt SETC16 config=50 value=0
  tt SETC16 config=13 value=2064
  tt SETC16 config=26 value=8192
  tt SETC16 config=51 value=0
  tt SETC16 config=0 value=0
  tt SETC16 config=5 value=0
  tt SETC16 config=2 value=0
  tt SETC16 config=6 value=0
  tt SETRWC mask=15
  tt SFPENCC mode=10 imm=3
  tt SEMINIT semaphores=1 value=0 max=1
  tt SEMINIT semaphores=2 value=0 max=1
  tt SEMINIT semaphores=4 value=0 max=1
  tt SEMINIT semaphores=1 value=0 max=2
  tt SFPLOADI d=0 mode=0 imm=19264
  tt SFPCONFIG d=12
  tt SFPLOADI d=0 mode=10 imm=4551
  tt SFPLOADI d=0 mode=8 imm=32499
  tt SFPCONFIG d=13
  tt SFPLOADI d=0 mode=10 imm=54248
  tt SFPLOADI d=0 mode=8 imm=48594
  tt SFPCONFIG d=14
  store volatile i32 1, ptr inttoptr (i32 4290248704 to ptr)
  store volatile i32 2, ptr inttoptr (i32 4290248708 to ptr)
  store volatile i32 33554432, ptr inttoptr (i32 4290248712 to ptr)
  store volatile i32 33554432, ptr inttoptr (i32 4290248716 to ptr)
  store volatile i32 33554432, ptr inttoptr (i32 4290248720 to ptr)
  store volatile i32 67109120, ptr inttoptr (i32 4290248724 to ptr)
  store volatile i32 33554432, ptr inttoptr (i32 4290248728 to ptr)
  store volatile i32 67109120, ptr inttoptr (i32 4290248732 to ptr)
  store volatile i32 67109120, ptr inttoptr (i32 4290248736 to ptr)
  store volatile i32 0, ptr inttoptr (i32 4293394436 to ptr)
  %mop.sync = load volatile i32, ptr inttoptr (i32 4293394436 to ptr)
  store volatile i32 %mop.sync, ptr %sink
  tt REPLAY load=1 length=16 start=0
  tt MVMUL dst=0 addr_mode=0
  tt MVMUL dst=8 addr_mode=1
  tt MVMUL dst=0 addr_mode=0
  tt MVMUL dst=8 addr_mode=1
  tt MVMUL dst=32 addr_mode=0
  tt MVMUL dst=40 addr_mode=1
  tt MVMUL dst=32 addr_mode=0
  tt MVMUL dst=40 addr_mode=2
  tt MVMUL dst=16 addr_mode=0
  tt MVMUL dst=24 addr_mode=1
  tt MVMUL dst=16 addr_mode=0
  tt MVMUL dst=24 addr_mode=1
  tt MVMUL dst=48 addr_mode=0
  tt MVMUL dst=56 addr_mode=1
  tt MVMUL dst=48 addr_mode=0
  tt MVMUL dst=56 addr_mode=3
  %count = load volatile i32, ptr inttoptr (i32 114960 to ptr)
  br label %blk.pre
blk.pre:
  br label %blk.head
blk.head:
  %blk = phi i32 [ 0, %blk.pre ], [ %blk.next, %blk.latch ]
  %blk.more = icmp ult i32 %blk, %count
  br i1 %blk.more, label %blk.body, label %blk.done
blk.body:
  %h.r = mul i32 %blk, 28
  %h.b = add i32 %h.r, 114964
  %h.p = inttoptr i32 %h.b to ptr
  %h = load volatile i32, ptr %h.p
  %w.r = mul i32 %blk, 28
  %w.b = add i32 %w.r, 114968
  %w.p = inttoptr i32 %w.b to ptr
  %w = load volatile i32, ptr %w.p
  %lines.none = icmp eq i32 %w, 0
  %lines = select i1 %lines.none, i32 0, i32 %h
  %most = sub i32 %w, 1
  tt SEMWAIT semaphores=1 condition=2 block=SYNC+MATH+SFPU
  %half = and i32 %blk, 1
  %half.first = mul i32 %half, 4
  %clear = or i32 %half, 269484032
  store volatile i32 %clear, ptr inttoptr (i32 4293132288 to ptr)
  br label %k.pre
k.pre:
  br label %k.head
k.head:
  %k = phi i32 [ 0, %k.pre ], [ %k.next, %k.latch ]
  %k.more = icmp ult i32 %k, 2
  br i1 %k.more, label %k.body, label %k.done
k.body:
  br label %o.pre
o.pre:
  br label %o.head
o.head:
  %o = phi i32 [ 0, %o.pre ], [ %o.next, %o.latch ]
  %o.more = icmp ult i32 %o, %lines
  br i1 %o.more, label %o.body, label %o.done
o.body:
  br label %n.pre
n.pre:
  br label %n.head
n.head:
  %n = phi i32 [ 0, %n.pre ], [ %n.next, %n.latch ]
  %n.more = icmp ult i32 %n, %most
  br i1 %n.more, label %n.body, label %n.done
n.body:
  %sel.row = mul i32 %o, 1
  %sel.tile = add i32 %sel.row, %n
  %sel.slot = add i32 %sel.tile, %half.first
  %sel.rows = shl i32 %sel.slot, 6
  %sel.word = or i32 %sel.rows, 2986409984
  store volatile i32 %sel.word, ptr inttoptr (i32 4293132288 to ptr)
  tt MOP type=1
  tt SETRWC mask=15 clear=1
  br label %n.latch
n.latch:
  %n.next = add i32 %n, 1
  br label %n.head
n.done:
  %end.row = mul i32 %o, 1
  %end.tile = add i32 %end.row, %most
  %end.slot = add i32 %end.tile, %half.first
  %end.rows = shl i32 %end.slot, 6
  %end.word = or i32 %end.rows, 2986409984
  store volatile i32 %end.word, ptr inttoptr (i32 4293132288 to ptr)
  tt MOP type=1
  tt SETRWC mask=15 clear=3
  br label %o.latch
o.latch:
  %o.next = add i32 %o, 1
  br label %o.head
o.done:
  br label %k.latch
k.latch:
  %k.next = add i32 %k, 1
  br label %k.head
k.done:
  tt STALLWAIT block=CFG wait=MATH
  tt SETC16 config=26 value=2
  br label %ei.pre
ei.pre:
  br label %ei.head
ei.head:
  %ei = phi i32 [ 0, %ei.pre ], [ %ei.next, %ei.latch ]
  %ei.more = icmp ult i32 %ei, %h
  br i1 %ei.more, label %ei.body, label %ei.done
ei.body:
  br label %ej.pre
ej.pre:
  br label %ej.head
ej.head:
  %ej = phi i32 [ 0, %ej.pre ], [ %ej.next, %ej.latch ]
  %ej.more = icmp ult i32 %ej, %w
  br i1 %ej.more, label %ej.body, label %ej.done
ej.body:
  %esel.row = mul i32 %ei, 1
  %esel.tile = add i32 %esel.row, %ej
  %esel.slot = add i32 %esel.tile, %half.first
  %esel.rows = shl i32 %esel.slot, 6
  %esel.word = or i32 %esel.rows, 2986409984
  store volatile i32 %esel.word, ptr inttoptr (i32 4293132288 to ptr)
  tt MOVA2D mode=2 addr_mode=0 src=0 dst=64
  tt MOVA2D mode=2 addr_mode=0 src=8 dst=72
  tt MOVA2D mode=2 addr_mode=0 src=16 dst=80
  tt MOVA2D mode=2 addr_mode=0 src=24 dst=88
  tt MOVA2D mode=2 addr_mode=0 src=32 dst=96
  tt MOVA2D mode=2 addr_mode=0 src=40 dst=104
  tt MOVA2D mode=2 addr_mode=0 src=48 dst=112
  tt MOVA2D mode=2 addr_mode=0 src=56 dst=120
  tt SETRWC clear=1
  tt STALLWAIT block=SFPU wait=MATH
  br label %v.pre
v.pre:
  br label %v.head
v.head:
  %v = phi i32 [ 0, %v.pre ], [ %v.next, %v.latch ]
  %v.more = icmp ult i32 %v, 32
  br i1 %v.more, label %v.body, label %v.done
v.body:
  tt SFPLOAD d=0 mode=4
  tt SFPLOAD d=1 row=64 mode=4
  tt SFPADD d=0 a=10 b=0 c=1
  tt SFPLOADI d=2 mode=10 imm=22369
  tt SFPMUL d=1 a=0 b=0 c=9
  tt SFPLOADI d=2 mode=8 imm=49171
  tt SFPMAD d=1 a=1 b=14 c=2
  tt SFPLOADI d=2 mode=0 imm=49916
  tt SFPMUL d=1 a=1 b=0 c=9
  tt SFPLOADI d=4 mode=1 imm=13249
  tt SFPSWAP d=1 c=2 mode=9
  tt SFPLOADI d=2 mode=0 imm=17148
  tt SFPSWAP d=1 c=2 mode=1
  tt SFPADD d=2 a=10 b=1 c=12
  tt SFPNOP
  tt SFPMAD d=3 a=2 b=11 c=12
  tt SFPSHFT d=2 mode=1 imm=23
  tt SFPADD d=1 a=10 b=1 c=3
  tt SFPLOADI d=3 mode=1 imm=11017
  tt SFPMAD d=3 a=3 b=1 c=4
  tt SFPLOADI d=4 mode=1 imm=14732
  tt SFPMAD d=3 a=3 b=1 c=4
  tt SFPNOP
  tt SFPMAD d=1 a=3 b=1 c=10
  tt SFPNOP
  tt SFPIADD c=2 d=1 mode=4
  tt SFPADDI d=1 imm=16256
  tt SFPNOP
  tt SFPMOV d=2 c=1
  tt SFPIADD c=13 d=2 mode=6
  tt SFPMOV d=1 c=1 mode=1
  tt SFPMAD d=3 a=1 b=2 c=10
  tt SFPNOP
  tt SFPMAD d=2 a=2 b=3 c=2
  tt SFPNOP
  tt SFPMAD d=1 a=1 b=2 c=10
  tt SFPNOP
  tt SFPMAD d=1 a=2 b=1 c=2
  tt SFPNOP
  tt SFPMUL d=0 a=0 b=1 c=9
  tt SFPNOP
  tt SFPSTORE d=0 mode=4 addr_mode=3
  br label %v.latch
v.latch:
  %v.next = add i32 %v, 1
  br label %v.head
v.done:
  tt STALLWAIT block=MATH wait=SFPU
  tt SETRWC mask=4
  br label %ej.latch
ej.latch:
  %ej.next = add i32 %ej, 1
  br label %ej.head
ej.done:
  br label %ei.latch
ei.latch:
  %ei.next = add i32 %ei, 1
  br label %ei.head
ei.done:
  tt SETC16 config=26 value=8192
  tt SETRWC mask=15
  tt STALLWAIT block=SYNC wait=MATH+SFPU
  tt SEMPOST semaphores=1
  br label %blk.latch
blk.latch:
  %blk.next = add i32 %blk, 1
  br label %blk.head
blk.done:
  br label %halt
halt:
  br label %halt
}
