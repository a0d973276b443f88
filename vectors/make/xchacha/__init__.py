"""Cases of the profile xchacha."""
