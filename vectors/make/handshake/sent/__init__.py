"""Dialogues of the handshake: what a peer sends."""
