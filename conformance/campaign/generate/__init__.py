"""Generators of inputs, a module for each profile; `table.py` has them all."""
