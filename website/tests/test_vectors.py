"""Groups of cases, their ids in runs, and the cases of a clause."""

from __future__ import annotations

from website.vectors import OK, by_clause, load_groups


def test_every_case_has_the_ids_that_runs_have() -> None:
    groups = {group.id: group for group in load_groups(profiles=("tcp", "sparse"))}
    plain = groups["sparse/sparse_encode/counts"]
    assert list(plain.cases[0].ids(plain)) == [(f"{plain.id}/{plain.cases[0].name}", "")]
    spoken = groups["tcp/join"] if groups["tcp/join"].op == "dialogue" else groups["tcp/connections"]
    case = spoken.cases[0]
    assert list(case.ids(spoken)) == [(f"{spoken.id}/{case.name}", "tcp")]


def test_a_dialogue_without_transports_is_played_over_each() -> None:
    group = next(one for one in load_groups(profiles=("stream",)) if one.id == "stream/plain/lost")
    ids = dict(group.cases[0].ids(group))
    name = f"stream/plain/lost/{group.cases[0].name}"
    assert name in ids
    assert all(one == name or one == f"{name}@{ids[one]}" for one in ids)


def test_clauses_find_the_cases_that_cite_them() -> None:
    groups = load_groups(profiles=("quant",))
    found = by_clause(groups)
    cited = {clause for group in groups for case in group.cases for clause in case.clauses}
    assert set(found) == cited
    for group, names in found["QNT-4"]:
        cites = {case.name for case in group.cases if "QNT-4" in case.clauses}
        assert set(names) == cites


def test_what_is_refused_says_its_code() -> None:
    codes = {case.expect for group in load_groups(profiles=("quant",)) for case in group.cases}
    assert OK in codes
    assert "BAD_SCALE" in codes
