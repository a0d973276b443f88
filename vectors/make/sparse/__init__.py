"""Cases of the profile sparse."""
