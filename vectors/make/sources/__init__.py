"""Cases that were not generated: written by hand, or found."""
