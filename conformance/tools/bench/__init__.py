"""The cost of things; measured by `make bench`, never a test."""
