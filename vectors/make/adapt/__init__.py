"""Cases of adapt (specs/adaptive.md)."""
