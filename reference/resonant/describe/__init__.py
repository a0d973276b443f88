"""The specification and frames as texts for people."""
