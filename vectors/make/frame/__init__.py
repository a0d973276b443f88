"""The frame profile."""
