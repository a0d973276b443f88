"""Vectors that are wrong on purpose: a driver that does not report every one of them would not report a real fault."""
