"""Every clause and what judges it, in both directions; and the tables of specs/ against the suite's own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from resonant import RejectCode
from resonant.describe.clauses import Clause, load_clauses
from resonant.describe.registry import registry
from resonant.errors import CloseCode, DropCode

from conformance.model.cases import DIALOGUE, Refuse, load_cases
from conformance.model.peer_requests import PEER_OPS
from conformance.model.profiles import EVERYWHERE, PROFILES
from conformance.probes import PROBES, UNCLAIMED_CLAUSES
from conformance.tests.support import ROOT
from conformance.tests.tables import names, table

SPECS = ROOT / "specs"
CLAUSES = load_clauses()
CASES = load_cases()
SHARED_SCHEMAS = {"fields", "reply", "request"}


def family(clause_id: str) -> str:
    return clause_id.partition("-")[0]


def citations() -> dict[str, set[str]]:
    """Clause id to the profiles whose cases cite it; probes count for the profile of that name, testee."""
    cited: dict[str, set[str]] = defaultdict(set)
    for case in CASES:
        for clause in case.clauses:
            cited[clause].add(case.profile)
    for clause in (*UNCLAIMED_CLAUSES, *(clause for probe in PROBES for clause in probe.clauses)):
        cited[clause].add("testee")
    return cited


CITED = citations()


def owner(clause: Clause) -> str:
    if clause.judged_in is not None:
        return clause.judged_in
    if family(clause.id) in EVERYWHERE:
        return "testee"
    return next(profile for profile, families in PROFILES.items() if family(clause.id) in families)


def test_every_cited_clause_exists() -> None:
    assert sorted(set(CITED) - set(CLAUSES)) == []


MUST = [clause for clause in CLAUSES.values() if clause.must and clause.untestable is None]


def test_a_must_is_judged_in_the_profile_it_belongs_to() -> None:
    assert len(MUST) > 300
    uncited = [
        f"{clause.id}: no case that cites it in {owner(clause)}"
        for clause in MUST
        if owner(clause) not in CITED[clause.id]
    ]
    assert uncited == []


def test_a_clause_that_is_judged_elsewhere_says_in_which_profile() -> None:
    elsewhere = {clause.id: clause.judged_in for clause in CLAUSES.values() if clause.judged_in is not None}
    assert len(elsewhere) > 3
    assert set(elsewhere.values()) <= set(PROFILES)
    for clause_id, profile in elsewhere.items():
        assert family(clause_id) not in PROFILES[profile], f"{clause_id} is of {profile} anyway"


UNTESTABLE = [clause for clause in CLAUSES.values() if clause.untestable is not None]


@pytest.mark.parametrize("clause", UNTESTABLE, ids=lambda clause: clause.id)
def test_what_is_untestable_is_a_must_with_a_reason_and_is_not_tested(clause: Clause) -> None:
    assert clause.must
    assert len((clause.untestable or "").split()) >= 2
    assert clause.id not in CITED


def test_both_kinds_are_there() -> None:
    assert len(MUST) > 60
    assert 0 < len(UNTESTABLE) < 16


def test_each_family_belongs_to_exactly_one_profile() -> None:
    owned = [name for families in (*PROFILES.values(), EVERYWHERE) for name in families]
    assert sorted(owned) == sorted({family(clause_id) for clause_id in CLAUSES})


def test_the_table_of_profiles_is_what_the_suite_goes_by() -> None:
    rows = table((SPECS / "README.md").read_text("utf-8"), "| profile |")
    assert {names(row[0])[0]: tuple(names(row[1])) for row in rows} == dict(PROFILES)
    assert [names(row[0])[0] for row in rows] == list(PROFILES)


def test_the_table_of_files_names_each_family_where_its_clauses_are() -> None:
    rows = table((SPECS / "README.md").read_text("utf-8"), "| file |")
    listed = {name: row[0] for row in rows for name in names(row[1])}
    assert set(listed) == {family(clause_id) for clause_id in CLAUSES}
    for clause in CLAUSES.values():
        assert f"[{clause.file}]" in listed[family(clause.id)]


def test_the_registry_lists_the_reject_codes_in_order() -> None:
    text = (SPECS / "README.md").read_text("utf-8")
    numbered = table(text, "| # | code |")
    assert [row[0] for row in numbered] == [str(number) for number in range(1, len(numbered) + 1)]
    codes = [names(row[1])[0] for row in numbered]
    for part in text.split("\n| code |")[1:]:
        codes += [names(row[0])[0] for row in table("| code |" + part, "| code |")]
    assert codes == [code.value for code in (*RejectCode, *DropCode, *CloseCode)]


def codes_in(value: Any, *, received: bool) -> Iterator[str]:
    """The codes that a dialogue expects: in errors, in events, and of acts that are refused.

    received: also those of errors that the peer under test was sent, which may have any code.
    """
    if isinstance(value, dict) and "reset" in (value.get("method"), value.get("kind")):
        return  # its code is the application's (MUX-6)
    if isinstance(value, dict) and (received or value.get("event") != "error_received"):
        for name, member in value.items():
            if name in ("code", "reject", "detail") and isinstance(member, str):
                yield member
            else:
                yield from codes_in(member, received=received)
    elif isinstance(value, list):
        for item in value:
            yield from codes_in(item, received=received)


def test_every_code_is_expected_by_a_case_and_there_are_no_others() -> None:
    registry = {code.value for code in (*RejectCode, *DropCode, *CloseCode)}
    refused = {case.expect.code for case in CASES if isinstance(case.expect, Refuse)}
    played = [case.input["steps"] for case in CASES if case.op == DIALOGUE]
    steps = [*{id(step): step for steps in played for step in steps}.values()]  # many dialogues share theirs
    assert registry <= {*refused, *codes_in(steps, received=True)}
    assert {*refused, *codes_in(steps, received=False)} <= registry


def test_the_ops_of_the_protocol_have_schemas_and_the_schemas_ops() -> None:
    ops = {names(row[0])[0] for row in table((SPECS / "testee.md").read_text("utf-8"), "| op |")}
    assert ops == {path.stem for path in (SPECS / "ops").glob("*.json")} - SHARED_SCHEMAS
    assert all((SPECS / "ops" / f"{name}.json").is_file() for name in SHARED_SCHEMAS)


def test_both_tables_give_an_op_the_same_profile() -> None:
    protocol = table((SPECS / "testee.md").read_text("utf-8"), "| op |")
    profiles = {names(row[0])[0]: names(row[0 + 1]) for row in protocol}
    for row in table((SPECS / "README.md").read_text("utf-8"), "| profile |"):
        own_ops = (
            []
            if row[2].startswith(("the ops of", "the dialogues of"))
            else re.findall(r"\w+", row[2].partition(";")[0])
        )
        assert [op for op, profile in profiles.items() if profile == names(row[0])] == own_ops


def test_every_op_of_a_profile_has_a_case() -> None:
    protocol = table((SPECS / "testee.md").read_text("utf-8"), "| op |")
    of_peers = {(case.op, case.profile) for case in PEER_OPS} | {("peer_signal", "webrtc")}
    ops = {(names(row[0])[0], names(row[1])[0]) for row in protocol if names(row[1])}
    assert of_peers < ops  # which dialogues ask for
    judged = {(case.op, case.profile) for case in CASES}
    assert ops - of_peers <= judged
    assert {(DIALOGUE, one.name) for one in registry().profiles.values() if one.dialogues} <= judged
    assert {op for op, _ in judged} == {op for op, _ in ops - of_peers} | {DIALOGUE}
