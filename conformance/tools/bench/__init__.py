"""The cost of a run of the suite; printed by `make bench`, never a test."""
