"""Faults in the checks of a repair datagram: FEC-13 to FEC-15."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

READ = "fec.datagram.read_repair"
FITS = "fec.datagram.fits"

MUTANTS = (
    Mutant(
        "crc-last",
        "FEC-13",
        "Looks at the fields before the CRC.",
        edited(
            READ,
            "if CRC.pack(zlib.crc32(body)) != crc:",
            ("if HEADER.unpack_from(body)[3] and HEADER.unpack_from(body)[6] and CRC.pack(zlib.crc32(body)) != crc:"),
        ),
    ),
    Mutant(
        "crc-unseen",
        "FEC-13",
        "Does not compare the CRC, as that of UDP was right.",
        edited(
            READ,
            "if CRC.pack(zlib.crc32(body)) != crc:",
            "if False:",
        ),
    ),
    Mutant(
        "crc-in-part",
        "FEC-13",
        "Compares three bytes of the CRC.",
        edited(
            READ,
            "CRC.pack(zlib.crc32(body)) != crc",
            "CRC.pack(zlib.crc32(body))[:3] != crc[:3]",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "from-58",
        "FEC-14",
        "Takes repair that is a byte too short.",
        replaced(
            "fec.datagram.MIN_REPAIR_BYTES",
            58,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "from-60",
        "FEC-14",
        "Refuses the shortest repair that there can be.",
        replaced(
            "fec.datagram.MIN_REPAIR_BYTES",
            60,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "to-65506",
        "FEC-14",
        "Refuses the longest repair that a datagram holds.",
        replaced(
            "fec.datagram.MAX_REPAIR_BYTES",
            65506,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "to-65508",
        "FEC-14",
        "Takes repair that no datagram holds.",
        replaced(
            "fec.datagram.MAX_REPAIR_BYTES",
            65508,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "crc-before-length",
        "FEC-14",
        "Compares the CRC of what is too short for repair.",
        edited(
            READ,
            "if not MIN_REPAIR_BYTES <=",
            (
                "if len(datagram) > 24 and CRC.pack(zlib.crc32(datagram[:-4])) != "
                "datagram[-4:]:\n"
                "    raise ResonantError(RejectCode.CRC_MISMATCH, '', '')\n"
                "if not MIN_REPAIR_BYTES <="
            ),
        ),
    ),
    Mutant(
        "k-to-255",
        "FEC-15",
        "Takes any k that the field can hold.",
        replaced(
            "fec.datagram.MAX_K",
            255,
        ),
    ),
    Mutant(
        "k-to-127",
        "FEC-15",
        "Refuses the greatest k that there can be.",
        replaced(
            "fec.datagram.MAX_K",
            127,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "k-of-0",
        "FEC-15",
        "Takes repair of a group without frames.",
        edited(
            FITS,
            "1 <= k",
            "0 <= k",
        ),
    ),
    Mutant(
        "r-to-33",
        "FEC-15",
        "Takes repair of which there is one more than may be.",
        replaced(
            "fec.datagram.MAX_R",
            33,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "r-to-31",
        "FEC-15",
        "Refuses the greatest r that there can be.",
        replaced(
            "fec.datagram.MAX_R",
            31,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "index-to-r",
        "FEC-15",
        "Takes an index that is r, one too many.",
        edited(
            READ,
            "index >= r",
            "index > r",
        ),
        Kind.SIZE,
    ),
    Mutant(
        "index-unseen",
        "FEC-15",
        "Takes any index that the field can hold.",
        edited(
            READ,
            "or index >= r",
            "or False",
        ),
    ),
    Mutant(
        "step-to-17",
        "FEC-15",
        "Takes a step that is one more than may be.",
        replaced(
            "fec.datagram.MAX_STEP",
            17,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "step-to-15",
        "FEC-15",
        "Refuses the greatest step that there can be.",
        replaced(
            "fec.datagram.MAX_STEP",
            15,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "step-of-0",
        "FEC-15",
        "Takes a group of one number.",
        edited(
            FITS,
            "1 <= step",
            "0 <= step",
        ),
    ),
    Mutant(
        "bases-wrap",
        "FEC-15",
        "Lets the last number of a group wrap around.",
        edited(
            FITS,
            "base + (k - 1) * step <= MAX_FRAME_SEQ",
            "(base + (k - 1) * step) % 2**64 <= MAX_FRAME_SEQ",
        ),
    ),
    Mutant(
        "bases-of-k",
        "FEC-15",
        "Counts one frame too many from the base.",
        edited(
            FITS,
            "(k - 1) * step",
            "k * step",
        ),
        Kind.SIZE,
    ),
    Mutant(
        "bases-without-step",
        "FEC-15",
        "Forgets the step where it looks for the last number.",
        edited(
            FITS,
            "(k - 1) * step",
            "(k - 1)",
        ),
        Kind.COMBINATION,
    ),
)
