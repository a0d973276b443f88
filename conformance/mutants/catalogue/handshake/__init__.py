"""Mutants of the profile handshake."""
