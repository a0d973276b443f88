"""Faults over QUIC (specs/quic.md)."""
