"""The manners of a server with its connections: sound ones, or with one fault."""

from __future__ import annotations

import struct
from dataclasses import dataclass

LENGTH = struct.Struct("<I")
LEAST, MOST = 33, 65_536
FRAME_S, SESSION_S, LINGER_S = 10.0, 15.0, 5.0


@dataclass(frozen=True, slots=True)
class Manners:
    """As specs/transport.md has them, where nothing else is said."""

    least: int = LEAST
    most: int = MOST
    whole_reads: bool = False
    """Whether what one read gives is taken for whole frames, and a rest is thrown away."""
    forgets_before: bool = False
    """Whether the frames before a bad length are lost if they came with it."""
    goes_on_behind: bool = False
    """Whether the frames behind a bad length are handled before the connection ends."""
    bare: bool = False
    """Whether answers go without their lengths."""
    ends_at_drops: bool = False
    """Whether a frame that is not answered ends the connection."""
    answers_stopped: bool = True
    """Whether what came before the other end stopped is answered."""
    ends_stopped: bool = True
    """Whether this side ends when the other end stops between frames."""
    ends_cut: bool = True
    """Whether it ends when the other end stops inside a frame."""
    one_session: bool = False
    """Whether all connections share a conversation."""
    by_address: bool = False
    """Whether a conversation goes on with the next connection from its address."""
    places: int | None = None
    """How many connections at a time are served; None for any number."""
    frame_s: float | None = FRAME_S
    counts_anew: bool = False
    """Whether the time for a frame begins anew with each byte."""
    session_s: float | None = SESSION_S
    always: bool = False
    """Whether the end of that time ends connections with a session, too."""
    ends_at_once: bool = False


SOUND = Manners()


class Cutter:
    """The frames in the bytes of one connection."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._rest = b""
        self.bad = False
        """Whether a bad length has come."""

    @property
    def inside(self) -> bool:
        """Whether a frame has begun."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that these bytes complete."""
        found, data, behind = list[bytes](), self._rest + data, False
        while len(data) >= LENGTH.size and (not self.bad or behind):
            (length,) = LENGTH.unpack_from(data)
            if not self._manners.least <= length <= self._manners.most:
                self.bad, behind = True, self._manners.goes_on_behind
                found = [] if self._manners.forgets_before else found
                data = data[LENGTH.size :]
                continue
            if len(data) < LENGTH.size + length:
                break
            found.append(data[LENGTH.size : LENGTH.size + length])
            data = data[LENGTH.size + length :]
        self._rest = b"" if self._manners.whole_reads else data
        return found
