"""Dialogues of the handshake: a client under test."""
