"""Faulty implementations, each the reference with one small change, and the proof that the suite catches every one.

`python -m conformance.mutants` runs them. The faults are in the files of `catalogue.FAMILIES`, by clause.
"""
