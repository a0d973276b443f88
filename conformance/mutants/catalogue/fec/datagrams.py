"""Faults in repair datagrams as they are written: FEC-1, FEC-2."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

WRITE = "fec.datagram.write_repair"
SYMBOL = "fec.symbols.symbol_of"

MUTANTS = (
    Mutant(
        "index-from-1",
        "FEC-1",
        "Counts repair from 1, as people count things.",
        edited(
            WRITE,
            "repair.index, group.step",
            "repair.index + 1, group.step",
        ),
    ),
    Mutant(
        "step-before-index",
        "FEC-1",
        "Has two fields in the other order.",
        edited(
            WRITE,
            "repair.index, group.step",
            "group.step, repair.index",
        ),
    ),
    Mutant(
        "r-before-k",
        "FEC-1",
        "Has two fields in the other order.",
        edited(
            WRITE,
            "repair.k, repair.r",
            "repair.r, repair.k",
        ),
    ),
    Mutant(
        "crc-of-parity",
        "FEC-1",
        "Leaves the head out of the CRC.",
        edited(
            WRITE,
            "zlib.crc32(body)",
            "zlib.crc32(repair.parity)",
        ),
    ),
    Mutant(
        "stream-ids-of-24-bits",
        "FEC-1",
        "Writes three of the four bytes of a stream_id.",
        edited(
            WRITE,
            "group.stream_id,",
            "group.stream_id & 0xFFFFFF,",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "bases-of-53-bits",
        "FEC-1",
        "Has a base pass through a floating-point number.",
        edited(
            WRITE,
            "group.base,",
            "min(int(float(group.base)), 2**64 - 1),",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "no-length",
        "FEC-2",
        "Pads frames and does not say how long they are.",
        edited(
            SYMBOL,
            "_LENGTH.pack(len(frame)) + frame",
            "bytes(2) + frame",
        ),
    ),
    Mutant(
        "big-endian-length",
        "FEC-2",
        "Writes the length of a frame high byte first.",
        edited(
            SYMBOL,
            "_LENGTH.pack(len(frame))",
            "len(frame).to_bytes(2, 'big')",
        ),
    ),
    Mutant(
        "padding-of-ones",
        "FEC-2",
        "Pads with whatever the buffer was cleared with.",
        edited(
            SYMBOL,
            'b"\\0"',
            'b"\\xff"',
        ),
    ),
    Mutant(
        "length-of-the-symbol",
        "FEC-2",
        "Counts the two bytes of the length itself as well.",
        edited(
            SYMBOL,
            "_LENGTH.pack(len(frame))",
            "_LENGTH.pack(len(frame) + 2)",
        ),
    ),
    Mutant(
        "size-of-two",
        "FEC-2",
        "Looks for the longest among the first two.",
        edited(
            "fec.symbols.size_of",
            "max(map(len, frames))",
            "max(map(len, list(frames)[:2]))",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "even-sizes",
        "FEC-2",
        "Makes symbols of an even length.",
        edited(
            "fec.symbols.size_of",
            "max(map(len, frames))",
            "(max(map(len, frames)) + 1) // 2 * 2",
        ),
    ),
    Mutant(
        "frames-without-crc",
        "FEC-2",
        "Protects frames without their CRC, which could be computed anew.",
        edited(
            SYMBOL,
            "_LENGTH.pack(len(frame)) + frame",
            "_LENGTH.pack(len(frame)) + frame[:-4]",
        ),
    ),
)
