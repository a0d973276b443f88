"""What may be done to a frame's body: Zstandard and XChaCha20-Poly1305."""
