"""Mutants of the profile message."""
