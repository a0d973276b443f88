"""Cases of repair_decode that are refused: each fault of a datagram, their order, and what cannot have been sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..dialogue.frames import Frame, heart, part
from ..model import Case, Group, accepts, refuses
from ..rs.plain import parity_of
from ..writer.raw_frame import reclose
from .decode import OP, found, given
from .encode import LAST, hearts, long_frame
from .repair import RawRepair, raw_repairs, symbol, symbols

BAD, CRC, MISMATCH, TWICE = "BAD_REPAIR", "CRC_MISMATCH", "REPAIR_MISMATCH", "DUPLICATE"


def groups() -> Iterator[Group]:
    """Datagrams, sets of them, and computed frames."""
    yield Group("fec", "decode/sizes", OP, "Repair that no datagram holds.", list(_sizes()))
    yield Group("fec", "decode/datagrams", OP, "Repair datagrams with a fault.", list(_datagrams()))
    yield Group("fec", "decode/fields", OP, "Fields at and beyond their limits.", list(_fields()))
    yield Group("fec", "decode/sets", OP, "Datagrams that do not go together.", list(_sets()))
    yield Group("fec", "decode/computed", OP, "Frames that nobody can have sent.", list(_computed()))


def _with(repair: RawRepair, fields: dict[str, Any]) -> RawRepair:
    return replace(repair, **fields)


def one_of_two() -> tuple[RawRepair, list[Frame]]:
    """A repair datagram of the shortest length, 59 bytes, and its frames."""
    frames = hearts(2)
    return raw_repairs(frames, 1)[0], frames


def _sizes() -> Iterator[Case]:
    longest = raw_repairs([long_frame(65_481)], 1)[0]
    over = replace(longest, parity=longest.parity + b"\0").wire()
    about = "One byte more than the longest repair has, with the right CRC."  # dialogues have the longest
    yield refuses("of-65508", about, "FEC-14 FEC-36", given([over], []), BAD)


def _datagrams() -> Iterator[Case]:
    repair, frames = one_of_two()
    wire = repair.wire()

    def case(case_id: str, about: str, clauses: str, code: str, datagram: bytes) -> Case:
        return refuses(case_id, about, clauses, given([datagram], frames[:1]), code)

    yield accepts("of-59", "The shortest repair.", "FEC-14 FEC-37", given([wire], frames[:1]), found(frames[1:]))
    short = reclose(wire[:-1])
    yield case("of-58", "One byte less than the shortest, with the right CRC.", "FEC-14", BAD, short)
    for size in (0, 3, 4, 20, 23, 24, 57):
        yield case(f"of-{size}", f"{size} bytes.", "FEC-14", BAD, wire[:size])
    for bit in (0, 7, 31):
        odd = bytearray(wire)
        odd[-4 + bit // 8] ^= 1 << bit % 8
        yield case(f"crc-bit-{bit}", f"Bit {bit} of the CRC.", "FEC-13", CRC, bytes(odd))
    for byte in (4, 8, 16, 17, 18, 19, 20, 54):
        odd = bytearray(wire)
        odd[byte] ^= 0x80
        yield case(f"changed-{byte}", f"Byte {byte} has changed on the way.", "FEC-13", CRC, bytes(odd))
    for byte in range(4):
        odd = bytearray(wire)
        odd[byte] ^= 0x20
        yield case(f"magic-{byte}", f"Byte {byte} of the magic.", "FEC-36", BAD, reclose(bytes(odd)))
    yield case("frame", "A frame.", "FEC-36", BAD, part(1, stream=0x31465352).wire().ljust(64, b"\0"))
    yield case("short-and-crc", "Too short, and the CRC is wrong.", "FEC-13 FEC-14", BAD, wire[:-1])
    wrong = replace(repair, k=0, crc=0).wire()
    yield case("crc-and-k", "The CRC is wrong, and k is 0.", "FEC-13", CRC, wrong)


def _fields() -> Iterator[Case]:
    repair, frames = one_of_two()
    for case_id, about, changed in (
        ("k-0", "k is 0.", {"k": 0}),
        ("k-129", "k is 129.", {"k": 129}),
        ("k-255", "k is 255.", {"k": 255}),
        ("r-0", "r is 0.", {"r": 0}),
        ("r-33", "r is 33.", {"r": 33}),
        ("r-255", "r is 255.", {"r": 255}),
        ("index-r", "index is r.", {"index": 1}),
        ("index-255", "index is 255, and r is 32.", {"r": 32, "index": 255}),
        ("index-32", "index is 32, and r is 32.", {"r": 32, "index": 32}),
        ("step-0", "step is 0.", {"step": 0}),
        ("step-17", "step is 17.", {"step": 17}),
        ("step-255", "step is 255.", {"step": 255}),
        ("base-over", "The second number is 2^64.", {"base": LAST}),
        ("base-over-step", "The second number is 2^64, 16 above the base.", {"base": LAST - 15, "step": 16}),
        ("base-over-k", "The last number is 2^64.", {"base": LAST - 2031, "step": 16, "k": 128}),
        ("base-wraps", "The third number would wrap.", {"base": LAST - 1, "k": 3}),
    ):
        yield refuses(case_id, about, "FEC-15", given([_with(repair, changed)], frames[:1]), BAD)
    for case_id, about, changed in (
        ("k-128", "k is 128.", {"k": 128}),
        ("r-32", "r is 32, and index 31.", {"k": 3, "r": 32, "index": 31}),
        ("step-16", "step is 16.", {"k": 3, "step": 16}),
        ("base-last", "The last number is 2^64 - 1.", {"base": LAST - 2032, "step": 16, "k": 128}),
        ("base-last-step", "The third number is 2^64 - 1.", {"base": LAST - 32, "step": 16, "k": 3}),
    ):
        text = f"{about} Nothing is wrong with it, but too little is there."
        yield refuses(case_id, text, "FEC-15 FEC-37", given([_with(repair, changed)], []), "NOT_RECOVERABLE")


def _sets() -> Iterator[Case]:
    frames = hearts(4)
    one, two = raw_repairs(frames, 2)

    def case(case_id: str, about: str, clauses: str, code: str, *datagrams: RawRepair | bytes) -> Case:
        return refuses(case_id, about, clauses, given(datagrams, frames[:2]), code)

    for case_id, about, changed in (
        ("k", "Another k.", {"k": 5}),
        ("r", "Another r.", {"r": 3}),
        ("size", "Another S.", {"parity": two.parity + b"\0"}),
    ):
        yield case(f"other-{case_id}", about, "FEC-16 FEC-36", MISMATCH, one, _with(two, changed))
    for case_id, about, changed in (
        ("stream", "Another stream_id.", {"stream_id": 4}),
        ("stream-digit", "A stream_id that differs in its highest byte.", {"stream_id": 3 + 2**24}),
        ("base", "Another base.", {"base": 1}),
        ("base-digit", "A base that differs in its highest byte.", {"base": 2**56}),
        ("step", "Another step.", {"step": 2}),
    ):
        yield case(f"other-{case_id}", about, "FEC-36", MISMATCH, one, _with(two, changed))
    yield case("twice", "The same datagram twice.", "FEC-16 FEC-36", TWICE, one, one)
    about = "Two datagrams of one index with different parity."
    yield case("index-twice", about, "FEC-16 FEC-36", TWICE, one, replace(two, index=0))
    about = "An index that came before, in a datagram with another k."
    yield case("mismatch-and-twice", about, "FEC-13 FEC-16 FEC-36", MISMATCH, one, replace(one, k=5))
    about = "The second datagram has a fault of its own, and is of another group."
    yield case("bad-and-mismatch", about, "FEC-13 FEC-36", BAD, one, replace(two, k=0, r=3))
    about = "Of two datagrams with a fault the first counts."
    yield case("first-counts", about, "FEC-36", CRC, replace(one, crc=0), replace(two, k=0))
    yield case("second-twice", "The second datagram twice.", "FEC-16 FEC-36", TWICE, one, two, two)
    yield case("first-behind", "The first datagram again, behind the second.", "FEC-16 FEC-36", TWICE, one, two, one)
    about = "An index that came before, and the CRC of a third is wrong."
    yield case("twice-and-crc", about, "FEC-16 FEC-36", TWICE, two, two, replace(one, crc=0))
    about = "A datagram that comes twice, where nothing is missing."
    yield refuses("twice-for-nothing", about, "FEC-36", given([one, one], frames), TWICE)


def _forged(k: int, place: int, wanted: bytes, frames: Sequence[Frame], size: int) -> RawRepair:
    """Repair from which, for the frame in this place, these bytes are computed in place of its symbol."""
    all_symbols = [symbol(frame.wire(), size) for frame in frames]
    all_symbols[place] = wanted
    (parity,) = parity_of(k, 1, all_symbols)
    return replace(raw_repairs(frames, 1)[0], parity=parity)


def forgeries() -> Iterator[tuple[str, str, RawRepair, list[Frame]]]:
    """A name, a sentence, repair of three frames, and those of them that are there: what comes out cannot be."""
    frames = [part(0), heart(1), part(2)]
    true = symbols(frames)
    size = len(true[0])
    for name, about, wanted in (
        ("length-32", "a length of 32", symbol(heart(1).wire()[:32], size)),
        ("length-0", "a length of 0", bytes(size)),
        ("length-over", "a length of S - 1", (size - 1).to_bytes(2, "little") + true[1][2:]),
        ("length-65535", "a length of 65,535", b"\xff\xff" + true[1][2:]),
        ("length-high-byte", "a length that is right but for its high byte", b"\x21\x01" + true[1][2:]),
        ("padding-first", "a byte that is not zero directly behind the frame", true[1][:35] + b"\1" + true[1][36:]),
        ("padding-last", "a last byte that is not zero", true[1][:-1] + b"\1"),
        ("stream", "another stream_id", symbol(heart(1, 4).wire(), size)),
        ("stream-digit", "a stream_id with another highest byte", symbol(heart(1, 3 + 2**24).wire(), size)),
        ("number", "the number of another frame of the group", symbol(heart(2).wire(), size)),
        ("number-digit", "a number with another highest byte", symbol(heart(1 + 2**56).wire(), size)),
    ):
        text = f"The computed symbol has {about}."
        yield name, text, _forged(3, 1, wanted, frames, size), [frames[0], frames[2]]


def _computed() -> Iterator[Case]:
    for name, about, repair, there in forgeries():
        yield refuses(name, about, "FEC-22 FEC-37", given([repair], there), MISMATCH)
    frames = [heart(0), heart(1), heart(2)]
    about = "A frame that is there is longer than S - 2."
    yield refuses("long-there", about, "FEC-22 FEC-37", given(raw_repairs(frames, 1), [part(0), heart(2)]), MISMATCH)
    about = "The same, where cutting it off would give a frame that could have been sent."
    cut = [symbol(part(0).wire(), 49)[:35], *symbols(frames)[1:]]
    forged = replace(raw_repairs(frames, 1)[0], parity=parity_of(3, 1, cut)[0])
    yield refuses("long-there-cut", about, "FEC-22 FEC-37", given([forged], [part(0), heart(2)]), MISMATCH)
    about = "The repair of other frames with the same numbers."
    other = raw_repairs([part(0), part(1), part(2)], 1)
    yield refuses("other-frames", about, "FEC-22 FEC-37", given(other, [heart(0), heart(2)]), MISMATCH)
    about = "Two frames are missing, and only the second computed one cannot be: neither is given."
    both = raw_repairs(frames, 2)
    wanted = symbols(frames)
    wanted[2] = wanted[2][:2] + wanted[2][2:-1] + bytes([wanted[2][-1] ^ 1])
    broken = [replace(one, parity=parity) for one, parity in zip(both, _two(wanted, frames), strict=True)]
    yield refuses("second-of-two", about, "FEC-22 FEC-37", given(broken, [heart(0)]), MISMATCH)
    about = "A computed frame of exactly S - 2 bytes with a CRC that is wrong: nothing else of it is looked at."
    odd = part(1).wire()[:-1] + bytes([part(1).wire()[-1] ^ 1])
    group: list[Frame | bytes] = [heart(0), odd]
    yield accepts("crc", about, "FEC-37", given(raw_repairs(group, 1), [heart(0)]), found([odd]))


def _two(wanted: list[bytes], frames: Sequence[Frame]) -> list[bytes]:
    """Parity of symbols of which the last has another number in its frame."""
    last = bytearray(wanted[2])
    last[2 + 8] ^= 0x10
    return parity_of(len(frames), 2, [*wanted[:2], bytes(last)])
