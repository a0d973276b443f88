"""Faults of the header, each with the right CRC (specs/frame.md section 4, steps 5 to 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import IntEnum

from resonant import MessageType, Modality

from ..model import RESERVED, RESERVED_BITS, UNTIL_ASSIGNED, Case, Group, frame_refused
from ..writer.raw_frame import F16, I8, Raw, one_slice, ramp, raw_slice

VALID = one_slice(F16, (2,), bytes.fromhex("003c00c0"))

UNASSIGNED = (5, 6, 7, 0x10, 0x7F, 0x80, 0xEF)
"""Neighbours of what is assigned, and of what is reserved."""


def groups() -> Iterator[Group]:
    """BAD_TYPE, RESERVED_FLAGS, BAD_SLICE_TABLE, BAD_MODALITY, PLAIN_TOO_LARGE."""
    yield Group("frame", "decode/type", "decode", "Types that are not defined.", list(_types(RESERVED)))
    yield Group("frame", "decode/flags", "decode", "The reserved flag bit, alone and with others.", list(_flags()))
    yield Group("frame", "decode/slice-table", "decode", "More slices than there is room for.", list(_slice_table()))
    yield Group("frame", "decode/modality", "decode", "Modalities that are not defined.", list(_modalities()))
    about = f"Types, flag bits and modalities that no version has assigned yet: {UNTIL_ASSIGNED}"
    yield Group("frame", "decode/unassigned", "decode", about, list(_unassigned()))
    about = "Slice tables that announce more than 65,536 bytes."
    yield Group("frame", "decode/plain-too-large", "decode", about, list(_plain_too_large()))


def undefined(kind: type[IntEnum], *numbers: int) -> list[int]:
    """The number after the last one of an enum, and those of the others that it does not define."""
    return sorted({max(kind) + 1, *numbers} - set(kind))


def _types(values: Iterable[int]) -> Iterator[Case]:
    for value in values:
        data = replace(VALID, type=value).frame()
        yield frame_refused(f"type-{value:02x}", f"type 0x{value:02x}.", "FRM-3", data, "BAD_TYPE")


def _bits(bits: Iterable[int]) -> Iterator[Case]:
    for bit in bits:
        data = replace(VALID, flags=1 << bit).frame()
        yield frame_refused(f"reserved-bit-{bit}", f"Flag bit {bit} alone.", "FRM-39", data, "RESERVED_FLAGS")


def _flags() -> Iterator[Case]:
    yield from _bits(RESERVED_BITS)
    combinations = {
        "reserved-bits-all": (0xFFF8, "Every reserved bit, no other."),
        "reserved-bit-15-and-strong-tail": (0x8004, "A reserved bit of the high byte beside a valid one."),
        "all-but-the-transforms": (0xFFFC, "Every bit but ZSTD and XCHACHA."),
    }
    for case_id, (flags, about) in combinations.items():
        yield frame_refused(case_id, about, "FRM-39", replace(VALID, flags=flags).frame(), "RESERVED_FLAGS")


def _unassigned() -> Iterator[Case]:
    yield from _types(undefined(MessageType, *UNASSIGNED))
    yield from _modalities_of(undefined(Modality, *UNASSIGNED))
    yield from _bits(range(3, 15))
    about = "A bit that is not assigned beside a valid one."
    both = replace(VALID, flags=0x000C).frame()
    yield frame_refused("reserved-bit-3-and-strong-tail", about, "FRM-39", both, "RESERVED_FLAGS")


def _slice_table() -> Iterator[Case]:
    counts = {
        "one-slice-in-the-shortest-frame": (1, 0, "N = 1 in 33 bytes, which have room for no entry."),
        "one-byte-short-of-an-entry": (1, 3, "N = 1 in 36 bytes: three bytes of room for an entry of four."),
        "two-slices-one-byte-short": (2, 7, "N = 2 in 40 bytes."),
        "count-one-too-many": (26, 100, "N = 26 with room for 25."),
        "count-2-pow-16": (2**16, 40, "N = 65,536, which is 0 in a u16."),
        "count-2-pow-30": (2**30, 40, "N = 2^30: 4N is 0 in a u32."),
        "count-2-pow-31": (2**31, 40, "N = 2^31, negative as a signed 32-bit number."),
        "count-2-pow-32": (2**32, 40, "N = 2^32, which is 0 in a u32."),
        "count-2-pow-32-plus-1": (2**32 + 1, 40, "N = 2^32 + 1, which is 1 in a u32."),
        "count-2-pow-62": (2**62, 40, "N = 2^62: 4N is 0 in a u64."),
        "count-2-pow-62-plus-1": (2**62 + 1, 40, "N = 2^62 + 1: 4N is 4 in a u64."),
        "count-2-pow-63": (2**63, 40, "N = 2^63, negative as a signed 64-bit number."),
        "count-max": (2**64 - 1, 40, "N = 2^64 - 1: 33 + 4N is 29 in a u64."),
        "count-wraps-to-fit": (2**64 - 8, 40, "N = 2^64 - 8: 33 + 4N is 1 in a u64."),
    }
    for case_id, (count, room, about) in counts.items():
        # after the count come space_hash32 (0), modality (0) and `room` bytes, all zero
        data = Raw(num_slices=count, body=bytes(room)).frame()
        yield frame_refused(case_id, about, "FRM-8", data, "BAD_SLICE_TABLE")


def _modalities_of(values: Iterable[int]) -> Iterator[Case]:
    for value in values:
        data = replace(VALID, modality=value).frame()
        yield frame_refused(f"modality-{value:02x}", f"modality 0x{value:02x}.", "FRM-11", data, "BAD_MODALITY")


def _modalities() -> Iterator[Case]:
    yield from _modalities_of(RESERVED)
    about = "modality 0xfa behind two table entries: it is looked for at 28 + 4N."
    two = Raw(slice_len=(1, 1), modality=0xFA, body=raw_slice(I8, (1,), b"\x07") * 2)
    yield frame_refused("modality-after-two-entries", about, "FRM-11", two.frame(), "BAD_MODALITY")


def _plain_too_large() -> Iterator[Case]:
    body = raw_slice(I8, (8,), ramp(8))
    tables = {
        "sum-one-over": ((65_494,), "33 + 10 + 65,494 = 65,537."),
        "sum-over-in-two": ((32_742, 32_742), "33 + 20 + 65,484 = 65,537, each half harmless."),
        "entry-max": ((2**32 - 1,), "One entry of 2^32 - 1."),
        "entry-2-pow-31": ((2**31,), "One entry of 2^31, negative as a signed 32-bit number."),
        "sum-wraps-to-0": ((2**31, 2**31), "Two entries of 2^31: the sum is 0 in a u32."),
        "sum-wraps-to-8": ((2**32 - 8, 16), "The sum is 8 in a u32, which is what the body holds."),
        "entry-65-536": ((65_536,), "One entry of 65,536, which is 0 in a u16."),
        "last-of-three-over": ((4, 4, 65_480), "33 + 30 + 65,488 = 65,551, because of the last entry."),
    }
    for case_id, (table, about) in tables.items():
        yield frame_refused(case_id, about, "FRM-27", Raw(slice_len=table, body=body).frame(), "PLAIN_TOO_LARGE")
    many = Raw(slice_len=(0,) * 6551).frame()
    about = "6,551 empty entries: the frame is short, but the slices need 10 bytes each at the least."
    yield frame_refused("table-of-6551-empty-slices", about, "FRM-27", many, "PLAIN_TOO_LARGE")
