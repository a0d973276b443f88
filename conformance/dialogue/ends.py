"""The other ends of a dialogue, whatever carries the frames between them and the testee."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from .steps import MAIN, Close, ExpectEnd

UDP, TCP, QUIC, WEBRTC = "udp", "tcp", "quic", "webrtc"
CHOSEN = "the-server"
"""The link of a client's server, which the runner chooses."""
MAX_DATAGRAMS, MAX_BYTES = 64, 60_000
"""Limits on what is in flight to the testee at once, so that a receive buffer of 64 KiB does not overflow."""


class EndError(Exception):
    """The testee does something with a connection that no peer may do; the text says what."""

    def __init__(self, text: str, got: str, page: str = "specs/transport.md") -> None:
        """page: of the specification, which says what connections are like."""
        super().__init__(text)
        self.got, self.page = got, page


def told_counts(
    reply: Mapping[str, Any], member: str, clause: str, letters: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """The letters of ends with the numbers that a member of a reply, `sent` or `ends`, tells of them.

    letters: link -> letter. Raises EndError for what is no object of numbers, and for a link that there is not.
    """
    if member not in reply:
        return
    counts = reply[member]
    if not isinstance(counts, Mapping) or not all(type(count) is int for count in counts.values()):
        raise EndError(f"`{member}` is no object of numbers ({clause})", repr(counts), "specs/testee.md")
    for name, count in counts.items():
        if name not in letters:
            raise EndError(f"`{member}` names a link that there is not ({clause})", repr(name), "specs/testee.md")
        yield letters[name], count


class Ends(Protocol):
    """Every other end by its letter. What goes wrong on the way raises EndError."""

    @property
    def under_way(self) -> bool:
        """Whether something was sent that the testee has not been made to take yet."""

    def begin(self, role: str, letters: Iterable[str], datagrams: int | None = None) -> Mapping[str, Any]:
        """Make ready, before the peers are opened; the members of peer_open that tell the testee about the other ends.

        datagrams: the largest that they take over QUIC, 0 for none, None for any.
        """

    def join(self, letter: str) -> None:
        """Let this end take part, once the peers are open."""

    def has_room(self, letter: str, data: bytes, on: str = MAIN) -> bool:
        """Whether one more frame may be under way. on: the carriage, here and below."""

    def send(self, letter: str, frame: bytes, on: str = MAIN) -> None:
        """Send a frame to the testee."""

    def write(self, letter: str, data: bytes, on: str = MAIN) -> None:
        """Send bytes on a connection as they are."""

    def text(self, letter: str, text: str) -> None:
        """Send a text message on a channel."""

    def finish(self, step: Close) -> None:
        """End a connection, or a carriage."""

    def check_end(self, step: ExpectEnd) -> None:
        """The testee has ended a carriage, or has not."""

    def takes(self, step: Mapping[str, Any], letter: str) -> bool:
        """Whether there is somebody for what a step says, on a connection that goes on."""

    def unnamed_ends(self, letter: str) -> Sequence[Mapping[str, Any]]:
        """The steps `expect_end` that are lacking: the carriages that the testee has ended and no step has named."""

    def arrived(self) -> Mapping[str, Any]:
        """The members of an op that make the testee take what is under way."""

    def handled(self) -> None:
        """Everything that was under way has been taken."""

    def heed(self, reply: Mapping[str, Any]) -> None:
        """Take note of `sent` and `ends` of a reply."""

    def look(self) -> None:
        """Take what the testee has sent."""

    def closed(self, letter: str, code: str | None) -> None:
        """The testee says that the connection of this end is over, and why."""

    def unclaimed(self, letter: str) -> Sequence[bytes]:
        """The frames that came to this end and are unclaimed, oldest first."""

    def firsts(self, letter: str) -> Sequence[bytes]:
        """Those of them that can be next: the first of each carriage."""

    def claim(self, letter: str, frame: bytes) -> None:
        """Take away the first of `firsts` that is this frame."""

    def name(self, letter: str) -> str:
        """The link by which the testee knows this end (specs/testee.md section 6)."""

    def letters(self) -> Mapping[str, str]:
        """The letter of the end that each link leads to."""

    def check_open(self) -> None:
        """No connection has ended without a word of it."""

    def check_over(self) -> None:
        """Nothing came that was not told, now that it has closed its peers."""

    def close(self) -> None:
        """Close every socket. May be called twice."""
