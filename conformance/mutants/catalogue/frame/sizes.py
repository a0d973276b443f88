"""Faults of the CRC and of the limits: FRM-24 to FRM-27."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from types import SimpleNamespace

from ...engine.mutant import Mutant
from ...engine.patches import Change, edited, replaced

ENVELOPE = "frame.header.check_envelope"
READ = "frame.header.read_header"
WRITE = "frame.encode.encode"
WRONG_CRC = "if sent != computed:"
SHORT = "if size < MIN_FRAME_BYTES:"
LONG = "if size > MAX_FRAME_BYTES:"
LEAST = "least = MIN_FRAME_BYTES + 10 * num_slices + sum(slice_len)"
OVER = "if least > MAX_FRAME_BYTES:"
CASTAGNOLI = 0x82F6_3B78


def computed(crc: Callable[[bytes], int]) -> Change:
    """A change of the CRC that a receiver computes."""
    return replaced("frame.header.zlib", SimpleNamespace(crc32=crc))


def crc32c(data: bytes) -> int:
    """CRC-32C, of another polynomial, bit by bit."""
    value = 0xFFFF_FFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (CASTAGNOLI if value & 1 else 0)
    return value ^ 0xFFFF_FFFF


CRC = (
    Mutant(
        "crc-not-checked", "FRM-24", "Leaves the CRC to the network card.", edited(ENVELOPE, WRONG_CRC, "if False:")
    ),
    Mutant(
        "crc-zero-means-none",
        "FRM-24",
        "Takes a CRC of 0 for one that was not computed, as with checksums of UDP.",
        edited(ENVELOPE, WRONG_CRC, "if sent and sent != computed:"),
    ),
    Mutant(
        "crc-of-24-bits",
        "FRM-24",
        "Compares the first three bytes of the CRC, off by one.",
        edited(ENVELOPE, WRONG_CRC, "if (sent ^ computed) & 0xFF_FFFF:"),
    ),
    Mutant(
        "crc-of-either-byte-order",
        "FRM-24",
        "Accepts the CRC in network byte order as well.",
        edited(ENVELOPE, WRONG_CRC, 'if computed not in (sent, int.from_bytes(data[-CRC_BYTES:], "big")):'),
    ),
    Mutant(
        "crc-without-header",
        "FRM-24",
        "Computes the CRC of what follows the fixed fields.",
        computed(lambda data: zlib.crc32(data[24:])),
    ),
    Mutant(
        "crc-without-complement",
        "FRM-24",
        "Has written the CRC itself and left out the final complement.",
        computed(lambda data: zlib.crc32(data) ^ 0xFFFF_FFFF),
    ),
    Mutant("crc-of-castagnoli", "FRM-24", "Uses CRC-32C, for which processors have an instruction.", computed(crc32c)),
    Mutant(
        "crc-before-transforms",
        "FRM-24",
        "Computes the CRC before it compresses and seals.",
        edited(WRITE, "zlib.crc32(data)", "zlib.crc32(header + write_slices(frame.slices))"),
    ),
)
LENGTHS = (
    Mutant(
        "length-33-refused",
        "FRM-25",
        "Compares the length with <= 33 and loses the shortest frame.",
        edited(ENVELOPE, SHORT, "if size <= MIN_FRAME_BYTES:"),
    ),
    Mutant(
        "length-32-accepted",
        "FRM-25",
        "Compares the length with < 32, off by one.",
        edited(ENVELOPE, SHORT, "if size < MIN_FRAME_BYTES - 1:"),
    ),
    Mutant(
        "length-without-crc",
        "FRM-25",
        "Counts the header alone and forgets the CRC.",
        edited(ENVELOPE, SHORT, "if size < MIN_FRAME_BYTES - CRC_BYTES:"),
    ),
    Mutant(
        "length-not-checked",
        "FRM-25",
        "Leaves short inputs to the CRC, which cannot be right then.",
        edited(ENVELOPE, SHORT, "if False:"),
    ),
    Mutant(
        "length-65536-refused",
        "FRM-26",
        "Keeps the length in a u16, where 65,536 is 0.",
        edited(ENVELOPE, LONG, "if size >= MAX_FRAME_BYTES:"),
    ),
    Mutant(
        "length-65537-accepted",
        "FRM-26",
        "Refuses only what is more than one byte too long.",
        edited(ENVELOPE, LONG, "if size > MAX_FRAME_BYTES + 1:"),
    ),
    Mutant(
        "length-not-limited",
        "FRM-26",
        "Leaves the upper limit to the socket.",
        edited(ENVELOPE, LONG, "if False:"),
    ),
    Mutant(
        "length-of-a-datagram",
        "FRM-26",
        "Takes the longest UDP payload for the longest frame.",
        edited(ENVELOPE, LONG, "if size > 65_507:"),
    ),
)
PLAIN = (
    Mutant(
        "sum-without-heads",
        "FRM-27",
        "Forgets the six bytes that each slice has at least before its payload.",
        edited(READ, LEAST, LEAST.replace("10", "4")),
    ),
    Mutant(
        "sum-of-32-bits",
        "FRM-27",
        "Adds the lengths up in a u32.",
        edited(READ, LEAST, f"{LEAST} & 0xFFFF_FFFF"),
    ),
    Mutant(
        "greatest-in-place-of-sum",
        "FRM-27",
        "Checks each length alone and never adds them up.",
        edited(READ, LEAST, LEAST.replace("sum(slice_len)", "max(slice_len, default=0)")),
    ),
    Mutant(
        "sum-at-the-limit-refused",
        "FRM-27",
        "Refuses the greatest plain size with >=.",
        edited(READ, OVER, "if least >= MAX_FRAME_BYTES:"),
    ),
    Mutant(
        "sum-one-over-accepted",
        "FRM-27",
        "Accepts one byte more than the limit.",
        edited(READ, OVER, "if least > MAX_FRAME_BYTES + 1:"),
    ),
    Mutant(
        "sum-of-plain-frames-not-checked",
        "FRM-27",
        "Checks the sum only where the length of the frame does not bound it.",
        edited(READ, OVER, "if flags & 3 and least > MAX_FRAME_BYTES:"),
    ),
)
MUTANTS = (*CRC, *LENGTHS, *PLAIN)
