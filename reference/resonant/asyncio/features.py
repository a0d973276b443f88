"""A starter configuration."""

from __future__ import annotations

from ..peer import Config

ALL_FEATURES = Config(
    embedding_space_id="",
    space_hash32=0,
    d_model=1,
    modality=("text", "image", "audio", "graph", "mixed"),
    compress=("zstd", "none"),
    crypto=("xchacha20poly1305", "none"),  # the first needs a key
    dtype=("f16", "i8", "q4", "sparse"),
    critique=True,
    require_crypto=False,
    salt=bytes(16),  # an endpoint draws one for each connection
)
"""Everything that the reference can do, for a model of no particular space: `dataclasses.replace` parts of it."""
