"""Programs around the suite."""
