"""Faults of the XCHACHA transform: XCH-1 to XCH-14."""

from __future__ import annotations

from typing import Any

from nacl import bindings
from resonant import RejectCode, ResonantError

from .changes import both, edited, replaced
from .mutant import Mutant

DECODE = "decode.plain_body"
ENCODE = "encode.encode"
SEAL = "sealing.seal"
OPEN = "sealing.open_sealed"
BODY = "sealing.open_body"
ENCRYPT = "crypto_aead_xchacha20poly1305_ietf_encrypt(plain, aad, nonce, key)"
DECRYPT = "crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, aad, nonce, key)"
SEALED = "nonce + sealing.seal(body, key=key, nonce=nonce, aad=header)"
OPENED = "key=key, nonce=body[:NONCE_BYTES], aad=aad,"
AAD = "aad=data[: header.size]"
NO_KEY = "        if key is None:\n"
NEEDED = "if key is None or nonce is None:"


def open_unverified(sealed: bytes, *, key: bytes, nonce: bytes, **_: Any) -> bytes:
    """What was sealed, by the keystream alone: it is what zeros are sealed to."""
    count = len(sealed) - 16
    stream = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(count), b"", nonce, key)
    return bytes(left ^ right for left, right in zip(sealed[:count], stream, strict=False))


def open_half_verified(sealed: bytes, *, key: bytes, nonce: bytes, aad: bytes = b"", **_: Any) -> bytes:
    """What was sealed, if the first half of the tag is right."""
    plain = open_unverified(sealed, key=key, nonce=nonce)
    tag = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, aad, nonce, key)[-16:]
    if tag[:8] != sealed[-16:-8]:
        raise ResonantError(RejectCode.DECRYPT_FAILED, "XCH-5", "the first half of the tag is wrong")
    return plain


ORDER = (
    Mutant(
        "decompress-before-opening",
        "XCH-1",
        "Undoes the transforms in the order of their flags.",
        edited(
            DECODE,
            "if header.flags & Flags.XCHACHA:\n",
            "if header.flags & Flags.ZSTD:\n        body = compression.decompress_body(body, num_slices=0)\n    if header.flags & Flags.XCHACHA:\n",
            ("if header.flags & Flags.ZSTD:\n        offset", "if False:\n        offset"),
        ),
    ),
    Mutant(
        "sealed-is-not-decompressed",
        "XCH-1",
        "Handles one transform a frame, with else if.",
        edited(DECODE, "    if header.flags & Flags.ZSTD:", "    if header.flags & 3 == Flags.ZSTD:"),
    ),
    Mutant(
        "seal-before-compressing",
        "XCH-1",
        "Applies the transforms in the order in which the flags were added.",
        edited(
            ENCODE,
            "    data = header + body",
            "    if frame.flags & 3 == 3 and key and nonce:\n        body = compression.compress(nonce + sealing.seal(write_slices(frame.slices), key=key, nonce=nonce, aad=header))\n    data = header + body",
        ),
    ),
    Mutant(
        "sealed-is-not-compressed",
        "XCH-1",
        "Does not compress what is sealed, since attackers can learn from lengths.",
        edited(ENCODE, "if frame.flags & Flags.ZSTD:", "if frame.flags & 3 == Flags.ZSTD:"),
    ),
)
LAYOUT = (
    Mutant(
        "nonce-at-the-end-written",
        "XCH-2",
        "Appends the nonce to what it sealed.",
        edited(ENCODE, SEALED, "sealing.seal(body, key=key, nonce=nonce, aad=header) + nonce"),
    ),
    Mutant(
        "nonce-at-the-end-read",
        "XCH-2",
        "Takes the nonce from the end of the body.",
        edited(BODY, "body[NONCE_BYTES:]", "body[:-NONCE_BYTES]", ("body[:NONCE_BYTES]", "body[-NONCE_BYTES:]")),
    ),
    Mutant(
        "tag-first-written",
        "XCH-2",
        "Writes the tag before the ciphertext, as some interfaces return the two.",
        edited(
            ENCODE,
            "        body = nonce + sealing",
            "        body = sealing",
            (
                "    data = header + body",
                "    if frame.flags & 2 and nonce:\n        body = nonce + body[-16:] + body[:-16]\n    data = header + body",
            ),
        ),
    ),
    Mutant(
        "tag-first-read",
        "XCH-2",
        "Expects the tag before the ciphertext.",
        edited(
            BODY,
            "open_sealed(body[NONCE_BYTES:],",
            "open_sealed(body[NONCE_BYTES + 16 :] + body[NONCE_BYTES : NONCE_BYTES + 16],",
        ),
    ),
    Mutant(
        "nonce-not-sent",
        "XCH-2",
        "Leaves the nonce out, as the receiver can derive it from frame_seq.",
        edited(ENCODE, SEALED, "sealing.seal(body, key=key, nonce=nonce, aad=header)"),
    ),
    Mutant(
        "chacha-with-12-bytes",
        "XCH-2",
        "Uses ChaCha20-Poly1305 with half of the nonce.",
        both(
            edited(
                SEAL,
                f"bindings.{ENCRYPT}",
                "bindings.crypto_aead_chacha20poly1305_ietf_encrypt(plain, aad, nonce[:12], key)",
            ),
            edited(
                OPEN,
                f"bindings.{DECRYPT}",
                "bindings.crypto_aead_chacha20poly1305_ietf_decrypt(sealed, aad, nonce[:12], key)",
            ),
        ),
    ),
    Mutant(
        "key-byte-order",
        "XCH-2",
        "Reads the key as one number and writes it back the other way round.",
        edited(BODY, "key=key,", "key=key[::-1],"),
    ),
    Mutant(
        "aad-without-modality",
        "XCH-3",
        "Ends the associated data one byte early.",
        edited(DECODE, AAD, "aad=data[: header.size - 1]"),
    ),
    Mutant(
        "aad-of-fixed-fields",
        "XCH-3",
        "Authenticates the 24 fixed bytes of the header.",
        edited(DECODE, AAD, "aad=data[:24]"),
    ),
    Mutant(
        "aad-of-29-bytes",
        "XCH-3",
        "Takes the header for 29 bytes, whatever N is.",
        edited(DECODE, AAD, "aad=data[:29]"),
    ),
    Mutant("aad-empty", "XCH-3", "Authenticates nothing but the ciphertext.", edited(DECODE, AAD, 'aad=b""')),
    Mutant(
        "aad-with-nonce",
        "XCH-3",
        "Counts the nonce to the associated data.",
        edited(DECODE, AAD, "aad=data[: header.size + 24]"),
    ),
    Mutant(
        "aad-without-flags",
        "XCH-3",
        "Authenticates the header as it was before the flags were set.",
        edited(DECODE, AAD, "aad=data[:2] + bytes(2) + data[4 : header.size]"),
    ),
    Mutant("written-aad-empty", "XCH-3", "Seals without associated data.", edited(ENCODE, "aad=header)", 'aad=b"")')),
    Mutant(
        "written-aad-before-table",
        "XCH-3",
        "Seals before the table of lengths is filled in.",
        edited(ENCODE, "aad=header)", "aad=header[:24] + bytes(4 * num_slices) + header[24 + 4 * num_slices :])"),
    ),
)
OPENING = (
    Mutant(
        "no-key-delivers-sealed",
        "XCH-4",
        "Reads the sealed body as it is when there is no key.",
        edited(DECODE, NO_KEY, "        if key is None:\n            return body\n" + NO_KEY),
    ),
    Mutant(
        "no-key-as-decrypt-failed",
        "XCH-4",
        "Has one code for everything that does not open.",
        edited(DECODE, "RejectCode.KEY_REQUIRED", "RejectCode.DECRYPT_FAILED"),
    ),
    Mutant(
        "no-key-is-zeros",
        "XCH-4",
        "Starts with a key of zeros until one is set.",
        edited(DECODE, NO_KEY, "        key = key or bytes(32)\n" + NO_KEY),
    ),
    Mutant(
        "short-body-crashes",
        "XCH-5",
        "Subtracts 40 from the length and asks for so many bytes.",
        edited(
            BODY, "if len(body) < NONCE_BYTES + TAG_BYTES:", "if bytes(len(body) - NONCE_BYTES - TAG_BYTES) is None:"
        ),
    ),
    Mutant(
        "short-body-is-empty",
        "XCH-5",
        "Takes a body without ciphertext for an empty one and forgets the tag.",
        edited(
            BODY,
            "if len(body) < NONCE_BYTES + TAG_BYTES:",
            "if len(body) == NONCE_BYTES:\n        return b''\n    if len(body) < NONCE_BYTES + TAG_BYTES:",
        ),
    ),
    Mutant(
        "tag-not-verified",
        "XCH-5",
        "Decrypts, and leaves the tag to a second pass that nobody wrote.",
        replaced("sealing.open_sealed", open_unverified),
    ),
    Mutant(
        "tag-of-8-bytes",
        "XCH-5",
        "Compares the first half of the tag.",
        replaced("sealing.open_sealed", open_half_verified),
    ),
    Mutant(
        "failure-as-bad-compression",
        "XCH-5",
        "Hands what did not open to the decompressor, which says BAD_COMPRESSION.",
        edited(
            OPEN,
            "raise ResonantError(RejectCode.DECRYPT_FAILED, clause, detail, span) from error",
            "raise ResonantError(RejectCode.BAD_COMPRESSION if clause == 'XCH-5' else RejectCode.DECRYPT_FAILED, clause, detail, span) from error",
        ),
    ),
    Mutant(
        "failure-as-no-body",
        "XCH-5",
        "Goes on with an empty body when the tag is wrong.",
        edited(
            DECODE,
            "        body = sealing.open_body(body, key=key, aad=data[: header.size], span=span)",
            "        try:\n            body = sealing.open_body(body, key=key, aad=data[: header.size], span=span)\n        except ResonantError:\n            body = b''",
        ),
    ),
    Mutant(
        "nonce-must-hold-frame-seq",
        "XCH-6",
        "Refuses a nonce that does not end in frame_seq, to be safe.",
        edited(
            DECODE,
            "        body = sealing",
            "        if body[16:24] != data[8:16]:\n            raise ResonantError(RejectCode.DECRYPT_FAILED, 'XCH-6', '')\n        body = sealing",
        ),
    ),
    Mutant(
        "nonce-rebuilt-from-frame-seq",
        "XCH-6",
        "Takes the salt from the nonce and the rest from frame_seq.",
        edited(DECODE, "open_body(body, ", "open_body(body[:16] + data[8:16] + body[24:], "),
    ),
    Mutant(
        "nonce-of-zeros-refused",
        "XCH-6",
        "Takes a nonce of zeros for one that was forgotten.",
        edited(
            DECODE,
            "        body = sealing",
            "        if not any(body[:24]):\n            raise ResonantError(RejectCode.DECRYPT_FAILED, 'XCH-6', '')\n        body = sealing",
        ),
    ),
    Mutant(
        "key-means-sealed",
        "XCH-7",
        "Opens every frame when it has a key.",
        edited(DECODE, "if header.flags & Flags.XCHACHA:\n", "if header.flags & Flags.XCHACHA or key:\n"),
    ),
    Mutant(
        "key-seals",
        "XCH-7",
        "Seals every frame when it has a key and a nonce.",
        edited(
            ENCODE,
            "if frame.flags & Flags.XCHACHA:\n        if",
            "if frame.flags & Flags.XCHACHA or (key and nonce):\n        if",
        ),
    ),
    Mutant(
        "unsealed-refused-with-key",
        "XCH-7",
        "Refuses what is not sealed as soon as it has a key.",
        edited(
            DECODE,
            "    if header.flags & Flags.ZSTD:",
            "    elif key:\n        raise ResonantError(RejectCode.DECRYPT_FAILED, 'XCH-7', '')\n    if header.flags & Flags.ZSTD:",
        ),
    ),
)
SEALING = (
    Mutant(
        "no-key-sends-plain",
        "XCH-8",
        "Sends the body unsealed when there is no key.",
        edited(
            ENCODE, "if frame.flags & Flags.XCHACHA:\n        if", "if frame.flags & Flags.XCHACHA and key:\n        if"
        ),
    ),
    Mutant(
        "no-nonce-is-zeros",
        "XCH-8",
        "Seals under a nonce of zeros when none is given.",
        edited(ENCODE, "    # CHECK\n", "    nonce = nonce or bytes(24)\n    # CHECK\n"),
    ),
    Mutant(
        "no-nonce-from-frame-seq",
        "XCH-8",
        "Makes a nonce of frame_seq when none is given.",
        edited(ENCODE, NEEDED, "nonce = nonce or (frame.frame_seq).to_bytes(24, 'big')\n        " + NEEDED),
    ),
    Mutant(
        "sealed-nothing-refused",
        "XCH-9",
        "Compares with <= 40, as nobody seals nothing.",
        edited(BODY, "if len(body) < NONCE_BYTES", "if len(body) <= NONCE_BYTES"),
    ),
    Mutant(
        "sealed-nothing-needs-a-block",
        "XCH-9",
        "Expects at least one byte of ciphertext after the nonce and the tag.",
        edited(BODY, "TAG_BYTES:\n", "TAG_BYTES + 1:\n"),
    ),
    Mutant(
        "sealed-frame-not-limited",
        "XCH-14",
        "Forgets that sealing adds 40 bytes.",
        edited(ENCODE, "if len(data) > MAX_FRAME_BYTES:", "if len(data) > MAX_FRAME_BYTES + 40:"),
    ),
    Mutant(
        "sealed-frame-as-plain-code",
        "XCH-14",
        "Says PLAIN_TOO_LARGE for what sealing made too long.",
        edited(ENCODE, "RejectCode.FRAME_TOO_LARGE", "RejectCode.PLAIN_TOO_LARGE"),
    ),
)
PRIMITIVE = (
    Mutant(
        "seal-nothing-to-nothing",
        "XCH-13",
        "Seals no bytes to no bytes.",
        edited(SEAL, f"return bindings.{ENCRYPT}", f"return plain and bindings.{ENCRYPT}"),
    ),
    Mutant("seal-without-aad", "XCH-13", "Ignores the associated data.", edited(SEAL, "(plain, aad,", "(plain, b'',")),
    Mutant(
        "seal-cuts-aad",
        "XCH-13",
        "Takes 64 bytes of the associated data and no more.",
        edited(SEAL, "(plain, aad,", "(plain, aad[:64],"),
    ),
    Mutant(
        "open-without-aad",
        "XCH-13",
        "Ignores the associated data when it opens.",
        edited(OPEN, "(sealed, aad,", "(sealed, b'',"),
    ),
    Mutant(
        "open-short-crashes",
        "XCH-13",
        "Splits the tag off before it looks whether there is one.",
        edited(OPEN, "if len(sealed) < TAG_BYTES:", "if bytes(len(sealed) - TAG_BYTES) is None:"),
    ),
    Mutant(
        "open-short-is-empty",
        "XCH-13",
        "Opens what is too short to nothing.",
        edited(
            OPEN,
            "if len(sealed) < TAG_BYTES:",
            "if len(sealed) < TAG_BYTES:\n        return b''\n    if len(sealed) < TAG_BYTES:",
        ),
    ),
    Mutant(
        "open-ignores-the-tag",
        "XCH-13",
        "Returns the content also where the tag is wrong.",
        edited(
            OPEN, "    except CryptoError as error:", "    except CryptoError as error:\n        return sealed[:-16]"
        ),
    ),
    Mutant(
        "tag-padded",
        "XCH-13",
        "Pads the ciphertext to 16 bytes before the tag.",
        edited(SEAL, "(plain, aad,", "(plain + bytes(-len(plain) % 16), aad,"),
    ),
)
MUTANTS = (*ORDER, *LAYOUT, *OPENING, *SEALING, *PRIMITIVE)
