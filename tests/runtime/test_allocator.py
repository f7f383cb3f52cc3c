from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshjit.errors import DeviceError, OutOfMemoryError
from meshjit.runtime.allocator import LockstepAllocator, size_text


def test_first_fit_takes_the_first_gap_that_is_large_enough():
    a = LockstepAllocator(0, 1024, 64)
    first, second, third = (a.allocate(128, n) for n in "abc")
    assert (first, second, third) == (0, 128, 256)
    a.free(second)
    assert a.allocate(256, "d") == 384
    assert a.allocate(100, "e") == 128


def test_neighbours_join_when_freed():
    a = LockstepAllocator(0, 384, 64)
    addresses = [a.allocate(128, n) for n in "abc"]
    for address in (addresses[0], addresses[2], addresses[1]):
        a.free(address)
    assert a.largest_gap_bytes == 384
    assert a.allocate(384, "all") == 0


def test_addresses_are_aligned_from_an_unaligned_base():
    a = LockstepAllocator(100, 1000, 64)
    assert a.allocate(1, "x") == 128
    assert a.allocate(0, "empty") == 192
    assert a.allocate(1, "y") == 256
    assert a.live_bytes == 192
    assert a.peak_bytes == 192


def test_out_of_memory_lists_the_largest_buffers_and_a_way_out():
    a = LockstepAllocator(0, 4096, 64)
    for i in range(10):
        a.allocate(64 * (i + 1), f"w{i}: f32[{i}]")
    with pytest.raises(OutOfMemoryError) as caught:
        a.allocate(1024, "y: f32[256]")
    text = str(caught.value)
    assert text.startswith("MJ5001: y: f32[256] needs 1.00 KiB on each device; of 4.00 KiB 576 B are free, the largest")
    assert text.index("w9: f32[9]: 640 B at") < text.index("w8: f32[8]: 576 B at") < text.index("w2")
    assert "and 2 more of 192 B together" in text
    assert "mesh.put(w, P(None, 'tp'))" in text and "trace.release()" in text


def test_freeing_what_is_not_live_is_an_error():
    a = LockstepAllocator(0, 1024, 64)
    a.free(a.allocate(64, "x"))
    with pytest.raises(DeviceError, match="MJ5019"):
        a.free(0)


@given(
    st.lists(st.one_of(st.integers(0, 500), st.tuples(st.integers(0, 30))), max_size=60),
    st.sampled_from([1, 16, 64]),
    st.integers(0, 100),
)
def test_live_buffers_never_overlap_and_all_memory_comes_back(steps, alignment, base):
    a = LockstepAllocator(base, 4096, alignment)
    whole = a.largest_gap_bytes
    live: list[tuple[int, int]] = []
    for step in steps:
        if isinstance(step, tuple):
            if live:
                a.free(live.pop(step[0] % len(live))[0])
            continue
        try:
            address = a.allocate(step, "x")
        except OutOfMemoryError:
            assert a.largest_gap_bytes < max(step, 1) + alignment
            continue
        assert address % alignment == 0 and base <= address and address + step <= base + 4096
        assert all(address + max(step, 1) <= at or at + max(size, 1) <= address for at, size in live)
        live.append((address, step))
    assert {b.address for b in a.blocks()} == {at for at, _ in live}
    for address, _ in live:
        a.free(address)
    assert (a.largest_gap_bytes, a.live_bytes) == (whole, 0)


def test_sizes_for_people():
    sizes = {0: "0 B", 1023: "1023 B", 1024: "1.00 KiB", 2560: "2.50 KiB", 5 << 30: "5.00 GiB"}
    assert {n: size_text(n) for n in sizes} == sizes
