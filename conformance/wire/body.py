"""The two transforms of a body undone, from specs/transform.md and the primitives alone: libsodium and libzstd."""

from __future__ import annotations

import zstandard
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt
from nacl.exceptions import CryptoError
from resonant.console import counted
from resonant.describe.registry import registry

from ..model.difference import Difference

NONCE_BYTES = registry().limit("nonce_bytes")
MAGIC = bytes.fromhex("28b52ffd")
SIZE_FIELDS = {0x20: (1, 0), 0x60: (2, 256), 0xA0: (4, 0), 0xE0: (8, 0)}  # ZST-2, ZST-3
MAX_CONTENT = registry().limit("max_lone_body_bytes")
WITHOUT_DATA = "it opens with empty associated data: the header was not given to the seal"


class WrongError(Exception):
    """Bytes that are not what they are to be; summary cites the clause."""

    def __init__(self, summary: str, difference: Difference | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.difference = difference


def opened(body: bytes, header: bytes, key: bytes) -> bytes:
    """The plain bytes of a sealed body. Raises WrongError."""
    nonce, sealed = body[:NONCE_BYTES], body[NONCE_BYTES:]
    plain = _opened(sealed, header, nonce, key)
    if plain is None:
        why = f"; {WITHOUT_DATA}" if opens_without_data(sealed, nonce, key) else ""
        raise WrongError(f"the body does not open with the header as associated data (XCH-2, XCH-3){why}")
    return plain


def opens_without_data(sealed: bytes, nonce: bytes, key: bytes) -> bool:
    """Whether ciphertext and tag were made without associated data."""
    return _opened(sealed, b"", nonce, key) is not None


def _opened(sealed: bytes, data: bytes, nonce: bytes, key: bytes) -> bytes | None:
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, data, nonce, key)
    except (CryptoError, ValueError):
        return None


def decompressed(body: bytes) -> bytes:
    """The content of a compressed body, which has to be of the one permitted form. Raises WrongError."""
    if body[:4] != MAGIC or len(body) < 5:
        raise WrongError(f"the body starts with {body[:4].hex() or 'nothing'}, not with a Zstandard frame (ZST-1)")
    if body[4] not in SIZE_FIELDS:
        raise WrongError(f"the Frame_Header_Descriptor is 0x{body[4]:02x}, not 0x20, 0x60, 0xa0 or 0xe0 (ZST-2)")
    width, bias = SIZE_FIELDS[body[4]]
    content_size = int.from_bytes(body[5 : 5 + width], "little") + bias
    if content_size > MAX_CONTENT:
        raise WrongError(f"the content size is {content_size} (ZST-4)")
    stream = zstandard.ZstdDecompressor().decompressobj()
    try:
        plain = stream.decompress(body)
    except zstandard.ZstdError as error:
        raise WrongError(f"the body does not decompress: {error} (ZST-8)") from None
    if not stream.eof or stream.unused_data:
        raise WrongError("the body is not exactly one Zstandard frame (ZST-6, ZST-8)")
    if len(plain) != content_size:
        raise WrongError(f"the content size is {content_size}, the content has {counted(len(plain), 'byte')} (ZST-5)")
    return plain
