"""A testee over functions: refusals by exception, and frames of profiles that are not claimed (TST-10, TST-14)."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.testee_kit import STOP, Fields, Implementation, RefusedError, answer, ops_of
from adapters.testee_kit.implementation import is_whole
from adapters.testee_kit.shapes import OP_SHAPES
from conformance.wire.build import Frame, Type, build

FIELDS = {"type": 0, "flags": 0, "stream_id": 0, "frame_seq": "0", "space_hash32": 0, "modality": 0, "slices": []}


class CodecError(ValueError):
    """A refusal of a library."""


class SumError(CodecError):
    """One that has a code of its own."""


def implementation(**members: Any) -> Implementation:
    defaults = {"NAME": "n", "VERSION": "1", "PROFILES": ("frame",)}
    return cast(Implementation, SimpleNamespace(**{**defaults, **members}))


def reply(yours: Implementation, op: str, **given: Any) -> dict[str, Any]:
    request = {"op": op, "case": "", "profile": "", "input": given}
    return answer(ops_of(yours), RefusedError, json.dumps(request).encode())[1]


def raising(error: Exception) -> Any:
    def call(*_given: Any, **_more: Any) -> None:
        raise error

    return call


def frame(flags: int) -> bytes:
    return build(Frame(Type.THINK, 0, 0, flags=flags))


@pytest.mark.parametrize(
    ("refusals", "code"),
    [
        ({SumError: "CRC_MISMATCH", CodecError: "REJECTED"}, "CRC_MISMATCH"),
        ({CodecError: "REJECTED"}, "REJECTED"),
        ({ValueError: lambda error: str(error).upper()}, "CRC"),
    ],
)
def test_a_refusal_by_exception_has_the_code_of_its_line(refusals: Any, code: str) -> None:
    yours = implementation(REFUSALS=refusals, tail_hash=raising(SumError("crc")))
    assert reply(yours, "tail_hash", data="") == {"reject": {"code": code, "detail": "crc"}}


def test_any_other_exception_ends_the_process() -> None:
    yours = implementation(REFUSALS={CodecError: "REJECTED"}, tail_hash=raising(IndexError()))
    with pytest.raises(IndexError):
        reply(yours, "tail_hash", data="")


@pytest.mark.parametrize(
    ("op", "given", "result", "told"),
    [
        ("decode", {"frame": ""}, {"type": 0}, "decode returned dict, which is no Fields"),
        ("decode", {"frame": ""}, None, "decode returned NoneType, which is no Fields"),
        ("encode", {"fields": FIELDS}, 5, "encode returned int, which is no bytes"),
        ("encode", {"fields": FIELDS}, "0100", "encode returned str, which is no bytes"),
        (
            "space_hash",
            {"space_id": "", "arch": "", "data_sig": ""},
            1.5,
            "space_hash returned float",
        ),
        ("tail_hash", {"data": ""}, None, "tail_hash returned NoneType, which is no xxhash3_64"),
        (
            "quantize",
            {"bits": 4, "source": "f16", "data": ""},
            b"",
            "quantize returned bytes, which is no codes",
        ),
        ("quantize", {"bits": 4, "source": "f16", "data": ""}, (b"", 7), "quantize returned int, which is no bytes"),
    ],
)
def test_a_result_of_another_type_ends_the_process_and_says_so(op: str, given: Any, result: Any, told: str) -> None:
    yours = implementation(**{op: lambda *_fields, **_given: result})
    with pytest.raises(TypeError, match=told):
        reply(yours, op, **given)


def test_an_op_without_a_function_is_unsupported_and_its_requests_are_checked() -> None:
    yours = implementation()
    assert reply(yours, "tail_hash", data="") == {"unsupported": "tail_hash"}
    assert "error" in reply(yours, "tail_hash", data="0")


@pytest.mark.parametrize("code", ["REJECTED", "RESERVED_FLAGS", "TRUNCATED_BODY", "BAD_COMPRESSION"])
def test_a_whole_frame_of_an_unclaimed_transform_is_unsupported(code: str) -> None:
    yours = implementation(decode=raising(RefusedError(code)))
    assert is_whole(frame(1))
    assert reply(yours, "decode", frame=frame(1).hex()) == {"unsupported": "zstd"}
    assert reply(yours, "decode", frame=frame(2).hex()) == {"unsupported": "xchacha"}
    assert reply(yours, "decode", frame=frame(4).hex()) == {"reject": {"code": code}}
    claimed = implementation(decode=raising(RefusedError(code)), PROFILES=("frame", "zstd"))
    assert reply(claimed, "decode", frame=frame(1).hex()) == {"reject": {"code": code}}


@pytest.mark.parametrize("changed", [0, 3, 20, 32])
def test_a_frame_that_is_broken_before_its_transforms_is_refused(changed: int) -> None:
    data = bytearray(frame(1))
    data[changed] ^= 1
    yours = implementation(decode=raising(RefusedError("REJECTED")))
    assert reply(yours, "decode", frame=data.hex()) == {"reject": {"code": "REJECTED"}}


@pytest.mark.parametrize("code", ["BAD_TYPE", "BAD_MODALITY"])
def test_what_comes_before_the_transforms_is_refused_with_its_code(code: str) -> None:
    yours = implementation(decode=raising(RefusedError(code)))
    assert reply(yours, "decode", frame=frame(1).hex()) == {"reject": {"code": code}}


def test_what_a_library_reads_with_an_unclaimed_flag_is_unsupported() -> None:
    yours = implementation(decode=lambda frame: Fields(0, 3, 0, 0, 0, 0, []))
    assert reply(yours, "decode", frame=frame(3).hex()) == {"unsupported": "zstd"}


def test_further_ops_stand_beside_the_functions() -> None:
    table = ops_of(implementation(OPS={"reset": STOP}))
    assert set(table) == {"hello", "stop", "reset", *OP_SHAPES}


def test_shards_are_lists_of_bytes_in_which_null_is_a_missing_one() -> None:
    yours = implementation(
        PROFILES=("rs",),
        rs_encode=lambda k, r, shards: [bytes([k, r]), *shards],
        rs_decode=lambda k, r, shards: [one if one is not None else bytes([k, r]) for one in shards],
    )
    assert reply(yours, "rs_encode", k=1, r=2, shards=["ab", ""]) == {"ok": {"parity": ["0102", "ab", ""]}}
    assert reply(yours, "rs_decode", k=1, r=2, shards=["ab", None, ""]) == {"ok": {"shards": ["ab", "0102", ""]}}
    for wrong in ({"k": 2**32}, {"r": -1}, {"shards": [None]}, {"shards": ["0"]}, {"shards": "ab"}):
        assert "error" in reply(yours, "rs_encode", **{"k": 1, "r": 1, "shards": ["ab"], **wrong})
    assert reply(implementation(), "rs_encode", k=1, r=1, shards=[]) == {"unsupported": "rs_encode"}
