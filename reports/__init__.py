"""Reports for people, made from run files alone."""
