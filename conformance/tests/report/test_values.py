"""Expected and got side by side: one order of members, and marks on what differs alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reports.dump import Piece
from reports.values import side_by_side


def text(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def marks(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces if piece.differs]


@pytest.mark.parametrize(
    ("expected", "got", "left", "right"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, [], []),
        ({"a": 1, "b": 2}, {"b": 3, "a": 1}, ["2"], ["3"]),
        ({"a": [1, 2]}, {"a": [1, 2, 3]}, ["]"], ["3"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"b": 2}]}, [], []),
        ({"a": 1}, {"a": 1, "c": 7}, [], ['"c"', "7"]),
        ({"a": {"x": 1}}, {}, ['"a"'], []),
        ({"a": "00ff11"}, {"a": "00fe11"}, ["f"], ["e"]),
        ({"a": "0011"}, {"a": "00aa11"}, [], ["aa"]),
        ({"a": 1}, {"a": True}, ["1"], ["true"]),
        ({"a": 1}, {"a": 1.0}, ["1"], ["1.0"]),
        ({"a": None}, {"a": ""}, ["null"], ['""']),
        ({"ok": {"a": "00"}}, {"reject": {"code": "BAD_TYPE"}}, ['"ok"'], ['"reject"']),
        ([{"event": "a"}], [{"event": "b"}], ["a"], ["b"]),
        ('[{"n": 1, "e": "a"}]', '[{"e": "b", "n": 1}]', ["a"], ["b"]),
        ("a frame of type Sync", "nothing", [], []),
        ("the frame 0011", "the frame 0012", ["1"], ["2"]),
        ({"a": 1}, "exit status 9", [], []),
        ('[{"a": … (500 characters)', '[{"a": … (600 characters)', [], []),
        (None, None, [], []),
    ],
)
def test_what_differs_is_marked_and_nothing_else(expected: Any, got: Any, left: list[str], right: list[str]) -> None:
    one, other = side_by_side(expected, got)
    assert (marks(one), marks(other)) == (left, right)


def test_members_come_in_the_order_of_the_expected_value() -> None:
    expected, got = side_by_side({"b": {"y": 1, "x": 2}, "a": []}, {"new": 0, "a": [], "b": {"x": 2, "y": 1}})
    assert list(json.loads(text(got))) == ["b", "a", "new"]
    assert list(json.loads(text(got))["b"]) == ["y", "x"]
    assert text(expected) == '{\n "b": {\n  "y": 1,\n  "x": 2\n },\n "a": []\n}'


@pytest.mark.parametrize(
    "value",
    [{}, {"a": {}}, {"a": [{}, []]}, {"a": [[1], [2, {"b": None}]], "c": "ü"}, [[]], {"a": {"b": [1.5, True, "x"]}}],
)
def test_both_sides_are_whole_json(value: Any) -> None:
    others: list[Any] = [value, {"a": {"z": 1}}, {"c": [{}], "a": []}]
    for other in others:
        one, two = side_by_side(value, other)
        assert json.loads(text(one)) == value
        assert json.loads(text(two)) == other


def test_an_answer_beside_words_is_laid_out_as_beside_another_answer() -> None:
    one, other = side_by_side({"dims": [1, 2], "b": {}}, "exit status 9")
    assert (text(one), text(other)) == ('{\n "dims": [1, 2],\n "b": {}\n}', "exit status 9")


def test_long_stretches_that_are_the_same_are_cut() -> None:
    expected, got = side_by_side({"a": "00" * 900 + "ab" + "11" * 900}, {"a": "00" * 900 + "cd" + "11" * 900})
    assert (marks(expected), marks(got)) == (["ab"], ["cd"])
    assert len(text(expected)) < 300
    assert " characters …" in text(got)


def test_what_is_nested_deeply_stays_on_one_line() -> None:
    deep: Any = 0
    for _ in range(200):
        deep = {"a": deep}
    one, other = side_by_side(deep, {"a": 0})
    assert json.loads(text(one)) == deep
    assert text(one).count("\n") < 100
    assert other
