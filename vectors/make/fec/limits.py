"""Dialogues at the limits of what a receiver knows and keeps for recovery (FEC-17 to FEC-20)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import Event, dropped, opened
from ..dialogue.frames import Frame, heart, part, think
from ..dialogue.sessions import head
from ..dialogue.steps import Steps, events, nothing, send, send_each
from ..model import Case, Group
from ..writer.raw_frame import I8
from .repair import RawRepair, raw_repairs
from .talks import QUIET, bring, brought, drop, group, hear, one, parts, recovered, take

OTHER = 9
GROUPS, KEPT = 64, 2048
MAX_BYTES, DATAGRAM = 16_777_216, 65_507
MAX_PARITY = DATAGRAM - 24


def groups() -> Iterator[Group]:
    """64 groups, 2,048 frames, 16 MiB."""
    yield group("limits/groups", "The 64 groups that a receiver knows.", _groups())
    yield group("limits/frames", "The frames that are kept for recovery.", _frames())
    yield group("limits/bytes", "The largest repair, and the 16 MiB of all that is kept.", _bytes())


def _first_of(number: int) -> RawRepair:
    """Repair of a group of two frames, of which there is none, on a stream_id of its own."""
    return RawRepair(number, 0, 2, 2, 0, 1, bytes(35))


def _pair_of(number: int) -> list[RawRepair]:
    """The repair of a group of two HEARTs on a stream_id of its own."""
    return raw_repairs([heart(0, number), heart(1, number)], 2)


def _hearts(number: int) -> list[Event]:
    return recovered(heart(0, number), heart(1, number))


def _groups() -> Iterator[Case]:
    base = 100
    for count, name in ((GROUPS, "64"), (GROUPS + 1, "65")):
        first, second = _pair_of(base)
        firsts = [first, *(_first_of(base + number) for number in range(1, count))]
        known = count == GROUPS
        about = f"{count} groups lack something: the oldest {'is known' if known else 'is forgotten'}."
        end = bring(second, *_hearts(base)) if known else take(second)
        yield from one(f"known-{name}", about, "FEC-17", take(*firsts), end)
    about = "65 groups, of which the second is still known."
    first, second = _pair_of(base + 1)
    firsts = [_first_of(base), first, *(_first_of(base + number) for number in range(2, GROUPS + 1))]
    yield from one("second-of-65", about, "FEC-17", take(*firsts), bring(second, *_hearts(base + 1)))
    about = "A group that lacks nothing is known as well, and takes a place."
    whole = raw_repairs(parts(2), 2)
    firsts = [_first_of(base + number) for number in range(GROUPS)]
    steps = [*hear(*parts(2)), *take(whole[0]), *take(*firsts[:-1]), *drop(whole[0], "DUPLICATE")]
    yield from one("whole-is-known", about, "FEC-17", steps, take(firsts[-1]), take(whole[0]))
    about = "More repair of an old group makes it no younger."
    again = raw_repairs([heart(0, base), heart(1, base), heart(2, base)], 3)
    others = [_first_of(base + 1 + number) for number in range(GROUPS)]
    yield from one("no-younger", about, "FEC-17", take(again[0], *others[:-1], again[1], others[-1]), take(again[2]))


def _frames() -> Iterator[Case]:
    first, lost = part(0), part(1)
    repair = raw_repairs([first, lost], 1)[0]
    about = "The first frame of a group is the oldest of the 2,048 that were accepted last."
    steps = [*hear(first), *send_each(heart(0, OTHER), 0, KEPT - 2), *QUIET]
    yield from one("2048", about, "FEC-18", steps, bring(repair, *brought(lost)))
    about = "Frames that are dropped or rejected do not count, nor does repair."
    noise = [*send(first), *nothing(), *events(dropped("DUPLICATE")), *take(_first_of(OTHER))]
    steps = [*hear(first), *noise, *send_each(heart(0, OTHER), 2, KEPT), *QUIET]
    yield from one("noise", about, "FEC-18", steps, bring(repair, *brought(lost)))
    about = "The largest span: 128 numbers 16 apart, whose last frame comes last."
    group_of = [heart(16 * place) for place in range(128)]
    widest = raw_repairs(group_of, 1, 16)[0]
    between = [*send_each(heart(0), 0, 1039), *send_each(heart(0), 1041, 2032), *QUIET]
    yield from one("span", about, "FEC-18 FEC-21", between, bring(widest, *recovered(group_of[65])))


def large(number: int, stream: int = DATA_STREAM, size: int = DATAGRAM) -> Frame:
    """A data frame of so many bytes, mostly zeros."""
    fixed = len(think(0, (I8, (0,), b"")).wire())
    return think(number, (I8, (size - fixed,), bytes(size - fixed)), stream=stream)


def _empty(base: int, index: int, size: int = DATAGRAM, k: int = 32, r: int = 8) -> RawRepair:
    """Repair of so many bytes whose parity is zero, of a group that lacks everything."""
    return RawRepair(OTHER, base, k, r, index, 1, bytes(size - 24))


def _bytes() -> Iterator[Case]:
    biggest = large(0, size=65_481)
    copies = raw_repairs([biggest], 2)
    about = "The largest repair there is, of the largest frame that can be in a group."
    yield from one("of-65507", about, "FEC-13 FEC-14 FEC-23", bring(copies[0], *brought(biggest)))
    many = [_empty(1000 * number, index).wire() for number in range(62) for index in range(4)]
    more = [_empty(62_000, index).wire() for index in range(8)]
    left = MAX_BYTES - DATAGRAM * (len(many) + len(more))
    last = [_empty(63_000, index, left) for index in range(2)]
    about = "Repair of exactly 16 MiB is kept, and one more is dropped, as often as it comes."
    fills = [*take(*many, *more), *take(last[0]), *drop(last[1], "BUFFER_LIMIT")]
    yield from one("16-mib", about, "FEC-19", fills, _dropped_is_unknown(last[1]))
    about = "One byte too many."
    over = _empty(63_000, 0, left + 1)
    yield from one("one-byte-over", about, "FEC-19", take(*many, *more), drop(over, "BUFFER_LIMIT"))
    about = "A frame that waits is taken as without repair, and the oldest group makes room."
    steps = [*take(*many, *more), *take(last[0]), *send(head("server")), *events(opened())]
    waits: Steps = [*send(part(2)), *QUIET]
    there = raw_repairs([heart(n, OTHER) for n in range(32)], 8)
    again: Any = replace(there[0], base=0, parity=bytes(MAX_PARITY))
    steps += [*waits, *take(again), *drop(_empty(1000, 0), "DUPLICATE")]
    yield from one("room-for-frames", about, "FEC-20", steps)


def _dropped_is_unknown(repair: RawRepair) -> Steps:
    """Repair that was dropped for want of room is no duplicate afterwards."""
    return drop(repair, "BUFFER_LIMIT")
