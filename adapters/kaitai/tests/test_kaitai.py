"""specs/resonant.ksy, compiled to Python and JavaScript, over the frames of the vectors.

`make kaitai-tests` installs and compiles what this needs.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import struct
import subprocess
import tracemalloc
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from kaitaistruct import KaitaiStructError
from resonant import ResonantError, decode

from conformance.model.cases import Accept, Case, Refuse, load_cases
from conformance.tests.damaged import damage
from conformance.wire.repair import repair_datagrams

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
SEED = int(os.environ.get("RESONANT_SEED", "1"))
DAMAGED, COUNTED = 2000, 400
"""How many frames are damaged anywhere, and how many have another count of slices."""
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
    datagrams = [bytes.fromhex(case.input["frame"]) for case in frames()]
    for case, datagram, fields in zip(frames(), datagrams, read_by_javascript(datagrams), strict=True):
        assert is_alike(datagram, fields), case.id


def read_by_javascript(datagrams: Sequence[bytes]) -> list[dict[str, Any]]:
    """The fields of each datagram, or `refused`."""
    lines = "".join(f"{datagram.hex()}\n" for datagram in datagrams)
    node = subprocess.run(
        ["node", HERE / "read.mjs"], input=lines, capture_output=True, text=True, check=True, timeout=120
    )
    return [json.loads(line) for line in node.stdout.splitlines()]


def is_alike(datagram: bytes, fields: Mapping[str, Any]) -> bool:
    """Whether JavaScript's fields are Python's, or both refuse the datagram."""
    try:
        content = read(datagram).content
    except REFUSALS:
        return "refused" in fields
    if datagram.startswith(b"RSF1"):
        return bool(fields.get("parity") == content.parity.hex())
    expected = fields_of(content)
    number = int(expected.pop("frame_seq"))
    got = {name: fields.get(name) for name in expected}
    return got == expected and (number > EXACT or fields["frame_seq"] == number)


@pytest.fixture(scope="module")
def damaged() -> list[bytes]:
    """Frames of the vectors and repair, cut off or with other bytes, counts among them."""
    print(f"seed {SEED}")
    chosen = random.Random(SEED)
    whole = [bytes.fromhex(case.input["frame"]) for case in frames() if isinstance(case.expect, Accept)]
    whole += [repair_datagrams(7, 1, 3, 2, [bytes(40)] * 5)[0]] * 50
    found = [damage(chosen, whole) for _ in range(DAMAGED)]
    for datagram in chosen.sample(whole, COUNTED):
        count = chosen.choice((0, 1, 255, 2**16, 2**31, 2**32 - 1, 2**63, 2**64 - 1))
        found.append(datagram[:16] + count.to_bytes(8, "little") + datagram[24:])
    return found


def test_damaged_frames_are_refused_or_read_as_the_reference_does(damaged: list[bytes]) -> None:
    """Nothing else is raised, and nothing that a receiver takes is refused."""
    taken = 0
    for datagram in damaged:
        try:
            content = read(datagram).content
        except REFUSALS:
            content = None
        try:
            frame = decode(datagram)
        except ResonantError:
            continue
        assert content is not None, datagram.hex()
        assert (content.stream_id, content.frame_seq) == (frame.stream_id, frame.frame_seq)
        told = fields_of(content)
        assert told.get("slices", []) == [
            {"dtype": int(one.dtype), "dims": list(one.dims), "payload": bytes(one.payload).hex()}
            for one in (frame.slices if "slices" in told else ())
        ]
        taken += 1
    assert taken > DAMAGED // 20


def test_javascript_reads_damaged_frames_as_python_does(damaged: list[bytes]) -> None:
    told = read_by_javascript(damaged)
    assert [
        datagram.hex() for datagram, fields in zip(damaged, told, strict=True) if not is_alike(datagram, fields)
    ] == []


def test_the_most_slices_cost_memory_in_proportion() -> None:
    """Of a datagram's length: as many empty slices as it has room for, and a count of one more."""
    count = 4_600
    slices = b"\2\1" + bytes(4)
    body = count.to_bytes(8, "little") + bytes(4 * count) + bytes(4) + b"\0" + slices * count
    frame = b"\1\0\0\0" + bytes(12) + body + bytes(4)
    read(frame[:16] + bytes(17))  # imported and warm
    tracemalloc.start()
    assert len(read(frame).content.body.slices) == count
    with pytest.raises(REFUSALS):
        read(frame[:16] + (count + 1).to_bytes(8, "little") + frame[24:])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * len(frame)


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
