from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.driver.strict_json import json_bytes, read_json

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))  # without halves of surrogate pairs
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda within: st.lists(within, max_size=4) | st.dictionaries(TEXTS, within, max_size=4),
    max_leaves=12,
)
STYLES: tuple[dict[str, Any], ...] = (
    {"separators": (",", ":")},
    {"separators": (",", ":"), "ensure_ascii": False},
    {},
    {"indent": 2},
)


@given(VALUES, st.sampled_from(STYLES))
def test_a_value_is_read_however_it_is_written(value: object, style: dict[str, Any]) -> None:
    read = read_json(json.dumps(value, **style).encode())
    assert repr(read) == repr(value)  # 1, 1.0 and true are three values, and so are 0.0 and -0.0


@given(st.dictionaries(st.text(), VALUES | st.text(), max_size=4))
def test_a_value_is_written_in_ascii_as_it_is(value: dict[str, Any]) -> None:
    data = json_bytes(value)
    assert data.isascii()
    assert repr(json.loads(data)) == repr(value)


@pytest.mark.parametrize("number", ["0", "-0", "-0.0", "1e16", "1E5", "1.50", "9007199254740993.0", "9" * 4000])
def test_a_number_is_the_same_by_either_library(number: str) -> None:
    assert repr(read_json(f'{{"a":[{number}]}}'.encode())) == repr(json.loads(f'{{"a":[{number}]}}'))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a":1,"a":1}', "duplicate member"),
        (b'{"a":[{"b":1,"\\u0062":2}]}', "duplicate member"),
        (b'{"a":NaN}', "NaN is not JSON"),
        (b'{"a":-Infinity}', "-Infinity is not JSON"),
        (b'{"a":1e999}', "beyond binary64"),
        (b'{"a":"\\ud800"}', "surrogates not allowed"),
        (b'{"a":"\xed\xa0\x80"}', "invalid continuation byte"),
        (b'{"a":"\xff"}', "invalid start byte"),
        (b'{"a":"\n"}', "Invalid control character"),
        (b'{"a":01}', "delimiter"),
        (b'{"a":1}x', "Extra data"),
        (b'\xef\xbb\xbf{"a":1}', "Expecting value"),
        (b'{"a":1,}', "line 1 column"),
        (b"", "Expecting value"),
        (b'{"a":' + b"9" * 5000 + b"}", "Exceeds the limit"),
    ],
)
def test_what_is_no_strict_json_is_named(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_json(data)


def test_nesting_without_end_ends() -> None:
    with pytest.raises((RecursionError, ValueError)):
        read_json(b"[" * 200_000)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_json_cannot_say_is_not_written(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"a": [None, "null", number]})


def test_null_is_written() -> None:
    assert json_bytes({"a": None, "b": "null"}) == b'{"a":null,"b":"null"}'
