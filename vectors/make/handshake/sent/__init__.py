"""Dialogues of the handshake: frames that a peer sends."""
