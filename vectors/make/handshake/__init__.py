"""Dialogues of the profile handshake."""
