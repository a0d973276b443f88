"""How a mutant is made, tried, and put on record."""
