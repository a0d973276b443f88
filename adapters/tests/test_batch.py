"""Many requests in one message: groups, order, and what happens where a batch fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.driver import (
    Answer,
    Crash,
    HarnessError,
    Ok,
    Testee,
    Unsupported,
    ask_many,
    ask_paced,
    load_adapter,
    request_bytes,
)
from adapters.driver.batch import MAX_BYTES, Pace, _groups
from adapters.tests.doubles import replies
from adapters.tests.made_testees import ADAPTERS, made


def counting(
    folder: Path, *, known: bool = True, dies_of: int | None = None, odd: Mapping[int, Any] | None = None
) -> Testee:
    settings = json.dumps({"known": known, "dies_of": dies_of, "odd": odd or {}})
    return Testee(made(folder, replies.counting, settings))


def numbers(count: int) -> list[bytes]:
    return [request_bytes("count", {"n": n}, "", "") for n in range(count)]


def seen(testee: Testee) -> list[str]:
    answer = testee.ask("seen", {})
    assert isinstance(answer, Ok)
    return list(answer.value["asked"])


def test_answers_come_in_the_order_of_the_requests(tmp_path: Path) -> None:
    with counting(tmp_path) as testee:
        assert list(ask_many(testee, numbers(650))) == [Ok({"n": n}) for n in range(650)]
        assert seen(testee) == ["batch", "batch", "batch", "seen"]


def test_a_testee_without_batch_is_asked_for_one_once(tmp_path: Path) -> None:
    with counting(tmp_path, known=False) as testee:
        assert list(ask_many(testee, numbers(320))) == [Ok({"n": n}) for n in range(320)]
        assert seen(testee) == ["batch", *["count"] * 320, "seen"]


def test_the_one_request_that_ends_a_testee_gets_the_blame(tmp_path: Path) -> None:
    with counting(tmp_path, dies_of=4) as testee:
        answers = list(ask_many(testee, numbers(7)))
        assert [answer for answer in answers if not isinstance(answer, Ok)] == [answers[4]]
        assert isinstance(answers[4], Crash)
        assert testee.starts == 3


def test_a_reply_that_is_none_costs_its_own_request_only(tmp_path: Path) -> None:
    with counting(tmp_path, odd={1: {"unsupported": "x"}, 2: 7, 3: {"maybe": 1}}) as testee:
        first, second, third, fourth, fifth = ask_many(testee, numbers(5))
        assert (first, second, fifth) == (Ok({"n": 0}), Unsupported("x"), Ok({"n": 4}))
        assert isinstance(third, HarnessError)
        assert isinstance(fourth, HarnessError)
        assert "'maybe'" in fourth.text


def test_groups_are_bounded_by_number_and_by_size() -> None:
    assert [len(group) for group in _groups([b"x"] * 601)] == [300, 300, 1]
    large = [bytes(MAX_BYTES // 2), bytes(MAX_BYTES // 2), b"x", bytes(MAX_BYTES + 1), b"x"]
    assert [len(group) for group in _groups(large)] == [2, 1, 1, 1]
    assert list(_groups([])) == []


def test_the_references_testee_answers_a_batch_as_it_answers_alone() -> None:
    requests = [request_bytes("tail_hash", {"data": bytes([n % 256]).hex() * n}, "", "") for n in range(700)]
    with Testee(load_adapter("reference", ADAPTERS)) as testee:
        assert list(ask_many(testee, requests)) == [testee.exchange(request) for request in requests]


def paced(testee: Testee, messages: list[bytes]) -> list[Answer]:
    answers: list[Answer] = []
    while len(answers) < len(messages):
        answers += ask_paced(testee, messages[len(answers) :])
    return answers


def test_batches_grow_with_what_the_testee_answers_in_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "MOMENT_S", 10.0)  # as a busy machine takes longer
    with counting(tmp_path) as testee:
        assert paced(testee, numbers(900)) == [Ok({"n": n}) for n in range(900)]
        asked = seen(testee)
        assert set(asked[:-1]) == {"batch"}
        assert len(asked) < 900 / 4


def test_a_pace_is_slow_where_answers_are_and_begins_anew_where_the_testee_broke() -> None:
    pace = Pace()
    pace.answered(4, 0.0)
    assert pace.size == 16
    pace.answered(16, 1.6)
    assert pace.size == 1
    pace.answered(300, 0.001)
    assert pace.size == 300
    pace.broke()
    for _ in range(Pace.ALONE - 1):
        assert pace.size == 1
        pace.passed_alone()
    pace.passed_alone()
    assert pace.size == Pace.FIRST


def test_in_paced_batches_the_one_request_that_ends_a_testee_gets_the_blame_and_costs_one_start(
    tmp_path: Path,
) -> None:
    with counting(tmp_path, dies_of=2) as testee:
        answers = paced(testee, numbers(7))
        assert [answer for answer in answers if not isinstance(answer, Ok)] == [answers[2]]
        assert isinstance(answers[2], Crash)
        assert testee.starts == 2


def test_paced_requests_of_a_testee_without_batch_are_single(tmp_path: Path) -> None:
    with counting(tmp_path, known=False) as testee:
        assert paced(testee, numbers(40)) == [Ok({"n": n}) for n in range(40)]
        assert seen(testee) == ["batch", *["count"] * 40, "seen"]
