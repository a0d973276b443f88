"""Dialogues at the limits of what a receiver knows and keeps for recovery (FEC-17 to FEC-20)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import Event, dropped, opened
from ..dialogue.frames import Frame, heart, part, think
from ..dialogue.sessions import ROLES, head
from ..dialogue.steps import Steps, events, nothing, send, send_each
from ..model import Case, Group
from ..writer.raw_frame import I8
from .repair import RawRepair, raw_repairs
from .talks import QUIET, bring, brought, drop, group, hear, parts, recovered, take, talk

OTHER = 9
GROUPS, KEPT = 64, 2048
MAX_BYTES, DATAGRAM = 16_777_216, 65_507
MAX_PARITY = DATAGRAM - 24


def groups() -> Iterator[Group]:
    """64 groups, 2,048 frames, 16 MiB of repair, and of frames that wait."""
    yield group("limits/groups", "The 64 groups that a receiver knows.", _groups())
    yield group("limits/frames", "The frames that are kept for recovery.", _frames())
    yield group("limits/bytes", "The largest repair, and the 16 MiB of all that is kept.", _bytes())
    yield group("limits/waiting", "Repair beside 16 MiB of frames that wait.", _waiting())


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
        yield from talk(f"known-{name}", about, "FEC-17", take(*firsts), end)
    about = "65 groups, of which the second is still known."
    first, second = _pair_of(base + 1)
    firsts = [_first_of(base), first, *(_first_of(base + number) for number in range(2, GROUPS + 1))]
    yield from talk("second-of-65", about, "FEC-17", take(*firsts), bring(second, *_hearts(base + 1)))
    about = "A group that lacks nothing is known as well, and takes a place."
    whole = raw_repairs(parts(2), 2)
    firsts = [_first_of(base + number) for number in range(GROUPS)]
    steps = [*hear(*parts(2)), *take(whole[0]), *take(*firsts[:-1]), *drop(whole[0], "DUPLICATE")]
    yield from talk("whole-is-known", about, "FEC-17", steps, take(firsts[-1]), take(whole[0]))
    about = "More repair of an old group makes it no younger."
    again = raw_repairs([heart(0, base), heart(1, base), heart(2, base)], 3)
    others = [_first_of(base + 1 + number) for number in range(GROUPS)]
    yield from talk("no-younger", about, "FEC-17", take(again[0], *others[:-1], again[1], others[-1]), take(again[2]))


def _frames() -> Iterator[Case]:
    first, lost = part(0), part(1)
    repair = raw_repairs([first, lost], 1)[0]
    about = "The first frame of a group is the oldest of the 2,048 that were accepted last."
    steps = [*hear(first), *send_each(heart(0, OTHER), 0, KEPT - 2), *QUIET]
    yield from talk("2048", about, "FEC-18", steps, bring(repair, *brought(lost)))
    about = "Frames that are dropped or rejected do not count, nor does repair."
    noise = [*send(first), *nothing(), *events(dropped("DUPLICATE")), *take(_first_of(OTHER))]
    steps = [*hear(first), *noise, *send_each(heart(0, OTHER), 2, KEPT), *QUIET]
    yield from talk("noise", about, "FEC-18", steps, bring(repair, *brought(lost)))
    about = "The largest span: 128 numbers 16 apart, whose last frame comes last."
    group_of = [heart(16 * place) for place in range(128)]
    widest = raw_repairs(group_of, 1, 16)[0]
    between = [*send_each(heart(0), 0, 1039), *send_each(heart(0), 1041, 2032), *QUIET]
    yield from talk("span", about, "FEC-18 FEC-21", between, bring(widest, *recovered(group_of[65])))


def large(number: int, stream: int = DATA_STREAM, size: int = DATAGRAM) -> Frame:
    """A data frame of so many bytes, mostly zeros."""
    fixed = len(think(0, (I8, (0,), b"")).wire())
    return think(number, (I8, (size - fixed,), bytes(size - fixed)), stream=stream)


def _empty(base: int, index: int, size: int = DATAGRAM, k: int = 32, r: int = 9) -> RawRepair:
    """Repair of so many bytes whose parity is zero, of a group that lacks everything."""
    return RawRepair(OTHER, base, k, r, index, 1, bytes(size - 24))


def _bytes() -> Iterator[Case]:
    biggest = large(0, size=65_481)
    copies = raw_repairs([biggest], 2)
    about = "The largest repair there is, of the largest frame that can be in a group."
    yield from talk("of-65507", about, "FEC-13 FEC-14 FEC-23", bring(copies[0], *brought(biggest)))
    many = [_empty(1000 * number, index).wire() for number in range(32) for index in range(8)]
    left = MAX_BYTES - DATAGRAM * len(many)
    last = [_empty(32_000, index, left) for index in range(2)]
    full = take(*many, last[0])
    known = [_known(1000 * number) for number in range(3)]
    about = "Repair of exactly 16 MiB is kept; for one more, the group that became known first is forgotten."
    yield from talk("16-mib", about, "FEC-19", full, known[0], take(last[1]), known[1], take(_empty(0, 0)), known[2])
    about = "One byte too many: the oldest group is forgotten."
    over = _empty(32_000, 0, left + 1)
    yield from talk("one-byte-over", about, "FEC-19", take(*many, over), known[1], take(_empty(0, 0)))
    about = "Where all is full of forged repair, a lost frame is recovered all the same."
    lost = part(1)
    true = raw_repairs([part(0), lost], 1)[0]
    yield from talk("forged", about, "FEC-19", full, hear(part(0)), bring(true, *brought(lost)))
    about = "Further repair of the oldest group takes the room of the second, not of its own."
    steps = [*full, *take(_empty(0, 8)), *known[0], *known[2], *take(_empty(1000, 0))]
    yield from talk("own-group", about, "FEC-19", steps)
    about = "Repair of a group of which nothing is missing takes no room: no group is forgotten for it."
    whole = raw_repairs([part(0), part(1)], 1)[0]
    yield from talk("whole-group", about, "FEC-19", full, hear(part(0), part(1)), take(whole), known[0])
    about = "A frame that waits is taken as without repair, and the oldest group makes room."
    for role in ROLES:
        steps = [*full, *send(head(role)), *events(opened()), *send(part(2)), *QUIET]
        yield from talk("room-for-frames", about, "FEC-20 FEC-19", steps, known[1], take(_empty(0, 0)), roles=(role,))


def _known(base: int) -> Steps:
    """The first repair of this group is a duplicate: the group is known."""
    return drop(_empty(base, 0), "DUPLICATE")


def _waiting() -> Iterator[Case]:
    for role in ROLES:
        yield from _waiting_at(role)


def _waiting_at(role: str) -> Iterator[Case]:
    roles = (role,)
    numbers = range(2, 259)
    size = MAX_BYTES // len(numbers)
    data = send_each(large(2, size=size), numbers[0], numbers[-1])
    held = [*send(head(role)), *events(opened()), *data, *QUIET]
    room = MAX_BYTES - size * len(numbers)
    first, second, small = _empty(0, 0, room), _empty(1_000, 0, room + 1), _empty(2_000, 0, 59)
    about = f"Frames that wait leave {room} bytes: repair that is longer is dropped, and no group is forgotten for it."
    steps = [
        *held,
        *take(first),
        *drop(second, "BUFFER_LIMIT"),
        *drop(second, "BUFFER_LIMIT"),
        *drop(first, "DUPLICATE"),
    ]
    yield from talk("no-room", about, "FEC-19 FEC-13", steps, roles=roles)
    about = "Repair that has room beside the frames that wait drives out what has none any more."
    yield from talk(
        "room-of-one", about, "FEC-19", held, take(first), take(small), take(first), take(small), roles=roles
    )
    about = "Repair of its own group leaves no room: it is dropped, and what was kept stays."
    one_half = [_empty(0, index, 129) for index in range(2)]
    steps = [*take(one_half[0]), *drop(one_half[1], "BUFFER_LIMIT"), *drop(one_half[0], "DUPLICATE")]
    yield from talk("own-group-alone", about, "FEC-19", held, steps, roles=roles)
