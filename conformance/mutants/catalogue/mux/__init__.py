"""Faults in managed streams: specs/mux.md."""
