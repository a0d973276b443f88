"""The one error of the reference: a reject code, the clause that demands it, and where in the input the fault lies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RejectCode(StrEnum):
    """The registry of specs/README.md; the frame layer's codes stand in checking order (FRM-29)."""

    FRAME_TOO_SHORT = "FRAME_TOO_SHORT"
    FRAME_TOO_LARGE = "FRAME_TOO_LARGE"
    BAD_VERSION = "BAD_VERSION"
    CRC_MISMATCH = "CRC_MISMATCH"
    BAD_TYPE = "BAD_TYPE"
    RESERVED_FLAGS = "RESERVED_FLAGS"
    BAD_SLICE_TABLE = "BAD_SLICE_TABLE"
    BAD_MODALITY = "BAD_MODALITY"
    PLAIN_TOO_LARGE = "PLAIN_TOO_LARGE"
    KEY_REQUIRED = "KEY_REQUIRED"
    DECRYPT_FAILED = "DECRYPT_FAILED"
    BAD_COMPRESSION = "BAD_COMPRESSION"
    BAD_DTYPE = "BAD_DTYPE"
    BAD_RANK = "BAD_RANK"
    LENGTH_MISMATCH = "LENGTH_MISMATCH"
    TRUNCATED_BODY = "TRUNCATED_BODY"
    TRAILING_BYTES = "TRAILING_BYTES"
    # The message layer, in the order of the slots (MSG-6).
    BAD_SLOTS = "BAD_SLOTS"
    BAD_SCALE = "BAD_SCALE"
    BAD_INDEX = "BAD_INDEX"
    BAD_MASK = "BAD_MASK"
    BAD_JSON = "BAD_JSON"
    # Not about received frames, so outside the order.
    BAD_SPACE_ID = "BAD_SPACE_ID"
    NON_FINITE = "NON_FINITE"
    FIELD_RANGE = "FIELD_RANGE"
    NOT_RECOVERABLE = "NOT_RECOVERABLE"
    TOLERANCE = "TOLERANCE"
    BUDGET = "BUDGET"
    # Sent in an error by a peer.
    UNSUPPORTED_VERSION = "UNSUPPORTED_VERSION"
    SPACE_MISMATCH = "SPACE_MISMATCH"
    HANDSHAKE_REQUIRED = "HANDSHAKE_REQUIRED"
    ENCRYPTION_REQUIRED = "ENCRYPTION_REQUIRED"
    UNSUPPORTED_FEATURE = "UNSUPPORTED_FEATURE"
    UNSUPPORTED_MODALITY = "UNSUPPORTED_MODALITY"
    BAD_MESSAGE = "BAD_MESSAGE"
    UNSUPPORTED_DTYPE = "UNSUPPORTED_DTYPE"
    STREAM_FLAG_MISMATCH = "STREAM_FLAG_MISMATCH"
    STREAM_INCOMPLETE = "STREAM_INCOMPLETE"
    STREAM_CORRUPT = "STREAM_CORRUPT"
    STREAM_TIMEOUT = "STREAM_TIMEOUT"
    FLOW_CONTROL = "FLOW_CONTROL"
    STREAM_LIMIT = "STREAM_LIMIT"
    STREAM_CANCELLED = "STREAM_CANCELLED"
    # Never sent: why a peer gave up, or would not do what it was asked for.
    HANDSHAKE_TIMEOUT = "HANDSHAKE_TIMEOUT"
    CRYPTO_REQUIRED = "CRYPTO_REQUIRED"
    STREAM_RESET = "STREAM_RESET"
    STREAM_STATE = "STREAM_STATE"


class DropCode(StrEnum):
    """Under what a peer drops a frame, beside the frame layer's codes and BAD_MESSAGE: specs/README.md."""

    REFLECTED = "REFLECTED"
    DUPLICATE = "DUPLICATE"
    STALE = "STALE"
    IGNORED = "IGNORED"
    REPLY_LIMIT = "REPLY_LIMIT"
    BUFFER_LIMIT = "BUFFER_LIMIT"
    AFTER_TAIL = "AFTER_TAIL"
    CLOSED = "CLOSED"
    NOT_BINARY = "NOT_BINARY"
    BAD_REPAIR = "BAD_REPAIR"
    REPAIR_MISMATCH = "REPAIR_MISMATCH"


class CloseCode(StrEnum):
    """Under what a connection is closed, beside FRAME_TOO_SHORT, FRAME_TOO_LARGE and HANDSHAKE_TIMEOUT."""

    TRUNCATED_FRAME = "TRUNCATED_FRAME"
    FRAME_TIMEOUT = "FRAME_TIMEOUT"
    CONNECTION_RESET = "CONNECTION_RESET"
    STREAM_MISMATCH = "STREAM_MISMATCH"
    STREAM_CREATION = "STREAM_CREATION"


FRAME_CODES = tuple(RejectCode)[: list(RejectCode).index(RejectCode.TRAILING_BYTES) + 1]
"""The codes that `decode` gives, in checking order."""


class Part(StrEnum):
    """The bytes in which a span counts: the frame as received, or a stage of its body."""

    FRAME = "frame"
    COMPRESSED_BODY = "compressed body"
    PLAIN_BODY = "plain body"


@dataclass(frozen=True, slots=True)
class Span:
    """The offending bytes: offsets start (inclusive) to stop (exclusive), in bytes from the start of `part`."""

    start: int
    stop: int
    part: Part = Part.FRAME


class ResonantError(Exception):
    """An input was refused.

    code: what a receiver answers. clause: the id of the clause in specs/ that demands it. detail: one sentence for
    people, never to be compared. span: the offending bytes, or None where no bytes are (an encoder's input).
    """

    def __init__(self, code: RejectCode | DropCode, clause: str, detail: str, span: Span | None = None) -> None:
        super().__init__(code, clause, detail, span)
        self.code = code
        self.clause = clause
        self.detail = detail
        self.span = span

    def __str__(self) -> str:
        return f"{self.code} ({self.clause}): {self.detail}"
