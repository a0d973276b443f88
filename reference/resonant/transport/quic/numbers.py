"""Numbers of application errors, and the codes that they stand for (specs/quic.md section 2)."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import CloseCode, RejectCode
from ..framing import CloseReason

NUMBERS: Mapping[CloseReason, int] = {
    RejectCode.FRAME_TOO_SHORT: 1,
    RejectCode.FRAME_TOO_LARGE: 2,
    CloseCode.TRUNCATED_FRAME: 3,
    CloseCode.FRAME_TIMEOUT: 4,
    CloseCode.STREAM_MISMATCH: 5,
    CloseCode.STREAM_CREATION: 6,
    RejectCode.HANDSHAKE_TIMEOUT: 7,
}
NONE = 0
_CODES = {number: code for code, number in NUMBERS.items()}


def number_of(code: CloseReason | None) -> int:
    """The number with which a carriage or a connection is ended; 0 for what has none (QUI-8, QUI-14)."""
    return NONE if code is None else NUMBERS.get(code, NONE)


def code_of(number: int | None) -> CloseReason | None:
    """The code of `closed` where the other end has closed with this number, or, with None, nobody has (QUI-15)."""
    return None if number == NONE else _CODES.get(NONE if number is None else number, CloseCode.CONNECTION_RESET)
