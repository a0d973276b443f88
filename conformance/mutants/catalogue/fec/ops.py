"""Faults in repair_encode and repair_decode: FEC-34 to FEC-37."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

READ = "fec.datagram.read_repair"
ENCODE = "fec.group.repair_encode"
CHECK = "fec.group._check_frame"
DECODE = "fec.group.repair_decode"
COMPUTE = "fec.group.recovered"
PLACED = "fec.group._placed"

MUTANTS = (
    Mutant(
        "repair-reversed",
        "FEC-34",
        "Gives the repair of a group in descending order.",
        edited(
            ENCODE,
            "return repair_of(group, r, protected)",
            "return repair_of(group, r, protected)[::-1]",
        ),
    ),
    Mutant(
        "no-range",
        "FEC-35",
        "Does not look for the last number of the group it is asked for.",
        edited(
            ENCODE,
            "fits(group.base, len(protected), r, group.step)",
            "fits(0, len(protected), r, group.step)",
        ),
    ),
    Mutant(
        "mismatch-before-length",
        "FEC-35",
        "Compares the numbers of all frames before their lengths.",
        edited(
            ENCODE,
            "    for place, frame in enumerate(protected):",
            (
                "    for place, frame in enumerate(protected):\n"
                "        if len(frame) > 15 and numbers_of(frame) != (group.stream_id, "
                "group.number(place)):\n"
                "            raise ResonantError(DropCode.REPAIR_MISMATCH, '', '')\n"
                "    for place, frame in enumerate(protected):"
            ),
        ),
    ),
    Mutant(
        "large-frames",
        "FEC-35",
        "Protects a frame whose repair no datagram holds.",
        edited(
            CHECK,
            "len(frame) > MAX_PROTECTED_BYTES",
            "len(frame) > MAX_PROTECTED_BYTES + 1",
        ),
        Kind.SIZE,
    ),
    Mutant(
        "short-frames",
        "FEC-35",
        "Protects what is too short for a frame.",
        edited(
            CHECK,
            "len(frame) < MIN_FRAME_BYTES",
            "len(frame) < 16",
        ),
    ),
    Mutant(
        "numbers-unseen",
        "FEC-35",
        "Protects frames whose numbers are not those of the group.",
        edited(
            CHECK,
            "if numbers_of(frame) != (group.stream_id, group.number(place)):",
            "if numbers_of(frame)[0] != group.stream_id:",
        ),
    ),
    Mutant(
        "streams-unseen",
        "FEC-35",
        "Protects frames whose stream_ids are not that of the group.",
        edited(
            CHECK,
            "if numbers_of(frame) != (group.stream_id, group.number(place)):",
            "if numbers_of(frame)[1] != group.number(place):",
        ),
    ),
    Mutant(
        "magic-unseen",
        "FEC-36",
        "Reads a datagram as repair whatever it begins with.",
        edited(
            READ,
            "if not is_repair(datagram):",
            "if False:",
        ),
    ),
    Mutant(
        "magic-in-part",
        "FEC-36",
        "Compares three of the four letters of the magic.",
        edited(
            "fec.datagram.is_repair",
            "MAGIC",
            "MAGIC[:3]",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "twice-is-once",
        "FEC-36",
        "Takes repair that comes twice for one.",
        edited(
            DECODE,
            "if one.index in parities:",
            "if False:",
        ),
    ),
    Mutant(
        "twice-before-mismatch",
        "FEC-36",
        "Looks at the index before it compares the groups.",
        edited(
            DECODE,
            "if not is_alike(first, one):",
            (
                "if one.index in parities:\n"
                "    raise ResonantError(DropCode.DUPLICATE, '', '')\n"
                "if not is_alike(first, one):"
            ),
        ),
    ),
    Mutant(
        "all-are-read-first",
        "FEC-36",
        "Looks at each datagram for itself before it compares any.",
        edited(
            DECODE,
            "for datagram in datagrams:",
            ("for datagram in datagrams:\n    read_repair(datagram)\nfor datagram in datagrams:"),
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "parity-is-missing",
        "FEC-37",
        "Waits for all of the repair before it computes anything.",
        edited(
            COMPUTE,
            "len(there) + len(parities) < shape.k",
            "len(there) + len(parities) < shape.k or len(parities) < shape.r",
        ),
    ),
    Mutant(
        "missing-reversed",
        "FEC-37",
        "Gives the frames that were missing in descending order.",
        edited(
            COMPUTE,
            "for place in missing)",
            "for place in missing[::-1])",
        ),
    ),
    Mutant(
        "first-counts",
        "FEC-37",
        "Keeps the first of two frames with one number.",
        edited(
            PLACED,
            "return found",
            "return found[::-1]",
        ),
    ),
    Mutant(
        "others-count",
        "FEC-37",
        "Takes frames of other stream_ids for those of the group.",
        edited(
            PLACED,
            "stream_id == shape.group.stream_id and",
            "",
        ),
    ),
    Mutant(
        "short-count",
        "FEC-37",
        "Takes what is too short for a frame.",
        edited(
            PLACED,
            "len(frame) >= MIN_FRAME_BYTES",
            "len(frame) >= 16",
        ),
    ),
    Mutant(
        "between-counts",
        "FEC-37",
        "Rounds a number to the place before it.",
        edited(
            "fec.datagram.GroupId.place",
            "not between and",
            "",
        ),
    ),
    Mutant(
        "places-of-32-bits",
        "FEC-37",
        "Computes the places of frames in 32 bits.",
        edited(
            "fec.datagram.GroupId.place",
            "frame_seq - self.base",
            "(frame_seq - self.base) % 2**32",
        ),
        Kind.DIGIT,
    ),
)
