declare i32 @clock_gettime(i32, ptr)
declare i32 @sched_yield()
declare i64 @syscall(i64, ...)
declare void @llvm.x86.sse2.pause()

define internal i64 @now() {
  %ts = alloca [2 x i64], align 16
  %r = call i32 @clock_gettime(i32 1, ptr %ts)
  %s = load i64, ptr %ts
  %np = getelementptr i64, ptr %ts, i64 1
  %n = load i64, ptr %np
  %sn = mul i64 %s, 1000000000
  %t = add i64 %sn, %n
  ret i64 %t
}

define internal void @run_item(ptr %phase, i64 %item) {
entry:
  %first = load ptr, ptr %phase
  br label %find
find:
  %job = phi ptr [ %first, %entry ], [ %after, %further ]
  %endp = getelementptr i64, ptr %job, i64 5
  %end = load i64, ptr %endp
  %here = icmp ult i64 %item, %end
  br i1 %here, label %run, label %further
further:
  %after = getelementptr i64, ptr %job, i64 6
  br label %find
run:
  %fn = load ptr, ptr %job
  %argsp = getelementptr i64, ptr %job, i64 1
  %args = load ptr, ptr %argsp
  %stridep = getelementptr i64, ptr %job, i64 2
  %stride = load i64, ptr %stridep
  %instp = getelementptr i64, ptr %job, i64 3
  %inst = load i64, ptr %instp
  %beginp = getelementptr i64, ptr %job, i64 4
  %begin = load i64, ptr %beginp
  %index = sub i64 %item, %begin
  %task = udiv i64 %index, %inst
  %which = urem i64 %index, %inst
  %offset = mul i64 %which, %stride
  %block = getelementptr i8, ptr %args, i64 %offset
  call void %fn(ptr %block, i64 %task)
  ret void
}

; Claim and run items until the phase has none left, or the deadline (0: none) has passed. Returns whether it passed.
define internal i1 @drain(ptr %ctl, i64 %deadline) {
entry:
  %donep = getelementptr i8, ptr %ctl, i64 128
  %phasep = getelementptr i8, ptr %ctl, i64 256
  br label %look
look:
  %seen = load atomic i64, ptr %ctl acquire, align 8
  %seen.i = and i64 %seen, 16777215
  %seen.t = lshr i64 %seen, 24
  %seen.n = and i64 %seen.t, 16777215
  %some = icmp ult i64 %seen.i, %seen.n
  br i1 %some, label %claim, label %none
claim:
  %got = atomicrmw add ptr %ctl, i64 1 acq_rel
  %got.i = and i64 %got, 16777215
  %got.t = lshr i64 %got, 24
  %got.n = and i64 %got.t, 16777215
  %mine = icmp ult i64 %got.i, %got.n
  br i1 %mine, label %run, label %look
run:
  %phase = load atomic ptr, ptr %phasep acquire, align 8
  call void @run_item(ptr %phase, i64 %got.i)
  %before = atomicrmw add ptr %donep, i64 1 acq_rel
  %bounded = icmp ne i64 %deadline, 0
  br i1 %bounded, label %check, label %look
check:
  %t = call i64 @now()
  %late = icmp sgt i64 %t, %deadline
  br i1 %late, label %expired, label %look
none:
  ret i1 false
expired:
  ret i1 true
}

; What a worker thread runs until it is told to stop.
define void @mj_worker(ptr %ctl) {
entry:
  %stopp = getelementptr i8, ptr %ctl, i64 264
  %wakep = getelementptr i8, ptr %ctl, i64 384
  %sleepersp = getelementptr i8, ptr %ctl, i64 392
  br label %loop
loop:
  %spin = phi i64 [ 0, %entry ], [ 0, %busy ], [ %spin1, %idle ], [ 0, %awake ]
  %seen = load atomic i64, ptr %ctl acquire, align 8
  %i = and i64 %seen, 16777215
  %t = lshr i64 %seen, 24
  %n = and i64 %t, 16777215
  %some = icmp ult i64 %i, %n
  br i1 %some, label %busy, label %rest
busy:
  %ignored = call i1 @drain(ptr %ctl, i64 0)
  br label %loop
rest:
  %stop = load atomic i64, ptr %stopp acquire, align 8
  %stopping = icmp ne i64 %stop, 0
  br i1 %stopping, label %out, label %patience
patience:
  %spin1 = add i64 %spin, 1
  %patient = icmp ult i64 %spin1, 1500
  br i1 %patient, label %idle, label %sleep
idle:
  call void @llvm.x86.sse2.pause()

  br label %loop
sleep:
  %s0 = atomicrmw add ptr %sleepersp, i64 1 seq_cst
  %seq = load atomic i32, ptr %wakep seq_cst, align 4
  %again = load atomic i64, ptr %ctl seq_cst, align 8
  %same = icmp eq i64 %again, %seen
  %stop2 = load atomic i64, ptr %stopp seq_cst, align 8
  %going = icmp eq i64 %stop2, 0
  %doze = and i1 %same, %going
  br i1 %doze, label %wait, label %rise
wait:
  %r = call i64 (i64, ...) @syscall(i64 202, ptr %wakep, i32 128, i32 %seq, ptr null, ptr null, i32 0)
  br label %rise
rise:
  %s1 = atomicrmw sub ptr %sleepersp, i64 1 seq_cst
  br label %awake
awake:
  br label %loop
out:
  ret void
}

define void @mj_wake(ptr %ctl) {
  %wakep = getelementptr i8, ptr %ctl, i64 384
  %w = atomicrmw add ptr %wakep, i32 1 seq_cst
  %r = call i64 (i64, ...) @syscall(i64 202, ptr %wakep, i32 129, i32 2147483647, ptr null, ptr null, i32 0)
  ret void
}

; Run one phase on all threads. Returns whether it ran to its end before the deadline.
define internal i1 @shared_phase(ptr %ctl, ptr %phase, i64 %items, i64 %deadline) {
entry:
  %donep = getelementptr i8, ptr %ctl, i64 128
  %phasep = getelementptr i8, ptr %ctl, i64 256
  %sleepersp = getelementptr i8, ptr %ctl, i64 392
  store atomic ptr %phase, ptr %phasep release, align 8
  store atomic i64 0, ptr %donep release, align 8
  %old = load atomic i64, ptr %ctl acquire, align 8
  %gen = lshr i64 %old, 48
  %gen1 = add i64 %gen, 1
  %high = shl i64 %gen1, 48
  %mid = shl i64 %items, 24
  %new = or i64 %high, %mid
  %was = atomicrmw xchg ptr %ctl, i64 %new seq_cst
  %sleepers = load atomic i64, ptr %sleepersp seq_cst, align 8
  %asleep = icmp ne i64 %sleepers, 0
  br i1 %asleep, label %rouse, label %work
rouse:
  call void @mj_wake(ptr %ctl)
  br label %work
work:
  %late = call i1 @drain(ptr %ctl, i64 %deadline)
  br i1 %late, label %abort, label %join
join:
  %spin = phi i64 [ 0, %work ], [ %spin1, %breathe ], [ 0, %patient ]
  %done = load atomic i64, ptr %donep acquire, align 8
  %all = icmp eq i64 %done, %items
  br i1 %all, label %finished, label %waiting
waiting:
  %spin1 = add i64 %spin, 1
  %more = icmp ult i64 %spin1, 2000
  br i1 %more, label %breathe, label %yield
breathe:
  call void @llvm.x86.sse2.pause()

  br label %join
yield:
  %y = call i32 @sched_yield()
  %t = call i64 @now()
  %over = icmp sgt i64 %t, %deadline
  br i1 %over, label %abort, label %patient
patient:
  br label %join
abort:
  ; Nobody may claim any more; items already claimed write to buffers, so they must end before this returns.
  %left = atomicrmw xchg ptr %ctl, i64 %high seq_cst
  %claimed.i = and i64 %left, 16777215
  %few = icmp ult i64 %claimed.i, %items
  %claimed = select i1 %few, i64 %claimed.i, i64 %items
  br label %settle
settle:
  %done2 = load atomic i64, ptr %donep acquire, align 8
  %settled = icmp eq i64 %done2, %claimed
  br i1 %settled, label %gaveup, label %settling
settling:
  %y2 = call i32 @sched_yield()
  br label %settle
gaveup:
  %complete = icmp eq i64 %claimed, %items
  ret i1 %complete
finished:
  ret i1 true
}

; Patch the argument words of rebound buffers, then run all phases. Returns -1, or the phase that met the deadline.
define i64 @mj_replay(ptr %ctl, ptr %phases, i64 %nphases, ptr %patches, i64 %npatches, ptr %bindings, i64 %deadline) {
entry:
  %somepatch = icmp ne i64 %npatches, 0
  br i1 %somepatch, label %patch, label %begin
patch:
  %p = phi i64 [ 0, %entry ], [ %p1, %patch ]
  %pi = mul i64 %p, 3
  %rec = getelementptr i64, ptr %patches, i64 %pi
  %slot = load ptr, ptr %rec
  %basep = getelementptr i64, ptr %rec, i64 1
  %base = load i64, ptr %basep
  %whichp = getelementptr i64, ptr %rec, i64 2
  %which = load i64, ptr %whichp
  %addrp = getelementptr i64, ptr %bindings, i64 %which
  %addr = load i64, ptr %addrp
  %value = add i64 %base, %addr
  store i64 %value, ptr %slot
  %p1 = add i64 %p, 1
  %pmore = icmp ult i64 %p1, %npatches
  br i1 %pmore, label %patch, label %begin
begin:
  br label %phase
phase:
  %i = phi i64 [ 0, %begin ], [ %i1, %next ]
  %more = icmp ult i64 %i, %nphases
  br i1 %more, label %start, label %ok
start:
  %now = call i64 @now()
  %late = icmp sgt i64 %now, %deadline
  br i1 %late, label %timeout, label %intime
intime:
  %o = shl i64 %i, 2
  %rp = getelementptr i64, ptr %phases, i64 %o
  %itemsp = getelementptr i64, ptr %rp, i64 2
  %items = load i64, ptr %itemsp
  %sharedp = getelementptr i64, ptr %rp, i64 3
  %shared = load i64, ptr %sharedp
  %alone = icmp eq i64 %shared, 0
  br i1 %alone, label %serial, label %parallel
serial:
  %k = phi i64 [ 0, %intime ], [ %k1, %serial ]
  call void @run_item(ptr %rp, i64 %k)
  %k1 = add i64 %k, 1
  %kmore = icmp ult i64 %k1, %items
  br i1 %kmore, label %serial, label %next
parallel:
  %complete = call i1 @shared_phase(ptr %ctl, ptr %rp, i64 %items, i64 %deadline)
  br i1 %complete, label %next, label %timeout
next:
  %i1 = add i64 %i, 1
  br label %phase
timeout:
  ret i64 %i
ok:
  ret i64 -1
}
