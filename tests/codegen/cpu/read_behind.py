"""Multiply by one long transposed row, with memory beyond the target's margin behind it out of reach.

A program of its own: reading there ends the process.
"""

from __future__ import annotations

import ctypes

import numpy as np

from meshjit.codegen.backends import backend_of
from meshjit.ir.parser import parse
from meshjit.ir.program import RunProgram
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.cpu import CpuTarget

MIB, K = 1 << 20, 65536
TEXT = """mesh (tp=1) stage fused
func f(%x: f32[8,65536], %w: f32[1,65536]) {
  %0 = fusion(%x, %w) {kind="matmul"} : f32[8,1] = (%a0: f32[8,65536], %a1: f32[1,65536]) {
    %0 = transpose(%a1) {perm=[1,0]} : f32[65536,1]
    %1 = matmul(%a0, %0) : f32[8,1]
    return %1
  }
  return %0
}
"""

graph = parse(TEXT)
target = CpuTarget(graph.mesh, 16 * MIB)
regions = [Region(0, 8 * K * 4, 64), Region(4 * MIB, K * 4, 64), Region(3 * MIB, 32, 64)]
ones = np.ones(8 * K, np.float32)
for region in regions[:2]:
    target.write(0, region, memoryview(ones[: region.size_bytes // 4].view(np.uint8)))
behind = target._locate(0, regions[1]) + regions[1].address + regions[1].size_bytes + MIB
none = ctypes.CDLL(None).mprotect(ctypes.c_void_p(behind), ctypes.c_size_t(8 * MIB), 0)
assert none == 0, "mprotect failed"
program = backend_of("cpu").lower(graph.nodes[0], graph.mesh)
target.submit(target.load([RunProgram(program, (0, 1, 2), (0,))], regions, frozenset()), {}, 10.0)
target.wait(10.0)
assert (np.frombuffer(target.read(0, regions[2]), np.float32) == K).all()
