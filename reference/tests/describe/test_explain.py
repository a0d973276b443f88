"""explain and the command line around it."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from resonant import RejectCode
from resonant.__main__ import main
from resonant.describe.clauses import load_clauses
from resonant.describe.explain import NEXT, explain
from resonant.describe.registry import registry
from resonant.errors import FRAME_CODES

from reference.tests.support import (
    I8,
    KEY,
    ONE_F16,
    WORKED_PLAIN,
    XCHACHA,
    ZSTD,
    joined,
    raw_frame,
    raw_slice,
    raw_zstd,
)

BAD_CRC = WORKED_PLAIN[:-1] + b"?"
HEX = WORKED_PLAIN.hex()
FAMILIES = sorted(family for one in (*registry().profiles.values(), registry().testee) for family in one.families)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        status = main(arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else -1
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def lines(data: bytes, key: bytes | None = None) -> list[str]:
    return explain(data, key).splitlines()


def marked(data: bytes, key: bytes | None = None) -> list[str]:
    return [line for line in lines(data, key) if line.startswith(">>")]


def test_a_valid_frame_is_a_line_for_each_field_and_a_verdict() -> None:
    found = lines(WORKED_PLAIN)
    assert len(found) == 1 + 14 + 2
    assert found[0] == "frame:"
    assert found[4].split() == ["@4", "34120000", "stream_id", "0x1234"]
    assert found[-1] == "valid frame: Think stream 0x1234 seq 1: 1 slice, F16 [2], 4 bytes, space_hash32 0"
    assert not marked(WORKED_PLAIN)


def test_a_refused_frame_comes_with_clause_detail_bytes_and_advice() -> None:
    text = explain(BAD_CRC)
    assert "rejected: CRC_MISMATCH (FRM-24)\n" in text
    assert f"clause:  FRM-24, specs/frame.md line {load_clauses()['FRM-24'].line}: `crc32` MUST be" in text
    assert "bytes:   43 to 46 of the frame: d22d353f\n" in text
    assert f"next:    {NEXT[RejectCode.CRC_MISMATCH]}\n" in text
    field, underline = marked(BAD_CRC)
    assert field.split()[:3] == [">>", "@43", "d22d353f"]
    assert underline.index("^") == field.index("d22d353f")
    assert underline.count("^") == 8


def test_a_span_of_an_untransformed_plain_body_is_marked_in_the_frame() -> None:
    data = raw_frame(raw_slice(9, [1], b"x"), slice_len=[1])
    assert marked(data)[0].split()[:3] == [">>", "@33", "09"]
    assert "bytes:   33 of the frame: 09" in explain(data)


def test_a_span_of_a_compressed_plain_body_is_marked_there() -> None:
    data = raw_frame(raw_zstd(raw_slice(9, [1], b"x")), flags=ZSTD, slice_len=[1])
    assert marked(data)[0].split()[:3] == [">>", "@0", "09"]
    assert "bytes:   0 of the plain body: 09" in explain(data)


def test_a_place_without_bytes_is_marked_once() -> None:
    empty_slice = raw_slice(I8, [0], b"")
    assert marked(raw_frame(slice_len=[0])) == [">> @33    ^ no more bytes here"]
    assert marked(raw_frame(empty_slice, slice_len=[0, 0])) == [">> @43    ^ no more bytes here"]
    assert marked(raw_frame(raw_zstd(b""), flags=ZSTD, slice_len=[0])) == [">> @0     ^ no more bytes here"]
    assert marked(b"") == [">> @0     ^ no more bytes here"]


def test_bytes_that_a_cut_field_hides_are_underlined_at_its_end() -> None:
    data = raw_frame(raw_slice(I8, [40], bytes(40)) + b"?", slice_len=[40])
    assert "bytes:   79 of the frame: 3f" in explain(data)
    sealed_body = raw_frame(bytes(60), flags=XCHACHA)
    assert [line.rstrip()[-1] for line in marked(sealed_body)[1::2]] == ["^"] * 4


def test_every_code_of_a_received_frame_has_advice() -> None:
    assert set(NEXT) == set(FRAME_CODES)


def test_colour_marks_lines_and_changes_no_text() -> None:
    coloured = explain(BAD_CRC, colour=True)
    assert "\x1b[31m>>" in coloured
    assert coloured.replace("\x1b[31m", "").replace("\x1b[0m", "") == explain(BAD_CRC)


@pytest.mark.parametrize(
    "arguments",
    [
        [HEX],
        [HEX.upper()],
        ["0x" + HEX],
        [HEX[:10], HEX[10:]],
        [" ".join(f"0x{byte:02x}" for byte in WORKED_PLAIN)],
        [":".join(f"{byte:02x}" for byte in WORKED_PLAIN)],
        [f"{HEX[:20]}_{HEX[20:]}\n"],
    ],
)
def test_hexadecimal_arguments_may_be_written_in_many_ways(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(capsys, "explain", *arguments) == (0, explain(WORKED_PLAIN), "")


@pytest.mark.parametrize("content", [BAD_CRC, BAD_CRC.hex().encode() + b"\n"], ids=["binary", "text"])
def test_a_file_is_read_binary_or_as_text(capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "frame"
    path.write_bytes(content)
    assert run(capsys, "explain", str(path)) == (1, explain(BAD_CRC), "")


def test_an_empty_file_is_a_frame_of_no_bytes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert run(capsys, "explain", str(path)) == (1, explain(b""), "")


def test_standard_input_is_read_for_a_hyphen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WORKED_PLAIN)))
    assert run(capsys, "explain", "-") == (0, explain(WORKED_PLAIN), "")


def test_a_sealed_frame_is_opened_with_the_key(capsys: pytest.CaptureFixture[str]) -> None:
    data = joined("worked-sealed")
    assert run(capsys, "explain", data.hex(), "--key", KEY.hex()) == (0, explain(data, KEY), "")
    assert run(capsys, "explain", data.hex())[0] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["explain", "zz"], "the frame is not a file and is not hexadecimal: it holds 'z'"),
        (["explain", "٠١"], "the frame is not a file and is not hexadecimal: it holds '٠'"),
        (["explain", "012"], "has 3 hexadecimal digits, an odd number"),
        (["explain", ""], "the frame is not a file and is empty"),
        (["explain", "a/b\0"], "not hexadecimal"),
        (["explain", "g" * 5000], "not hexadecimal"),
        (["explain", "no/such/file.bin"], "not hexadecimal"),
        (["explain", "/"], "/ cannot be read: "),
        (["explain", HEX, "--key", "00"], "the key has 1 byte; it must have 32"),
        (["explain", HEX, "--key", "0"], "the key has 1 hexadecimal digit"),
        (["explain", HEX, "--key", "key"], "the key is not hexadecimal: it holds 'k'"),
        (
            ["clause", "FRM-999"],
            f"no clause FRM-999; the families are {', '.join(FAMILIES)}",
        ),
    ],
)
def test_a_usage_error_is_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert err.startswith(f"resonant {arguments[0]}: ")
    assert err.count("\n") == 1


def test_a_file_far_longer_than_a_frame_is_a_usage_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(bytes(1_048_577))
    assert run(capsys, "explain", str(path))[0] == 2
    path.write_bytes(bytes(1_048_576))
    assert run(capsys, "explain", str(path))[0] == 1


def test_clauses_are_printed_by_id(capsys: pytest.CaptureFixture[str]) -> None:
    clause = load_clauses()["FRM-8"]
    assert run(capsys, "clause", "frm-8") == (0, f"FRM-8, specs/frame.md line {clause.line}\n{clause.text}\n", "")
    assert run(capsys, "clause", "FRM-8", "FRM-28")[1].endswith("65,507 bytes.\njudged in: handshake\n")
    assert "\nuntestable: memory of another process" in run(capsys, "clause", "FRM-31")[1]


@pytest.mark.parametrize("command", [[], ["explain"], ["clause"]])
def test_help_is_complete_and_missing_arguments_are_status_2(
    capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert run(capsys, *command)[0] == 2
    status, out, _ = run(capsys, *command, "--help")
    assert status == 0
    assert "python -m resonant" in out


def test_a_terminal_gets_colour_unless_no_color_is_set(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert run(capsys, "explain", HEX)[1] == explain(WORKED_PLAIN, colour=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(capsys, "explain", HEX)[1] == explain(WORKED_PLAIN)
    assert ONE_F16.hex() in HEX
