"""Dialogues of the profile stream."""
