"""The sentence of result, and the cards of causes at a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from conformance.pytest_plugin.card_text import MOST_LISTED, card_lines, in_full, listed
from conformance.tests.report.test_causes import entry, passed
from reports.cards import Account, cards, excerpt, sentence
from reports.dump import Dump, DumpLine
from reports.entry import Entry, Failure
from reports.outcome import KNOWN


def account(entries: Sequence[Entry], *, planned: int = 2, **more: bool) -> Account:
    failed = sum(one.outcome == "fail" for one in entries)
    row = {"planned": planned, "executed": len(entries), "failed": failed}
    return Account("mine 1.2", {"frame": row}, entries, len(cards(entries)), **{"green": not failed, **more})


FAILED, KNOWN_ONE = entry("frame/a", got="BAD_TYPE"), entry("frame/b", outcome=KNOWN)


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (account([FAILED, passed("frame/b")]), "mine 1.2 does not conform to frame: 1 cause, 1 of 2 cases."),
        (account([FAILED], planned=1_387),
         "mine 1.2 does not conform to frame: 1 cause, 1 of 1 case; 1,386 more were not run."),
        (account([passed("frame/a"), passed("frame/b")]), "mine 1.2 conforms to frame: it passed 2 cases."),
        (account([passed("frame/a"), passed("frame/b")], outside=True),
         "mine 1.2 conforms to frame as far as can be seen from outside: it passed 2 cases."),
        (account([passed("frame/a"), KNOWN_ONE]), "mine 1.2 has no new failures in frame: 1 known failure in 2 cases."),
        (account([passed("frame/a")]), "mine 1.2 passed what was run: 1 of 1 case; 1 more were not run."),
        (account([passed("frame/a"), passed("frame/b")], whole=False), "mine 1.2 passed what was run: 2 of 2 cases."),
        (account([passed("frame/a"), passed("frame/b")], green=False),
         "mine 1.2 passed 2 of 2 cases, but the run failed for another reason."),
        (account([]), "mine 1.2 is not judged: no case was executed."),
    ],
)  # fmt: skip
def test_the_result_is_one_sentence(one: Account, says: str) -> None:
    assert sentence(one) == says
    assert sentence(replace(one, who="")).startswith("The implementation ")


def test_what_fails_of_the_testee_alone_is_told_as_that() -> None:
    probe = entry("testee/test_probe[bad-heads]", ("TST-5",), due="")
    assert " does not keep the testee protocol: 1 cause" in sentence(replace(account([probe]), profiles={}))


def test_a_card_says_what_is_broken_by_an_example_and_counts_the_rest() -> None:
    (card,) = cards([entry(f"frame/decode/a/{n}", ("FRM-2",), due="BAD_VERSION", got={}) for n in range(3)])
    text = "\n".join(card_lines(card, 100))
    assert text.startswith("1. FRM-2: does not reject with BAD_VERSION what has a version other than 1 (3 cases)")
    assert "FRM-2 (specs/frame.md:" in text
    assert "must be rejected with BAD_VERSION; was accepted" in text
    assert "others     frame/decode/a (2)" in text
    assert text.splitlines()[-1].split() == ["replay", "again"]


@pytest.mark.parametrize("width", [20, 80, 200])
def test_cards_fit_the_terminal_and_are_bounded(width: int) -> None:
    (card,) = cards([entry(f"frame/group-{n}/x", ("FRM-27",), due="PLAIN_TOO_LARGE", got={}) for n in range(99)])
    lines = list(card_lines(card, width))
    assert max(map(len, lines)) <= max(width, 40, *(len(line) for line in lines if "replay" in line))
    assert len(lines) <= 25


def test_what_a_testee_says_cannot_move_the_cursor() -> None:
    (card,) = cards([entry("frame/a", got="BAD\x1b[2J\n")])
    assert not any("\x1b" in line or "\n" in line for line in (*card_lines(card, 80), *listed([card], 80)))


def test_causes_are_lines_and_the_last_ones_are_counted() -> None:
    many = [entry(f"frame/{n}", (f"FRM-{n}",), got=f"CODE_{n}") for n in range(1, MOST_LISTED + 3)]
    *lines, rest = listed(cards(many), 80)
    assert len(lines) == MOST_LISTED
    assert rest == "     2 x  2 more causes"


def test_anchors_are_unique_and_do_not_depend_on_other_causes() -> None:
    one, other = entry("frame/a", ("FRM-3",), got="BAD_TYPE"), entry("frame/b", ("FRM-3",), outcome="crash")
    alone = {card.anchor for card in cards([one])}
    both = [card.anchor for card in cards([one, other])]
    assert alone == {"cause-FRM-3"}
    assert sorted(both) == ["cause-FRM-3", "cause-FRM-3-crash"]


def test_an_excerpt_has_the_wrong_field_and_its_neighbours() -> None:
    lines = tuple(DumpLine("frame", n, 1, n, "00", f"f{n}", marked=n == 7, wrong=(7, 8) if n == 7 else None)
                  for n in range(20))  # fmt: skip
    assert [line.field for line in excerpt(Dump(lines, ("remark",))).lines] == ["f6", "f7", "f8"]


def test_the_first_causes_and_those_that_explain_much_are_shown_in_full() -> None:
    sizes = (40, 30, 20, 8, 2, 2)
    many = [entry(f"frame/{clause}-{n}", (f"FRM-{clause}",), got=f"CODE_{clause}")
            for clause, size in enumerate(sizes, start=1) for n in range(size)]  # fmt: skip
    assert [card.cause.count for card in in_full(cards(many))] == [40, 30, 20, 8]
    equal = [entry(f"frame/{n}", (f"FRM-{n}",), got=f"CODE_{n}") for n in range(1, 9)]
    assert len(in_full(cards(equal))) == 6


def test_a_probe_lists_everything_that_is_wrong() -> None:
    names = [f"a request with fault {n} of the many that there are" for n in range(30)]
    failure = Failure(f"error, for {'; '.join(names)}", "Ok", None, None, None, None, "again")
    probe = Entry("testee/test_probe[malformed-requests]", "testee", ("TST-11",), "fail", failure=failure)
    text = " ".join("\n".join(card_lines(cards([probe])[0], 80)).split())
    assert all(name in text for name in names)
    assert "the first step" not in text
