from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.driver import Answer, AnswerError, Ok, Reject, RequestError, Unsupported, parse_answer
from adapters.driver.hello import parse_hello

HELLO = {"name": "n", "version": "", "language": "", "spec": "1.0", "profiles": ["zstd", "frame", "later"]}


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (b'{"ok": {"a": [1, "\xc3\xa9"]}}', Ok({"a": [1, "é"]})),
        (b'{"ok": {"a": "\\ud83d\\ude00"}}', Ok({"a": "\U0001f600"})),
        (b'{"reject": {"code": "BAD_TYPE"}}', Reject("BAD_TYPE")),
        (b'{"reject": {"code": "REJECTED", "detail": "no"}}', Reject("REJECTED", "no")),
        (b'{"unsupported": "zstd"}', Unsupported("zstd")),
        (b'{"error": "input.data is missing"}', RequestError("input.data is missing")),
    ],
)
def test_each_reply_is_its_own_answer(reply: bytes, answer: Answer) -> None:
    assert parse_answer(reply) == answer


@pytest.mark.parametrize(
    ("reply", "clause"),
    [
        (b"", "TST-8"),
        (b"ok", "TST-8"),
        (b'{"ok": "\xff"}', "TST-8"),
        ('{"ok": {}}'.encode("utf-16"), "TST-8"),
        (b'\xef\xbb\xbf{"ok": {}}', "TST-8"),
        (b'{"ok": {}} {}', "TST-8"),
        (b'{"ok": {"a": NaN}}', "TST-8"),
        (b'{"ok": {"a": -Infinity}}', "TST-8"),
        (b'{"ok": {"a": {"b": 1, "b": 1}}}', "TST-8"),
        (b'{"ok": {"a": "\\ud800"}}', "TST-8"),
        (b'{"ok": {}, "ok": {}}', "TST-8"),
        (b"[" * 200_000, "TST-8"),
        (b'{"ok": {"a": ' + b"9" * 5000 + b"}}", "TST-8"),
        (b"[]", "TST-8"),
        (b"null", "TST-8"),
        (b"{}", "TST-8"),
        (b'{"ok": {}, "error": ""}', "TST-8"),
        (b'{"okay": {}}', "TST-8"),
        (b'{"crash": {}}', "TST-8"),
        (b'{"ok": []}', "TST-8"),
        (b'{"reject": "BAD_TYPE"}', "TST-13"),
        (b'{"reject": {}}', "TST-13"),
        (b'{"reject": {"code": 5}}', "TST-13"),
        (b'{"reject": {"code": "bad type"}}', "TST-13"),
        (b'{"reject": {"code": "BAD_TYPE\\n"}}', "TST-13"),
        (b'{"reject": {"code": "BAD_TYPE", "detail": 5}}', "TST-13"),
        (b'{"reject": {"code": "BAD_TYPE", "why": ""}}', "TST-13"),
        (b'{"unsupported": true}', "TST-9"),
        (b'{"error": {}}', "TST-11"),
    ],
)
def test_a_reply_that_is_none_cites_its_clause(reply: bytes, clause: str) -> None:
    with pytest.raises(AnswerError, match=clause) as raised:
        parse_answer(reply)
    assert len(str(raised.value)) < 500


@given(st.binary() | st.builds(lambda text: f'{{"ok": {text}}}'.encode(), st.text()))
def test_any_bytes_raise_the_one_error_at_most(reply: bytes) -> None:
    with contextlib.suppress(AnswerError):
        parse_answer(reply)


def test_hello_keeps_the_order_and_the_unknown_of_profiles() -> None:
    assert parse_hello(HELLO).profiles == ("zstd", "frame", "later")


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": 1},
        {"version": None},
        {"language": []},
        {"spec": "1.1"},
        {"spec": 1.0},
        {"profiles": "frame"},
        {"profiles": ["frame", 1]},
        {"profiles": [""]},
        {"profiles": [[]]},
        {"profiles": ["frame", "frame"]},
        {"extra": 1},
    ],
    ids=str,
)
def test_a_hello_that_is_wrong_cites_its_clause(change: dict[str, object]) -> None:
    with pytest.raises(AnswerError, match="TST-12"):
        parse_hello({**HELLO, **change})


@pytest.mark.parametrize("member", HELLO)
def test_a_hello_lacks_nothing(member: str) -> None:
    with pytest.raises(AnswerError, match=rf"lacks \['{member}'\]"):
        parse_hello({name: value for name, value in HELLO.items() if name != member})


@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_a_hello_may_say_how_time_passes(clock: str) -> None:
    assert parse_hello({**HELLO, "clock": clock}).clock == clock
    assert parse_hello(HELLO).clock == "virtual"


@pytest.mark.parametrize("clock", ["", "Real", "wall", None, True, ["real"], {}], ids=str)
def test_another_clock_cites_its_clause(clock: object) -> None:
    with pytest.raises(AnswerError, match="TST-20"):
        parse_hello({**HELLO, "clock": clock})


def test_which_profiles_go_together_is_not_decided_by_the_driver() -> None:
    profiles = ["stream", "telepathy"]
    assert parse_hello({**HELLO, "profiles": profiles}).profiles == tuple(profiles)
