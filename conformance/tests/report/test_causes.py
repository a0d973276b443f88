"""Causes are few, and name what is wrong in faulty implementations."""

from __future__ import annotations

from functools import cache
from typing import Any
from zlib import crc32

import pytest

from conformance.model.cases import Case
from conformance.mutants import causes as measuring
from conformance.mutants.causes import BY_ID, HALVES, Measured, cases, entries_of, faulty, lines, truth
from conformance.mutants.engine.mutant import Kind as Fault
from reports.causes import Kind, causes
from reports.causes.words import look, said, what
from reports.entry import DUE_OK, Entry, Failure
from reports.outcome import KNOWN, Outcome

SINGLE = ("version-not-checked", "crc-without-complement", "q4-a-byte-more", "json-underflow-refused")
SEVERAL = (
    ("q4-a-byte-more", "magnitude-may-be-true"),
    ("version-not-checked", "zero-value-refused", "json-underflow-refused"),
    ("crc-zero-means-none", "magnitude-may-be-true", "dense-limit-one-over", "f16-at-least"),
)
"""Faulty implementations, by what is wrong in them."""


_AFTER_CRC = ("BAD_TYPE", "RESERVED_FLAGS", "TRAILING_BYTES")


def entry(
    name: str,
    clauses: tuple[str, ...] = ("FRM-3",),
    *,
    due: str = DUE_OK,
    got: Any = None,
    outcome: str = Outcome.FAIL,
    op: str = "decode",
    differs_in: str = "",
    fault: str = "why",
) -> Entry:
    reply = None if got is None else {"reject": {"code": got}} if isinstance(got, str) else {"ok": got}
    failure = Failure(None, reply, None, None, None, None, "again", reason="why", fault=fault, differs_in=differs_in)
    passed = outcome == Outcome.PASS
    return Entry(name, name.partition("/")[0], clauses, outcome, failure=None if passed else failure, op=op, due=due)


def passed(name: str, clauses: tuple[str, ...] = ("FRM-3",), due: str = DUE_OK) -> Entry:
    return entry(name, clauses, due=due, outcome=Outcome.PASS)


def told(entries: list[Entry]) -> list[tuple[str, str, int]]:
    return [(cause.kind, cause.clause, cause.count) for cause in causes(entries)]


@cache
def third() -> tuple[Case, ...]:
    """A third of the cases, the same ones whatever others there are."""
    return tuple(case for case in cases() if crc32(case.id.encode()) % 3 == 1)


@pytest.fixture
def fewer_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "cases", third)


@pytest.mark.slow
@pytest.mark.usefixtures("fewer_cases")
@pytest.mark.parametrize("faults", [*((one,) for one in SINGLE), *SEVERAL], ids="+".join)
def test_the_first_cause_of_a_faulty_implementation_is_one_of_its_faults(faults: tuple[str, ...]) -> None:
    entries = entries_of(*faults)
    found = causes(entries)
    assert {found[0].clause, found[0].also} & truth(faults)
    assert len(found) <= 8 * len(faults)  # a fault of frames shows in whatever is made of them: messages, peers, repair
    failing = sorted(one.id for one in entries if one.outcome != Outcome.PASS)
    assert sorted(one.id for cause in found for one in cause.entries) == failing


@pytest.mark.slow
@pytest.mark.nightly(
    "test_the_first_cause_of_a_faulty_implementation_is_one_of_its_faults has seven of other kinds, each strictly"
)
def test_the_first_cause_of_most_faulty_implementations_is_their_fault() -> None:
    found = {name: causes(entries_of(name)) for name in _sample()}
    judged = {name: those for name, those in found.items() if those}
    named = [name for name, those in judged.items() if {those[0].clause, those[0].also} & truth([name])]
    assert len(judged) > 8
    assert len(named) >= 0.7 * len(judged)


def _sample() -> list[str]:
    """Every sixtieth mutant that single requests can show, by name."""
    kinds, families = (Fault.RULE, Fault.SIZE, Fault.DIGIT, Fault.COMBINATION), ("FRM", "ZST", "MSG", "SPR", "QNT")
    names = (name for name, one in sorted(BY_ID.items()) if one.kind in kinds and one.clause[:3] in families)
    return list(names)[::60]


@pytest.mark.usefixtures("fewer_cases")
def test_a_fault_of_quantizers_is_found_among_their_clauses() -> None:
    clauses = [cause.clause for cause in causes(entries_of("q4-not-masked"))]
    assert clauses[0].startswith("QNT-")
    assert all(clause.startswith(("QNT-", "ADA-")) for clause in clauses)  # adapt asks the quantizers


def test_what_passes_and_what_is_known_has_no_cause() -> None:
    assert causes([passed("frame/a"), entry("frame/b", outcome=KNOWN)]) == ()


def test_the_clause_of_which_most_cases_fail_explains_them() -> None:
    narrow = [entry(f"frame/{n}", ("FRM-4", "FRM-19"), got="LENGTH_MISMATCH") for n in range(5)]
    others = [passed(f"frame/other-{n}", ("FRM-4",)) for n in range(30)]
    assert told([*narrow, *others]) == [(Kind.CLAUSE, "FRM-19", 5)]


def test_a_clause_that_names_the_field_explains_what_differs_in_it() -> None:
    product = [
        entry(f"frame/product/{n}", ("FRM-4", "FRM-41"), got={}, differs_in="fields.stream_id") for n in range(9)
    ]
    field = entry("frame/stream-id", ("FRM-5",), got={}, differs_in="fields.stream_id")
    assert told([*product, field, passed("frame/zero", ("FRM-5",))]) == [(Kind.CLAUSE, "FRM-5", 10)]


def test_failures_of_profiles_above_are_explained_below() -> None:
    below = [entry(f"frame/{n}", ("FRM-18",), got="LENGTH_MISMATCH") for n in range(3)]
    above = [entry(f"message/{n}", ("MSG-1",), got="LENGTH_MISMATCH") for n in range(9)]
    assert told([*above, *below]) == [(Kind.CLAUSE, "FRM-18", 12)]


def test_checks_in_another_order_are_recognised() -> None:
    late = [entry(f"frame/{n}", ("FRM-24", "FRM-29"), due="CRC_MISMATCH", got="BAD_TYPE") for n in range(4)]
    (cause,) = causes([*late, passed("frame/crc", ("FRM-24",), due="CRC_MISMATCH")])
    assert (cause.kind, cause.clause, cause.also) == (Kind.ORDER, "FRM-29", "FRM-24")
    assert what(cause) == "CRC_MISMATCH was due, a later check came"
    assert look(cause) == "the order of checks: that of CRC_MISMATCH belongs before those of BAD_TYPE"


def test_the_order_is_recognised_by_the_codes_where_no_case_is_about_it() -> None:
    late = [entry(f"frame/{n}", ("FRM-24",), due="CRC_MISMATCH", got=code) for n, code in enumerate(_AFTER_CRC)]
    (cause,) = causes([*late, passed("frame/crc", ("FRM-24",), due="CRC_MISMATCH")])
    assert (cause.kind, cause.clause, cause.also, cause.count) == (Kind.ORDER, "FRM-29", "FRM-24", 3)


@pytest.mark.parametrize(
    ("due", "codes"),
    [
        ("CRC_MISMATCH", ("BAD_TYPE", "BAD_VERSION")),  # an earlier check came
        ("CRC_MISMATCH", ("BAD_TYPE", "RESERVED_FLAGS", {})),  # or none at all
        ("TRUNCATED_BODY", ("TRAILING_BYTES", "TRAILING_BYTES")),  # without the check the rest is read elsewhere
    ],
)
def test_other_codes_are_no_check_in_another_order(due: str, codes: tuple[Any, ...]) -> None:
    failing = [entry(f"frame/{n}", ("FRM-21",), due=due, got=code) for n, code in enumerate(codes)]
    assert Kind.ORDER not in {cause.kind for cause in causes([*failing, passed("frame/x", due=due)])}


def test_a_crash_of_decode_breaks_also_the_clause_by_which_every_input_is_answered() -> None:
    (cause,) = causes([entry("frame/a", ("FRM-21",), outcome=Outcome.CRASH)])
    assert (cause.kind, cause.clause, cause.also) == (Kind.CRASH, "FRM-21", "FRM-30")


def test_a_check_that_is_missing_is_none_in_another_order() -> None:
    missing = [entry(f"frame/{n}", ("FRM-24", "FRM-29"), due="CRC_MISMATCH", got="BAD_TYPE") for n in range(4)]
    assert told([*missing, passed("frame/x")]) == [(Kind.CLAUSE, "FRM-24", 4)]


def test_valid_frames_of_a_transform_that_are_rejected_are_recognised() -> None:
    frames = [entry(f"zstd/decode/{n}", ("ZST-1",), got="BAD_COMPRESSION") for n in range(8)]
    (cause,) = causes([*frames, passed("zstd/decode/one", ("ZST-1",))])
    assert cause.kind == Kind.TRANSFORM
    assert what(cause) == "rejects valid frames with ZSTD set, with BAD_COMPRESSION"


def test_codes_that_nobody_knows_are_recognised() -> None:
    (cause,) = causes([entry(f"frame/{n}", due="BAD_TYPE", got=f"MINE_{n}") for n in range(2)])
    assert cause.kind == Kind.CODES
    assert what(cause) == "rejects with codes that the specification does not have: MINE_0 and MINE_1"


@pytest.mark.parametrize(
    ("outcome", "kind", "words"),
    [
        (Outcome.UNSUPPORTED, Kind.UNSUPPORTED, "claims frame and answers `decode` with `unsupported`"),
        (Outcome.REQUEST_ERROR, Kind.REQUESTS, "answers valid requests for `decode` with `error`"),
        (Outcome.CRASH, Kind.CRASH, "ends while it performs `decode`"),
        (Outcome.TIMEOUT, Kind.SILENCE, "does not answer `decode`"),
        (Outcome.HARNESS_ERROR, Kind.PROTOCOL, "the testee protocol fails"),
    ],
)
def test_what_gives_no_answer_is_recognised(outcome: str, kind: Kind, words: str) -> None:
    (cause,) = causes([entry("frame/a", outcome=outcome), entry("frame/b", ("FRM-3", "FRM-4"), outcome=outcome)])
    assert (cause.kind, cause.count, what(cause)) == (kind, 2, words)


def test_a_law_comes_last_and_a_probe_first() -> None:
    law = entry("testee/test_decode_is_total", ("FRM-30",), op="", due="")
    probe = entry("testee/test_probe[bad-heads]", ("TST-5",), op="", due="")
    many = [entry(f"frame/{n}", got="BAD_TYPE") for n in range(3)]
    assert told([law, *many, probe]) == [
        (Kind.CLAUSE, "TST-5", 1), (Kind.CLAUSE, "FRM-3", 3), (Kind.LAW, "FRM-30", 1),
    ]  # fmt: skip


def test_dialogues_that_all_fail_with_their_frames_say_nothing_more() -> None:
    frames = [entry(f"frame/{n}", ("FRM-24",), got="CRC_MISMATCH") for n in range(3)]
    talk = [entry(f"handshake/{n}", (f"HSK-{n + 1}",), op="dialogue", due="") for n in range(60)]
    assert told([*talk, *frames]) == [(Kind.CLAUSE, "FRM-24", 3), (Kind.FOLLOWS, "", 60)]


def test_what_cites_no_clause_or_one_that_nobody_knows_has_a_cause() -> None:
    assert told([entry("frame/x", (), outcome=Outcome.CRASH)]) == [(Kind.CRASH, "", 1)]
    assert told([entry("frame/x", ("NEW-1",), got="BAD_TYPE")]) == [(Kind.CLAUSE, "NEW-1", 1)]


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (entry("frame/a", due="BAD_VERSION", got={}), "must be rejected with BAD_VERSION; was accepted"),
        (entry("frame/a", due="BAD_VERSION", got="BAD_TYPE"),
         "must be rejected with BAD_VERSION; was rejected with BAD_TYPE"),
        (entry("frame/a", got="BAD_TYPE"), "must be accepted; was rejected with BAD_TYPE"),
        (entry("frame/a", got={}), "why"),
        (entry("frame/a", outcome=Outcome.CRASH), "must be accepted; the testee ended"),
        (Entry("frame/a", "frame", (), Outcome.HARNESS_ERROR, detail="line 1\nline 2"), "the testee protocol failed"),
    ],
)  # fmt: skip
def test_a_failure_is_told_in_a_sentence(one: Entry, sentence: str) -> None:
    assert said(one) == sentence


def test_the_measure_counts_who_is_named_first_and_leaves_out_what_no_case_sees() -> None:
    fault, other = "version-not-checked", "q4-a-byte-more"
    right, wrong = truth([fault]).pop(), truth([other]).pop()
    measured = [
        Measured((fault,), 5, ((right, ""), (wrong, ""))),
        Measured((fault,), 5, ((wrong, right),)),
        Measured((fault,), 5, ((wrong, ""),)),
        Measured((fault,), 0, ()),
    ]
    summary, named = lines(measured, wrong=True)
    assert summary.startswith("1 fault: 3 implementations, the first cause is one in 33.3% (66.7% with")
    assert named == f"  {fault}: ['{right}'], named {(wrong, '')} of 5"


def test_the_halves_are_apart_and_the_same_each_time() -> None:
    tune, told = (set(faulty(half, 250, 3)) for half in HALVES)
    assert not {name for those in tune for name in those} & {name for those in told for name in those}
    assert tune == set(faulty(HALVES[0], 250, 3))
    assert min(len(tune), len(told)) > 200


def broken(name: str, clause: str, fault: str) -> Entry:
    """A dialogue that failed before any step was judged."""
    return entry(f"tcp/{name}", (clause,), due="", op="dialogue", fault=fault)


def test_a_fault_of_framing_is_one_cause_whatever_the_dialogues_are_about() -> None:
    lengths = [broken(str(at), f"HSK-{at}", f"a length of {at} (TCP-1)") for at in range(1, 40)]
    counted = [broken(f"s{at}", f"STM-{at}", f"told of {at} bytes, and sent more (TST-30)") for at in range(1, 20)]
    assert told([*lengths, *counted]) == [(Kind.CLAUSE, "TCP-1", 39), (Kind.CLAUSE, "TST-30", 19)]


def test_a_fault_that_names_no_clause_of_carriage_or_several_is_weighed_as_before() -> None:
    assert told([broken("a", "HSK-4", "the body does not open (XCH-2)")]) == [(Kind.CLAUSE, "HSK-4", 1)]
    assert told([broken("b", "HSK-4", "is one or the other (TCP-1) (TST-30)")]) == [(Kind.CLAUSE, "HSK-4", 1)]
