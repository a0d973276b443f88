"""Mutants of the profile rs."""
