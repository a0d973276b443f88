"""Faults of the primitive behind XCHACHA: XCH-13."""

from __future__ import annotations

from typing import Any

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt
from resonant import RejectCode, ResonantError

from ...engine.mutant import Mutant
from ...engine.patches import both, edited, replaced

SEAL = "transform.xchacha.seal"
OPEN = "transform.xchacha.open_sealed"
SHORT = "if len(sealed) < TAG_BYTES:"


def open_unverified(sealed: bytes, *, key: bytes, nonce: bytes, **_: Any) -> bytes:
    """Open what was sealed, whatever its tag: sealing zeros gives the keystream."""
    count = max(0, len(sealed) - 16)
    stream = crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(count), b"", nonce, key)
    return bytes(left ^ right for left, right in zip(sealed[:count], stream, strict=False))


def open_half_verified(sealed: bytes, *, key: bytes, nonce: bytes, aad: bytes = b"", **_: Any) -> bytes:
    """Open what was sealed if the first half of its tag is right. Raises DECRYPT_FAILED otherwise."""
    plain = open_unverified(sealed, key=key, nonce=nonce)
    right = crypto_aead_xchacha20poly1305_ietf_encrypt(plain, aad, nonce, key)
    if len(sealed) < 16 or right[:-8] != sealed[:-8]:
        raise ResonantError(RejectCode.DECRYPT_FAILED, "XCH-13", "the first half of the tag is wrong")
    return plain


MUTANTS = (
    Mutant(
        "chacha-of-12-bytes",
        "XCH-13",
        "Uses ChaCha20-Poly1305 with the first half of the nonce.",
        both(
            edited(
                SEAL,
                "xchacha20poly1305_ietf_encrypt(plain, aad, nonce,",
                "chacha20poly1305_ietf_encrypt(plain, aad, nonce[:12],",
            ),
            edited(
                OPEN,
                "xchacha20poly1305_ietf_decrypt(sealed, aad, nonce,",
                "chacha20poly1305_ietf_decrypt(sealed, aad, nonce[:12],",
            ),
        ),
    ),
    Mutant(
        "nothing-sealed-to-nothing",
        "XCH-13",
        "Seals no bytes to no bytes, as there is nothing to hide.",
        edited(SEAL, "return bindings", "return plain and bindings"),
    ),
    Mutant(
        "sealed-without-aad",
        "XCH-13",
        "Has an interface without associated data and ignores what it is given.",
        edited(SEAL, "(plain, aad,", '(plain, b"",'),
    ),
    Mutant(
        "plain-padded",
        "XCH-13",
        "Pads to blocks of 16 bytes, as block ciphers need it.",
        edited(SEAL, "(plain,", "(plain + bytes(-len(plain) % 16),"),
    ),
    Mutant(
        "opened-unverified",
        "XCH-13",
        "Returns what it decrypted before the tag is known.",
        replaced(OPEN, open_unverified),
    ),
    Mutant("opened-half-verified", "XCH-13", "Compares the first half of the tag.", replaced(OPEN, open_half_verified)),
    Mutant(
        "short-is-empty",
        "XCH-13",
        "Opens what is too short for a tag to nothing.",
        edited(OPEN, SHORT, f'{SHORT}\n    return b""\nif False:'),
    ),
)
