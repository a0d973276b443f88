"""Faults of frames behind other requests: FRM-5 to FRM-37 and SPC-1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import xxhash
from resonant.errors import RejectCode, ResonantError

from ...engine.mutant import Kind, Mutant
from ...engine.narrow import each_nth, remembered
from ...engine.patches import Change, entries, wrapped

READ = "frame.header.read_header"
ENVELOPE = "frame.header.check_envelope"
SLICE = "frame.slices._read_slice"
FITS = "frame.slices.check_payload_length"
NOT_TYPE = "if mtype not in _TYPES:"
HASH = "frame.tail_hash.strong_tail_hash"
SPACE = "frame.space_hash.space_hash32"


def _rule(dtype: int, fits: Callable[[int, int], bool]) -> Change:
    return entries("frame.slices.PAYLOAD_RULES", {dtype: ("", "a length", fits)})


def _modality(data: bytes) -> int:
    return data[28 + 4 * int.from_bytes(data[16:24], "little")]


def _behind_a_reject(right: Callable[..., Any]) -> Callable[..., Any]:
    left: list[int] = []

    def decode(data: bytes, **more: Any) -> Any:
        try:
            frame = right(data, **more)
        except ResonantError as error:
            if error.code == RejectCode.LENGTH_MISMATCH:
                left.append(int.from_bytes(data[4:8], "little"))
            raise
        return replace(frame, stream_id=left.pop()) if left else frame

    return decode


STATE = (
    Mutant(
        "crc-of-known-headers",
        "FRM-24",
        "Checks no CRC of a frame that begins as one that was right.",
        remembered(ENVELOPE, lambda data: (len(data), bytes(data[:-4]))),
        Kind.STATE,
    ),
    Mutant(
        "header-known-by-its-start",
        "FRM-10",
        "Reads a header anew only where its first 24 bytes or its length differ.",
        remembered(READ, lambda data: (len(data), bytes(data[:24]))),
        Kind.STATE,
    ),
    Mutant(
        "header-known-but-for-modality",
        "FRM-11",
        "Keeps headers by all of their bytes but the last.",
        remembered(READ, lambda data: (len(data), bytes(data[: 28 + 4 * data[16]]))),
        Kind.STATE,
    ),
    Mutant(
        "slices-known-by-lengths",
        "FRM-23",
        "Keeps slices by their lengths and the first bytes of the body.",
        remembered("frame.slices.read_slices", lambda plain, lengths: (len(plain), plain[:6], tuple(lengths))),
        Kind.STATE,
    ),
    Mutant(
        "space-hash-known-by-two-parts",
        "SPC-1",
        "Keeps hashes by the first two parts.",
        remembered(SPACE, lambda **parts: (parts["space_id"], parts["arch"])),
        Kind.STATE,
    ),
    Mutant(
        "space-hash-known-by-its-end",
        "SPC-1",
        "Keeps hashes by all parts but the space_id.",
        remembered(SPACE, lambda **parts: (parts["arch"], parts["data_sig"])),
        Kind.STATE,
    ),
    Mutant(
        "tail-hash-known-by-length",
        "FRM-37",
        "Keeps hashes by the length of what it hashed.",
        remembered(HASH, len),
        Kind.STATE,
    ),
    Mutant(
        "each-7th-frame-seq",
        "FRM-6",
        "Counts one further with each seventh frame it decodes.",
        each_nth("frame.decode.decode", 7, lambda frame, *_: replace(frame, frame_seq=frame.frame_seq ^ 1)),
        Kind.INTERMITTENT,
    ),
    Mutant(
        "stream-id-of-a-rejected-frame",
        "FRM-5",
        "Keeps stream_id of a frame that it refused for the next one.",
        wrapped("frame.decode.decode", _behind_a_reject),
        Kind.STATE,
    ),
    Mutant(
        "encoded-known-by-slices",
        "FRM-32",
        "Encodes anew only where type or slices differ.",
        remembered("frame.encode.encode", lambda frame, **more: (frame.type, frame.flags, frame.slices, repr(more))),
        Kind.STATE,
    ),
    Mutant(
        "each-16th-hash-with-a-seed",
        "FRM-37",
        "Loses its seed with each 16th hash.",
        each_nth(HASH, 16, lambda _, data: xxhash.xxh3_64_intdigest(data, seed=1)),
        Kind.INTERMITTENT,
    ),
)
MUTANTS = (*STATE,)
