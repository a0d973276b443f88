"""Disagreements of answers, by the judgement that cases have, and which disagreements are one finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import zstandard

from adapters.driver import Answer, Crash, HarnessError, Ok, Reject, RequestError, Timeout, Unsupported
from conformance.campaign.compare import Signature, disagreement
from conformance.campaign.inputs import Input
from conformance.campaign.several import deserved
from conformance.tests.support import closed, header_bytes, slice_bytes

DECODE = Input("decode", {"frame": "00"})
FIELDS = {"type": 0, "flags": 1, "stream_id": 0, "frame_seq": "0", "space_hash32": 0, "modality": 0, "slices": []}
ZSTD = Input("encode", {"fields": FIELDS}, ("zstd",))


def signature(one: Input, **answers: Answer) -> Signature | None:
    found = disagreement(one, answers)
    return None if found is None else found.signature


def compressed(content: bytes, header: bytes) -> Ok:
    body = zstandard.ZstdCompressor(write_checksum=False, write_content_size=True).compress(content)
    return Ok({"frame": closed(header + body).hex()})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Ok({"a": 1}), Ok({"a": 1})),
        (Reject("BAD_TYPE"), Reject("BAD_TYPE", "in other words")),
        (Reject("BAD_TYPE"), Reject("REJECTED")),
        (Reject("REJECTED"), Reject("BAD_TYPE")),
        (Ok({"a": 1}), Unsupported("decode")),
        (Unsupported("decode"), Unsupported("decode")),
    ],
)
def test_these_agree(left: Answer, right: Answer) -> None:
    assert signature(DECODE, a=left, b=right) is None


def test_numbers_of_a_message_are_compared_by_value() -> None:
    one = Input("read_message", {"frame": "00"})
    assert signature(one, a=Ok({"json": {"n": 3}}), b=Ok({"json": {"n": 3.0}})) is None
    assert signature(one, a=Ok({"json": {"n": 1}}), b=Ok({"json": {"n": True}})) is not None
    assert signature(DECODE, a=Ok({"n": 3}), b=Ok({"n": 3.0})) is not None


@pytest.mark.parametrize(
    ("left", "right", "outcomes", "clause"),
    [
        (Reject("BAD_TYPE"), Reject("BAD_MODALITY"), ("reject BAD_TYPE", "reject BAD_MODALITY"), "FRM-11"),
        (Ok({}), Reject("BAD_TYPE"), ("ok", "reject BAD_TYPE"), "FRM-3"),
        (Reject("BAD_TYPE"), Ok({}), ("reject BAD_TYPE", "ok"), "FRM-3"),
        (Ok({}), Crash("exit status 1", ""), ("ok", "crash"), "FRM-30"),
        (Ok({}), Timeout(5.0, ""), ("ok", "timeout"), ""),
        (Ok({}), RequestError("no"), ("ok", "request error"), ""),
        (Ok({}), HarnessError("no", ""), ("ok", "harness error"), ""),
        (Crash("exit status 1", ""), Crash("exit status 1", ""), ("crash", "crash"), "FRM-30"),
    ],
)
def test_these_differ(left: Answer, right: Answer, outcomes: tuple[str, str], clause: str) -> None:
    wanted = Signature("decode", tuple(zip(("a", "b"), outcomes, strict=True)), "", clause)
    assert signature(DECODE, a=left, b=right) == wanted


def test_the_first_difference_is_named_without_its_place_in_a_list() -> None:
    def answer(payload: str, at: int) -> Ok:
        slices = [{"payload": ""}, {"payload": ""}]
        slices[at] = {"payload": payload}
        return Ok({"fields": {"slices": slices}})

    found = {signature(DECODE, a=answer("00", at), b=answer("01", at)) for at in (0, 1)}
    assert found == {Signature("decode", (("a", "ok"), ("b", "ok, differs")), "fields.slices.payload")}


def test_everybody_is_judged_where_bytes_are_not_canonical() -> None:
    right = compressed(b"", header_bytes(1, stream_id=0, frame_seq=0))
    stored = Ok(
        {"frame": closed(header_bytes(1, stream_id=0, frame_seq=0) + bytes.fromhex("28b52ffd2000010000")).hex()}
    )
    wrong = compressed(slice_bytes(2, [1], b"x"), header_bytes(1, stream_id=0, frame_seq=0))
    assert signature(ZSTD, a=right, b=stored) is None
    assert signature(ZSTD, a=wrong, b=wrong) is not None, "all of them can be wrong"
    assert dict(signature(ZSTD, a=right, b=right, c=wrong).outcomes) == {"a": "ok", "b": "ok", "c": "ok, differs"}  # type: ignore[union-attr]


def test_of_several_faults_any_may_be_named_where_no_order_is_laid_down() -> None:
    given = {"bits": 8, "source": "f16", "data": "007c00"}
    both, one = (Input("quantize", {**given, "data": data}) for data in ("007c00", "007c"))
    told: Mapping[str, Answer] = {"a": Reject("NON_FINITE"), "b": Reject("LENGTH_MISMATCH")}
    assert disagreement(both, told) is None
    assert disagreement(one, told) is not None
    assert disagreement(both, {"a": Reject("NON_FINITE"), "b": Reject("BAD_SCALE")}) is not None


@pytest.mark.parametrize(
    ("op", "given", "codes"),
    [
        ("quantize", {"bits": 4, "source": "f32", "data": "00"}, {"LENGTH_MISMATCH"}),
        ("quantize", {"bits": 4, "source": "f32", "data": "00f07f47"}, {"NON_FINITE"}),  # 65520 rounds to infinity
        ("quantize", {"bits": 4, "source": "f32", "data": "ffef7f47"}, set()),
        ("quantize", {"bits": 4, "source": "bf16", "data": "c0ff"}, {"NON_FINITE"}),
        ("dequantize", {"bits": 4, "count": 3, "codes": "0000", "scale": "0080"}, {"BAD_SCALE"}),
        ("dequantize", {"bits": 8, "count": 3, "codes": "0000", "scale": ""}, {"LENGTH_MISMATCH", "BAD_SCALE"}),
        ("sparse_decode", {"dims": [4], "values": "00", "index_dims": [0, 1, 4], "index": ""}, {"LENGTH_MISMATCH"}),
        ("sparse_decode", {"dims": [1], "values": "003c", "index_dims": [1, 1, 4], "index": "01000000"}, {"BAD_INDEX"}),
        ("encode", {"fields": {**FIELDS, "flags": 10, "type": 5}}, {"BAD_TYPE", "RESERVED_FLAGS", "KEY_REQUIRED"}),
        (
            "encode",
            {"fields": {**FIELDS, "slices": [{"dtype": 4, "dims": [], "payload": ""}]}},
            {"BAD_DTYPE", "BAD_RANK"},
        ),
        ("decode", {"frame": "00"}, set()),
    ],
)
def test_what_an_input_deserves(op: str, given: Mapping[str, Any], codes: set[str]) -> None:
    assert deserved(op, given) == codes
