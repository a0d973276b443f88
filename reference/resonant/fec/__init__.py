"""Repair datagrams, and lost frames computed from them: specs/fec.md."""
