"""Golden vectors: schema, generator and data."""
