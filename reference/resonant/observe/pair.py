"""Both ends of a conversation as right peers, each of which gets what the other end really sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from ..errors import ResonantError
from ..fec.symbols import numbers_of
from ..frame.decode import decode
from ..message.messages import Sync, message_of
from ..peer import Completed, Config, Established, Event, Failed, Opened, Output, Peer, Role
from ..peer.sync.objects import Error
from ..wire_values import MAX_FRAME_BYTES
from .handshakes import Ends

_UNUSED = 2**32 - 1
"""The stream_id of the handshake that is made up for ends whose own was not seen."""
_HELLO = b'{"method":"error"'


@dataclass(frozen=True, slots=True)
class Reported:
    """An event of one of the peers. time_ms: when it happened. why: of an error that it sends, clause and detail."""

    time_ms: int
    role: Role
    event: Event
    why: str = ""


class Pair:
    """A client and a server that hear each other's originals; what they send themselves goes nowhere.

    A ping waits until its capability comes: a server that does not agree says so itself, or nothing.
    """

    def __init__(self, ends: Ends, now_ms: int, *, alone: bool) -> None:
        """alone: whether frames come as datagrams, and with them repair (FEC-12)."""
        self._alone = alone
        self._peers = {
            Role.CLIENT: _peer(Role.CLIENT, ends.client, now_ms),
            Role.SERVER: _peer(Role.SERVER, ends.server, now_ms),
        }
        self._pings: dict[tuple[int, int], bytes] = {}
        """Those that have no answer yet, by stream_id and number, in order."""
        self._open: dict[tuple[Role, int], None] = {}
        if not ends.whole:
            self._agree(now_ms)

    def _agree(self, now_ms: int) -> None:
        client, server = self._peers[Role.CLIENT], self._peers[Role.SERVER]
        (ping,) = client.ping(_UNUSED, now_ms).datagrams
        for capability in server.receive(ping, now_ms).datagrams:
            client.receive(capability, now_ms)

    def advance(self, now_ms: int) -> Iterator[Reported]:
        """The events of deadlines that have passed, each at its time."""
        while True:
            due = [(peer.deadline_ms, role) for role, peer in self._peers.items() if peer.deadline_ms is not None]
            at_ms, role = min(due, default=(now_ms, Role.CLIENT), key=lambda one: one[0])
            if not due or at_ms > now_ms:
                return
            yield from self._report(role, at_ms, self._peers[role].advance(at_ms))

    def ping(self, datagram: bytes, now_ms: int) -> None:
        """A client's ping: its own peer waits for an answer now."""
        stream_id, frame_seq = numbers_of(datagram)
        self._pings[stream_id, frame_seq] = datagram
        with suppress(ResonantError):  # a stream_id that it cannot ping on
            self._peers[Role.CLIENT].ping(stream_id, now_ms)

    def capability(self, stream_id: int, datagram: bytes, now_ms: int) -> list[Reported]:
        """A server's capability: it has heard the first ping there, and now the client hears the answer."""
        asked = next((numbers for numbers in self._pings if numbers[0] == stream_id), None)
        heard = [] if asked is None else self.frame(Role.SERVER, self._pings.pop(asked), now_ms)
        return [*heard, *self.frame(Role.CLIENT, datagram, now_ms)]

    def fails(self, error: Error) -> bool:
        """Whether an error is the answer to a ping that waits for one (HSK-28)."""
        ref = error.ref
        return ref is not None and self._pings.pop((ref.stream_id, ref.frame_seq), None) is not None

    def frame(self, receiver: Role, datagram: bytes, now_ms: int) -> list[Reported]:
        """Any other frame."""
        output = self._peers[receiver].receive(datagram, now_ms, alone=self._alone)
        return list(self._report(receiver, now_ms, output))

    def end(self, now_ms: int) -> list[Reported]:
        """The end of the connection that carried all this."""
        outputs = [(role, peer.end()) for role, peer in self._peers.items()]
        return [one for role, output in outputs for one in self._report(role, now_ms, output)]

    @property
    def open_streams(self) -> tuple[tuple[Role, int], ...]:
        """The streams that have neither been completed nor failed, each with its receiver."""
        return tuple(self._open)

    def _report(self, role: Role, time_ms: int, output: Output) -> Iterator[Reported]:
        errors = _errors(output.datagrams)
        for event in output.events:
            match event:
                case Opened(stream_id=stream_id):
                    self._open[role, stream_id] = None
                case Completed(stream_id=stream_id) | Failed(stream_id=stream_id):
                    self._open.pop((role, stream_id), None)
            yield Reported(time_ms, role, event, errors.get(_about(event), ""))


def _peer(role: Role, config: Config, now_ms: int) -> Peer:
    """A peer whose application holds no stream, so that it grants no less credit than the real one (MUX-13)."""
    return Peer(role, config, now_ms, max_frame_bytes=MAX_FRAME_BYTES)


def _about(event: Event) -> tuple[int, int] | None:
    stream_id, frame_seq = getattr(event, "stream_id", None), getattr(event, "frame_seq", None)
    return None if stream_id is None or frame_seq is None or isinstance(event, Established) else (stream_id, frame_seq)


def _errors(datagrams: Iterable[bytes]) -> dict[tuple[int, int] | None, str]:
    """The messages of the errors among what a peer sends, by the frame that they are about: clause and detail."""
    found: dict[tuple[int, int] | None, str] = {}
    for datagram in datagrams:
        if _HELLO not in datagram:
            continue
        message = message_of(decode(datagram))
        if isinstance(message, Sync):
            ref = json.loads(json.dumps(message.json.get("ref")))
            found[int(ref["stream_id"]), int(ref["frame_seq"])] = str(message.json.get("message"))
    return found
