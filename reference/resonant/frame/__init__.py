"""Frames: header, slice table, slices, and the two hashes that go with them."""
