"""Dialogues on multiplexing (specs/mux.md)."""
