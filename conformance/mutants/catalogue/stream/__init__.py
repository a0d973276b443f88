"""Mutants of the profile stream."""
