"""The vocabulary of the whole suite: cases, verdicts, profiles, differences. No socket, no pytest."""
