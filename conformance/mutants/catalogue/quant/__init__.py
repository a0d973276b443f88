"""Mutants of the profile quant."""
