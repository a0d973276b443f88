"""Failures as the page has them: all of them, by cause, profile and group, each with a place of its own."""

from __future__ import annotations

import zlib
from base64 import b64decode
from dataclasses import replace

from resonant.describe.clauses import load_clauses

from conformance.tests.report.runs import EXAMPLE
from conformance.tests.report.test_causes import entry
from reports.entry import Entry
from reports.failures import Anchors, Case, Group, Told, told
from reports.outcome import KNOWN
from reports.packed import packed
from reports.read import Run, read_run


def run_of(*entries: Entry) -> Run:
    return replace(read_run(EXAMPLE), entries=entries)


def found(*entries: Entry, before: str = "") -> tuple[Told, ...]:
    return told(run_of(*entries), load_clauses(), Anchors(), before)


def test_every_failure_is_in_one_group_of_its_cause() -> None:
    wrong = [entry(f"{profile}/decode/{group}/{number}", ("FRM-5",), got="BAD_TYPE")
             for profile in ("message", "frame") for group in "ba" for number in range(3)]  # fmt: skip
    (one,) = found(*wrong, entry("frame/ok", outcome="pass"))
    assert one.count == len(wrong)
    assert [group.name for group in one.groups] == [
        "frame/decode/a", "frame/decode/b", "message/decode/a", "message/decode/b",
    ]  # fmt: skip
    assert [profile for profile, _ in one.profiles] == ["frame", "message"]
    assert one.example is not None
    assert one.example in [case for group in one.groups for case in group.cases]


def test_known_failures_are_told_last_and_by_themselves() -> None:
    cause, known = found(entry("frame/b", outcome=KNOWN), entry("frame/a", got="BAD_TYPE"))
    assert cause.card is not None
    assert (known.card, known.anchor, known.count) == (None, "known-failures", 1)


def test_each_case_has_an_anchor_that_a_link_may_have() -> None:
    (one,) = found(entry("testee/test_probe[a b]", ("TST-5",), due=""), before="mine-")
    assert one.groups[0].cases[0].anchor == "mine-case-testee/test_probe[a-b]"


def test_anchors_are_given_once() -> None:
    anchors = Anchors()
    assert [anchors.take(name) for name in ("a", "a b", "a-b", "a")] == ["a", "a-b", "a-b-2", "a-2"]


def unpacked(text: str) -> list[str]:
    return zlib.decompress(b64decode(text)).decode().split("|")[:-1]


def drawn(case: Case, whole: bool) -> str:
    return f"{case.name} {'whole ' + case.name * 99 if whole else 'short'}|"


def test_details_are_packed_whole_as_far_as_there_is_room() -> None:
    (one,) = found(*(entry(f"frame/decode/{group}/{number}", got="BAD_TYPE")
                     for group in ("a", "b") for number in range(200)))  # fmt: skip

    def whole(most: int) -> list[int]:
        texts = map(unpacked, packed(one.groups, drawn, most).values())
        return [sum(" whole " in case for case in cases) for cases in texts]

    assert whole(10**9) == [200, 200]
    assert whole(0) == [1, 1]
    few = len("".join(packed(one.groups, drawn, 0).values()))
    middle = whole(2 * few)
    assert 1 < middle[0] == middle[1] < 200


def test_what_is_no_text_is_packed_as_an_escape() -> None:
    group = Group("a", "frame", (Case(entry("frame/a", got="B"), "\ud800", "case-a", ()),))
    assert unpacked(packed([group], drawn)[group])[0].startswith("\\ud800 whole")
