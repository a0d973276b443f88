"""Faults in the deadlines of connections: TCP-8, TCP-9 and TCP-17."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced
from .connections import ENDPOINT, PIPE

MUTANTS = (
    Mutant(
        "frames-in-9999",
        "TCP-8",
        "Gives a frame a millisecond less.",
        replaced("transport.pipe.FRAME_TIMEOUT_MS", 9_999),
        Kind.SIZE,
    ),
    Mutant(
        "frames-in-10001",
        "TCP-8",
        "Gives a frame a millisecond more.",
        replaced("transport.pipe.FRAME_TIMEOUT_MS", 10_001),
        Kind.SIZE,
    ),
    Mutant(
        "frames-of-any-age",
        "TCP-8",
        "Waits for the rest of a frame for ever.",
        edited(f"{PIPE}._deadlines", "if self._begun_ms is not None:", "if False:"),
    ),
    Mutant(
        "each-byte-begins-anew",
        "TCP-8",
        "Takes the time of the last byte in place of the first.",
        edited(f"{PIPE}.feed", "elif frames or self._begun_ms is None:", "else:"),
    ),
    Mutant(
        "lengths-take-no-time",
        "TCP-8",
        "Begins to count when the length is there.",
        edited(f"{PIPE}.feed", "if not self._splitter.held:", "if self._splitter.held < 4:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "the-next-frame-has-less",
        "TCP-8",
        "Lets a frame whose first byte comes with the last one of another have that one's time.",
        edited(f"{PIPE}.feed", "elif frames or self._begun_ms is None:", "elif self._begun_ms is None:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "strangers-14999",
        "TCP-9",
        "Gives a client a millisecond less.",
        replaced("transport.pipe.SESSION_TIMEOUT_MS", 14_999),
        Kind.SIZE,
    ),
    Mutant(
        "strangers-15001",
        "TCP-9",
        "Gives a client a millisecond more.",
        replaced("transport.pipe.SESSION_TIMEOUT_MS", 15_001),
        Kind.SIZE,
    ),
    Mutant(
        "strangers-stay",
        "TCP-9",
        "Keeps connections on which nobody greets.",
        edited(f"{PIPE}.__init__", "None if accepted_ms is None else accepted_ms + SESSION_TIMEOUT_MS", "None"),
    ),
    Mutant(
        "any-frame-is-a-greeting",
        "TCP-9",
        "Keeps a connection once anything was heard on it.",
        edited(f"{PIPE}.feed", "return frames", "if frames:\n    self._session_due_ms = None\nreturn frames"),
        Kind.COMBINATION,
    ),
    Mutant(
        "lost-sessions-go",
        "TCP-9",
        "Closes a connection whose session was lost, after 15 s.",
        edited(
            f"{ENDPOINT}._meet",
            "self._collect(link, peer.advance(due_ms))",
            "output = peer.advance(due_ms)\nself._collect(link, output)\n"
            "if pipe is not None and any(type(event).__name__ == 'Lost' for event in output.events):\n"
            "    pipe._session_due_ms = due_ms + 15_000",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "the-peer-comes-first",
        "TCP-17",
        "Meets the deadlines of the peer before those of its connection.",
        edited(
            f"{ENDPOINT}._meet",
            "pipe, peer = self._connections[link].pipe, self._connections[link].peer",
            "pipe, peer = self._connections[link].pipe, self._connections[link].peer\n"
            "self._collect(link, peer.advance(due_ms))",
        ),
    ),
    Mutant(
        "the-session-comes-first",
        "TCP-17",
        "Of two deadlines of a connection meets that of the session first.",
        edited(
            f"{PIPE}.overdue",
            "return self._deadlines()[self.deadline_ms or 0]",
            "due = self.deadline_ms or 0\n"
            "return RejectCode.HANDSHAKE_TIMEOUT if due == self._session_due_ms else self._deadlines()[due]",
        ),
        Kind.COMBINATION,
    ),
)
