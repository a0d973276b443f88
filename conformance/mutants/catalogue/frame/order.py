"""Faults in the order of checks, and inputs that get no answer: FRM-29 and FRM-30."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted

ENVELOPE = "frame.header.check_envelope"
HEADER = "frame.header.read_header"
BODY = "frame.decode.plain_body"
SLICE = "frame.slices._read_slice"
ALL = "frame.slices.read_slices"
SIZE = "size = len(data)"
WRONG_CRC = "if sent != computed:"
RIGHT_CRC = 'data[-4:] == zlib.crc32(data[:-4]).to_bytes(4, "little")'
ROOM = "if MIN_FRAME_BYTES + 4 * num_slices > len(data):"
NEXT = "one, offset = _read_slice(plain, offset, index, length)"

ORDER = (
    Mutant(
        "version-before-length",
        "FRM-29",
        "Refuses an input of another version before it looks whether it is too long.",
        edited(ENVELOPE, "if size > MAX_FRAME_BYTES:", "if size > MAX_FRAME_BYTES and data[0] == VERSION:"),
    ),
    Mutant(
        "crc-before-version",
        "FRM-29",
        "Checks the CRC before it believes the version.",
        edited(ENVELOPE, "if data[0] != VERSION:", f"if data[0] != VERSION and {RIGHT_CRC}:"),
    ),
    Mutant(
        "type-before-crc",
        "FRM-29",
        "Looks at the type as it reads the header, and at the CRC when it has come to the end.",
        edited(ENVELOPE, WRONG_CRC, "if sent != computed and data[1] <= 4:"),
    ),
    Mutant(
        "flags-before-type",
        "FRM-29",
        "Checks flags before the type, in the order in which its struct has them.",
        edited(HEADER, "if mtype not in _TYPES:", "if mtype not in _TYPES and not flags & ~ALL_FLAGS:"),
    ),
    Mutant(
        "table-before-flags",
        "FRM-29",
        "Looks whether the table has room before it checks the flags.",
        edited(HEADER, "if flags & ~ALL_FLAGS:", f"if flags & ~ALL_FLAGS and not ({ROOM[3:-1]}):"),
    ),
    Mutant(
        "sum-before-modality",
        "FRM-29",
        "Adds the lengths up as it reads them, before it comes to the modality.",
        edited(
            HEADER,
            "if modality not in _MODALITIES:",
            "if modality not in _MODALITIES and 33 + 10 * num_slices + sum(slice_len) <= MAX_FRAME_BYTES:",
        ),
    ),
    Mutant(
        "key-before-sum",
        "FRM-29",
        "Asks for the key as soon as it has seen the flag.",
        edited(HEADER, "if least > MAX_FRAME_BYTES:", "if least > MAX_FRAME_BYTES and not flags & 2:"),
    ),
    Mutant(
        "rank-before-dtype",
        "FRM-29",
        "Checks the rank, which needs no table, before the dtype.",
        edited(
            SLICE,
            "if dtype not in PAYLOAD_RULES:",
            'if dtype not in PAYLOAD_RULES and plain[offset + 1 : offset + 2] != b"\\0":',
        ),
    ),
    Mutant(
        "end-before-length",
        "FRM-29",
        "Takes the payload from the buffer before it compares its length with the dims.",
        inserted(SLICE, "# CHECK", '_need(plain, offset + 2 + 4 * rank, length, "")'),
    ),
    Mutant(
        "dtypes-of-all-slices-first",
        "FRM-29",
        "Walks over the heads of all slices before it checks the length of any.",
        inserted(
            ALL,
            "for index, length in",
            "at = 0\n"
            "for length in slice_len:\n"
            "    if at + 1 < len(plain) and plain[at] not in PAYLOAD_RULES:\n"
            '        raise _fault(RejectCode.BAD_DTYPE, "FRM-14", "", at, 1)\n'
            "    at += 2 + 4 * (plain[at + 1] if at + 1 < len(plain) else 0) + length",
        ),
    ),
    Mutant(
        "compression-before-key",
        "FRM-29",
        "Undoes ZSTD first, and so finds a sealed body to be no Zstandard frame.",
        edited(BODY, "if key is None:", "if key is None and not header.flags & Flags.ZSTD:"),
    ),
)
TOTAL = (
    Mutant(
        "short-input-crashes",
        "FRM-30",
        "Unpacks the fixed fields before it knows that they are there.",
        edited(ENVELOPE, SIZE, f"{SIZE}\nFIXED.unpack_from(data)"),
    ),
    Mutant(
        "empty-input-crashes",
        "FRM-30",
        "Reads the first byte of an input that has none.",
        edited(ENVELOPE, SIZE, f"version, {SIZE.replace('=', '= data[0],')}"),
    ),
    Mutant(
        "cut-rank-crashes",
        "FRM-30",
        "Reads a rank behind the end of the body.",
        edited(SLICE, '_need(plain, offset + 1, 1, f"the rank of slice {index}")', ""),
    ),
    Mutant(
        "cut-dims-crash",
        "FRM-30",
        "Reads dims behind the end of the body.",
        edited(SLICE, '_need(plain, offset + 2, 4 * rank, f"the {rank} dims of slice {index}")', ""),
    ),
    Mutant(
        "slices-so-far-delivered",
        "FRM-30",
        "Delivers the slices that have come when the body ends too early, as one may with video.",
        edited(ALL, NEXT, f"try:\n    {NEXT}\nexcept ResonantError:\n    return tuple(slices)"),
    ),
    Mutant(
        "one-bit-forgiven",
        "FRM-30",
        "Delivers a frame whose CRC differs in one bit, in the belief that the CRC itself was hit.",
        edited(ENVELOPE, WRONG_CRC, "if (sent ^ computed).bit_count() > 1:"),
    ),
)
MUTANTS = (*ORDER, *TOTAL)
