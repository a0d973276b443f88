"""The packaging of the suite."""
