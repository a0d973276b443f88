"""Dialogues of the handshake: what a peer is sent."""
