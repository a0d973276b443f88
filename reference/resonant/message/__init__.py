"""Messages: what the slices of a frame mean."""
