"""Native kernels of the CPU mesh: fused nodes to programs of LLVM IR templates."""
