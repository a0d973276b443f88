"""The peers of the dialogues: the one under test by its configuration, and the ends that the generator speaks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..writer.raw_frame import TEST_KEY, TEST_SALT

SPACE, HASH, D_MODEL = "demo:decoder:v1", 0x5EED1234, 4096
MODALITIES = ("text", "image", "audio", "graph", "mixed")
DTYPES = ("f16", "i8", "q4")
NONE = ("none",)
ZSTD_NAME, XCHACHA_NAME = "zstd", "xchacha20poly1305"

KEY = TEST_KEY
PEER_SALT = TEST_SALT  # of the peer under test
OUR_SALT = bytes(range(0x60, 0x70))  # of the other ends
HANDSHAKE_STREAM = 1
DATA_STREAM = 3


@dataclass(frozen=True, slots=True)
class Config:
    """The own values of the peer under test (specs/handshake.md), by default such that no transform is needed."""

    embedding_space_id: str = SPACE
    space_hash32: int = HASH
    d_model: int = D_MODEL
    modality: tuple[str, ...] = MODALITIES
    compress: tuple[str, ...] = NONE
    crypto: tuple[str, ...] = NONE
    dtype: tuple[str, ...] = DTYPES
    critique: bool = True
    require_crypto: bool = False
    key: bytes | None = None
    salt: bytes = PEER_SALT
    mux: Mapping[str, int] | None = None
    fec: tuple[str, ...] | None = None
    repair: dict[str, int] | None = None
    adaptive: Mapping[str, Any] | None = None

    def json(self) -> dict[str, Any]:
        """The `config` of specs/ops/peer_open.json."""
        members = asdict(self) | {"salt": self.salt.hex(), "key": None if self.key is None else self.key.hex()}
        return {name: value for name, value in members.items() if value is not None}


CONFIG = Config()


def own(**members: Any) -> Config:
    """The default configuration with other members."""
    return replace(CONFIG, **members)


SEALED = own(crypto=(XCHACHA_NAME, "none"), key=KEY)
REQUIRING = replace(SEALED, require_crypto=True)
COMPRESSED = own(compress=(ZSTD_NAME, "none"))
BOTH = replace(SEALED, compress=(ZSTD_NAME, "none"))
