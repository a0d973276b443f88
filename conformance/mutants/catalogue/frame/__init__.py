"""Mutants of the profile frame."""
