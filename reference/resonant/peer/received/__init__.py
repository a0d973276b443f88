"""Received frames, as a peer sees them before it acts."""
