"""What a peer does with what it is given."""
