"""The profile fec: repair datagrams, and what peers do with them (specs/fec.md)."""
