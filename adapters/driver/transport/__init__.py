"""Sockets: the control channel, its pieces, and the runner's end of the wire."""
