"""Faults of the strong tail hash: FRM-37 and FRM-38."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import Change, edited

TEXT = "frame.tail_hash.tail_hash_hex"
DIGITS = 'f"{strong_tail_hash(data):016x}"'


def hashed(number: str) -> Change:
    """Another hash, an expression of data."""
    return edited("frame.tail_hash.strong_tail_hash", "xxhash.xxh3_64_intdigest(data)", number)


MUTANTS = (
    Mutant(
        "tail-hash-seeded",
        "FRM-37",
        "Seeds the hash, as its library's examples do.",
        hashed("xxhash.xxh3_64_intdigest(data, 1)"),
    ),
    Mutant(
        "tail-hash-is-xxh64",
        "FRM-37",
        "Uses XXH64, the older hash of the same family and width.",
        hashed("xxhash.xxh64_intdigest(data)"),
    ),
    Mutant(
        "tail-hash-half-of-128",
        "FRM-37",
        "Takes the low half of XXH3-128, which is the same at some lengths only.",
        hashed("xxhash.xxh3_128_intdigest(data) & 0xFFFF_FFFF_FFFF_FFFF"),
    ),
    Mutant(
        "tail-hash-of-240-bytes",
        "FRM-37",
        "Has the short forms of XXH3 only and cuts longer inputs.",
        hashed("xxhash.xxh3_64_intdigest(data[:240])"),
    ),
    Mutant(
        "tail-hash-of-one-block",
        "FRM-37",
        "Feeds the hash one block of 1,024 bytes and forgets the rest.",
        hashed("xxhash.xxh3_64_intdigest(data[:1024])"),
    ),
    Mutant(
        "tail-hash-in-capitals",
        "FRM-38",
        "Prints the digits in capitals, the default of its library.",
        edited(TEXT, "016x", "016X"),
    ),
    Mutant(
        "tail-hash-unpadded",
        "FRM-38",
        "Prints the number as a number, without leading zeros.",
        edited(TEXT, "016x", "x"),
    ),
    Mutant(
        "tail-hash-swapped",
        "FRM-38",
        "Prints the bytes as they stand in memory, the least significant first.",
        edited(TEXT, DIGITS, 'strong_tail_hash(data).to_bytes(8, "little").hex()'),
    ),
)
