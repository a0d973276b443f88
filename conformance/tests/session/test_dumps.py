"""The bytes of a failure as values: which field, where the wrong bytes are, and what run.json says differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from resonant.errors import Part

from adapters.driver import Crash, Ok, Reject
from conformance.checks.judge import verdict_on
from conformance.model.cases import Case
from conformance.model.failure import failure_of, from_text, to_text
from conformance.session.dumps import NO_MORE, dump
from conformance.tests.support import ZSTD, case_of, closed, header_bytes, slice_bytes
from reports.dump import WINDOWS, Dump, DumpLine
from reports.entry import Failure

PAYLOAD = bytes(range(0x20, 0x48))  # 40 bytes
FRAME = closed(header_bytes(slice_len=[40]) + slice_bytes(0x02, [40], PAYLOAD))
FIELDS: Mapping[str, Any] = {
    "type": 0,
    "flags": 0,
    "stream_id": 0x1234,
    "frame_seq": "1",
    "space_hash32": 0,
    "modality": 0,
    "slices": [{"dtype": 2, "dims": [40], "payload": PAYLOAD.hex()}],
}
DECODE = case_of("decode", {"frame": FRAME.hex()}, {"fields": FIELDS}, clauses=("FRM-5",))


def refused(frame: bytes) -> Case:
    return case_of("decode", {"frame": frame.hex()}, "CRC_MISMATCH", clauses=("FRM-24",))


def failed(case: Case, answer: Ok | Reject | Crash) -> Failure:
    verdict = verdict_on(case, answer)
    assert not verdict.passed
    return failure_of(case, verdict, dump(case, verdict), "pytest")


def marked(found: Dump | None) -> list[DumpLine]:
    assert found is not None
    return [line for line in found.lines if line.marked]


def with_payload(payload: bytes) -> Ok:
    return Ok({"fields": {**FIELDS, "slices": [{"dtype": 2, "dims": [40], "payload": payload.hex()}]}})


# The payload begins at 39: 33 bytes of header, dtype, rank and one dim of 4 bytes.
@pytest.mark.parametrize(
    ("answer", "field", "at"),
    [
        (Ok({"fields": {**FIELDS, "frame_seq": "257"}}), "frame_seq", 9),
        (with_payload(PAYLOAD[:7] + b"\xff" + PAYLOAD[8:]), "slice 0 payload", 39 + 7),
        (with_payload(PAYLOAD + b"\xff"), "slice 0 payload", 39 + 40),
    ],
    ids=["integer", "payload", "longer payload"],
)
def test_what_differs_is_counted_as_the_dump_counts(answer: Ok, field: str, at: int) -> None:
    failure = failed(DECODE, answer)
    (line,) = marked(failure.dump)
    assert (line.part, line.field, line.wrong) == (Part.FRAME, field, (at, at + 1))
    assert failure.differs_at == at


def test_a_field_whose_wrong_byte_is_unknown_is_marked_all_the_same() -> None:
    failure = failed(DECODE, Ok({"fields": {**FIELDS, "stream_id": "0x1234"}}))
    (line,) = marked(failure.dump)
    assert (line.field, line.wrong, failure.differs_at) == ("stream_id", None, None)


def test_a_frame_that_must_be_rejected_has_its_bytes_at_fault_and_the_verdict_on_it() -> None:
    failure = failed(refused(FRAME[:-1] + b"?"), Ok({"fields": {}}))
    (line,) = marked(failure.dump)
    crc = len(FRAME) - 4
    assert (line.field, line.wrong, line.meaning[:9]) == ("crc32", (crc, crc + 4), "crc wrong")
    assert failure.dump is not None
    assert "CRC_MISMATCH (FRM-24)" in failure.dump.remarks[0]
    assert failure.differs_at is None  # nothing was compared byte by byte


@pytest.mark.parametrize("frame", [closed(header_bytes(slice_len=[0])), b""], ids=["no slice", "no frame"])
def test_a_fault_of_no_bytes_has_its_place_in_a_line_of_its_own(frame: bytes) -> None:
    failure = failed(refused(frame), Ok({"fields": {}}))
    (line,) = marked(failure.dump)
    assert (line.field, line.shown, line.wrong) == (NO_MORE, "", None)
    assert line.offset == max(0, len(frame) - 4)
    assert failure.dump is not None
    offsets = [one.offset for one in failure.dump.lines]
    assert offsets == sorted(offsets)


def test_a_valid_frame_that_was_rejected_for_no_single_field_is_shown_without_a_mark() -> None:
    failure = failed(DECODE, Reject("TRAILING_BYTES"))
    assert marked(failure.dump) == []
    assert failure.dump is not None
    assert failure.dump.remarks[0].startswith("valid frame: ")


@pytest.mark.parametrize(
    ("code", "field", "at"),
    [
        ("BAD_VERSION", "version", 0),
        ("BAD_TYPE", "type", 1),
        ("RESERVED_FLAGS", "flags", 2),
        ("BAD_MODALITY", "modality", 32),
        ("CRC_MISMATCH", "crc32", len(FRAME) - 4),
    ],
)
def test_a_valid_frame_is_marked_where_its_receiver_found_fault(code: str, field: str, at: int) -> None:
    (line,) = marked(failed(DECODE, Reject(code)).dump)
    assert (line.field, line.offset, line.wrong) == (field, at, None)


def test_a_wrong_plain_body_differs_where_the_window_says() -> None:
    plain, header = slice_bytes(0x02, [4], b"abcd"), header_bytes(ZSTD, [4])
    expected = {"header": header.hex(), "plain_body": plain.hex()}
    case = case_of("encode", {"fields": {"flags": ZSTD}}, expected, profile="zstd")
    stored = bytes.fromhex("28b52ffd200a510000") + plain[:-1] + b"x"  # one last raw block: 10 << 3 | 1
    failure = failed(case, Ok({"frame": closed(header + stored).hex()}))
    assert failure.dump is not None
    assert [line.part for line in failure.dump.lines[-2:]] == [*WINDOWS]
    assert failure.differs_at == len(plain) - 1


def test_what_is_no_bytes_has_no_dump() -> None:
    case = case_of("tail_hash", {"data": ""}, {"xxhash3_64": "2d06800538d394c2"})
    for answer in (Ok({"xxhash3_64": "0"}), Reject("BAD_TYPE"), Crash("exit status 3")):
        assert failed(case, answer).dump is None


def test_a_failure_comes_whole_from_another_process() -> None:
    failure = failed(DECODE, Ok({"fields": {**FIELDS, "frame_seq": "257"}}))
    assert from_text(to_text(failure)) == failure
