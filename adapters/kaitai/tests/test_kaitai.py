"""specs/resonant.ksy, compiled to Python and JavaScript, over the frames of the vectors.

`make kaitai-tests` installs and compiles what this needs.
"""

from __future__ import annotations

import importlib.util
import json
import struct
import subprocess
import tracemalloc
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from kaitaistruct import KaitaiStructError

from conformance.model.cases import Accept, Case, Refuse, load_cases

HERE = Path(__file__).parents[1]
BUILT = HERE / "build"

UNASKED = frozenset(
    {
        "CRC_MISMATCH",
        "FRAME_TOO_LARGE",
        "PLAIN_TOO_LARGE",
        "LENGTH_MISMATCH",
        "KEY_REQUIRED",
        "DECRYPT_FAILED",
        "BAD_COMPRESSION",
    }
)
"""Codes of what a .ksy cannot compute, or leaves to a receiver."""
OF_SLICES = frozenset({"BAD_DTYPE", "BAD_RANK", "TRUNCATED_BODY", "TRAILING_BYTES"})
REFUSALS = (KaitaiStructError, EOFError)
EXACT = 2**53
"""The greatest integer up to which JavaScript's runtime is exact."""


@cache
def frames() -> tuple[Case, ...]:
    """The cases of decode."""
    return tuple(case for case in load_cases() if case.op == "decode")


@cache
def compiled() -> ModuleType:
    """The module that Python gets of the .ksy."""
    spec = importlib.util.spec_from_file_location("resonant_ksy", BUILT / "python" / "resonant_ksy.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(datagram: bytes) -> Any:
    """A datagram as Kaitai has it. Raises what Kaitai raises."""
    return compiled().Resonant.from_bytes(datagram)


def fields_of(frame: Any) -> dict[str, Any]:
    """The fields of a frame as the vectors have them."""
    told = {name: getattr(frame, name) for name in ("stream_id", "space_hash32")}
    told |= {"type": int(frame.type), "flags": frame.flags.bits, "modality": int(frame.modality)}
    told |= {"frame_seq": str(frame.frame_seq)}
    if not frame.flags.is_transformed:
        told["slices"] = [
            {"dtype": int(one.dtype), "dims": one.dims, "payload": one.payload.hex()} for one in frame.body.slices
        ]
    return told


def as_expected(fields: dict[str, Any]) -> dict[str, Any]:
    """The part of these fields that a .ksy can tell: no slices of a transformed frame."""
    hidden = {"slices"} if fields["flags"] & 3 else set()
    return {name: value for name, value in fields.items() if name not in hidden}


def test_an_accepted_frame_has_the_fields_of_its_vector() -> None:
    accepted = [(case, case.expect.value["fields"]) for case in frames() if isinstance(case.expect, Accept)]
    assert len(accepted) > 500
    for case, fields in accepted:
        parsed = read(bytes.fromhex(case.input["frame"]))
        assert fields_of(parsed.content) == as_expected(fields), case.id
        assert parsed.crc32.to_bytes(4, "little").hex() == case.input["frame"][-8:], case.id


def test_a_frame_that_its_form_alone_refuses_is_refused() -> None:
    refused = [case for case in frames() if isinstance(case.expect, Refuse) and is_asked(case, case.expect.code)]
    codes = {case.expect.code for case in refused if isinstance(case.expect, Refuse)}
    assert codes >= {"BAD_VERSION", "BAD_TYPE", "BAD_SLICE_TABLE", "BAD_RANK", "TRUNCATED_BODY", "TRAILING_BYTES"}
    for case in refused:
        with pytest.raises(REFUSALS):
            read(bytes.fromhex(case.input["frame"]))


def is_asked(case: Case, code: str) -> bool:
    """Whether a .ksy can see the fault: not where it lies under a transform."""
    frame = bytes.fromhex(case.input["frame"])
    hidden = len(frame) > 2 and frame[2] & 3 and code in OF_SLICES
    return code not in UNASKED and not hidden


def test_javascript_reads_what_python_reads() -> None:
    lines = "\n".join(case.input["frame"] for case in frames()) + "\n"
    node = subprocess.run(
        ["node", HERE / "read.mjs"], input=lines, capture_output=True, text=True, check=True, timeout=120
    )
    told = [json.loads(line) for line in node.stdout.splitlines()]
    assert len(told) == len(frames())
    for case, fields in zip(frames(), told, strict=True):
        try:
            parsed = read(bytes.fromhex(case.input["frame"]))
        except REFUSALS:
            assert "refused" in fields, case.id
            continue
        expected = fields_of(parsed.content)
        number = int(expected.pop("frame_seq"))
        got = {name: fields[name] for name in expected}
        assert got == expected, case.id
        assert number > EXACT or fields["frame_seq"] == number, case.id


def test_a_repair_datagram_is_read() -> None:
    parity = bytes(range(49))
    head = struct.pack("<4sIQBBBB", b"RSF1", 0x1234, 2**64 - 1, 2, 1, 0, 1)
    parsed = read(head + parity + b"\1\2\3\4")
    assert parsed.is_repair
    repair = parsed.content
    assert (repair.stream_id, repair.base, repair.k, repair.r, repair.index, repair.step) == (
        0x1234,
        2**64 - 1,
        2,
        1,
        0,
        1,
    )
    assert (repair.parity, parsed.crc32) == (parity, 0x04030201)


@pytest.mark.parametrize(("at", "value"), [(16, 0), (16, 129), (17, 0), (17, 33), (18, 1), (19, 0), (19, 17)])
def test_repair_out_of_range_is_refused(at: int, value: int) -> None:
    datagram = bytearray(struct.pack("<4sIQBBBB", b"RSF1", 0x1234, 0, 2, 1, 0, 1) + bytes(49 + 4))
    datagram[at] = value
    with pytest.raises(KaitaiStructError):
        read(bytes(datagram))


@pytest.mark.parametrize("count", [1, 2**32, 2**63, 2**64 - 1])
def test_a_count_that_cannot_be_costs_no_memory(count: int) -> None:
    frame = b"\1\0\0\0" + bytes(12) + count.to_bytes(8, "little") + bytes(9)
    read(frame[:16] + bytes(17))  # imported and warm
    tracemalloc.start()
    with pytest.raises(REFUSALS):
        read(frame)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000
