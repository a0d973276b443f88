"""The mutants, a folder for each profile."""
