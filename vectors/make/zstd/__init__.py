"""The profiles zstd and xchacha."""
