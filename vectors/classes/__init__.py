"""The equivalence classes of each op, and which of them the cases cover."""
