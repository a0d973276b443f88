"""The suite as a plugin of pytest: its options, its outcomes, its summary."""
