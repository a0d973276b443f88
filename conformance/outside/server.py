"""The server under test: its address, what was learned of it, and one fresh conversation after the other."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic
from urllib.parse import urlsplit

from ..verdict import Outcome
from .learned import Learned, learned_from
from .local_ports import Address, LocalPorts, start_now
from .talk import SMALLEST_PING, Conversation, Waits, WrongError, wrong
from .wire import Frame, Reply, Slice, Type, sync

SCHEME = "udp://"
_TAIL_STREAM = 9


class UnreachableError(Exception):
    """There is no server to judge; the text says why, on one line."""


def parse_address(impl: str) -> Address:
    """The address in udp://HOST:PORT. Raises UnreachableError for what is none, or has no address."""
    try:
        parts = urlsplit(impl)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UnreachableError(f"--impl={impl}: {error}") from None
    if not impl.startswith(SCHEME) or not host or not port or parts.path or parts.query or parts.username is not None:
        raise UnreachableError(f"--impl={impl}: a server is named by udp://HOST:PORT")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise UnreachableError(f"--impl={impl}: {host} has no address: {error.strerror}") from None
    family, _, _, _, target = min(found, key=lambda one: one[0] != socket.AF_INET)  # a server on localhost
    return Address(family, target)


class Outside:
    """A server seen from outside."""

    def __init__(self, address: Address, waits: Waits, start: int) -> None:
        """start: where its local ports begin (`local_ports.start_now`)."""
        self.learned = Learned()
        self.waits = waits
        self._ports = LocalPorts(address, start)
        self._end = monotonic() + waits.run

    @contextlib.contextmanager
    def conversation(self) -> Iterator[Conversation]:
        """A fresh conversation: a new local address, of which the server knows nothing. It is not used again."""
        yield Conversation(self._ports.fresh(), self.waits)

    def learn(self) -> None:
        """Find out what the server can. Raises WrongError where the smallest ping does not get capability."""
        with self.conversation() as talk:
            said = _first_reply(talk, self.waits).message
            streams = not learned_from(said).require_crypto and _answers_tail(talk)
            self.learned = learned_from(said, streams=streams)

    def close(self) -> None:
        """End all conversations."""
        self._ports.close()

    def data(self, stream_id: int, seq: int, *slices: Slice, flags: int = 0) -> Frame:
        """A Think with these slices, of a modality that is agreed and of the server's space."""
        modality, space = self.learned.modality_code or 0, self.learned.space_hash32
        return Frame(Type.THINK, stream_id, seq, slices, flags=flags, space_hash32=space, modality=modality)

    def thought(self, stream_id: int, seq: int, *, flags: int = 0) -> Frame:
        """A Think that fits what a ping without lists agrees on; for checks that need AGREES_DATA."""
        tensor = self.learned.tensor
        assert tensor is not None
        return self.data(stream_id, seq, tensor, flags=flags)

    def assume_streams(self, assumed: bool) -> None:
        """Judge streams whatever the server showed, if the user says that it has them."""
        self.learned = replace(self.learned, streams=self.learned.streams or assumed)

    @property
    def out_of_time(self) -> bool:
        """Whether the run has lasted too long to go on."""
        return monotonic() > self._end

    def alive(self) -> bool:
        """Whether the server still answers a ping from a fresh address."""
        try:
            with self.conversation() as talk:
                talk.asked(sync(0, 0, SMALLEST_PING), "an answer")
        except WrongError:
            return False
        return True


def attach(impl: str, waits: Waits | None = None, *, worker: int = 0) -> Outside:
    """Find the server and learn what it can. Raises UnreachableError within the time that `waits` gives it.

    worker: which of several that judge one server at once, from 0.
    """
    server = Outside(parse_address(impl), waits or Waits(), start_now(worker))
    try:
        server.learn()
    except WrongError as error:
        server.close()
        found = error.verdict
        raise UnreachableError(f"--impl={impl}: {found.summary}; {found.got}") from None
    return server


def _first_reply(talk: Conversation, waits: Waits) -> Reply:
    reply = talk.answer(sync(0, 0, SMALLEST_PING), "capability", waits.begin)
    if reply.method != "capability":
        raise wrong("the smallest ping was not answered with capability (HSK-11)", "capability", reply.text())
    return reply


def _answers_tail(talk: Conversation) -> bool:
    """Whether a TAIL of a stream without HEAD is answered in any way, as it is by STM-13."""
    talk.send(sync(_TAIL_STREAM, 2, {"method": "tail", "frames": "1", "total_len": "0"}))
    try:
        talk.nothing_but_a_ping("a TAIL")
    except WrongError as error:
        if error.verdict.outcome is not Outcome.FAIL:
            raise
        return True
    return False
