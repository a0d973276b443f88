"""The state of one conversation, and the few things that everything else does to it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn

from ...errors import DropCode, RejectCode, ResonantError
from ...fec.symbols import numbers_of
from ...wire_values import MAX_DATAGRAM_BYTES, Flags, MessageType, Modality
from ..config import NO_TRANSFORM, RS8, Config, Role
from ..events import Delivered, Dropped, Event, Lost, Output, Place, Ref
from ..received.frame import AT_ONCE, Kind, Received, read_datagram
from ..received.verdicts import Refusal
from ..replies import Answers, Limiter
from ..sync.objects import Error, Head, write_sync
from .agreement import Agreement
from .machine import CLIENT, FACTS, SERVER, Facts, Machine, Standing, Turn
from .outbox import Outbox
from .recv_groups import RecvGroups
from .recv_stream import Held
from .recv_streams import RecvStreams
from .send_groups import SendGroups, is_protected
from .send_streams import Draft, SendStreams, sync_slices
from .stream_states import Action
from .tolerances import Tolerances

MAIN = Place()
"""The place of all that is no part of an opened stream."""
REPAIR = Place(repair=True)


@dataclass(slots=True)
class Session:
    """A session since the last handshake. stream_id: the handshake's. accepted_ms: when a frame was last accepted.

    knows_mux: whether multiplexing was agreed in this handshake or an earlier one of the session (MUX-33).
    """

    agreement: Agreement
    stream_id: int
    accepted_ms: int
    knows_mux: bool


@dataclass(slots=True)
class Waiting:
    """A client's ping without an answer. resent: how often it was sent again."""

    ping: Ref
    datagram: bytes
    first_ms: int
    resent: int = 0


@dataclass(slots=True)
class PeerState:
    """One conversation. What it has to send and to tell collects in `datagrams` and `events` until `flush`."""

    role: Role
    config: Config
    now_ms: int
    max_frame_bytes: int = MAX_DATAGRAM_BYTES
    credit: bool = True
    """Whether streams have limits; not where the transport has flow control of its own (specs/mux.md section 2)."""
    machine: Machine[Standing, Turn] = field(init=False)
    send_streams: SendStreams = field(init=False)
    recv_streams: RecvStreams = field(default_factory=RecvStreams)
    outbox: Outbox = field(default_factory=Outbox)
    send_groups: SendGroups = field(default_factory=SendGroups)
    recv_groups: RecvGroups = field(default_factory=RecvGroups)
    tolerances: Tolerances = field(init=False)
    lone_bytes: int | None = None
    """The largest single message that goes as a datagram of its own, and nothing else does; None where all do."""
    accepted: bool = False
    """Whether the frame that is handled has been accepted."""
    replies: Limiter = field(default_factory=Limiter)
    answers: Answers = field(default_factory=Answers)
    session: Session | None = None
    waiting: Waiting | None = None
    sent_ms: int = 0
    datagrams: list[bytes] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.machine = Machine(CLIENT if self.role is Role.CLIENT else SERVER)
        self.send_streams = SendStreams(self.config, self.max_frame_bytes)
        self.tolerances = Tolerances(self.config.adaptive)

    @property
    def facts(self) -> Facts:
        """The facts of the present standing."""
        return FACTS[self.machine.state]

    @property
    def agreement(self) -> Agreement | None:
        """The agreement of the session; None without one."""
        return None if self.session is None else self.session.agreement

    @property
    def mute(self) -> bool:
        """Whether crypto is required and none could be chosen (HSK-46)."""
        agreed = self.agreement
        return agreed is not None and self.config.require_crypto and agreed.chosen_crypto == NO_TRANSFORM

    def turn(self, trigger: Turn) -> None:
        """Change the standing, and end what does not go on in the new one."""
        before = self.facts
        self.machine.fire(trigger)
        if not self.facts.waiting:
            self.waiting = None
        if before.session and not self.facts.session:
            self.session = None
            self.recv_streams.clear()
            self.send_streams.lose()
            self.outbox = Outbox()
            self.forget_groups()
            self.answers.clear()

    def establish(self, agreement: Agreement, stream_id: int) -> None:
        """Begin the session, or go on with another agreement."""
        if self.session is None:
            self.tolerances = Tolerances(self.config.adaptive, self.now_ms)
        knew_mux = self.knows_mux
        self.turn(Turn.AGREED)
        self.session = Session(agreement, stream_id, self.now_ms, knew_mux or agreement.mux is not None)
        if not self.has_repair:
            self.forget_groups()
        self.events.append(agreement.established())

    @property
    def knows_mux(self) -> bool:
        """Whether the methods of multiplexing are known (MUX-33)."""
        return self.session is not None and self.session.knows_mux

    @property
    def has_repair(self) -> bool:
        """Whether repair is agreed (FEC-7)."""
        return self.agreement is not None and RS8 in self.agreement.fec

    def forget_groups(self) -> None:
        """End all that is there for recovery (FEC-10)."""
        self.send_groups.clear()
        self.recv_groups.clear()

    def lose(self) -> None:
        """Consider the remote peer lost (STM-24)."""
        self.turn(Turn.LOST)
        self.events.append(Lost())

    def end(self) -> None:
        """End all that a connection carried, which has ended (TCP-14): the session, and the ping that waits."""
        if self.session is not None:
            self.lose()
        if self.waiting is not None:
            self.turn(Turn.EXPIRED)

    def accept(self, received: Received) -> None:
        """Count a frame as accepted, remember its number, and deliver whatever the turn has come for."""
        self.touch()
        if self.numbered(received):
            waits = self.recv_streams.waits(received.frame)
            self.deliver(self.recv_streams.accept(received.frame, hold(received, waits=waits), self.now_ms))

    def deliver(self, turns: Iterable[Held]) -> None:
        """Tell of the data frames whose turn has come."""
        for due in turns:
            if due.data:
                self.events.append(due.event or self._read_again(due.datagram))

    def open_received(self, received: Received, head: Head) -> None:
        """Open a stream of the other end, managed if that is agreed (STM-6, MUX-4)."""
        stream = self.recv_streams.open(received, head)
        if self.agreement is not None and self.agreement.mux is not None and self.config.mux is not None:
            stream.managed, stream.ahead = True, self.config.mux.frames
            stream.told = stream.ahead if self.credit else None

    def heed_tail(self, received: Received) -> None:
        """Count a TAIL that no HEAD came before, and that is answered, as accepted (STM-13, STM-34)."""
        self.touch()
        if self.numbered(received):
            self.recv_streams.accept_tail(received.frame)

    def touch(self) -> None:
        """Begin the time anew after which the other end is lost."""
        self.accepted = True
        if self.session is not None:
            self.session.accepted_ms = self.now_ms

    def _read_again(self, datagram: bytes) -> Delivered:
        return delivered(read_datagram(datagram, self.config.key, self.role))

    def numbered(self, received: Received) -> bool:
        """Whether the frame's number is looked at and remembered at all (HSK-35)."""
        return received.sealed or not self.config.require_crypto

    def drop(self, code: RejectCode | DropCode) -> None:
        """Tell that a frame was dropped."""
        self.events.append(Dropped(code))

    def post(self, draft: Draft) -> bytes:
        """Send the draft's frame. Raises ResonantError where that cannot be, and then sends nothing."""
        place = self.send_streams.place_of(draft)
        data = self.send_streams.send(draft, self.agreement, self.now_ms)
        protected = draft.protected and self._is_lone(data, place)
        if not protected:
            self.push_repair(self.send_groups.end_all(draft.stream_id))  # FEC-27
        self.push(data, place)
        if protected:
            self._protect(data)
        return data

    def _is_lone(self, data: bytes, place: Place) -> bool:
        """Whether a frame goes as one datagram or message, and repair of it can do so, too."""
        return is_protected(data, self.lone_bytes) and (self.lone_bytes is None or place.alone)

    def _protect(self, data: bytes) -> None:
        """Put a frame in its group, if this peer sends repair (FEC-26)."""
        agreed, shape = self.agreement, self.config.repair
        if agreed is not None and agreed.chosen_fec == RS8 and shape is not None:
            stream_id, frame_seq = numbers_of(data)
            self.push_repair(self.send_groups.add(stream_id, frame_seq, data, shape, self.now_ms))

    def push_repair(self, datagrams: Iterable[bytes]) -> None:
        """Send repair, which is no frame: it puts off no HEART (FEC-3)."""
        for datagram in datagrams:
            self.datagrams.append(datagram)
            self.places.append(REPAIR)

    def volunteer(self, draft: Draft) -> None:
        """Send what nobody asked for, if it can be sent."""
        if not self.mute:
            with suppress(ResonantError):  # HSK-72
                self.post(draft)

    def push(self, data: bytes, place: Place = MAIN) -> None:
        """Send a frame, for the first time or again."""
        self.datagrams.append(data)
        self.places.append(place)
        self.sent_ms = self.now_ms

    def reply(self, draft: Draft) -> bytes | None:
        """Send a reply; None, with the drop told, where the limit or a datagram does not admit it (HSK-42, HSK-1)."""
        if not self.replies.allows(self.now_ms):
            self.drop(DropCode.REPLY_LIMIT)
            return None
        try:
            data = self.post(draft)
        except ResonantError as refused:
            full = refused.code is RejectCode.STREAM_STATE  # HSK-72: a reply has no other reason for it
            self.drop(DropCode.REPLY_LIMIT if full else refused.code)
            return None
        self.replies.count(self.now_ms)
        return data

    def reply_error(self, ref: Ref, clause: str, refusal: Refusal) -> bytes | None:
        """Answer the frame `ref` with error on its stream_id; None as for `reply`."""
        error = Error(refusal.code, f"{clause}: {refusal.detail}", ref)
        slices = sync_slices(write_sync(error) | dict(refusal.adds))
        return self.reply(Draft(Action.REPLY, ref.stream_id, slices=slices))

    def repeat(self, answer: bytes) -> bool:
        """Send a reply again, byte for byte; False, with the drop told, where the limit does not admit it."""
        if not self.replies.allows(self.now_ms):
            self.drop(DropCode.REPLY_LIMIT)
            return False
        self.replies.count(self.now_ms)
        self.push(answer)
        return True

    def flush(self) -> Output:
        """Take the output that has collected."""
        released = self.send_streams.released
        output = Output(tuple(self.datagrams), tuple(self.events), tuple(self.places), tuple(released))
        self.datagrams.clear()
        self.events.clear()
        self.places.clear()
        released.clear()
        return output


def hold(received: Received, *, waits: bool) -> Held:
    """The frame as it is held. A compressed one that waits is kept as received: its content may be far larger."""
    data = received.kind is Kind.DATA
    if received.kind in AT_ONCE or received.kind is Kind.TAIL:
        return Held(b"", data=False, at_once=True)  # STM-30, STM-33
    lean = waits and received.frame.flags & Flags.ZSTD
    return Held(received.datagram, data, delivered(received) if data and not lean else None)


def delivered(received: Received) -> Delivered:
    """The event of a data frame whose message was read."""
    frame, message = received.frame, received.message
    assert message is not None, "a frame whose message is refused is never accepted"
    mtype, modality = MessageType(frame.type), Modality(frame.modality)
    return Delivered(frame.stream_id, frame.frame_seq, mtype, modality, frame.slices, message)


def refuse(code: RejectCode, clause: str, detail: str) -> NoReturn:
    """Raise the refusal of what the program above asked for."""
    raise ResonantError(code, clause, detail)
