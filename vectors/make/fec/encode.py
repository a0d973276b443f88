"""Cases of repair_encode: groups of every shape, and groups that there cannot be (FEC-34, FEC-35)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..dialogue.configs import DATA_STREAM
from ..dialogue.frames import Frame, closed, heart, part, think
from ..model import Case, Group, accepts, refuses
from ..writer.raw_frame import I8, STRONG_TAIL, ZSTD, ramp
from .repair import repairs, wires

OP = "repair_encode"
LAST = 2**64 - 1


def groups() -> Iterator[Group]:
    """Shapes, contents and refusals."""
    yield Group("fec", "encode/shapes", OP, "Groups of all shapes, at the limits of each field.", list(_shapes()))
    yield Group("fec", "encode/contents", OP, "Frames of other lengths and contents.", list(_contents()))
    yield Group("fec", "encode/sizes", OP, "The largest frame that can be in a group.", list(_sizes()))
    yield Group("fec", "encode/refused", OP, "Groups that there cannot be.", list(_refused()))


def asked(frames: Sequence[Frame | bytes], r: int, step: int, stream_id: int, base: int) -> dict[str, Any]:
    """The input of the op."""
    sent = [wire.hex() for wire in wires(frames)]
    return {"stream_id": stream_id, "base": str(base), "r": r, "step": step, "frames": sent}


def hearts(k: int, first: int = 0, step: int = 1, stream: int = DATA_STREAM) -> list[Frame]:
    """The shortest frames, with the numbers of a group."""
    return [heart(first + place * step, stream) for place in range(k)]


def long_frame(size: int) -> Frame:
    """A data frame of so many bytes, mostly zeros, with the number 0."""
    fixed = len(think(0, (I8, (0,), b"")).wire())
    return think(0, (I8, (size - fixed,), bytes(size - fixed)))


def _encoded(
    case_id: str, about: str, clauses: str, frames: Sequence[Frame | bytes], r: int, step: int = 1
) -> Iterator[Case]:
    sent = wires(frames)
    stream_id, base = int.from_bytes(sent[0][4:8], "little"), int.from_bytes(sent[0][8:16], "little")
    found = [datagram.hex() for datagram in repairs(frames, r, step)]
    yield accepts(case_id, about, clauses, asked(frames, r, step, stream_id, base), {"repair": found})


def _shapes() -> Iterator[Case]:
    clauses = "FEC-1 FEC-2 FEC-34"
    for k in range(1, 6):
        for r in range(1, 4):
            about = f"{k} of the shortest frames, and {r} repair datagrams."
            yield from _encoded(f"k{k}-r{r}", about, clauses, hearts(k), r)
    bounds = f"{clauses} FEC-35"
    yield from _encoded("k128-r1", "The most frames.", bounds, hearts(128), 1)
    yield from _encoded("k1-r32", "The most repair.", bounds, hearts(1), 32)
    for step in (2, 3, 16):
        about = f"Frames whose numbers are {step} apart."
        yield from _encoded(f"step-{step}", about, bounds, hearts(3, 1, step), 2, step)
    for base in (1, 255, 256, 2**32, 2**53 + 1, 2**63, LAST - 1):
        about = f"The first of two frames has the number {base}."
        yield from _encoded(f"base-{base}", about, clauses, hearts(2, base), 1)
    yield from _encoded("base-last", "The last number there is.", bounds, hearts(1, LAST), 1, 16)
    about = "The last number there is, at the end of a group."
    yield from _encoded("ends-at-last", about, bounds, hearts(3, LAST - 32, 16), 1, 16)
    for stream in (0, 1, 0x01020304, 2**32 - 1):
        yield from _encoded(f"stream-{stream}", f"stream_id {stream}.", clauses, hearts(2, stream=stream), 1)


def _contents() -> Iterator[Case]:
    clauses = "FEC-1 FEC-2 FEC-34"
    sizes = (0, 40, 3)
    for first in range(3):
        frames = [think(n, (I8, (size,), ramp(size, n))) for n, size in enumerate(sizes[first:] + sizes[:first])]
        yield from _encoded(f"longest-{(1 - first) % 3}", "Frames of three lengths.", clauses, frames, 2)
    about = "A length that needs both of its bytes."
    yield from _encoded("over-255", about, clauses, [heart(0), think(1, (I8, (300,), ramp(300)))], 2)
    about = "Frames as sent: sealed, compressed, and with STRONG_TAIL."
    frames = [closed(0), part(1, flags=ZSTD), part(2, flags=STRONG_TAIL), heart(3)]
    yield from _encoded("transformed", about, clauses, frames, 2)
    about = "Nothing but the length, stream_id and number of a frame is looked at: {}."
    wire = heart(1).wire()
    for case_id, what, odd in (
        ("crc", "its CRC is wrong", wire[:-1] + bytes([wire[-1] ^ 1])),
        ("version", "it has another version", b"\7" + wire[1:]),
        ("zeros", "all else is zero", bytes(4) + wire[4:16] + bytes(17)),
        ("ones", "all else is 0xff", b"\xff" * 4 + wire[4:16] + b"\xff" * 17),
    ):
        yield from _encoded(f"odd-{case_id}", about.format(what), "FEC-34 FEC-35", [heart(0), odd], 1)
    yield from _encoded("alike", "A group of one frame: its repair is that frame's symbol.", clauses, [part(9)], 2)


def refused(case_id: str, about: str, code: str, given: dict[str, Any]) -> Case:
    """A group that there cannot be."""
    return refuses(case_id, about, "FEC-35", given, code)


def group(frames: Sequence[Frame | bytes], r: int = 1, step: int = 1, base: int = 0) -> dict[str, Any]:
    """Requests with frames of DATA_STREAM."""
    return asked(frames, r, step, DATA_STREAM, base)


def _sizes() -> Iterator[Case]:
    clauses = "FEC-1 FEC-2 FEC-34 FEC-35"
    yield from _encoded("of-65481", "The largest frame that can be in a group.", clauses, [long_frame(65_481)], 1)
    yield refused("of-65482", "One byte more.", "FRAME_TOO_LARGE", group([long_frame(65_482)]))


def _refused() -> Iterator[Case]:
    out = "FIELD_RANGE"
    yield refused("k-0", "No frames.", out, group([]))
    yield refused("k-129", "129 frames.", out, group(hearts(129)))
    for r in (0, 33, 257, 2**32 - 1):
        yield refused(f"r-{r}", f"r is {r}.", out, group(hearts(2), r))
    for step in (0, 17, 257, 2**32 - 1):
        yield refused(f"step-{step}", f"step is {step}.", out, group(hearts(1), 1, step))
    for k, step, base in ((2, 1, LAST), (3, 16, LAST - 31), (2, 16, LAST - 15)):
        about = f"{k} frames from {base} on, {step} apart."
        frames = [heart((base + place * step) % 2**64) for place in range(k)]
        yield refused(f"over-k{k}-step-{step}", about, out, group(frames, 1, step, base))
    short = heart(1).wire()[:-1]
    yield refused("short", "A frame of 32 bytes.", "FRAME_TOO_SHORT", group([heart(0), short]))
    yield refused("empty", "A frame of no bytes.", "FRAME_TOO_SHORT", group([b"", heart(1)]))
    for byte in range(4, 16):
        wire = bytearray(heart(1).wire())
        wire[byte] ^= 0x40
        about = f"Byte {byte} of a frame is not that of the stream_id and number that it has to have."
        yield refused(f"byte-{byte}", about, "REPAIR_MISMATCH", group([heart(0), bytes(wire)]))
    yield refused("swapped", "Two frames the wrong way round.", "REPAIR_MISMATCH", group([heart(1), heart(0)]))
    yield refused("gap", "A number is left out.", "REPAIR_MISMATCH", group([heart(0), heart(2)]))
    yield refused("twice", "A frame twice.", "REPAIR_MISMATCH", group([heart(0), heart(0)]))
    about = "Numbers that follow each other, and a step of 2."
    yield refused("no-step", about, "REPAIR_MISMATCH", group(hearts(2), 1, 2))
    yield refused("not-base", "A base that is not the first number.", "REPAIR_MISMATCH", group(hearts(2), base=1))
    about = "A number out of range, and a frame that is too short."
    yield refused("range-then-short", about, out, group([short], 0))
    about = "A frame of another stream_id before one that is too short."
    other = replace(heart(0), stream_id=4)
    yield refused("mismatch-then-short", about, "REPAIR_MISMATCH", group([other, short]))
    about = "A frame that is too short before one of another stream_id."
    yield refused("short-then-mismatch", about, "FRAME_TOO_SHORT", group([short, replace(heart(1), stream_id=4)]))
    about = "A frame that is too short, and would have another number."
    yield refused("short-and-mismatch", about, "FRAME_TOO_SHORT", group([heart(0), heart(7).wire()[:-1]]))
