"""What a peer remembers."""
