"""The server under test: its address, what was learned of it, and the conversations that checks have with it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, auto
from time import monotonic
from typing import TYPE_CHECKING

from reports.outcome import Outcome

from ..model.extras import MissingError, without_quic
from ..wire.build import Frame, Slice, Type, sync
from .addresses import CONNECTED, QUIC, Address, UnreachableError, parse_addresses
from .capabilities import Learned, learned_from
from .conversation import SMALLEST_PING, Conversation, Waits, WrongError, reachable, wrong
from .hints import hint
from .lanes import Lane, Lanes
from .local_ports import LocalPorts, start_now
from .reply import Reply
from .ways import Connection, Datagrams, Link, Way

if TYPE_CHECKING:
    from .over_quic import Association

_TAIL_STREAM = 9
_KNOWN_STREAM = 15


class Life(Enum):
    """A server's reaction when asked whether it is still there."""

    ANSWERS = auto()
    ONLY_OLD = auto()
    """It answers an address that it knows, and no new one."""
    SILENT = auto()


class _ClosedError(UnreachableError):
    """No server has this port."""


class Outside:
    """A server seen from outside."""

    def __init__(self, address: Address, waits: Waits, start: int) -> None:
        """start: where its local ports begin (`local_ports.start_now`)."""
        self.learned = Learned()
        self.waits = waits
        self.address = address
        self._connections = 0
        self._ports = LocalPorts(address, start)
        self._lanes: Lanes | None = None
        self._known: Lane | None = None
        self._end = monotonic() + waits.run

    @property
    def connects(self) -> bool:
        """Whether each conversation with it has a connection."""
        return self.address.transport in CONNECTED

    @property
    def over_quic(self) -> bool:
        """Whether it is asked over QUIC."""
        return self.address.transport == QUIC

    @contextlib.contextmanager
    def conversation(self) -> Iterator[Conversation]:
        """The next conversation of a check: without a session, or with one that a first ping replaces (HSK-17).

        Its local address is fresh, unless checks share some: see `sharing`. Where there are connections it has one of
        its own, which ends with it: a server need not keep anything of one that has ended.
        """
        lane = self._lanes.give() if self._lanes and not self.connects else self._fresh()
        try:
            yield Conversation(lane, self.waits)
        finally:
            lane.way.close()

    @contextlib.contextmanager
    def connected(self, local_port: int | None = None) -> Iterator[tuple[Link, Conversation]]:
        """A connection, and the conversation on it. Raises WrongError."""
        connection = self.connect(local_port)
        try:
            yield connection, Conversation(Lane(connection), self.waits)
        finally:
            connection.close()

    @contextlib.contextmanager
    def associated(self) -> Iterator[tuple[Association, Conversation]]:
        """A connection over QUIC, and the conversation on its main. Raises WrongError."""
        association = self.associate()
        try:
            yield association, Conversation(Lane(association), self.waits)
        finally:
            association.close()

    def connect(self, local_port: int | None = None) -> Link:
        """A connection, over TCP from this port if one is named. Raises WrongError."""
        if self.over_quic:
            return self.associate()
        self._connections += 1
        with reachable():
            return Connection(self.address, self.waits.connect, local_port)

    def associate(self, protocol: str = "") -> Association:
        """A connection over QUIC, for which another protocol than ours may be offered. Raises WrongError."""
        try:
            from .over_quic import PROTOCOL, Association  # noqa: PLC0415 - an extra of the suite
        except ImportError as error:
            raise without_quic("judge a server", error) from error
        self._connections += 1
        with reachable():
            return Association(self.address, self.waits.connect, protocol or PROTOCOL)

    @contextlib.contextmanager
    def sharing(self, lanes: Lanes) -> Iterator[None]:
        """Take the addresses of conversations from these lanes."""
        lanes.begin()
        self._lanes = lanes
        try:
            yield
        finally:
            self._lanes = None

    def new_lanes(self) -> Lanes:
        """Lanes of which the server knows nothing."""
        return Lanes(self._new_way)

    def _fresh(self) -> Lane:
        return Lane(self._new_way())

    def _new_way(self) -> Way:
        return self.connect() if self.connects else Datagrams(self._ports.fresh())

    def learn(self) -> None:
        """Find out what the server can. Raises WrongError where the smallest ping does not get capability."""
        self._known = lane = self._fresh()
        try:
            self._learn(lane)
        finally:
            lane.way.close()

    def _learn(self, lane: Lane) -> None:
        talk = Conversation(lane, self.waits)
        said = _first_reply(talk, self.waits).message
        streams = not learned_from(said).require_crypto and _answers_tail(talk)
        self.learned = learned_from(said, streams=streams, transport=self.address.transport)

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

    @property
    def first_bytes(self) -> bytes | None:
        """The first bytes that came on the connection on which it was learned from; None where there was none."""
        return self._known.way.first if self._known else None

    def assume_streams(self, assumed: bool) -> None:
        """Judge streams whatever the server showed, if the user says that it has them."""
        self.learned = replace(self.learned, streams=self.learned.streams or assumed)

    @property
    def out_of_time(self) -> bool:
        """Whether the run has lasted too long to go on."""
        return monotonic() > self._end

    @property
    def addresses(self) -> int:
        """How many local addresses it has been asked from."""
        return self._ports.used + self._connections

    def life(self) -> Life:
        """The server's reaction to a ping, from a fresh address or at least from the first one."""
        if self._answers_anew():
            return Life.ANSWERS
        if self.connects:
            return Life.SILENT
        known = self._known is not None and self._answers(self._known, self.addresses)
        return Life.ONLY_OLD if known else Life.SILENT

    def _answers_anew(self) -> bool:
        try:
            lane = self._fresh()
        except WrongError:
            return False
        try:
            return self._answers(lane, 0)
        finally:
            lane.way.close()

    def _answers(self, lane: Lane, seq: int) -> bool:
        lane.drained()  # what is left is no answer to this ping
        try:
            Conversation(lane, self.waits).asked(sync(_KNOWN_STREAM, seq, SMALLEST_PING), "an answer")
        except WrongError:
            return False
        return True


def attach(impl: str, waits: Waits | None = None) -> Outside:
    """Find the server and learn what it can. Raises UnreachableError within the time that `waits` gives it.

    Of a host with several addresses it is the first whose port is not closed.
    """
    *others, last = parse_addresses(impl)
    for address in others:
        with contextlib.suppress(_ClosedError):
            return _attached(impl, address, waits or Waits())
    return _attached(impl, last, waits or Waits())


def _attached(impl: str, address: Address, waits: Waits) -> Outside:
    server = Outside(address, waits, start_now())
    try:
        server.learn()
    except WrongError as error:
        server.close()
        found, said = error.verdict, server.first_bytes
        kind = _ClosedError if found.outcome is Outcome.CRASH else UnreachableError
        advice = hint(found, said, address, waits.reply)
        raise kind(f"--impl={impl}: {found.summary}; {found.got}{advice}") from None
    except MissingError as error:
        server.close()
        raise UnreachableError(f"--impl={impl}: {error}") from None
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
