"""The room for what waits to be sent: 1,024 data frames and 16 MiB of plain bytes in a session (MUX-12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import ZSTD_NAME, own
from ..dialogue.frames import think
from ..dialogue.steps import Said, Steps, act, advance, expect, nothing, say, send
from ..model import Case, Group
from ..writer.raw_frame import I8
from .steps import OUT, OWN, WITH_CREDIT, agreed, asks, credit, ends, fills, goes, group, opens

FULL = 16 * 1024 * 1024
LARGE = 65_000
"""The plain size of most frames that wait: a datagram holds one."""
MANY = FULL // LARGE
REST = FULL - MANY * LARGE
OTHER = 8
MOST_WAITING = 1_024
SMALLEST = 44
CORK: Steps = [{"act": {"kind": "cork"}}]
UNCORK: Steps = [{"act": {"kind": "uncork"}}]


def groups() -> Iterator[Group]:
    """Bytes that wait, and TAILs, which do not count."""
    yield group("room/bytes", "16 MiB that wait, of whatever streams.", [*_bytes()], ("udp",))
    packed = group("room/compressed", "16 MiB that wait, compressed.", [*_compressed()], ("udp",))
    yield replace(packed, requires=("zstd",))
    yield group("room/tails", "TAILs that wait beside data frames.", [*_tails()], WITH_CREDIT)


def sized(size: int, reject: str = "", stream: int = OUT, count: int = 1) -> Steps:
    """The peer under test is asked for data frames of that plain size."""
    payload = size - 33 - 10
    return [*say(think(0, (I8, (payload,), bytes(payload)), stream=stream), reject)] * count


def _full(stream: int) -> Steps:
    """Refused: a frame that has just no room. Taken: one that just has. Refused: anything more."""
    refused = sized(REST + 1, "BUFFER_LIMIT", stream)
    return [*refused, *sized(REST, stream=stream), *sized(SMALLEST, "BUFFER_LIMIT", stream), *nothing()]


def _bytes() -> Iterator[Case]:
    both = [*opens(), *opens(OTHER), *CORK, *sized(LARGE, count=MANY - 1), *act("tail", OUT)]
    full = [*sized(LARGE, stream=OTHER), *_full(OTHER)]
    about = "Bytes of two streams count together, a TAIL's do not, and other refusals come first; a reset makes room."
    first = [*say(think(0, stream=OUT), "STREAM_STATE"), *sized(65_508, "FRAME_TOO_LARGE", OTHER)]
    gone = [*act("reset", OTHER, code="ENOUGH"), *expect(Said({"method": "reset"}, OTHER, 1))]
    room = [*gone, *advance(1_000), *opens(10), *sized(LARGE, stream=10), *_full(10)]
    yield from agreed("of-two-streams", about, "MUX-12 MUX-25", both, full, first, room)
    about = "A frame that has gone makes room for as many bytes."
    waits = [*opens(), *fills(), *sized(SMALLEST), *sized(LARGE, count=MANY), *sized(REST - SMALLEST)]
    moved = [*sized(SMALLEST, "BUFFER_LIMIT"), *send(credit(17, 0)), *expect(think(16, (I8, (1,), b"\0"), stream=OUT))]
    again = [*sized(SMALLEST + 1, "BUFFER_LIMIT"), *sized(SMALLEST), *sized(SMALLEST, "BUFFER_LIMIT"), *nothing()]
    yield from agreed("after-a-credit", about, "MUX-12", waits, moved, again)


def _compressed() -> Iterator[Case]:
    about = "Frames wait with their plain sizes, however small they become when they are compressed."
    config = own(mux=OWN, compress=(ZSTD_NAME, "none"))
    corked = [*opens(), *CORK, *sized(LARGE, count=MANY), *_full(OUT)]
    yield from agreed("compressed", about, "MUX-12 MUX-10", corked, config=config)


def _tails() -> Iterator[Case]:
    about = f"{MOST_WAITING - 1:,} frames and their TAIL wait, and one frame more of another stream; not two."
    both = [*opens(), *opens(OTHER), *CORK, *asks(MOST_WAITING - 1), *act("tail", OUT), *asks(1, OTHER)]
    full = [*say(think(0, stream=OTHER), "BUFFER_LIMIT"), *act("tail", OTHER), *nothing()]
    out = [*UNCORK, *goes(1), *goes(1, stream=OTHER), *ends(2, OTHER), *goes(*range(2, 16)), *nothing()]
    yield from agreed("beside-1023-frames", about, "MUX-12 MUX-11", both, full, out)
