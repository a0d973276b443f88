"""The onlooker: every frame with what a receiver makes of it, and the events between."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence

from ..describe.annotate_repair import judge_repair, repair_text
from ..errors import DropCode, RejectCode, ResonantError
from ..fec.datagram import Repair, is_repair
from ..peer import Role
from ..peer.received.frame import Kind, Received, read_datagram
from ..peer.sync.objects import Error
from ..transform.xchacha import check_key
from ..wire_values import MIN_FRAME_BYTES, VERSION
from .entries import Carried, Entry, Fault, Looked, Seen, Told, Way, What
from .faults import CONNECTION, besides, drop_of, fault_of
from .framing import frames_of
from .handshakes import Ends, read_ends
from .pair import Pair, Reported
from .words import Numbers, cut, event_words, frame_words, header_words, json_of, numbers_of

MOST_FRAMES = 100_000


def look(
    carried: Sequence[Carried], key: bytes | None = None, *, alone: bool = True, most: int = MOST_FRAMES
) -> Looked:
    """The frames and events of a conversation. Never raises for any bytes.

    carried: of one conversation, in the order in which it was seen. key: 32 bytes, for sealed frames; of these only
    the headers are looked at without it, and no peer follows the conversation from there on. alone: whether frames came
    as datagrams. most: so many frames are looked at. Raises ValueError for a key of the wrong size.
    """
    frames = list(frames_of(carried))
    places = [at for at, one in enumerate(frames) if one.what is What.FRAME]
    shown = frames[: places[most]] if len(places) > most else frames
    ends = read_ends(shown, check_key(key))
    onlooker, left = _Onlooker(ends, key, alone=alone), max(0, len(places) - most)
    entries = [*onlooker.entries(shown), *([] if left else onlooker.still_open())]
    return Looked(ends.client_side, ends.whole, tuple(entries), left)


def is_ours(carried: Iterable[Carried], *, alone: bool) -> bool:
    """Whether something in it is a frame or repair, by its CRC: little else is so by chance."""
    for one in frames_of(carried):
        begins = one.data[:1] == bytes([VERSION]) or (alone and is_repair(one.data))
        if one.what is What.FRAME and begins and len(one.data) >= MIN_FRAME_BYTES and _has_crc(one.data):
            return True
    return False


def _has_crc(data: bytes) -> bool:
    return zlib.crc32(data[:-4]) == int.from_bytes(data[-4:], "little")


class _Onlooker:
    """One conversation. blind: whether frames came that cannot be read without a key."""

    def __init__(self, ends: Ends, key: bytes | None, *, alone: bool) -> None:
        self._ends, self._key, self._alone = ends, key, alone
        self._pair: Pair | None = None
        self._blind = False
        self._numbers: dict[tuple[Way, int, int], tuple[int, bytes]] = {}
        """The first frame of each number in this conversation: which it was, and its bytes."""
        self._latest: dict[tuple[Way, int, int], int] = {}
        self._heads: set[tuple[Way, int]] = set()
        self._odd_pings: dict[int, bytes] = {}
        self._count = 0
        self._begin_us = 0
        self._now_ms = 0
        self._last_us = 0

    def entries(self, frames: Iterable[Carried]) -> Iterator[Entry]:
        """Everything in order."""
        for one in frames:
            self._last_us = max(self._last_us, one.time_us)
            if self._pair is None:
                self._begin(one.time_us)
            self._now_ms = max(self._now_ms, (one.time_us - self._begin_us) // 1000)
            if not self._blind:
                yield from self._tell(self._there().advance(self._now_ms))
            yield from self._take(one)

    def still_open(self) -> Iterator[Told]:
        """The streams that have no end."""
        if self._pair is not None and not self._blind:
            for role, stream_id in self._pair.open_streams:
                yield Told(self._last_us, f"stream {stream_id} is still open when the capture ends", role)

    def _begin(self, time_us: int) -> None:
        self._begin_us, self._now_ms = time_us, 0
        self._pair = Pair(self._ends, 0, alone=self._alone)
        self._numbers.clear()
        self._heads.clear()
        self._odd_pings.clear()

    def _there(self) -> Pair:
        assert self._pair is not None
        return self._pair

    def _take(self, one: Carried) -> Iterator[Entry]:
        way = Way.UP if one.side == (self._ends.client_side or 0) else Way.DOWN
        match one.what:
            case What.FRAME:
                yield from self._frame(one, way)
            case What.FAULT:
                code = one.data.decode()
                yield from self._tell(self._there().end(self._now_ms))
                yield Told(one.time_us, f"closes the connection: {code} ({CONNECTION[code]})", way.receiver, code)
            case What.END:
                yield Told(one.time_us, "is told that the other end sends no more", way.receiver)
                yield from self._tell(self._there().end(self._now_ms))
            case What.GAP:
                yield Told(one.time_us, "bytes of the connection are not in the capture: frames may be missing here")

    def _frame(self, one: Carried, way: Way) -> Iterator[Entry]:
        self._count += 1
        numbers, received, fault = numbers_of(one.data), None, None
        if is_repair(one.data) and self._alone:
            yield from self._repair(one, way)
            return
        try:
            received = read_datagram(one.data, self._key, way.receiver)
        except ResonantError as error:
            fault = Fault(str(error.code), error.clause, error.detail)
        again = self._again(way, numbers, one.data, received)
        if again is None and received is not None and received.kind is Kind.CAPABILITY and way is Way.DOWN:
            yield from self._anew(received.frame.stream_id, one.time_us)
        if fault is not None and fault.code == RejectCode.KEY_REQUIRED and self._key is None:
            yield from self._sealed(one, way, numbers, again)
            return
        reported = [] if received is None or self._blind else self._feed(way, received, again is not None)
        if fault is None and received is not None:
            fault = fault_of(received, reported, again=again is not None)
            self._remember(way, numbers, one.data)
        words = header_words(one.data) if received is None else frame_words(received)
        about = self._about(way, received)
        yield Seen(
            self._count,
            one.time_us,
            way,
            one.data,
            words[0],
            *numbers,
            words[1],
            fault,
            again,
            about,
            text=json_of(received),
        )
        kind, sync = (None, None) if received is None else (received.kind, received.sync)
        yield from self._tell(besides(reported, numbers, kind), one.time_us)
        if isinstance(sync, Error) and way is Way.DOWN and self._there().fails(sync):
            code = cut(sync.code, 64)
            yield Told(one.time_us, f"the handshake fails: {code}", Role.CLIENT, code)

    def _sealed(self, one: Carried, way: Way, numbers: Numbers, again: int | None) -> Iterator[Entry]:
        self._remember(way, numbers, one.data)
        name, flags = header_words(one.data)
        yield Seen(self._count, one.time_us, way, one.data, name, *numbers, flags, again=again, sealed=True)
        if not self._blind:
            self._blind = True
            yield Told(one.time_us, "sealed from here on: only headers are seen, and no stream is followed")

    def _repair(self, one: Carried, way: Way) -> Iterator[Entry]:
        judged = judge_repair(one.data)
        stream_id: int | None = None
        details: tuple[str, ...] = ()
        reported = [] if self._blind else self._there().frame(way.receiver, one.data, self._now_ms)
        if isinstance(judged, Repair):
            fault = drop_of(each.event for each in reported)
            if fault is not None and fault.code == DropCode.DUPLICATE:
                fault = None
            stream_id, details = judged.group.stream_id, (repair_text(judged),)
        else:
            fault = Fault(str(judged.code), judged.clause, judged.detail)
        yield Seen(self._count, one.time_us, way, one.data, "repair", stream_id, None, details, fault)
        yield from self._tell(besides(reported, numbers_of(b"")), one.time_us)

    def _feed(self, way: Way, received: Received, again: bool) -> list[Reported]:
        """Have the receiver hear the frame; what it then reports."""
        stream_id, pair = received.frame.stream_id, self._there()
        if received.kind is Kind.HEAD:
            self._heads.add((way, stream_id))
        if received.kind is Kind.TAIL and not self._ends.whole and (way, stream_id) not in self._heads:
            return []  # its HEAD was before the capture
        if received.kind is Kind.PING and received.sync is not None and not again:
            if (way, stream_id, received.frame.frame_seq) in self._numbers:
                self._odd_pings[stream_id] = received.datagram
            else:
                pair.ping(received.datagram, self._now_ms)
            return []
        if received.kind is Kind.CAPABILITY and received.sync is not None:
            return pair.capability(stream_id, received.datagram, self._now_ms)
        return pair.frame(way.receiver, received.datagram, self._now_ms)

    def _again(self, way: Way, numbers: Numbers, data: bytes, received: Received | None) -> int | None:
        """The number of the frame of which this is a copy."""
        stream_id, frame_seq = numbers
        if received is None and not (len(data) > 2 and data[2] & 2):
            return None
        before = None if stream_id is None or frame_seq is None else self._numbers.get((way, stream_id, frame_seq))
        return before[0] if before is not None and before[1] == data else None

    def _anew(self, stream_id: int, time_us: int) -> Iterator[Told]:
        """A capability that is new, for a ping whose number was used before: the client has started over (HSK-18)."""
        ping = self._odd_pings.pop(stream_id, None)
        if ping is not None:
            yield Told(time_us, "has begun anew: its ping has a number that it had used before", Role.CLIENT)
            self._begin(time_us)
            self._there().ping(ping, 0)

    def _remember(self, way: Way, numbers: Numbers, data: bytes) -> None:
        stream_id, frame_seq = numbers
        if stream_id is not None and frame_seq is not None:
            self._numbers.setdefault((way, stream_id, frame_seq), (self._count, data))
            self._latest[way, stream_id, frame_seq] = self._count

    def _about(self, way: Way, received: Received | None) -> int | None:
        """The number of the frame that an error names, the last one of these numbers."""
        if received is None or not isinstance(received.sync, Error) or received.sync.ref is None:
            return None
        ref = received.sync.ref
        other = Way.DOWN if way is Way.UP else Way.UP
        return self._latest.get((other, ref.stream_id, ref.frame_seq))

    def _tell(self, reported: Iterable[Reported], time_us: int | None = None) -> Iterator[Told]:
        """Events in words; what both peers tell alike is told once."""
        told: dict[tuple[str, str, int], Role | None] = {}
        for one in reported:
            words = event_words(one.event)
            if words is not None:
                at_us = self._begin_us + 1000 * one.time_ms if time_us is None else time_us
                told[*words, at_us] = None if (*words, at_us) in told else one.role
        for (text, code, at_us), role in told.items():
            yield Told(at_us, text, role, code)
