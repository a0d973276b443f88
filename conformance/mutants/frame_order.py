"""Faults in the order of checks, and inputs that get no answer: FRM-29 and FRM-30."""

from __future__ import annotations

from .changes import edited
from .mutant import Mutant

ENVELOPE = "header.check_envelope"
HEADER = "header.read_header"
DECODE = "decode.decode"
BODY = "decode.plain_body"
SLICE = "slices._read_slice"
ALL = "slices.read_slices"
NOT_TYPE = "if mtype not in _TYPES:"
NOT_MODALITY = "if modality not in _MODALITIES:"
RESERVED = "if flags & ~ALL_FLAGS:"
ROOM = "if MIN_FRAME_BYTES + 4 * num_slices > len(data):"
OVER = "if least > MAX_FRAME_BYTES:"
CHECK = "check_payload_length(dtype, dims, length, index, Span(offset + 2, offset + 2 + 4 * rank, Part.PLAIN_BODY))"
PAYLOAD = '_need(plain, start, length, f"the payload of slice {index}")'
RIGHT_CRC = 'data[-4:] == zlib.crc32(data[:-4]).to_bytes(4, "little")'

ORDER = (
    Mutant(
        "order-version-before-length",
        "FRM-29",
        "Refuses an input of another version before it looks whether it is too long.",
        edited(ENVELOPE, "if size > MAX_FRAME_BYTES:", "if size > MAX_FRAME_BYTES and data[0] == 1:"),
    ),
    Mutant(
        "order-crc-before-version",
        "FRM-29",
        "Checks the CRC before it believes the version.",
        edited(ENVELOPE, "if data[0] != VERSION:", f"if data[0] != VERSION and {RIGHT_CRC}:"),
    ),
    Mutant(
        "order-type-before-crc",
        "FRM-29",
        "Looks at the type while it reads the header, and at the CRC when it has come to the end.",
        edited(ENVELOPE, "if sent != computed:", "if sent != computed and data[1] <= 4:"),
    ),
    Mutant(
        "order-flags-before-type",
        "FRM-29",
        "Checks flags before the type.",
        edited(HEADER, NOT_TYPE, "if mtype not in _TYPES and not flags & ~ALL_FLAGS:"),
    ),
    Mutant(
        "order-table-before-flags",
        "FRM-29",
        "Checks the room for the table before the flags.",
        edited(HEADER, RESERVED, "if flags & ~ALL_FLAGS and MIN_FRAME_BYTES + 4 * num_slices <= len(data):"),
    ),
    Mutant(
        "order-sum-before-modality",
        "FRM-29",
        "Adds the lengths up as it reads them, before the modality.",
        edited(
            HEADER, NOT_MODALITY, "if modality not in _MODALITIES and 33 + 10 * num_slices + sum(slice_len) <= 65_536:"
        ),
    ),
    Mutant(
        "order-key-before-sum",
        "FRM-29",
        "Asks for the key as soon as it has seen the flag.",
        edited(HEADER, OVER, "if least > MAX_FRAME_BYTES and not flags & 2:"),
    ),
    Mutant(
        "order-compression-before-key",
        "FRM-29",
        "Undoes ZSTD first, so that a sealed body is found no Zstandard frame.",
        edited(BODY, "        if key is None:", "        if key is None and not header.flags & Flags.ZSTD:"),
    ),
    Mutant(
        "order-rank-before-dtype",
        "FRM-29",
        "Checks rank, which needs no table, before dtype.",
        edited(
            SLICE,
            "if dtype not in PAYLOAD_RULES:",
            "if dtype not in PAYLOAD_RULES and plain[offset + 1 : offset + 2] != b'\\0':",
        ),
    ),
    Mutant(
        "order-all-heads-first",
        "FRM-29",
        "Reads the heads of all slices before it checks the length of any.",
        edited(
            ALL,
            "    for index, length in",
            "    at = 0\n"
            "    for index, length in enumerate(slice_len):\n"
            "        if at + 1 < len(plain) and plain[at] not in PAYLOAD_RULES:\n"
            "            raise _fault(RejectCode.BAD_DTYPE, 'FRM-14', '', at, 1)\n"
            "        at += 2 + 4 * (plain[at + 1] if at + 1 < len(plain) else 0) + length\n"
            "    for index, length in",
        ),
    ),
    Mutant(
        "order-end-before-length",
        "FRM-29",
        "Takes the payload from the buffer before it compares its length with the dims.",
        edited(SLICE, CHECK, f'_need(plain, offset + 2 + 4 * rank, length, "")\n    {CHECK}'),
    ),
    Mutant(
        "order-trailing-before-slices",
        "FRM-29",
        "Compares the body with the sum of all lengths before it reads a slice.",
        edited(
            ALL,
            "    offset = 0",
            "    if len(plain) > sum(slice_len) + 6 * len(slice_len) and slice_len and plain[1] < 2:\n        raise ResonantError(RejectCode.TRAILING_BYTES, 'FRM-22', '')\n    offset = 0",
        ),
    ),
)
TOTAL = (
    Mutant(
        "short-input-crashes",
        "FRM-30",
        "Unpacks the fixed fields before it knows that they are there.",
        edited(ENVELOPE, "size = len(data)", "size = len(data)\n    FIXED.unpack_from(data)"),
    ),
    Mutant(
        "empty-input-crashes",
        "FRM-30",
        "Reads the first byte of an input that has none.",
        edited(ENVELOPE, "size = len(data)", "size = len(data) + 0 * data[0]"),
    ),
    Mutant(
        "huge-count-crashes",
        "FRM-30",
        "Asks for a table of the announced size and dies of it.",
        edited(HEADER, ROOM, "if num_slices < 2**40 and MIN_FRAME_BYTES + 4 * num_slices > len(data):"),
    ),
    Mutant(
        "cut-rank-crashes",
        "FRM-30",
        "Reads the rank behind the end of the body.",
        edited(SLICE, '_need(plain, offset + 1, 1, f"the rank of slice {index}")', ""),
    ),
    Mutant(
        "cut-dims-crash",
        "FRM-30",
        "Reads dims behind the end of the body.",
        edited(SLICE, '_need(plain, offset + 2, 4 * rank, f"the {rank} dims of slice {index}")', ""),
    ),
    Mutant(
        "cut-body-delivered-in-part",
        "FRM-30",
        "Delivers the slices that came when the body ends too early, as one may with video.",
        edited(
            ALL,
            "        one, offset = _read_slice(plain, offset, index, length)",
            "        try:\n"
            "            one, offset = _read_slice(plain, offset, index, length)\n"
            "        except ResonantError as error:\n"
            "            if error.code == RejectCode.TRUNCATED_BODY:\n"
            "                return tuple(slices)\n"
            "            raise",
        ),
    ),
    Mutant(
        "crc-mismatch-repaired",
        "FRM-30",
        "Delivers a frame whose CRC is wrong in one bit, in the belief that it was the CRC that was hit.",
        edited(ENVELOPE, "if sent != computed:", "if (sent ^ computed).bit_count() > 1:"),
    ),
)
MUTANTS = (*ORDER, *TOTAL)
