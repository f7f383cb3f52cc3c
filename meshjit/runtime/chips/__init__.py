"""Emulated chips: RISC-V cores, Tensix coprocessors, NoC, DRAM and Ethernet, functionally bit-exact."""
