"""The profile tcp: frames behind lengths, and connections that end (specs/transport.md)."""
