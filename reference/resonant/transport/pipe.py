"""The deadlines of a connection, and what of it still waits (specs/transport.md section 2)."""

from __future__ import annotations

from ..errors import CloseCode, RejectCode
from .framing import CloseReason, Splitter

FRAME_TIMEOUT_MS = 10_000
SESSION_TIMEOUT_MS = 15_000
MAX_UNSENT_BYTES = 16 << 20
NEVER_ALONE = -1
"""In place of a length, on a connection where nothing is lost."""


class Pipe:
    """One connection of an endpoint: its incoming bytes, its deadlines, and how much of what it sends still waits."""

    __slots__ = ("_begun_ms", "_held", "_session_due_ms", "_splitter", "ended", "lone_bytes", "unsent")

    def __init__(self, accepted_ms: int | None) -> None:
        """accepted_ms: when a server accepted it; None for that of a client, which may go without a session."""
        self._splitter = Splitter()
        self._begun_ms: int | None = None
        self._session_due_ms = None if accepted_ms is None else accepted_ms + SESSION_TIMEOUT_MS
        self._held = self.ended = False
        self.unsent = 0
        """How many bytes were handed over that the system has not taken yet (TCP-20)."""
        self.lone_bytes: int | None = NEVER_ALONE
        """The largest single message that goes as a datagram, and so can be lost by itself; None where all frames do.

        NEVER_ALONE where none can: FEC-11, FEC-12.
        """

    @property
    def room(self) -> int:
        """How many bytes may still be handed over."""
        return MAX_UNSENT_BYTES - self.unsent

    @property
    def fault(self) -> CloseReason | None:
        """The fault in the incoming bytes for which the connection has to be closed."""
        return self._splitter.fault

    @property
    def deadline_ms(self) -> int | None:
        """The time at which the connection has to be closed, as things stand; None for not at all."""
        return min(self._deadlines(), default=None)

    @property
    def overdue(self) -> CloseReason:
        """The code of the deadline that comes first; of two at the same instant it is FRAME_TIMEOUT (TCP-17)."""
        return self._deadlines()[self.deadline_ms or 0]

    def _deadlines(self) -> dict[int, CloseReason]:
        if self.ended or self._held:
            return {}
        found: dict[int, CloseReason] = {}
        if self._session_due_ms is not None:
            found[self._session_due_ms] = RejectCode.HANDSHAKE_TIMEOUT  # TCP-9
        if self._begun_ms is not None:
            found[self._begun_ms + FRAME_TIMEOUT_MS] = CloseCode.FRAME_TIMEOUT  # TCP-8
        return found

    def feed(self, data: bytes, now_ms: int) -> list[bytes]:
        """The frames that these bytes complete."""
        frames = self._splitter.feed(data)
        if not self._splitter.held:
            self._begun_ms = None
        elif frames or self._begun_ms is None:
            self._begun_ms = now_ms
        return frames

    def finish(self) -> CloseReason | None:
        """The code with which the connection ends, None for a clean end: the other end has stopped sending."""
        return self._splitter.finish()

    def hold(self) -> None:
        """Nobody reads the connection for a while, in which no time runs."""
        self._held = True

    def release(self, now_ms: int) -> None:
        """It is read again, and what comes has as much time as at first (TCP-24)."""
        self._held = False
        if self._session_due_ms is not None:
            self._session_due_ms = now_ms + SESSION_TIMEOUT_MS
        if self._begun_ms is not None:
            self._begun_ms = now_ms

    def establish(self) -> None:
        """There is a session, so that the connection may stay without one later (TCP-9)."""
        self._session_due_ms = None
