"""Everything that a peer sends: numbered, sealed, kept for repair (specs/handshake.md section 1, specs/stream.md)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...console import counted
from ...errors import DropCode, RejectCode, ResonantError
from ...frame.encode import encode
from ...message.messages import json_bytes
from ...tensor.tensor import text_slice
from ...transform.xchacha import nonce_for
from ...wire_values import Flags, Frame, MessageType, Modality, Slice
from ..config import XCHACHA, ZSTD, Config
from ..events import Place
from ..replies import Limiter
from ..sync.objects import Capability, Head, Ping, SyncObject, Tail, write_sync
from .agreement import Agreement
from .send_stream import KEPT_MS, Kept, SendStream
from .stream_states import Action, SendState

MAX_STREAMS = 65_536
"""HSK-72: of those on which the program has sent, and of those with nothing but replies."""
MAX_REPAIRED = 64
_BARE = frozenset({Action.PING, Action.REPLY})
"""Actions that are sent without transforms (HSK-4), and are no part of an opened stream."""
_ASIDE = frozenset({Action.REPLY, Action.CONTROL})
"""Actions that are no part of an opened stream, and never the first that the program has sent (HSK-72)."""
_OWED = frozenset({Action.REPLY, Action.CONTROL, Action.BEAT})
"""Actions that nobody asked for."""
_UNMARKED = frozenset({Action.CONTROL, Action.RESET})
"""Actions without STRONG_TAIL on whatever stream."""
_PARTS = frozenset({Action.DATA, Action.HEART, Action.BEAT, Action.TAIL, Action.RESET})
"""Actions that are part of a stream while it is open (QUI-4). No HEART falls due from its TAIL to its uni's end."""


_APART = (Ping, Capability, Head, Tail)


@dataclass(frozen=True, slots=True)
class Draft:
    """A frame before it has a number. action: what sending it means to its stream_id."""

    action: Action
    stream_id: int
    type: MessageType = MessageType.SYNC
    slices: tuple[Slice, ...] = ()
    modality: Modality = Modality.TEXT  # HSK-3
    strong: bool = False
    """Of a HEAD: whether its stream has STRONG_TAIL."""
    protected: bool = True
    """Whether it may be in a group of frames, and does not end those that there are (FEC-27)."""
    asked: bool = True
    """Whether the program asks for it now. What a peer owes takes its number, and may be lost (TCP-20, RTC-8)."""


def sync_slices(members: dict[str, object]) -> tuple[Slice, ...]:
    """The slices of a Sync frame with this object."""
    return (text_slice(json_bytes(members)),)


class SendStreams:
    """The stream_ids on which a peer has sent, their numbers, and what it keeps of them."""

    def __init__(self, config: Config, max_frame_bytes: int) -> None:
        self._config, self._max_frame_bytes = config, max_frame_bytes
        self.room: int | None = None
        """How many bytes the transport still takes; None for any number (TCP-20)."""
        self._streams: dict[int, SendStream] = {}
        self._replying: dict[int, SendStream] = {}  # those that carried nothing but replies
        self._kept = Kept()
        self._ended: OrderedDict[int, SendStream] = OrderedDict()  # by the time of the last TAIL
        self._repairs = Limiter()
        self._lowest_free = 0
        self.released: list[int] = []
        """Opened streams whose frames are not kept any more (QUI-12); whoever reads takes them out."""

    def send(self, draft: Draft, agreement: Agreement | None, now_ms: int) -> bytes:
        """The draft's frame, with the next number of its stream_id, which it uses up (HSK-2).

        Raises ResonantError, and uses up nothing, for a frame that its state, a field or a datagram does not admit.
        """
        stream = self._stream(draft.stream_id)
        self.check(draft.action, draft.stream_id)
        data = self._encode(draft, stream, agreement)
        self._advance(draft, stream, data, now_ms)
        return data

    def try_out(self, draft: Draft, agreement: Agreement | None) -> None:
        """Raise what `send` would raise for the draft now, and send nothing."""
        self.check(draft.action, draft.stream_id)
        self._encode(draft, self._stream(draft.stream_id), agreement)

    def next_seq(self, stream_id: int) -> int:
        """The number of the next frame on a stream_id."""
        return self._stream(stream_id).next_seq

    def free_id(self, first: int) -> int:
        """The lowest stream_id on which nothing was sent, of `first` and every other one after it."""
        number = max(first, self._lowest_free)
        while number in self._streams or number in self._replying:
            number += 2
        self._lowest_free = number
        return number

    def state_of(self, stream_id: int) -> SendState:
        """The state of a stream_id."""
        return self._stream(stream_id).machine.state

    def tail_ms(self, stream_id: int) -> int:
        """The time at which the TAIL of a stream was last sent."""
        return self._stream(stream_id).tail_ms

    def was_data(self, stream_id: int, number: int) -> bool:
        """Whether this number of an opened stream was that of a data frame, as far as its frames are kept."""
        data = self._kept.find(stream_id, number)
        return data is not None and data[1] != MessageType.SYNC

    def abort(self, stream_id: int) -> None:
        """Take a stream for broken: the other end will have no more of it (MUX-28)."""
        stream = self._stream(stream_id)
        if stream.machine.permits(Action.ABORT):
            stream.machine.fire(Action.ABORT)
            self._let_go(stream_id, stream)

    def forget(self, stream_id: int) -> None:
        """Let go of the frames of a stream that was reset."""
        self._let_go(stream_id, self._stream(stream_id))

    def repair_open(
        self, stream_id: int, missing: Iterable[int], below: int, now_ms: int
    ) -> tuple[tuple[bytes, Place], ...]:
        """The frames named as missing below a blocked on a stream that is open (MUX-18)."""
        if self.state_of(stream_id) is not SendState.OPEN or not self._repairs.allows(now_ms):
            return ()
        self._repairs.count(now_ms)
        return self._again(stream_id, missing, below)

    def check(self, action: Action, stream_id: int) -> None:
        """Refuse with STREAM_STATE what the stream_id's state, or the number of stream_ids, does not admit (STM-4)."""
        self._stream(stream_id).check(action)
        group: Mapping[int, SendStream] = self._replying if action in _ASIDE else self._streams
        if stream_id not in self._streams and stream_id not in group and len(group) >= MAX_STREAMS:
            detail = f"{MAX_STREAMS:,} stream_ids have been used under this salt"
            raise ResonantError(RejectCode.STREAM_STATE, "HSK-72", detail)

    def place_of(self, draft: Draft) -> Place:
        """The part that the draft's frame would have now."""
        is_open = self._stream(draft.stream_id).machine.state is SendState.OPEN
        if draft.action is Action.HEAD or (is_open and draft.action in _PARTS):
            return Place(draft.stream_id)
        return Place(alone=draft.action is Action.DATA)

    def tail_of(self, stream_id: int) -> Tail:
        """The TAIL that a stream would have now."""
        return self._stream(stream_id).tail()

    def repair(
        self, stream_id: int, missing: Iterable[int], tail_seq: int, now_ms: int
    ) -> tuple[tuple[bytes, Place], ...]:
        """The frames named as missing below a TAIL, and the TAIL (STM-20); none where that TAIL is not this peer's."""
        stream = self._stream(stream_id)
        if stream.tail_seq != tail_seq or stream_id not in self._ended or not stream.machine.permits(Action.REPAIR):
            return ()
        if not self._repairs.allows(now_ms):
            return ()
        self._repairs.count(now_ms)
        stream.machine.fire(Action.REPAIR)
        self._tail_sent(stream_id, stream, now_ms)
        return self._again(stream_id, missing, tail_seq, tail_seq)

    def _again(self, stream_id: int, missing: Iterable[int], below: int, *then: int) -> tuple[tuple[bytes, Place], ...]:
        named = sorted({number for number in missing if number < below})[:MAX_REPAIRED]
        found = ((number, self._kept.find(stream_id, number)) for number in (*named, *then))
        return tuple((data, self._place_again(stream_id, number)) for number, data in found if data is not None)

    def _place_again(self, stream_id: int, number: int) -> Place:
        return Place(None if self._kept.is_aside(stream_id, number) else stream_id)

    def break_off(self, stream_id: int, tail_seq: int) -> None:
        """Take the stream of this TAIL for broken, if it is this peer's (STM-21, STM-38)."""
        stream = self._stream(stream_id)
        if stream.tail_seq == tail_seq and stream.machine.permits(Action.BREAK):
            stream.machine.fire(Action.BREAK)
            self._let_go(stream_id, stream)

    def stop(self, stream_id: int) -> None:
        """Take an opened stream for broken: the other end does not want it (QUI-10)."""
        stream = self._stream(stream_id)
        if stream.machine.permits(Action.STOP):
            stream.machine.fire(Action.STOP)
            self._let_go(stream_id, stream)

    @property
    def release_ms(self) -> int | None:
        """The time at which `expire` has something to do; None while nothing is kept for a time."""
        return next((stream.tail_ms + KEPT_MS + 1 for stream in self._ended.values()), None)

    def expire(self, now_ms: int) -> None:
        """Let go of frames whose TAIL was sent more than 10 s ago (STM-37)."""
        while self._ended:
            stream_id, stream = next(iter(self._ended.items()))
            if now_ms - stream.tail_ms <= KEPT_MS:
                return
            self._let_go(stream_id, stream)

    def lose(self) -> None:
        """End every opened stream with the session; the numbers go on (STM-25)."""
        for stream_id, stream in self._streams.items():
            if stream.machine.permits(Action.LOST):
                stream.machine.fire(Action.LOST)
                stream.strong = False
                self.released.append(stream_id)
        self._ended.clear()
        self._kept = Kept()

    def _tail_sent(self, stream_id: int, stream: SendStream, now_ms: int) -> None:
        stream.tail_ms = now_ms
        self._ended[stream_id] = stream
        self._ended.move_to_end(stream_id)

    def _let_go(self, stream_id: int, stream: SendStream) -> None:
        self._ended.pop(stream_id, None)
        self._kept.forget(stream_id, stream.next_seq)
        self.released.append(stream_id)

    def _stream(self, stream_id: int) -> SendStream:
        found = self._streams.get(stream_id) or self._replying.get(stream_id)
        return SendStream() if found is None else found

    def _encode(self, draft: Draft, stream: SendStream, agreement: Agreement | None) -> bytes:
        number = stream.next_seq
        flags = self._flags(draft, stream, agreement)
        frame = Frame(
            draft.type, flags, draft.stream_id, number, self._config.space_hash32, draft.modality, draft.slices
        )
        nonce = nonce_for(self._config.salt, draft.stream_id, number)  # XCH-10
        data = encode(frame, key=self._config.key, nonce=nonce)
        if not draft.asked or draft.action in _OWED:
            return data
        if len(data) > self._max_frame_bytes:
            detail = f"{len(data)} bytes; a datagram holds {self._max_frame_bytes}"
            raise ResonantError(RejectCode.FRAME_TOO_LARGE, "HSK-1", detail)
        if self.room is not None and len(data) > self.room:
            detail = f"{counted(len(data), 'byte')}; {self.room} may still wait for the other end to read"
            raise ResonantError(DropCode.BUFFER_LIMIT, "TCP-20", detail)
        return data

    def _flags(self, draft: Draft, stream: SendStream, agreement: Agreement | None) -> Flags:
        if draft.action in _BARE or agreement is None:
            return Flags.NONE
        flags = Flags.NONE
        if draft.action is Action.DATA and agreement.chosen_compress == ZSTD:  # HSK-5
            flags |= Flags.ZSTD
        if agreement.chosen_crypto == XCHACHA:  # HSK-4
            flags |= Flags.XCHACHA
        if draft.action not in _UNMARKED and (draft.strong or stream.strong):  # STM-3, MUX-7
            flags |= Flags.STRONG_TAIL
        return flags

    def _advance(self, draft: Draft, stream: SendStream, data: bytes, now_ms: int) -> None:
        stream_id, number = draft.stream_id, stream.next_seq
        stream.machine.fire(draft.action)
        stream.next_seq += 1
        stream.strong |= draft.strong
        if draft.action is Action.DATA and stream.machine.state is SendState.OPEN:
            stream.count(data)
        if draft.action is Action.TAIL:
            stream.tail_seq = number
            self._tail_sent(stream_id, stream, now_ms)
        if stream.machine.state is SendState.OPEN or stream_id in self._ended:
            self._kept.keep(stream_id, number, data, aside=draft.action in _ASIDE)
        self._remember(stream_id, stream)

    def _remember(self, stream_id: int, stream: SendStream) -> None:
        """Never forget a number (HSK-71)."""
        if stream.machine.state is SendState.REPLIES:
            self._replying[stream_id] = stream
        else:
            self._replying.pop(stream_id, None)
            self._streams[stream_id] = stream


def sync_draft(action: Action, stream_id: int, value: SyncObject, *, strong: bool = False) -> Draft:
    """The draft of a Sync frame with this object."""
    slices, protected = sync_slices(write_sync(value)), not isinstance(value, _APART)
    return Draft(action, stream_id, slices=slices, strong=strong, protected=protected)
