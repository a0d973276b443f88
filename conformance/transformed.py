"""Judging encoder output that is not canonical, from the specification and the primitives alone.

No decoder of ours is asked: the header must be right to the byte, the CRC right, and the body must come back to the
expected plain body through libsodium and libzstd.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Any

import zstandard
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt
from nacl.exceptions import CryptoError

from .difference import Difference, first_byte
from .verdict import PASSED, Outcome, Verdict, short

XCHACHA = 2
NONCE_BYTES = 24
_HEX = re.compile("([0-9a-f]{2})*")
MAGIC = bytes.fromhex("28b52ffd")
SIZE_FIELDS = {0x20: (1, 0), 0x60: (2, 256), 0xA0: (4, 0), 0xE0: (8, 0)}  # ZST-2, ZST-3


class _WrongError(Exception):
    def __init__(self, summary: str, difference: Difference | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.difference = difference


def check_frame(given: Mapping[str, Any], expected: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    """Judge an encoded frame with ZSTD set. given: the input of encode; expected: header and plain_body."""
    try:
        frame = _bytes_of(got, "frame")
        body = _body(frame, bytes.fromhex(expected["header"]))
        if given["fields"]["flags"] & XCHACHA:
            body = _opened(body, bytes.fromhex(expected["header"]), given)
        _compare("plain_body", expected["plain_body"], _decompressed(body))
    except _WrongError as wrong:
        return _failed(wrong, expected, got, produced=str(got.get("frame", "")))
    return PASSED


def check_compressed(expected: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    """Judge the output of compress. expected: plain."""
    try:
        _compare("plain", expected["plain"], _decompressed(_bytes_of(got, "zstd")))
    except _WrongError as wrong:
        return _failed(wrong, expected, got)
    return PASSED


def _failed(wrong: _WrongError, expected: Mapping[str, Any], got: Mapping[str, Any], produced: str = "") -> Verdict:
    return Verdict(Outcome.FAIL, wrong.summary, f"ok {short(expected)}", f"ok {short(got)}", wrong.difference, produced)


def _bytes_of(got: Mapping[str, Any], member: str) -> bytes:
    text = got.get(member)
    if got.keys() != {member} or not isinstance(text, str) or not _HEX.fullmatch(text):
        raise _WrongError(f"ok is to have one member, {member}, in lower-case hex")
    return bytes.fromhex(text)


def _body(frame: bytes, header: bytes) -> bytes:
    if not frame.startswith(header):
        byte = first_byte(header.hex(), frame.hex())
        difference = Difference(("header",), header.hex(), frame[: len(header)].hex(), byte)
        raise _WrongError(f"the header differs (FRM-32): {difference.text()}", difference)
    if len(frame) > 65_536:
        raise _WrongError(f"the frame has {len(frame):,} bytes (ZST-11)")
    computed = zlib.crc32(frame[:-4]).to_bytes(4, "little")
    if len(frame) < len(header) + 4 or frame[-4:] != computed:
        raise _WrongError(f"crc32 is {frame[-4:].hex()}, not {computed.hex()} (FRM-24)")
    return frame[len(header) : -4]


def _opened(body: bytes, header: bytes, given: Mapping[str, Any]) -> bytes:
    nonce = bytes.fromhex(given["nonce"])
    if body[:NONCE_BYTES] != nonce:
        raise _WrongError(f"the body starts with {body[:NONCE_BYTES].hex()}, not with the nonce it was given (XCH-2)")
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(
            body[NONCE_BYTES:], header, nonce, bytes.fromhex(given["key"])
        )
    except (CryptoError, ValueError):
        raise _WrongError("the body does not open with the header as associated data (XCH-2, XCH-3)") from None


def _decompressed(body: bytes) -> bytes:
    if body[:4] != MAGIC or len(body) < 5:
        raise _WrongError(f"the body starts with {body[:4].hex() or 'nothing'}, not with a Zstandard frame (ZST-1)")
    if body[4] not in SIZE_FIELDS:
        raise _WrongError(f"the Frame_Header_Descriptor is 0x{body[4]:02x}, not 0x20, 0x60, 0xa0 or 0xe0 (ZST-2)")
    width, bias = SIZE_FIELDS[body[4]]
    content_size = int.from_bytes(body[5 : 5 + width], "little") + bias
    if content_size > 65_503:
        raise _WrongError(f"the content size is {content_size} (ZST-4)")
    stream = zstandard.ZstdDecompressor().decompressobj()
    try:
        plain = stream.decompress(body)
    except zstandard.ZstdError as error:
        raise _WrongError(f"the body does not decompress: {error} (ZST-8)") from None
    if not stream.eof or stream.unused_data:
        raise _WrongError("the body is not exactly one Zstandard frame (ZST-6, ZST-8)")
    if len(plain) != content_size:
        raise _WrongError(f"the content size is {content_size}, the content has {len(plain)} bytes (ZST-5)")
    return plain


def _compare(member: str, expected: str, got: bytes) -> None:
    if got.hex() != expected:
        difference = Difference((member,), expected, got.hex(), first_byte(expected, got.hex()))
        raise _WrongError(f"decompressed, {difference.text()}", difference)
