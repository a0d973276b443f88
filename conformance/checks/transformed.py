"""Judging encoder output that is not canonical, from the specification and the primitives alone.

No decoder of ours is asked: the header must be right to the byte, the CRC right, and the body must come back to the
expected plain body through libsodium and libzstd.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from typing import Any

from resonant.describe.registry import registry

from reports.outcome import Outcome

from ..model.difference import Difference, first_byte
from ..model.verdict import PASSED, Verdict, short
from ..wire.body import NONCE_BYTES, WITHOUT_DATA, WrongError, decompressed, opened, opens_without_data

XCHACHA = 2
_HEX = re.compile("([0-9a-f]{2})*")


def check_frame(given: Mapping[str, Any], expected: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    """Judge an encoded frame with ZSTD set. given: the input of encode; expected: header and plain_body."""
    try:
        frame = _bytes_of(got, "frame")
        body = _body(frame, bytes.fromhex(expected["header"]))
        if given["fields"]["flags"] & XCHACHA:
            body = _opened(body, bytes.fromhex(expected["header"]), given)
        _compare("plain_body", expected["plain_body"], decompressed(body))
    except WrongError as wrong:
        return _failed(wrong, expected, got, produced=str(got.get("frame", "")))
    return PASSED


def seal_note(op: str, given: Mapping[str, Any], got: Mapping[str, Any]) -> str:
    """A note on a seal that differs, where it was made without associated data; or empty."""
    try:
        if op == "seal":
            sealed, nonce = bytes.fromhex(got["sealed"]), bytes.fromhex(given["nonce"])
        else:
            header = 29 + 4 * len(given["fields"]["slices"])
            body = bytes.fromhex(got["frame"])[header:-4]
            nonce, sealed = body[:NONCE_BYTES], body[NONCE_BYTES:]
        without = opens_without_data(sealed, nonce, bytes.fromhex(given["key"]))
    except (KeyError, TypeError, ValueError):
        return ""
    return WITHOUT_DATA if without else ""


def check_compressed(expected: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    """Judge the output of compress. expected: plain, or plain_sha256 where it is long."""
    try:
        plain = decompressed(_bytes_of(got, "zstd"))
        if "plain_sha256" in expected:
            _compare("plain_sha256", expected["plain_sha256"], hashlib.sha256(plain).digest())
        else:
            _compare("plain", expected["plain"], plain)
    except WrongError as wrong:
        return _failed(wrong, expected, got)
    return PASSED


def _failed(wrong: WrongError, expected: Mapping[str, Any], got: Mapping[str, Any], produced: str = "") -> Verdict:
    return Verdict(Outcome.FAIL, wrong.summary, f"ok {short(expected)}", f"ok {short(got)}", wrong.difference, produced)


def _bytes_of(got: Mapping[str, Any], member: str) -> bytes:
    text = got.get(member)
    if got.keys() != {member} or not isinstance(text, str) or not _HEX.fullmatch(text):
        raise WrongError(f"ok must have one member, {member}, in lower-case hex")
    return bytes.fromhex(text)


def _body(frame: bytes, header: bytes) -> bytes:
    if not frame.startswith(header):
        byte = first_byte(header.hex(), frame.hex())
        difference = Difference(("header",), header.hex(), frame[: len(header)].hex(), byte)
        raise WrongError(f"the header differs (FRM-32): {difference.text()}", difference)
    if len(frame) > registry().limit("max_frame_bytes"):
        raise WrongError(f"the frame has {len(frame):,} bytes (ZST-11)")
    computed = zlib.crc32(frame[:-4]).to_bytes(4, "little")
    if len(frame) < len(header) + 4 or frame[-4:] != computed:
        raise WrongError(f"crc32 is {frame[-4:].hex()}, not {computed.hex()} (FRM-24)")
    return frame[len(header) : -4]


def _opened(body: bytes, header: bytes, given: Mapping[str, Any]) -> bytes:
    nonce = bytes.fromhex(given["nonce"])
    if body[:NONCE_BYTES] != nonce:
        raise WrongError(f"the body starts with {body[:NONCE_BYTES].hex()}, not with the nonce it was given (XCH-2)")
    return opened(body, header, bytes.fromhex(given["key"]))


def _compare(member: str, expected: str, got: bytes) -> None:
    if got.hex() != expected:
        difference = Difference((member,), expected, got.hex(), first_byte(expected, got.hex()))
        raise WrongError(f"decompressed, {difference.text()}", difference)
