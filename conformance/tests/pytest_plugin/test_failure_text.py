"""The text of a failure: the differing byte under its column, the clause, the way to replay."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

import pytest
from resonant.describe.clauses import load_clauses

from adapters.driver import Crash, Ok, Reject
from conformance.checks.judge import judge_answer
from conformance.model.cases import Case
from conformance.model.verdict import Verdict
from conformance.pytest_plugin.failure_text import clause_lines, failure_text, probe_text
from conformance.tests.support import KEY, XCHACHA, ZSTD, case_of, closed, header_bytes, sealed, slice_bytes
from reports.outcome import Outcome

REPLAY = "pytest 'conformance/test_vectors.py::test_case[x]' --impl=x"
PAYLOAD = bytes(range(0x20, 0x48))  # 40 bytes
FRAME = closed(header_bytes(slice_len=[40]) + slice_bytes(0x02, [5, 8], PAYLOAD))
FIELDS: Mapping[str, Any] = {
    "type": 0,
    "flags": 0,
    "stream_id": 0x1234,
    "frame_seq": "1",
    "space_hash32": 0,
    "modality": 0,
    "slices": [{"dtype": 2, "dims": [5, 8], "payload": PAYLOAD.hex()}],
}
DECODE = case_of("decode", {"frame": FRAME.hex()}, {"fields": FIELDS}, clauses=("FRM-5", "FRM-24"))


def shown(case: Case, got: Mapping[str, Any]) -> list[str]:
    verdict = judge_answer(case, Ok(dict(got)))
    assert verdict.outcome is Outcome.FAIL
    return failure_text(case, verdict, REPLAY).splitlines()


def marked_byte(lines: list[str]) -> tuple[str, str]:
    """The two digits above the ^^, and what is written behind it."""
    (at,) = [number for number, line in enumerate(lines) if "^^" in line]
    column = lines[at].index("^^")
    return lines[at - 1][column : column + 2], lines[at][column + 2 :].strip()


def decoded(**changes: Any) -> Mapping[str, Any]:
    return {"fields": {**FIELDS, **changes}}


def first_slice(**changes: Any) -> Mapping[str, Any]:
    return decoded(slices=[{**FIELDS["slices"][0], **changes}])


# Offsets by the tables of specs/frame.md: with one slice the body begins at 33, its dims at 35, its payload at 43.
@pytest.mark.parametrize(
    ("got", "digits", "where", "field"),
    [
        (decoded(stream_id=0x1235), "34", 4, "stream_id"),
        (decoded(stream_id=0x0034), "12", 5, "stream_id"),
        (decoded(frame_seq=str(1 + 2**56)), "00", 15, "frame_seq"),
        (decoded(space_hash32=0xFF000000), "00", 31, "space_hash32"),
        (decoded(modality=4), "00", 32, "modality"),
        (first_slice(dims=[5, 9]), "08", 39, "slice 0 dims"),
        (first_slice(dims=[5 + 2**16, 8]), "00", 37, "slice 0 dims"),
        (first_slice(payload=("ff" + PAYLOAD[1:].hex())), "20", 43, "slice 0 payload"),
        (first_slice(payload=(PAYLOAD[:39].hex() + "ff")), "47", 82, "slice 0 payload"),
        (first_slice(payload=PAYLOAD[:39].hex()), "47", 82, "slice 0 payload"),
        (first_slice(dtype=1), "02", 33, "slice 0 dtype"),
    ],
)
def test_the_differing_byte_of_a_decoded_frame_is_marked(
    got: Mapping[str, Any], digits: str, where: int, field: str
) -> None:
    lines = shown(DECODE, got)
    assert marked_byte(lines) == (digits, f"byte {where} of the frame")
    assert FRAME[where] == int(digits, 16)
    (row,) = [line for line in lines if line.startswith(">> @")]
    assert field in row


@pytest.mark.parametrize(
    "got", [{"fields": {}}, {}, decoded(stream_id="0x1234"), decoded(type=True), decoded(slices=[])]
)
def test_a_difference_without_a_byte_still_shows_the_frame(got: Mapping[str, Any]) -> None:
    assert any("stream_id" in line and "34120000" in line for line in shown(DECODE, got))


def test_an_infinite_number_is_a_difference_like_any_other() -> None:
    assert any("stream_id" in line for line in shown(DECODE, decoded(stream_id=float("inf"))))


def test_a_byte_inside_a_seal_is_counted_in_the_plain_body() -> None:
    header = header_bytes(XCHACHA, [40])
    data = closed(header + sealed(slice_bytes(0x02, [40], PAYLOAD), header))
    wanted = {**FIELDS, "flags": XCHACHA, "slices": [{"dtype": 2, "dims": [40], "payload": PAYLOAD.hex()}]}
    case = case_of("decode", {"frame": data.hex(), "key": KEY.hex()}, {"fields": wanted}, profile="xchacha")
    wrong = {**wanted, "slices": [{"dtype": 2, "dims": [40], "payload": (PAYLOAD[:1] + b"\0" + PAYLOAD[2:]).hex()}]}
    # In the plain body the payload begins behind dtype, rank and one dim, at 6.
    assert marked_byte(shown(case, {"fields": wrong})) == ("21", "byte 7 of the plain body")


ENCODE = case_of("encode", {"fields": FIELDS}, {"frame": FRAME.hex()}, clauses=("FRM-32",))


@pytest.mark.parametrize(("at", "field"), [(0, "version"), (5, "stream_id"), (60, "slice 0 payload"), (85, "crc32")])
def test_the_differing_byte_of_an_encoded_frame_is_marked(at: int, field: str) -> None:
    wrong = FRAME[:at] + bytes([FRAME[at] ^ 0x11]) + FRAME[at + 1 :]
    lines = shown(ENCODE, {"frame": wrong.hex()})
    assert marked_byte(lines) == (f"{wrong[at]:02x}", f"byte {at} of the frame")
    (row,) = [line for line in lines if line.startswith(">> @")]
    assert field in row


@pytest.mark.parametrize("got", [{"frame": FRAME.hex(), "more": 1}, {"frame": "0g"}, {"frame": ""}, {"frame": [1]}, {}])
def test_an_answer_that_is_no_frame_can_be_shown(got: Mapping[str, Any]) -> None:
    assert shown(ENCODE, got)[-1] == f"replay    {REPLAY}"


def test_a_wrong_compressed_body_shows_frame_and_plain_bytes() -> None:
    plain = slice_bytes(0x02, [4], b"abcd")
    header = header_bytes(ZSTD, [4])
    case = case_of(
        "encode",
        {"fields": {"flags": ZSTD}},
        {"header": header.hex(), "plain_body": plain.hex()},
        profile="zstd",
    )
    stored = bytes.fromhex("28b52ffd200a510000") + plain[:-1] + b"x"  # one last raw block: 10 << 3 | 1
    lines = shown(case, {"frame": closed(header + stored).hex()})
    assert marked_byte(lines) == ("78", "byte 9")
    assert any("num_slices" in line for line in lines)
    (window,) = [line for line in lines if line.startswith("  expected")]
    assert window.endswith(plain[1:].hex())  # from 8 bytes before the one that differs


def test_bytes_outside_frames_are_shown_side_by_side() -> None:
    case = case_of("open", {}, {"plain": bytes(40).hex()}, profile="xchacha")
    lines = shown(case, {"plain": (bytes(30) + b"\x07" + bytes(9)).hex()})
    assert marked_byte(lines) == ("07", "byte 30")
    column = next(line for line in lines if "^^" in line).index("^^")
    (expected,) = [line for line in lines if line.startswith("  expected")]
    assert expected[column : column + 2] == "00"


def test_a_refused_frame_is_explained() -> None:
    lines = failure_text(DECODE, judge_answer(DECODE, Reject("CRC_MISMATCH")), REPLAY).splitlines()
    assert any("crc32" in line for line in lines)
    assert any("valid frame" in line for line in lines)


def test_the_clause_has_its_text_and_place() -> None:
    clause = load_clauses()["FRM-24"]
    (line,) = clause_lines(("FRM-24",))
    assert f"(specs/frame.md:{clause.line})" in line
    assert line.endswith(clause.text)
    assert [line for line in shown(DECODE, {}) if line.startswith("clause")] == [*clause_lines(("FRM-5", "FRM-24"))]


def test_expected_got_case_and_replay_are_there() -> None:
    lines = shown(DECODE, decoded(type=1))
    assert lines[0] == "frame/decode/made: fail: fields.type: expected 0, got 1"
    assert lines[1] == "case      made by a test"
    assert any(line.startswith('expected  ok {"fields": {"type": 0') for line in lines)
    assert any(line.startswith('got       ok {"fields": {"type": 1') for line in lines)
    assert lines[-1] == f"replay    {REPLAY}"
    assert shlex.split(lines[-1])[2] == "conformance/test_vectors.py::test_case[x]"


def test_the_end_of_standard_error_is_shown() -> None:
    stderr = "\n".join(f"line {number}" for number in range(40))
    text = failure_text(DECODE, judge_answer(DECODE, Crash("killed by SIGSEGV", stderr)), REPLAY)
    assert "got       killed by SIGSEGV" in text
    assert "  line 39\n" in text
    assert "line 20\n" not in text


def test_a_probe_is_shown_without_a_frame() -> None:
    verdict = Verdict(Outcome.FAIL, "not kept", "silence", "a reply")
    lines = probe_text("stranger-ignored", "From elsewhere.", ("TST-6",), verdict, REPLAY).splitlines()
    assert lines[0] == "stranger-ignored: fail: not kept"
    assert lines[2].startswith("clause    TST-6 (specs/testee.md:")
    assert lines[3:] == ["expected  silence", "got       a reply", f"replay    {REPLAY}"]
