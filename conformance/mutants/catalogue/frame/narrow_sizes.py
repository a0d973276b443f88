"""Faults of frames at one size or in cost: FRM-7 to FRM-37 and SPC-1."""

from __future__ import annotations

from collections.abc import Callable

from ...engine.mutant import Kind, Mutant
from ...engine.narrow import altered, lost
from ...engine.patches import Change, edited, entries, inserted, wrapped

READ = "frame.header.read_header"
ENVELOPE = "frame.header.check_envelope"
SLICE = "frame.slices._read_slice"
FITS = "frame.slices.check_payload_length"
NOT_TYPE = "if mtype not in _TYPES:"
HASH = "frame.tail_hash.strong_tail_hash"
SPACE = "frame.space_hash.space_hash32"


def _rule(dtype: int, fits: Callable[[int, int], bool]) -> Change:
    return entries("frame.slices.PAYLOAD_RULES", {dtype: ("", "a length", fits)})


def _modality(data: bytes) -> int:
    return data[28 + 4 * int.from_bytes(data[16:24], "little")]


SIZE = (
    Mutant(
        "crc-skipped-in-long-frames",
        "FRM-24",
        "Checks the CRC of frames up to 1,024 bytes only, to save time.",
        edited(ENVELOPE, "if sent != computed:", "if sent != computed and size <= 1024:"),
        Kind.SIZE,
    ),
    Mutant(
        "crc-skipped-at-some-rests",
        "FRM-24",
        "Loses the check where 11 bytes remain behind whole words of 16.",
        edited(ENVELOPE, "if sent != computed:", "if sent != computed and (size - 4) % 16 != 11:"),
        Kind.SIZE,
    ),
    Mutant(
        "q4-rounded-down-when-large",
        "FRM-19",
        "Rounds half a byte down beyond 4,096 codes, in a second path.",
        _rule(3, lambda length, n: length == (n // 2 if n > 4096 else (n + 1) // 2)),
        Kind.SIZE,
    ),
    Mutant(
        "q4-length-of-15-bits",
        "FRM-19",
        "Keeps the number of codes in a signed 16-bit number.",
        _rule(3, lambda length, n: length == ((n & 0x7FFF) + 1) // 2),
        Kind.SIZE,
    ),
    Mutant(
        "q4-odd-count-of-129",
        "FRM-19",
        "Rounds a whole multiple of 128 and one down.",
        _rule(3, lambda length, n: length == (n // 2 if n % 128 == 1 and n > 1 else (n + 1) // 2)),
        Kind.SIZE,
    ),
    Mutant(
        "i8-length-of-13-bits",
        "FRM-18",
        "Compares the low 13 bits of a length, as its buffers are no longer.",
        _rule(2, lambda length, n: length == n & 0x1FFF),
        Kind.SIZE,
    ),
    Mutant(
        "f16-length-of-14-bits",
        "FRM-17",
        "Doubles the count in 14 bits.",
        _rule(1, lambda length, n: length == 2 * n & 0x3FFF),
        Kind.SIZE,
    ),
    Mutant(
        "sparse-count-of-8192",
        "FRM-20",
        "Stops comparing values with elements beyond 8,192.",
        _rule(0x10, lambda length, n: length % 2 == 0 and (length <= 2 * n or n > 8192)),
        Kind.SIZE,
    ),
    Mutant(
        "dtype-of-late-slices",
        "FRM-14",
        "Takes the dtype of slices behind the 200th for I8.",
        inserted(SLICE, "if dtype not in PAYLOAD_RULES", "dtype = 2 if index > 200 else dtype"),
        Kind.SIZE,
    ),
    Mutant(
        "rank-0-in-late-slices",
        "FRM-15",
        "Takes rank 0 for a scalar behind the 20th slice.",
        edited(SLICE, "if rank == 0:", "if rank == 0 and index < 20:"),
        Kind.SIZE,
    ),
    Mutant(
        "trailing-behind-many-slices",
        "FRM-22",
        "Does not look behind the last of 20 slices or more.",
        edited("frame.slices.read_slices", "if offset != len(plain):", "if offset != len(plain) and len(slices) < 20:"),
        Kind.SIZE,
    ),
    Mutant(
        "cut-in-many-slices",
        "FRM-21",
        "Delivers a cut payload in the last of 30 slices or more.",
        lost("frame.slices.read_slices", "TRUNCATED_BODY", lambda _, lengths: len(lengths) > 30, ()),
        Kind.SIZE,
    ),
    Mutant(
        "at-most-4096-slices",
        "FRM-27",
        "Has room for 4,096 slices and refuses more, as no sender has so many.",
        edited(READ, "if least > MAX_FRAME_BYTES:", "if least > MAX_FRAME_BYTES or num_slices > 4096:"),
        Kind.SIZE,
    ),
    Mutant(
        "written-count-of-8-bits",
        "FRM-7",
        "Writes the low byte of the number of slices.",
        edited("frame.encode.encode", "frame.frame_seq, num_slices)", "frame.frame_seq, num_slices & 0xFF)"),
        Kind.SIZE,
    ),
    Mutant(
        "plain-size-of-16-bits",
        "FRM-34",
        "Adds the plain size up in 16 bits before a transform.",
        altered(
            "frame.encode._check_size", lambda size, flags: flags & 3 != 0, lambda size, flags: (size & 0xFFFF, flags)
        ),
        Kind.SIZE,
    ),
    Mutant(
        "tail-hash-of-2000-bytes",
        "FRM-37",
        "Hashes the first 2,000 bytes, the size of its buffer.",
        altered(HASH, lambda data: len(data) > 2000, lambda data: (data[:2000],)),
        Kind.SIZE,
    ),
    Mutant(
        "tail-hash-of-8192-bytes",
        "FRM-37",
        "Hashes the first 8 KiB, the size of its buffer.",
        altered(HASH, lambda data: len(data) > 8192, lambda data: (data[:8192],)),
        Kind.SIZE,
    ),
    Mutant(
        "tail-hash-at-208",
        "FRM-37",
        "Takes another path for exactly 208 bytes, 13 times 16.",
        altered(HASH, lambda data: len(data) == 208, lambda data: (data[:-1],)),
        Kind.SIZE,
    ),
    Mutant(
        "tail-hash-loses-the-middle",
        "FRM-37",
        "Reads one byte in the middle of more than 256 from the byte before.",
        altered(
            HASH,
            lambda data: len(data) > 1088,
            lambda data: (data[: len(data) // 2] + data[len(data) // 2 - 1 :][:1] + data[len(data) // 2 + 1 :],),
        ),
        Kind.SIZE,
    ),
    Mutant(
        "space-id-of-128-bytes",
        "SPC-1",
        "Keeps a part in a field of 128 bytes and cuts it.",
        wrapped(SPACE, lambda right: lambda **parts: right(**{name: part[:128] for name, part in parts.items()})),
        Kind.SIZE,
    ),
)
COST = (
    Mutant(
        "table-allocated-first",
        "FRM-8",
        "Makes room for the table before it looks whether the frame holds one.",
        inserted(READ, NOT_TYPE, "table = bytearray(4 * num_slices)"),
        Kind.COST,
    ),
    Mutant(
        "payload-allocated-first",
        "FRM-16",
        "Makes room for the elements that the dims announce.",
        inserted(FITS, "clause, rule, fits", "room = bytearray(prod(dims))"),
        Kind.COST,
    ),
)
MUTANTS = (*SIZE, *COST)
