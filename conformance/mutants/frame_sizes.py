"""Faults of the CRC and of the sizes: FRM-24 to FRM-27."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from .changes import Change, edited, replaced
from .mutant import Mutant

ENVELOPE = "header.check_envelope"
COMPUTED = "zlib.crc32(memoryview(data)[:-CRC_BYTES])"
LEAST = "least = MIN_FRAME_BYTES + 10 * num_slices + sum(slice_len)"
OVER = "if least > MAX_FRAME_BYTES:"
CASTAGNOLI = 0x82F6_3B78


def crc_is(text: str) -> Change:
    """A receiver that computes something else, an expression of data, for the CRC."""
    return edited(ENVELOPE, COMPUTED, text)


def crc32c(data: Any, start: int = 0) -> int:
    """CRC-32C, of another polynomial."""
    value = start ^ 0xFFFF_FFFF
    for byte in bytes(data):
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (CASTAGNOLI if value & 1 else 0)
    return value ^ 0xFFFF_FFFF


class Castagnoli:
    """A zlib with another CRC."""

    crc32 = staticmethod(crc32c)


class Inverted:
    """A zlib whose CRC lacks the final complement."""

    crc32 = staticmethod(lambda data: crc32(data) ^ 0xFFFF_FFFF)


CRC = (
    Mutant(
        "crc-not-checked",
        "FRM-24",
        "Leaves the CRC to the network card.",
        edited(ENVELOPE, "if sent != computed:", "if False:"),
    ),
    Mutant(
        "crc-zero-means-none",
        "FRM-24",
        "Takes a CRC of 0 for one that was not computed, as with checksums of UDP.",
        edited(ENVELOPE, "if sent != computed:", "if sent and sent != computed:"),
    ),
    Mutant(
        "crc-of-the-body",
        "FRM-24",
        "Computes the CRC of what follows the fixed fields.",
        crc_is("zlib.crc32(memoryview(data)[24:-CRC_BYTES])"),
    ),
    Mutant(
        "crc-low-half",
        "FRM-24",
        "Compares 16 bits of the CRC.",
        edited(ENVELOPE, "if sent != computed:", "if (sent ^ computed) & 0xFFFF:"),
    ),
    Mutant(
        "crc-high-byte-lost",
        "FRM-24",
        "Compares the first three bytes of the CRC, off by one.",
        edited(ENVELOPE, "if sent != computed:", "if (sent ^ computed) & 0xFF_FFFF:"),
    ),
    Mutant(
        "crc-32c",
        "FRM-24",
        "Uses the CRC that processors have an instruction for.",
        replaced("header.zlib", Castagnoli),
    ),
    Mutant(
        "crc-without-complement",
        "FRM-24",
        "Leaves out the final complement.",
        replaced("header.zlib", Inverted),
    ),
    Mutant(
        "crc-big-endian",
        "FRM-24",
        "Reads the CRC in network byte order.",
        edited(ENVELOPE, '"little"', '"big"'),
    ),
    Mutant(
        "crc-or-its-reverse",
        "FRM-24",
        "Accepts the CRC in either byte order.",
        edited(ENVELOPE, "if sent != computed:", "if computed not in (sent, int.from_bytes(data[-4:], 'big')):"),
    ),
    Mutant(
        "crc-first-kilobyte",
        "FRM-24",
        "Feeds the CRC one buffer of 256 bytes and no more.",
        edited(ENVELOPE, "if sent != computed:", "if sent != computed and size <= 260:"),
    ),
)
LIMITS = (
    Mutant(
        "length-33-refused",
        "FRM-25",
        "Compares the length with <= 33.",
        edited(ENVELOPE, "if size < MIN_FRAME_BYTES:", "if size <= MIN_FRAME_BYTES:"),
    ),
    Mutant(
        "length-32-accepted",
        "FRM-25",
        "Has a shortest frame of 32 bytes, off by one.",
        edited(ENVELOPE, "if size < MIN_FRAME_BYTES:", "if size < MIN_FRAME_BYTES - 1:"),
    ),
    Mutant(
        "length-29-accepted",
        "FRM-25",
        "Counts the header alone and forgets the CRC.",
        edited(ENVELOPE, "if size < MIN_FRAME_BYTES:", "if size < MIN_FRAME_BYTES - 4:"),
    ),
    Mutant(
        "version-before-length",
        "FRM-25",
        "Looks at the first byte before the length.",
        edited(ENVELOPE, "if size < MIN_FRAME_BYTES:", "if size < MIN_FRAME_BYTES and data[:1] in (b'', b'\\1'):"),
    ),
    Mutant(
        "length-65536-refused",
        "FRM-26",
        "Keeps the length in a u16, or compares with >=.",
        edited(ENVELOPE, "if size > MAX_FRAME_BYTES:", "if size >= MAX_FRAME_BYTES:"),
    ),
    Mutant(
        "length-65537-accepted",
        "FRM-26",
        "Refuses what is more than one byte too long.",
        edited(ENVELOPE, "if size > MAX_FRAME_BYTES:", "if size > MAX_FRAME_BYTES + 1:"),
    ),
    Mutant(
        "length-of-a-datagram",
        "FRM-26",
        "Takes the longest UDP payload for the longest frame.",
        edited(ENVELOPE, "if size > MAX_FRAME_BYTES:", "if size > 65_507:"),
    ),
    Mutant(
        "length-not-limited",
        "FRM-26",
        "Leaves the upper limit to the socket.",
        edited(ENVELOPE, "if size > MAX_FRAME_BYTES:", "if False:"),
    ),
)
PLAIN = (
    Mutant(
        "sum-without-heads",
        "FRM-27",
        "Forgets the six bytes that each slice has at least before its payload.",
        edited("header.read_header", LEAST, "least = MIN_FRAME_BYTES + 4 * num_slices + sum(slice_len)"),
    ),
    Mutant(
        "sum-of-32-bits",
        "FRM-27",
        "Adds the lengths up in a u32.",
        edited("header.read_header", LEAST, "least = (MIN_FRAME_BYTES + 10 * num_slices + sum(slice_len)) % 2**32"),
    ),
    Mutant(
        "longest-in-place-of-sum",
        "FRM-27",
        "Checks each length alone.",
        edited("header.read_header", LEAST, "least = MIN_FRAME_BYTES + 10 * num_slices + max(slice_len, default=0)"),
    ),
    Mutant(
        "sum-limit-refused",
        "FRM-27",
        "Refuses the greatest plain size with >=.",
        edited("header.read_header", OVER, "if least >= MAX_FRAME_BYTES:"),
    ),
    Mutant(
        "sum-one-over-accepted",
        "FRM-27",
        "Accepts one byte more than the limit.",
        edited("header.read_header", OVER, "if least > MAX_FRAME_BYTES + 1:"),
    ),
    Mutant(
        "sum-for-transforms-only",
        "FRM-27",
        "Checks the sum only where the length of the frame does not bound it.",
        edited("header.read_header", OVER, "if flags & 3 and least > MAX_FRAME_BYTES:"),
    ),
)
MUTANTS = (*CRC, *LIMITS, *PLAIN)
