"""Rendering of packaged templates, LLVM, and the cache of built binaries: used by code generation and by targets."""
