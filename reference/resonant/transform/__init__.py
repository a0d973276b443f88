"""The transforms of a frame's body: Zstandard and XChaCha20-Poly1305."""
