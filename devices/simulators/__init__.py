"""Simulated devices: deterministic by virtual second, run as separate programs on pseudo-terminals."""
