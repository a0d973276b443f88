"""The profile quic: carriages, and how they and their connections end (specs/quic.md)."""
