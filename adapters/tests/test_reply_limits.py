"""The driver's own limits on replies, without which reading one could use up all memory or the whole stack."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from adapters.driver import AnswerError, Ok, parse_answer
from adapters.driver.answer import MAX_DEPTH, MAX_PARTS

MIB = 1 << 20
REST = pytest.mark.nightly("test_what_is_read_stays_small has the parts that take most room and most time without it")


def nested(depth: int) -> bytes:
    """An ok of that depth, its own object the first of it and the reply's none."""
    value: dict[str, Any] = {}
    for level in range(depth - 1):
        value = {"a": value, "b": [level]}
    return json.dumps({"ok": value}).encode()


def test_a_reply_may_nest_as_deep_as_the_limit() -> None:
    assert isinstance(parse_answer(nested(MAX_DEPTH - 1)), Ok)
    with pytest.raises(AnswerError, match="nests deeper than 64"):
        parse_answer(nested(MAX_DEPTH))


def test_brackets_side_by_side_are_no_depth() -> None:
    assert parse_answer(b'{"ok": {"a": [' + b"[]," * 1000 + b"[]]}}") == Ok({"a": [[]] * 1001})


@pytest.mark.parametrize("depth", range(65, 1100, 15))
def test_no_depth_raises_anything_else(depth: int) -> None:
    with pytest.raises(AnswerError):
        parse_answer(b'{"ok": {"a": ' + b"[" * depth + b"]" * depth + b"}}")


def test_a_long_text_is_no_matter() -> None:
    assert parse_answer(b'{"ok": {"a": "' + b"f" * 17_000_000 + b'"}}') == Ok({"a": "f" * 17_000_000})


@pytest.mark.parametrize("part", [b"[],", b"{},", b"0,", b'"",', b'{"":0},', b"[[[[]]]],"])
def test_a_reply_of_millions_of_values_is_not_read(part: bytes) -> None:
    reply = b'{"ok": {"a": [' + part * (17_999_000 // len(part)) + b"0]}}"
    tracemalloc.start()
    try:
        with pytest.raises(AnswerError, match="500,000 is the limit"):
            parse_answer(reply)
        assert tracemalloc.get_traced_memory()[1] < 1 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", [b'{"a":{}},', b"0.5,", *(pytest.param(part, marks=REST) for part in (b"[],", b'{"":0},', b'"aa",'))]
)
def test_what_is_read_stays_small(part: bytes) -> None:
    marks = sum(map(part.count, (b",", b"[", b"{")))
    reply = b'{"ok": {"a": [' + part * ((MAX_PARTS - 10) // marks) + b"0]}}"
    tracemalloc.start()
    try:
        assert isinstance(parse_answer(reply), Ok)
        assert tracemalloc.get_traced_memory()[1] < 150 * MIB
    finally:
        tracemalloc.stop()


def test_a_long_reply_is_shown_in_part() -> None:
    with pytest.raises(AnswerError) as raised:
        parse_answer(b"\xff" * 18_000_000)
    assert len(str(raised.value)) < 500


def depth_of(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@pytest.mark.parametrize("beside", ["{}", "[]", '{"ok":{}}', '{"ok":{"events":[]}}', '"{}[]{}[]"', '"}]}]"'])
def test_what_is_shallow_beside_or_at_the_bottom_hides_no_depth(beside: str) -> None:
    for levels in range(MAX_DEPTH - 6, MAX_DEPTH + 2):
        many = ",".join([beside] * 100)
        reply = f'{{"ok":{{"a":{"[" * levels}{many}{"]" * levels}}}}}'
        if depth_of(json.loads(reply)) > MAX_DEPTH:
            with pytest.raises(AnswerError, match="nests deeper than 64"):
                parse_answer(reply.encode())
        else:
            assert isinstance(parse_answer(reply.encode()), Ok)
