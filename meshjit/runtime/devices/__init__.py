"""Targets: one module a kind of device."""
