"""Laws that hold for every input, judged on generated ones: plain functions over (testee, input)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from math import prod
from typing import Any

from hypothesis import strategies as st

from adapters.driver import Ok, Reject, Unsupported
from reports.outcome import Outcome

from ..model.difference import first_difference
from ..model.testee import Asks
from ..model.unanswered import not_judged
from ..model.verdict import PASSED, Verdict, short

Fields = Mapping[str, Any]
TRANSFORMS = 0b11  # ZSTD and XCHACHA
# dtype -> payload bytes for n elements; SparseCoo holds any even number up to 2n
_PAYLOAD_BYTES = {0x01: lambda n: 2 * n, 0x02: lambda n: n, 0x03: lambda n: (n + 1) // 2, 0x10: lambda n: 2 * (n // 2)}


@st.composite
def slices(draw: st.DrawFn) -> Mapping[str, Any]:
    """A valid slice of `fields`, small."""
    dtype = draw(st.sampled_from(sorted(_PAYLOAD_BYTES)))
    dims = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))
    size = _PAYLOAD_BYTES[dtype](prod(dims))
    return {"dtype": dtype, "dims": dims, "payload": draw(st.binary(min_size=size, max_size=size)).hex()}


def valid_fields() -> st.SearchStrategy[Fields]:
    """The fields of valid frames without transforms."""
    return st.fixed_dictionaries(
        {
            "type": st.integers(0, 4),
            "flags": st.sampled_from((0, 4)),
            "stream_id": st.integers(0, 2**32 - 1),
            "frame_seq": st.integers(0, 2**64 - 1).map(str),
            "space_hash32": st.integers(0, 2**32 - 1),
            "modality": st.integers(0, 4),
            "slices": st.lists(slices(), max_size=4),
        }
    )


def damaged(frames: list[bytes]) -> st.SearchStrategy[bytes]:
    """Golden frames with some bytes replaced, cut out or put in, most of them with the right CRC again."""
    edits = st.lists(st.tuples(st.integers(0, 2**16), st.binary(max_size=3), st.integers(0, 3)), min_size=1, max_size=4)
    return st.builds(_damage, st.sampled_from(frames), edits, st.integers(0, 3).map(bool))


def _damage(frame: bytes, edits: list[tuple[int, bytes, int]], close: bool) -> bytes:
    data = bytearray(frame[:-4] if close else frame)
    for place, new, removed in edits:
        at = place % (len(data) + 1)
        data[at : at + removed] = new
    return bytes(data) + zlib.crc32(data).to_bytes(4, "little") if close else bytes(data)


def round_trip(testee: Asks, fields: Fields) -> Verdict:
    """FRM-32: what encode writes, decode reads back."""
    written = testee.ask("encode", {"fields": fields}, case="law/round-trip", profile="frame")
    if not isinstance(written, Ok):
        return _unexpected(written, "ok for valid fields", fields)
    read = testee.ask("decode", written.value, case="law/round-trip", profile="frame")
    if not isinstance(read, Ok):
        return _unexpected(read, "ok for what encode made", written.value)
    difference = first_difference({"fields": fields}, read.value)
    if difference is None:
        return PASSED
    got = f"{difference.text()} in {short(written.value, 400)}"
    return Verdict(
        Outcome.FAIL, "decode(encode(fields)) is not fields", f"fields {short(fields, 400)}", got, difference
    )


def total(testee: Asks, frame: bytes) -> Verdict:
    """FRM-30: any bytes are decoded or refused, and what was decoded encodes to the same bytes (FRM-32)."""
    given = {"frame": frame.hex()}
    answer = testee.ask("decode", given, case="law/total", profile="frame")
    transformed = len(frame) > 2 and frame[2] & TRANSFORMS
    if isinstance(answer, Reject) or (transformed and isinstance(answer, Ok | Unsupported)):
        return PASSED  # with a transform the bytes are not canonical, or the profile is not claimed
    if not isinstance(answer, Ok):
        return _unexpected(answer, "ok or reject for any bytes", given)
    again = testee.ask("encode", answer.value, case="law/total", profile="frame")
    if again == Ok(given):
        return PASSED
    return Verdict(
        Outcome.FAIL, "encode(decode(frame)) is not frame", f"ok {short(given, 400)}", short(str(again), 400)
    )


def _unexpected(answer: Any, expected: str, given: Mapping[str, Any]) -> Verdict:
    return not_judged(answer, f"{expected}: {short(given, 2000)}")
