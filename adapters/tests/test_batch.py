"""Many requests in one message: groups, order, and what happens where a batch fails."""

from __future__ import annotations

from pathlib import Path

from adapters.driver import Crash, HarnessError, Ok, Testee, Unsupported, ask_many, load_adapter, request_bytes
from adapters.driver.batch import MAX_BYTES, _groups
from adapters.tests.made_testees import ADAPTERS, made

ONE_EACH = """
asked = []

def one(op, input):
    if input.get("n") == DIES_OF:
        os._exit(9)
    return ODD.get(input.get("n"), {"ok": {"n": input.get("n")}})

def perform(op, input):
    asked.append(op)
    if op == "seen":
        return {"ok": {"asked": asked}}
    if op == "batch" and not KNOWN:
        return {"unsupported": "batch"}
    if op == "batch":
        return {"ok": {"replies": [one(each["op"], each["input"]) for each in input["requests"]]}}
    return one(op, input)

serve(perform)
"""


def counting(folder: Path, *, known: bool = True, dies_of: int | None = None, odd: str = "{}") -> Testee:
    body = f"KNOWN, DIES_OF, ODD = {known}, {dies_of}, {odd}\n"
    return Testee(made(folder, body + ONE_EACH))


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
    with counting(tmp_path, odd='{1: {"unsupported": "x"}, 2: 7, 3: {"maybe": 1}}') as testee:
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
