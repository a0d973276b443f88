"""The lines of a dump as people see them, and as run.json keeps them whole."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from reports.dump import Dump, DumpLine, Row, Text, dump_of, rows, texts

SEQ = DumpLine("frame", 8, 8, 8, "0001000000000000", "frame_seq", "256", marked=True, wrong=(9, 10))
LONG = DumpLine("plain body", 10, 40, 22, "16" * 16, "payload", "40 bytes", marked=True, wrong=(30, 31))
WINDOWS = (
    DumpLine("expected", 0, 4, 0, "00112233"),
    DumpLine("got", 0, 40, 0, "0011ff33" * 4, wrong=(2, 3)),
)


def shown(*lines: DumpLine) -> list[Text]:
    return list(texts(Dump(lines)))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (SEQ, "01"),
        (DumpLine("frame", 2, 4, 2, "0a0b0c0d", "crc32", "wrong", marked=True, wrong=(2, 6)), "0a0b0c0d"),
        (LONG, "16"),
        (WINDOWS[1], "ff"),
        (DumpLine("got", 0, 2, 0, "0011", wrong=(2, 3)), ""),
        (DumpLine("frame", 2, 2, 2, "0a0b", "flags", "none", marked=True), ""),
        (DumpLine("frame", 2, 2, 2, "0a0b", "flags", "none", marked=True, wrong=(4, 5)), ""),
    ],
    ids=["a byte", "a field", "in a cut field", "of a value", "past a value", "unknown", "past the field"],
)
def test_the_wrong_bytes_stand_apart_and_are_underlined(line: DumpLine, wrong: str) -> None:
    row, *below = [one for one in shown(line) if not str(one).startswith("the ")]
    assert row.wrong == wrong
    if wrong:
        (underline,) = below
        assert str(underline).index("^") == len(row.before)
        assert str(underline).count("^") == len(wrong)
        assert underline.marked is row.marked is line.marked


def test_a_place_past_the_end_of_a_value_is_pointed_at_and_one_past_a_field_is_not() -> None:
    (row, underline) = map(str, shown(DumpLine("got", 0, 2, 0, "0011", wrong=(2, 3))))
    assert underline == " " * len(row) + "^^ byte 2"
    assert len(shown(DumpLine("frame", 2, 2, 2, "0a0b", "flags", "none", marked=True, wrong=(4, 5)))) == 2


def test_each_part_of_a_frame_has_one_heading() -> None:
    plain = DumpLine("frame", 0, 1, 0, "01", "version", "1")
    found = [str(one) for one in shown(plain, SEQ, LONG)]
    assert [text for text in found if text.startswith("the ")] == ["the frame:", "the plain body:"]
    assert found[1] == f"   @0     01{' ' * 34}version          1"
    assert found[3] == f">> {' ' * 7}  ^^ byte 9 of the frame"


def test_bytes_that_are_not_shown_are_dots() -> None:
    row = next(text for text in map(str, shown(LONG)) if text.startswith(">> @"))
    assert row == f">> @10    …{'16' * 16}…  payload          40 bytes"
    assert str(shown(*WINDOWS)[1]) == f"  got       @0     {'0011ff33' * 4}…"


def test_remarks_are_the_last_lines() -> None:
    assert [str(one) for one in texts(Dump((SEQ,), ("valid frame: Think",)))][-2:] == ["", "   valid frame: Think"]


def test_the_first_wrong_byte_is_a_value() -> None:
    assert Dump((DumpLine("frame", 0, 1, 0, "01"), SEQ, LONG)).differs_at == 9
    assert Dump((DumpLine("frame", 0, 1, 0, "01", marked=True),)).differs_at is None


def test_a_dump_comes_back_from_json_as_it_was() -> None:
    dump = Dump((SEQ, LONG, *WINDOWS), ("valid frame: Think",))
    assert dump_of(json.loads(json.dumps(asdict(dump)))) == dump


def pieces(row: Row) -> list[tuple[str, bool]]:
    return [(piece.text, piece.differs) for piece in row.pieces]


@pytest.mark.parametrize(
    ("line", "bytes_shown", "note"),
    [
        (SEQ, [("00", False), ("01", True), ("000000000000", False)], "byte 9 of the frame"),
        (LONG, [("…", False), ("16" * 8, False), ("16", True), ("16" * 7, False), ("…", False)],
         "byte 30 of the plain body"),
        (DumpLine("frame", 2, 4, 2, "0a0b0c0d", "crc32", "", marked=True, wrong=(2, 6)), [("0a0b0c0d", True)],
         "bytes 2 to 5 of the frame"),
        (DumpLine("frame", 2, 2, 2, "0a0b", "flags", "none", marked=True, wrong=(4, 5)), [("0a0b", False)], ""),
    ],
)  # fmt: skip
def test_a_row_has_its_bytes_in_pieces_and_the_place_in_words(
    line: DumpLine, bytes_shown: list[tuple[str, bool]], note: str
) -> None:
    (row,) = rows(Dump((line,)))
    assert pieces(row) == bytes_shown
    assert (row.note, row.heading) == (note, line.part)


def test_every_byte_that_differs_between_two_values_is_marked() -> None:
    expected, got = rows(Dump((DumpLine("expected", 0, 4, 0, "00112233"), DumpLine("got", 0, 5, 0, "ff1122aa44"))))
    assert pieces(expected) == [("00", True), ("1122", False), ("33", True)]
    assert pieces(got) == [("ff", True), ("1122", False), ("aa44", True)]


def test_parts_of_a_frame_begin_with_their_name() -> None:
    plain = DumpLine("frame", 0, 1, 0, "01", "version", "1")
    assert [row.heading for row in rows(Dump((plain, SEQ, LONG)))] == ["frame", "", "plain body"]
