"""The engine that makes mutants, tries them, and records the results."""
