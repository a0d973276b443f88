"""What a run of the suite costs; printed by `make bench`, never a test."""
