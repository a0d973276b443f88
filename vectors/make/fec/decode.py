"""Cases of repair_decode: what is lost and what is there, in every order (FEC-37)."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..dialogue.frames import Frame, closed, heart, part, think
from ..model import Case, Group, accepts, refuses
from ..writer.raw_frame import I8, ramp
from .encode import LAST, hearts
from .repair import RawRepair, raw_repairs, repairs, wires

OP = "repair_decode"


def groups() -> Iterator[Group]:
    """Losses, and what else can be among what is given."""
    about = "Every loss of small groups that leaves enough, and some of larger ones."
    yield Group("fec", "decode/losses", OP, about, list(_losses()))
    yield Group("fec", "decode/given", OP, "Frames and repair in other orders, and frames of others.", list(_given()))
    yield Group("fec", "decode/lacking", OP, "Too little is there.", list(_lacking()))


def given(repair: Sequence[bytes | RawRepair], frames: Sequence[Frame | bytes]) -> dict[str, Any]:
    """The input of the op."""
    datagrams = [one.wire() if isinstance(one, RawRepair) else one for one in repair]
    return {"repair": [one.hex() for one in datagrams], "frames": [one.hex() for one in wires(frames)]}


def found(frames: Sequence[Frame | bytes]) -> dict[str, Any]:
    """The result of the op."""
    return {"frames": [one.hex() for one in wires(frames)]}


def _recovered(
    case_id: str, about: str, frames: Sequence[Frame], r: int, lost: Collection[int], unused: Collection[int] = ()
) -> Case:
    """The case in which the frames in these places, and the repair with these indexes, are lost."""
    kept = [one for index, one in enumerate(repairs(frames, r, _step(frames))) if index not in unused]
    there = [frame for place, frame in enumerate(frames) if place not in lost]
    missing = [frame for place, frame in enumerate(frames) if place in lost]
    return accepts(case_id, about, "FEC-37", given(kept, there), found(missing))


def _step(frames: Sequence[Frame]) -> int:
    return frames[1].frame_seq - frames[0].frame_seq if len(frames) > 1 else 1


def _losses() -> Iterator[Case]:
    for k, r in ((1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2), (4, 2)):
        frames = [part(n) if n % 2 else heart(n) for n in range(k)]
        for count in range(r + 1):
            for lost in itertools.combinations(range(k + r), count):
                places, unused = [n for n in lost if n < k], [n - k for n in lost if n >= k]
                if len(unused) == r or (k == 4 and len(places) < 2):
                    continue
                name = "-".join(map(str, lost)) or "none"
                about = f"Of {k} frames and {r} repair datagrams, all but those in the places {name} of both."
                yield _recovered(f"k{k}-r{r}-lost-{name}", about, frames, r, places, unused)
    for step in (2, 16):
        frames = hearts(4, 7, step)
        yield _recovered(f"step-{step}", f"Numbers {step} apart.", frames, 2, (1, 2))
    about = "All frames are lost, and there is as much repair."
    yield _recovered("all", about, [part(0), heart(1), part(2)], 3, range(3))
    yield _recovered("k20-r8", "Eight of twenty.", hearts(20), 8, (0, 1, 5, 6, 7, 13, 18, 19))
    yield _recovered("k2-r32", "The last two of the most repair.", hearts(2), 32, (0, 1), range(30))
    yield _recovered("last-number", "The last number there is.", hearts(2, LAST - 16, 16), 1, (1,))
    sizes = (0, 300, 9)
    frames = [think(n, (I8, (size,), ramp(size, n))) for n, size in enumerate(sizes)]
    for place, size in enumerate(sizes):
        yield _recovered(f"length-{size}", "Frames of three lengths.", frames, 1, (place,))
    yield _recovered("sealed", "Sealed frames.", [closed(n) for n in range(3)], 1, (1,))


def _given() -> Iterator[Case]:
    frames = [part(0), heart(1), part(2), heart(3)]
    repair = repairs(frames, 2)
    missing = [frames[1], frames[2]]

    def case(case_id: str, about: str, datagrams: Sequence[bytes], there: Sequence[Frame | bytes]) -> Case:
        return accepts(case_id, about, "FEC-37", given(datagrams, there), found(missing))

    there: list[Frame | bytes] = [frames[0], frames[3]]
    yield case("reversed-repair", "The repair in descending order.", repair[::-1], there)
    yield case("reversed-frames", "The frames in descending order.", repair, there[::-1])
    for name, what, odd in (
        ("other-stream", "of another stream_id", replace(part(1), stream_id=4)),
        ("beyond", "with the number behind the last", part(4)),
        ("far-beyond", "with a number 2^32 above", part(1 + 2**32)),
        ("stream-digit", "whose stream_id differs in its highest byte", replace(part(1), stream_id=3 + 2**24)),
    ):
        yield case(name, f"A frame {what} is passed over.", repair, [odd, *there])
    yield case("short", "A frame of 32 bytes is passed over.", repair, [part(1).wire()[:32], *there])
    yield case("empty", "A frame of no bytes is passed over.", repair, [b"", *there])
    about = "Of two frames with one number the later counts."
    yield case("later", about, repair, [heart(0), *there])
    stepped = hearts(3, 5, 2)
    yield accepts(
        "between",
        "A frame with a number between two of the group, and one before it, are passed over.",
        "FEC-37",
        given(repairs(stepped, 1, 2), [heart(6), heart(4), heart(3), *stepped[1:]]),
        found(stepped[:1]),
    )
    about = "More repair than is needed: that of lowest index is used, whatever the other says (RSC-7)."
    spoilt = replace(raw_repairs(frames, 2)[1], parity=bytes(49)).wire()
    only = [frames[0], frames[1], frames[3]]
    yield accepts("spare", about, "FEC-37 FEC-21", given([spoilt, repair[0]], only), found([frames[2]]))
    about = "Nothing is missing: no frame comes out, and the repair is not compared with the frames."
    yield accepts("nothing-missing", about, "FEC-37", given([spoilt], frames), found([]))
    about = "Nothing but the numbers of a frame is looked at: a CRC that is wrong comes back as it was."
    wire = heart(1).wire()
    group: list[Frame | bytes] = [heart(0), wire[:-1] + bytes([wire[-1] ^ 1])]
    yield accepts("odd-crc", about, "FEC-37", given(repairs(group, 1), group[:1]), found(group[1:]))


def _lacking() -> Iterator[Case]:
    frames = hearts(4)
    repair = repairs(frames, 3)

    def case(case_id: str, about: str, datagrams: Sequence[bytes], there: Sequence[Frame]) -> Case:
        return refuses(case_id, about, "FEC-37", given(datagrams, there), "NOT_RECOVERABLE")

    yield case("one-short", "Two frames and one repair datagram of four.", repair[:1], frames[:2])
    yield case("no-frames", "Three repair datagrams of four frames.", repair, [])
    yield case("of-others", "Enough frames, but of others.", repair[:1], [*frames[:2], *hearts(2, 4)])
    yield case("one-twice", "A frame twice.", repair[:1], [*frames[:2], frames[1]])
