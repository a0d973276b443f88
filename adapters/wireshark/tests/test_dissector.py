"""resonant.lua in tshark: over the frames of the vectors, against the reference, over UDP and TCP."""

from __future__ import annotations

import json
import os
import random
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from resonant import Frame, MessageType, Modality, ResonantError, Slice, decode, encode
from resonant.wire_values import DType, Flags

from conformance.model.cases import Accept, Case, Refuse, load_cases
from conformance.tests.damaged import damage
from conformance.tests.tools.captures import needs_tshark
from conformance.tools.capture.recorder import Recorder

MAX_DATAGRAM = 65_507
HEADER_CODES = frozenset(
    {
        "FRAME_TOO_SHORT",
        "BAD_VERSION",
        "CRC_MISMATCH",
        "BAD_TYPE",
        "RESERVED_FLAGS",
        "BAD_SLICE_TABLE",
        "BAD_MODALITY",
    }
)
"""Codes that need neither a key nor a decompressor, whatever the flags."""
FIELDS = ("type", "flags", "stream_id", "frame_seq", "space_hash32", "modality")
SEED = int(os.environ.get("RESONANT_SEED", "1"))

pytestmark = needs_tshark

Row = Mapping[str, str]


def datagrams(frames: Iterable[bytes]) -> Recorder:
    """A capture of these, one after the other."""
    recorder = Recorder()
    recorder.begin("frames")
    for frame in frames:
        recorder.sent("a", frame, 0)
    return recorder


def frames_of_vectors() -> list[Case]:
    return [case for case in load_cases() if case.op == "decode" and 2 <= len(case.input["frame"]) <= 2 * MAX_DATAGRAM]


def bytes_of(case: Case) -> bytes:
    return bytes.fromhex(case.input["frame"])


def seen(frame: bytes, code: str) -> str:
    """The code that can be seen of one that a receiver gives: nothing that lies under a transform."""
    if len(frame) < 33 or not frame[2] & 3 or code in HEADER_CODES or not code:
        return code
    count = int.from_bytes(frame[16:24], "little")
    if 33 + 10 * count + sum(struct.unpack_from(f"<{count}I", frame, 24)) > 65_536:
        return "PLAIN_TOO_LARGE"
    return "DECRYPT_FAILED" if frame[2] & 2 and len(frame) - 33 - 4 * count < 40 else ""


@pytest.mark.slow
def test_the_code_of_each_vector_is_the_one_that_it_expects(show: Callable[..., list[Row]]) -> None:
    cases = [case for case in frames_of_vectors() if not bytes_of(case).startswith(b"RSF1")]
    rows = show(datagrams(map(bytes_of, cases)), ["code"])
    assert len(rows) == len(cases) > 3000
    wanted = {case.id: case.expect.code if isinstance(case.expect, Refuse) else "" for case in cases}
    found = {case.id: row["code"] for case, row in zip(cases, rows, strict=True)}
    assert found == {case.id: seen(bytes_of(case), wanted[case.id]) for case in cases}
    assert len(set(found.values())) > 12


@pytest.mark.slow
def test_the_fields_of_an_accepted_frame_are_those_of_its_vector(show: Callable[..., list[Row]]) -> None:
    cases = [case for case in frames_of_vectors() if isinstance(case.expect, Accept)]
    wanted = [case.expect.value["fields"] for case in cases if isinstance(case.expect, Accept)]
    rows = show(datagrams(map(bytes_of, cases)), [*FIELDS, "slice.dtype", "slice.dim", "slice.payload", "slice_len"])
    for case, fields, row in zip(cases, wanted, rows, strict=True):
        assert [int(row[name], 0) for name in FIELDS] == [int(fields[name]) for name in FIELDS], case.id
        if fields["flags"] & 3 or len(fields["slices"]) > 256:
            continue
        assert listed(row["slice_len"]) == [len(one["payload"]) // 2 for one in fields["slices"]], case.id
        assert listed(row["slice.dtype"]) == [one["dtype"] for one in fields["slices"]], case.id
        assert listed(row["slice.dim"]) == [dim for one in fields["slices"] for dim in one["dims"]], case.id
        payloads = [one["payload"] for one in fields["slices"] if one["payload"]]
        assert row["slice.payload"].split(";") == (payloads or [""]), case.id


def listed(text: str) -> list[int]:
    return [int(one, 0) for one in text.split(";") if one]


@pytest.mark.slow
def test_frames_that_were_damaged_have_the_code_of_the_reference(show: Callable[..., list[Row]]) -> None:
    chosen = random.Random(SEED)
    whole = [bytes_of(case) for case in frames_of_vectors() if isinstance(case.expect, Accept)]
    damaged = [frame for frame in (damage(chosen, whole) for _ in range(1500)) if frame[:4] != b"RSF1"]
    rows = show(datagrams(damaged), ["code"])
    assert [row["code"] for row in rows] == [seen(frame, code_of(frame)) for frame in damaged]


def code_of(frame: bytes) -> str:
    try:
        decode(frame)
    except ResonantError as refused:
        return str(refused.code)
    return ""


def sync(text: str) -> bytes:
    """A Sync frame of this JSON."""
    slices = (Slice(DType.I8, (len(text),), text.encode()),)
    return encode(Frame(MessageType.SYNC, Flags.NONE, 7, 9, 0, Modality.TEXT, slices))


def test_a_sync_frame_shows_its_json_method_and_code(show: Callable[..., list[Row]]) -> None:
    texts = ['{"method":"error","code":"STREAM_TIMEOUT","message":"x"}', '{"method": "ping", "ts": 1}']
    (error, ping) = show(datagrams(map(sync, texts)), ["sync.json", "sync.method", "sync.code", "_ws.col.Info"])
    assert (error["sync.json"], error["sync.method"], error["sync.code"]) == (texts[0], "error", "STREAM_TIMEOUT")
    assert (ping["sync.json"], ping["sync.method"], ping["sync.code"]) == (texts[1], "ping", "")
    assert ping["_ws.col.Info"] == "Sync stream_id=7 frame_seq=9 ping"


def repair(k: int = 2, r: int = 1, index: int = 0, step: int = 1, base: int = 1, size: int = 49) -> bytes:
    head = b"RSF1" + struct.pack("<IQBBBB", 0x1234, base, k, r, index, step)
    data = head + bytes(size)
    return data + zlib.crc32(data).to_bytes(4, "little")


REPAIRS: Mapping[str, tuple[bytes, str]] = {
    "right": (repair(), ""),
    "widest": (repair(128, 32, 31, 16, 2**64 - 1 - 127 * 16, 35), ""),
    "short": (repair(size=34), "BAD_REPAIR"),
    "k 0": (repair(k=0), "BAD_REPAIR"),
    "k 129": (repair(k=129), "BAD_REPAIR"),
    "r 33": (repair(r=33), "BAD_REPAIR"),
    "index": (repair(index=1), "BAD_REPAIR"),
    "step 0": (repair(step=0), "BAD_REPAIR"),
    "step 17": (repair(step=17), "BAD_REPAIR"),
    "numbers": (repair(base=2**64 - 1), "BAD_REPAIR"),
    "crc32": (repair(k=0)[:-1] + b"\0", "CRC_MISMATCH"),
    "magic alone": (b"RSF1", "BAD_REPAIR"),
}


def test_repair_is_shown_and_judged(show: Callable[..., list[Row]]) -> None:
    names = ["stream_id", *(f"repair.{name}" for name in ("base", "k", "r", "index", "step", "parity"))]
    rows = show(datagrams(data for data, _ in REPAIRS.values()), ["code", *names])
    assert {name: row["code"] for name, row in zip(REPAIRS, rows, strict=True)} == {
        name: code for name, (_, code) in REPAIRS.items()
    }
    assert [rows[1][name] for name in names] == [
        *map(str, (0x1234, 2**64 - 1 - 127 * 16, 128, 32, 31, 16)),
        "00" * 35,
    ]


def test_frames_and_repair_are_known_by_their_look(show: Callable[..., list[Row]]) -> None:
    rows = show(
        datagrams([sync("{}"), repair(), b"\1\2\3\4" * 20, b"GET / HTTP/1.1\r\n" * 4]), ["stream_id"], known=False
    )
    assert [row["stream_id"] for row in rows] == ["7", str(0x1234), "", ""]


@pytest.mark.parametrize("known", [True, False])
def test_frames_over_tcp_are_put_together_from_any_pieces(show: Callable[..., list[Row]], known: bool) -> None:
    texts = [json.dumps({"method": "ping", "ts": number}) for number in range(40)]
    frames = [sync(text) for text in texts]
    data = b"".join(len(frame).to_bytes(4, "little") + frame for frame in frames)
    recorder = Recorder()
    recorder.begin("tcp")
    recorder.connected("a", 0, ours=True)
    pieces = [len(frames[0]) + 4, *(1 + number * 7 % 61 for number in range(10_000))]
    at = 0
    for size in pieces:
        if at < len(data):
            recorder.carried("a", data[at : at + size], 0, ours=True)
            at += size
    rows = show(recorder, ["sync.json", "length"], known=known)
    found = [text for row in rows for text in row["sync.json"].split(";") if text]
    assert found == texts
    assert {length for row in rows for length in row["length"].split(";") if length} == {
        str(len(frame)) for frame in frames
    }


@pytest.mark.parametrize(("length", "code"), [(32, "FRAME_TOO_SHORT"), (65_537, "FRAME_TOO_LARGE")])
def test_a_length_that_is_none_is_told(show: Callable[..., list[Row]], length: int, code: str) -> None:
    recorder = Recorder()
    recorder.begin("tcp")
    recorder.connected("a", 0, ours=True)
    recorder.carried("a", length.to_bytes(4, "little") + bytes(90), 0, ours=True)
    rows: list[Any] = show(recorder, ["code"])
    assert [row["code"] for row in rows if row["code"]] == [code]
