"""Mutants of the profile zstd."""
