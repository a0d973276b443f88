"""The XCHACHA transform: specs/transform.md section 2. The primitive is libsodium's, through PyNaCl."""

from __future__ import annotations

import struct

from nacl import bindings
from nacl.exceptions import CryptoError

from ..arguments import octets, unsigned
from ..console import counted
from ..errors import RejectCode, ResonantError, Span

KEY_BYTES = 32
NONCE_BYTES = 24
SALT_BYTES = 16
TAG_BYTES = 16


def seal(plain: bytes, *, key: bytes, nonce: bytes, aad: bytes = b"") -> bytes:
    """XChaCha20-Poly1305: ciphertext ‖ tag, 16 bytes longer than `plain` (XCH-13). key: 32 bytes, nonce: 24 bytes."""
    key, nonce = key_of(key), nonce_of(nonce)
    plain, aad = octets("plain", plain), octets("aad", aad)
    return bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, aad, nonce, key)


def open_sealed(
    sealed: bytes, *, key: bytes, nonce: bytes, aad: bytes = b"", clause: str = "XCH-13", span: Span | None = None
) -> bytes:
    """The inverse of `seal`. Raises ResonantError DECRYPT_FAILED for whatever does not authenticate."""
    key, nonce = key_of(key), nonce_of(nonce)
    sealed, aad = octets("sealed", sealed), octets("aad", aad)
    if len(sealed) < TAG_BYTES:
        detail = f"{counted(len(sealed), 'byte')} cannot hold a tag of {TAG_BYTES}"
        raise ResonantError(RejectCode.DECRYPT_FAILED, clause, detail, span)
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, aad, nonce, key)
    except CryptoError as error:
        detail = "the tag does not match key, nonce, associated data and ciphertext"
        raise ResonantError(RejectCode.DECRYPT_FAILED, clause, detail, span) from error


def open_body(body: bytes, *, key: bytes, aad: bytes, span: Span) -> bytes:
    """Open nonce ‖ ciphertext ‖ tag, the body of a sealed frame (XCH-2, XCH-5, XCH-6)."""
    if len(body) < NONCE_BYTES + TAG_BYTES:
        detail = f"a body of {counted(len(body), 'byte')} cannot hold a nonce of {NONCE_BYTES} and a tag of {TAG_BYTES}"
        raise ResonantError(RejectCode.DECRYPT_FAILED, "XCH-5", detail, span)
    return open_sealed(body[NONCE_BYTES:], key=key, nonce=body[:NONCE_BYTES], aad=aad, clause="XCH-5", span=span)


def nonce_for(salt: bytes, stream_id: int, frame_seq: int) -> bytes:
    """The nonce of a frame (XCH-10). salt: a sender's 16 random bytes, fixed for the session.

    Raises FIELD_RANGE for numbers that are no u32 and u64.
    """
    return nonce_start(salt, stream_id) + struct.pack("<Q", unsigned("frame_seq", frame_seq, 64))


def nonce_start(salt: bytes, stream_id: int) -> bytes:
    """The first 16 bytes of every nonce on a stream_id: the salt, its last four bytes combined with stream_id."""
    salt = octets("salt", salt)
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt of {counted(len(salt), 'byte')}: it has {SALT_BYTES}")
    last = int.from_bytes(salt[-4:], "little") ^ unsigned("stream_id", stream_id, 32)
    return salt[:-4] + struct.pack("<I", last)


def key_of(key: bytes) -> bytes:
    """The key as bytes. Raises ValueError where it is not 32 bytes long, TypeError for what is no bytes."""
    key = octets("key", key)
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key of {counted(len(key), 'byte')}: XChaCha20-Poly1305 keys have {KEY_BYTES}")
    return key


def nonce_of(nonce: bytes) -> bytes:
    """The nonce as bytes. Raises ValueError where it is not 24 bytes long, TypeError for what is no bytes."""
    nonce = octets("nonce", nonce)
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce of {counted(len(nonce), 'byte')}: XChaCha20-Poly1305 nonces have {NONCE_BYTES}")
    return nonce


def check_key(key: bytes | None) -> bytes | None:
    """`key_of` a key; None passes."""
    return None if key is None else key_of(key)


def check_nonce(nonce: bytes | None) -> bytes | None:
    """`nonce_of` a nonce; None passes."""
    return None if nonce is None else nonce_of(nonce)
