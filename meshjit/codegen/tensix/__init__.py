"""Wormhole and Blackhole back end: Tensix programs from templates."""
