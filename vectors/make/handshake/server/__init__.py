"""Dialogues of the handshake: a server under test."""
