"""Mutants of the profile xchacha."""
