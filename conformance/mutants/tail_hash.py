"""Faults of the strong tail hash: FRM-37 and FRM-38."""

from __future__ import annotations


from .changes import Change, edited
from .mutant import Mutant

HASH = "tail.strong_tail_hash"
RIGHT = "xxhash.xxh3_64_intdigest(data)"
TEXT = "tail.tail_hash_hex"
HEX = 'f"{strong_tail_hash(data):016x}"'


def other(text: str) -> Change:
    """Another hash, an expression of data."""
    return edited(HASH, RIGHT, text)


MUTANTS = (
    Mutant(
        "tail-hash-seed-one",
        "FRM-37",
        "Seeds the hash, as its library's examples do.",
        other("xxhash.xxh3_64_intdigest(data, 1)"),
    ),
    Mutant(
        "tail-hash-is-xxh64",
        "FRM-37",
        "Uses XXH64, the older hash of the same width and family.",
        other("xxhash.xxh64_intdigest(data)"),
    ),
    Mutant(
        "tail-hash-half-of-128",
        "FRM-37",
        "Takes the low half of XXH3-128, which is the same for some lengths only.",
        other("xxhash.xxh3_128_intdigest(data) & 0xFFFF_FFFF_FFFF_FFFF"),
    ),
    Mutant(
        "tail-hash-of-240-bytes",
        "FRM-37",
        "Has the short forms of XXH3 only and cuts longer inputs at 240 bytes.",
        other("xxhash.xxh3_64_intdigest(data[:240])"),
    ),
    Mutant(
        "tail-hash-of-first-block",
        "FRM-37",
        "Feeds the hash one block of 1,024 bytes and forgets the rest.",
        other("xxhash.xxh3_64_intdigest(data[:1024])"),
    ),
    Mutant(
        "tail-hash-of-nothing-is-zero",
        "FRM-37",
        "Returns 0 for no bytes without asking the hash.",
        other("xxhash.xxh3_64_intdigest(data) if data else 0"),
    ),
    Mutant("tail-hash-in-capitals", "FRM-38", "Prints hexadecimal digits in capitals.", edited(TEXT, "016x", "016X")),
    Mutant("tail-hash-unpadded", "FRM-38", "Prints the number without leading zeros.", edited(TEXT, "016x", "x")),
    Mutant("tail-hash-prefixed", "FRM-38", "Prints 0x before the digits.", edited(TEXT, 'f"{', 'f"0x{')),
    Mutant(
        "tail-hash-bytes-swapped",
        "FRM-38",
        "Prints the bytes as they stand in memory, the least significant first.",
        edited(TEXT, HEX, 'strong_tail_hash(data).to_bytes(8, "little").hex()'),
    ),
    Mutant(
        "tail-hash-signed",
        "FRM-38",
        "Prints a signed number, with a minus where the highest bit is set.",
        edited(
            TEXT, "strong_tail_hash(data):016x", "strong_tail_hash(data) - (strong_tail_hash(data) >> 63 << 64):016x"
        ),
    ),
)
