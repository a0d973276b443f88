"""Faults of an encoder: FRM-32 to FRM-34."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import both, edited

WRITE = "frame.encode.encode"
FIELDS = "frame.encode.check_fields"
SLICE = "frame.slices.check_slice"
BODY = "frame.slices.write_slices"
SIZE = "frame.encode._check_size"
REFUSED = "if value not in admitted:"
RANK = "if not 1 <= len(one.dims) <= MAX_RANK:"
WITHIN = "if plain_size <= MAX_FRAME_BYTES:"


def trusted(field: str) -> str:
    """The check of the fields without this one."""
    return f'if value not in admitted and name != "{field}":'


LAYOUT = (
    Mutant(
        "dims-written-in-reverse",
        "FRM-32",
        "Writes dims with the fastest first, as Fortran has them.",
        edited(BODY, "*one.dims)", "*reversed(one.dims))"),
    ),
    Mutant(
        "strong-tail-not-written",
        "FRM-32",
        "Keeps to itself a flag that changes nothing at this layer.",
        edited(WRITE, "frame.flags, frame.stream_id", "frame.flags & 3, frame.stream_id"),
    ),
    Mutant(
        "written-modality-first",
        "FRM-32",
        "Writes the end of the header in the order of its own struct, the small field first.",
        edited(
            WRITE,
            "TAIL.pack(frame.space_hash32, frame.modality)",
            'struct.pack("<BI", frame.modality, frame.space_hash32)',
        ),
    ),
    Mutant(
        "dtype-and-rank-swapped",
        "FRM-32",
        "Writes rank before dtype, as its own struct has them.",
        edited(BODY, "one.dtype, rank,", "rank, one.dtype,"),
    ),
    Mutant(
        "written-crc-big-endian",
        "FRM-32",
        "Appends the CRC in network byte order.",
        edited(WRITE, 'to_bytes(4, "little")', 'to_bytes(4, "big")'),
    ),
)
REFUSALS = (
    Mutant(
        "encoder-trusts-type",
        "FRM-33",
        "Trusts its callers to give a type that exists.",
        edited(FIELDS, REFUSED, trusted("type")),
    ),
    Mutant(
        "encoder-trusts-modality",
        "FRM-33",
        "Trusts its callers to give a modality that exists.",
        edited(FIELDS, REFUSED, trusted("modality")),
    ),
    Mutant(
        "encoder-trusts-flags",
        "FRM-33",
        "Trusts its callers to set known flags only.",
        edited(FIELDS, REFUSED, trusted("flags")),
    ),
    Mutant(
        "encoder-has-one-code",
        "FRM-33",
        "Says FIELD_RANGE for every field that it will not write.",
        edited(FIELDS, "ResonantError(code,", "ResonantError(RejectCode.FIELD_RANGE,"),
    ),
    Mutant(
        "encoder-guesses-dtype",
        "FRM-33",
        "Writes a slice of unknown dtype as it is.",
        edited(
            SLICE, "if one.dtype not in PAYLOAD_RULES:", "if one.dtype not in PAYLOAD_RULES:\n    return\nif False:"
        ),
    ),
    Mutant(
        "encoder-rank-of-8-bits",
        "FRM-33",
        "Casts the number of dims to a byte, so that 256 of them become rank 0.",
        both(edited(SLICE, RANK, "if not one.dims:"), edited(BODY, "one.dtype, rank,", "one.dtype, rank & 0xFF,")),
    ),
    Mutant(
        "encoder-rank-as-range",
        "FRM-33",
        "Says FIELD_RANGE for more than 255 dims, as their number does not fit a byte.",
        edited(SLICE, "RejectCode.BAD_RANK", "RejectCode.FIELD_RANGE if one.dims else RejectCode.BAD_RANK"),
    ),
    Mutant(
        "encoder-trusts-lengths",
        "FRM-33",
        "Writes a payload whatever its dims say.",
        edited(SLICE, "check_payload_length(one", "0 and check_payload_length(one"),
    ),
)
SIZES = (
    Mutant(
        "plain-size-not-checked",
        "FRM-34",
        "Checks the size of what it will send, which compression may have made small.",
        edited(SIZE, WITHIN, "if True:"),
    ),
    Mutant(
        "plain-size-as-frame",
        "FRM-34",
        "Has one limit and one code, FRAME_TOO_LARGE, whatever the flags are.",
        edited(SIZE, "RejectCode.PLAIN_TOO_LARGE if transformed", "RejectCode.FRAME_TOO_LARGE if transformed"),
    ),
    Mutant(
        "plain-size-as-plain",
        "FRM-34",
        "Says PLAIN_TOO_LARGE also where nothing is transformed.",
        edited(SIZE, "else RejectCode.FRAME_TOO_LARGE", "else RejectCode.PLAIN_TOO_LARGE"),
    ),
    Mutant(
        "plain-size-of-a-datagram",
        "FRM-34",
        "Takes the longest UDP payload for the longest frame.",
        edited(SIZE, WITHIN, "if plain_size <= 65_507:"),
    ),
    Mutant(
        "plain-size-without-heads",
        "FRM-34",
        "Adds the payloads up and forgets dtype, rank and dims.",
        edited(WRITE, "sum(2 + 4 * len(s.dims) + len(s.payload) for", "sum(len(s.payload) for"),
    ),
)
MUTANTS = (*LAYOUT, *REFUSALS, *SIZES)
