"""Mutants of the profile adapt."""
