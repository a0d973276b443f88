"""The actions of a peer on what it is given."""
