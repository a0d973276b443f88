"""Cases of the profile rs."""
