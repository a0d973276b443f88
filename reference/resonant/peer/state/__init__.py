"""The state of a peer."""
