"""The first difference between two values."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.difference import Difference, Path, first_byte, first_difference, path_text, same

SAME: list[Any] = [None, True, 0, 1.5, "", "a", [], [1, [2]], {}, {"a": {"b": [1]}}]


@pytest.mark.parametrize("value", SAME, ids=repr)
def test_equal_values_do_not_differ(value: Any) -> None:
    assert same(value, value)
    assert first_difference(value, value) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (0, False),
        (1, 1.0),
        ("1", 1),
        (None, False),
        ([], {}),
        ("", None),
        ([1], [True]),
        ({"a": 1}, {"a": 1.0}),
    ],
    ids=repr,
)
def test_values_of_different_types_differ_both_ways(left: Any, right: Any) -> None:
    assert not same(left, right)
    assert not same(right, left)
    assert first_difference(left, right) is not None


@pytest.mark.parametrize(
    ("expected", "got", "path", "text"),
    [
        (1, 2, (), ": expected 1, got 2"),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ("b",), "b: expected 2, got 3"),
        ({"a": 1}, {}, ("a",), "a: expected 1, got nothing"),
        ({}, {"a": 1}, ("a",), "a: expected nothing, got 1"),
        ({"b": 1, "a": 1}, {"a": 2, "b": 2}, ("b",), "b: expected 1, got 2"),
        ({"dims": [1, 2]}, {"dims": [1]}, ("dims", 1), "dims[1]: expected 2, got nothing"),
        ({"dims": [1]}, {"dims": [1, 2]}, ("dims", 1), "dims[1]: expected nothing, got 2"),
        ({"s": [{"d": 1}]}, {"s": [{"d": True}]}, ("s", 0, "d"), "s[0].d: expected 1, got true"),
        ({"frame": "00"}, {"frame": None}, ("frame",), 'frame: expected "00", got null'),
    ],
)
def test_the_first_difference_has_its_path(expected: Any, got: Any, path: Path, text: str) -> None:
    difference = first_difference(expected, got)
    assert difference is not None
    assert difference.path == path
    assert difference.byte is None
    assert difference.text() == text


@pytest.mark.parametrize(
    ("expected", "got", "byte", "text"),
    [
        ("0011", "0012", 1, "byte 1: expected 11, got 12"),
        ("0011", "1011", 0, "byte 0: expected 00, got 10"),
        ("0011", "00", 1, "byte 1: expected 11, got the end (2 bytes expected, 1 came)"),
        ("00", "0011", 1, "byte 1: expected the end, got 11 (1 byte expected, 2 came)"),
        ("", "ff", 0, "byte 0: expected the end, got ff (0 bytes expected, 1 came)"),
        ("ab", "AB", 0, "byte 0: expected ab, got AB"),
    ],
)
def test_bytes_differ_at_an_offset(expected: str, got: str, byte: int, text: str) -> None:
    difference = first_difference({"payload": expected}, {"payload": got})
    assert difference == Difference(("payload",), expected, got, byte)
    assert difference is not None
    assert difference.text() == f"payload, {text}"


def test_a_text_that_is_not_bytes_has_no_offset() -> None:
    difference = first_difference({"frame_seq": "10"}, {"frame_seq": "11"})
    assert difference == Difference(("frame_seq",), "10", "11")


def test_only_the_first_difference_counts() -> None:
    difference = first_difference([{"frame": "00"}, 1], [{"frame": "01"}, 2])
    assert difference is not None
    assert difference.path == (0, "frame")


def test_first_byte_counts_bytes_not_digits() -> None:
    assert [first_byte("aabbcc", other) for other in ("aabbcd", "aab0cc", "", "aabbccdd")] == [2, 1, 0, 3]


def test_paths_read_like_code() -> None:
    assert path_text(("fields", "slices", 0, "dims", 12)) == "fields.slices[0].dims[12]"


def test_long_values_are_cut() -> None:
    difference = first_difference({"a": "x" * 500}, {"a": "y"})
    assert difference is not None
    assert len(difference.text()) < 120
