"""The other ends over TCP: their connections, the bytes under way on them, and the frames that came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from resonant.console import counted

from adapters.driver import Address, ConnectionPeer

from ..wire.lengths import LENGTH_BYTES, Frames, LengthError, with_length
from .ends import CHOSEN, MAX_BYTES, TCP, EndError, told_counts
from .one_way import InOrder
from .steps import FIRST, MAIN, Close, ExpectEnd
from .transcript import Transcript

OpenConnection: TypeAlias = Callable[[Address, str, bool], ConnectionPeer]
"""Makes the connection of an end, or a port at which it can be made: the testee's wire, a letter, whether to listen."""


def open_connection(to: Address, letter: str, listening: bool) -> ConnectionPeer:
    """An `OpenConnection` with nothing added."""
    return ConnectionPeer(to, listening=listening)


@dataclass(slots=True)
class _End:
    """One other end. told: how many bytes the testee says it has sent to it. over: whether it told `closed`."""

    connection: ConnectionPeer
    name: str
    frames: Frames = field(default_factory=Frames)
    came: list[bytes] = field(default_factory=list)
    told: int = 0
    over: bool = False


class TcpEnds(InOrder[_End]):
    """`Ends` over TCP. The testee is made to take what is under way on one link before anything goes on another."""

    def __init__(self, to: Address, transcript: Transcript, opens: OpenConnection = open_connection) -> None:
        """to: the testee's wire, on which it listens."""
        self._to, self._transcript, self._open = to, transcript, opens
        super().__init__()
        self._letter = ""
        self._bytes = 0
        self._ending = False

    @property
    def under_way(self) -> bool:
        """Whether something was sent that the testee has not been made to take yet."""
        return bool(self._letter)

    def begin(self, role: str, letters: Iterable[str], datagrams: int | None = None) -> Mapping[str, Any]:
        """For a client, listen; connections to a server are made once its peers are open."""
        if role != "client":
            return {}
        connection = self._open(self._to, FIRST, True)
        self._ends[FIRST] = _End(connection, CHOSEN)
        return {"link": CHOSEN, "transport": TCP, "remote": connection.port}

    def join(self, letter: str) -> None:
        """Take the connection of a client, or make one to a server, which it has to accept before anything else."""
        if letter not in self._ends:
            self._connect(letter)
        elif not self._ends[letter].connection.accept():
            raise EndError("made no connection to the port that peer_open names", "no connection")

    def has_room(self, letter: str, data: bytes, on: str = MAIN) -> bool:
        """Whether one more frame may be under way: on one link at a time, and not too much."""
        return not self._letter or (letter == self._letter and self._bytes + len(data) <= MAX_BYTES)

    def send(self, letter: str, frame: bytes, on: str = MAIN) -> None:
        """Send a frame behind its length."""
        self.write(letter, with_length(frame))

    def room(self, letter: str, size: int) -> int:
        """How many frames of this size may be under way besides."""
        return (MAX_BYTES - self._bytes - size) // (size + LENGTH_BYTES) + 1

    def send_all(self, letter: str, frames: Sequence[bytes]) -> None:
        """Send frames, each behind its length."""
        self.write(letter, b"".join(map(with_length, frames)))

    def write(self, letter: str, data: bytes, on: str = MAIN) -> None:
        """Send bytes as they are."""
        self._end(letter).connection.send(data)
        self._letter = letter
        self._bytes += len(data)

    def text(self, letter: str, text: str) -> None:
        """Not over TCP: `load` sees to that."""
        raise AssertionError("channels of WebRTC alone have text messages")

    def finish(self, step: Close) -> None:
        """End the connection in one of the three ways."""
        connection = self._end(step.link).connection
        {"half": connection.stop_sending, "clean": connection.close, "reset": connection.reset}[step.how]()
        self._letter, self._ending = step.link, True

    def check_end(self, step: ExpectEnd) -> None:
        """Not over TCP, as there are no carriages: `load` sees to that."""
        raise AssertionError("only carriages of QUIC end for themselves")

    def arrived(self) -> Mapping[str, Any]:
        """The members of an op that make the testee take what is under way (TST-28)."""
        if not self._letter:
            return {}
        end = self._ends[self._letter]
        ended = {"ended": True} if self._ending else {}
        return {"arrived": {"link": end.name, "bytes": end.connection.sent} | ended}

    def handled(self) -> None:
        """Everything that was under way has been taken."""
        self._letter, self._bytes, self._ending = "", 0, False

    def heed(self, reply: Mapping[str, Any]) -> None:
        """Take note of how much the testee has sent (TST-30)."""
        for letter, count in told_counts(reply, "sent", "TST-30", self.letters()):
            self._ends[letter].told = count

    def look(self) -> None:
        """Take what the testee has sent, all that it has told of."""
        for letter, end in self._ends.items():
            if not end.connection.open or end.connection.received >= end.told:
                continue
            self._keep(letter, end, end.connection.read_to(end.told))
            if end.connection.received != end.told:
                got = f"{end.connection.received} of {counted(end.told, 'byte')}"
                raise EndError(f"says it has sent bytes to {letter} that it has not (TST-30)", got)
            if end.frames.rest:
                raise EndError(f"leaves a frame to {letter} unfinished (TCP-1)", end.frames.unfinished())

    def closed(self, letter: str, code: str | None) -> None:
        """Await the end of the connection, which is there or on its way (TCP-13)."""
        end = self._end(letter)
        end.over = True
        if end.connection.open:
            self._keep(letter, end, end.connection.read_to_end())
            if not end.connection.ended:
                raise EndError(f"told `closed` and did not end the connection with {letter}", "a connection")

    def check_open(self) -> None:
        """No connection has ended without a word of it."""
        for letter, end in self._ends.items():
            if end.connection.open and not end.over:
                self._keep(letter, end, end.connection.read_now())
                if end.connection.ended:
                    raise EndError(f"ended the connection with {letter} and told no `closed` (TCP-15)", "its end")

    def check_over(self) -> None:
        """Every connection has ended with the peers (TST-19), and no byte came that was not told (TST-30)."""
        for letter, end in self._ends.items():
            if not end.connection.open:
                continue
            self._keep(letter, end, end.connection.read_to_end())
            if not end.connection.ended:
                raise EndError(f"closed its peers and not the connection with {letter} (TST-19)", "a connection")
            if end.connection.received > end.told:
                got = counted(end.connection.received, "byte")
                raise EndError(f"told of {counted(end.told, 'byte')} to {letter}, and sent more (TST-30)", got)

    def close(self) -> None:
        """Close every socket. May be called twice."""
        for end in self._ends.values():
            end.connection.close()

    def _connect(self, letter: str) -> _End:
        try:
            connection = self._open(self._to, letter, False)
        except OSError as error:
            raise EndError(f"took no connection on its wire of tcp: {error}", "no connection") from error
        self._ends[letter] = _End(connection, f"{TCP}-{connection.port}")
        self._letter = letter
        return self._ends[letter]

    def _end(self, letter: str) -> _End:
        return self._ends[letter] if letter in self._ends else self._connect(letter)

    def _keep(self, letter: str, end: _End, data: bytes) -> None:
        try:
            for frame in end.frames.feed(data):
                end.came.append(frame)
                self._transcript.came(letter, frame)
        except LengthError as error:
            raise EndError(f"sent to {letter} what is no frame: {error}", data.hex()[:80]) from error
