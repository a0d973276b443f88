"""Mutants of the profile sparse."""
