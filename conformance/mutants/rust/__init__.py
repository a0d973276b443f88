"""Mutants of the Rust crate: one build of a copy, in which the environment chooses the fault.

`python -m conformance.mutants.rust` runs them. The faults are in the files of `catalogue/`; README.md says how one is
written.
"""
