"""The canary: every profile and op, wrong in every way, and reported by our own checks, every one."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adapters.driver import Testee, load_adapter
from conformance.checks.judge import judge
from conformance.model.cases import Case, load_cases
from conformance.model.transports import QUIC, WEBRTC
from conformance.session.implementations import ADAPTERS
from reports.outcome import Outcome
from vectors.release.canary.lies import Canary, Kind, refused, value
from vectors.release.canary.pack import CANARIES, canary_files
from vectors.release.cases import DIALOGUE, cases_of
from vectors.release.tree import ReleaseError
from vectors.tests.release.releases import few_released, unpack
from vectors.tests.test_data import DESCRIBED, ROOT, validator


@cache
def originals() -> dict[str, Case]:
    """The cases of the suite by id."""
    return {case.id: case for case in load_cases()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {name: data for name, data in few_released().items() if name.startswith("canary/")}
    return unpack(tmp_path_factory.mktemp("release"), files) / "canary"


@pytest.fixture(scope="module")
def wrong(folder: Path) -> dict[str, Case]:
    """Read as the suite reads vectors: the manifest beside them is right, only the verdicts are not."""
    named = {canary.case for canary in CANARIES}  # not over the further transports of their files
    return {case.id: case for case in load_cases(folder / "data") if case.id in named}


@pytest.fixture(scope="module")
def key(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "key.json").read_bytes())["canaries"]
    return found


def test_every_profile_and_op_has_some(wrong: dict[str, Case]) -> None:
    def kinds(cases: dict[str, Case]) -> set[tuple[str, str]]:
        return {(case.profile, case.op) for case in cases.values()}

    assert len(wrong) == len(CANARIES) >= 30
    assert kinds(wrong) == kinds(originals())


def test_every_kind_of_lie_is_told_and_no_case_twice() -> None:
    kinds = Counter(canary.lie.kind for canary in CANARIES)
    assert set(kinds) == set(Kind)
    assert min(kinds.values()) >= 5
    assert len({canary.case for canary in CANARIES}) == len(CANARIES)


def adapter_of(case: Case) -> str:
    """The adapter of the reference that has what a case is played over."""
    return f"reference-{case.transport}" if case.transport in (QUIC, WEBRTC) else "reference"


@pytest.mark.slow
def test_each_is_reported_against_the_reference_and_its_original_is_not(wrong: dict[str, Case]) -> None:
    silent, failed = [], []
    for name in {adapter_of(case) for case in wrong.values()}:
        with Testee(load_adapter(name, ADAPTERS)) as testee:
            testee.start()
            mine = [case for case in wrong.values() if adapter_of(case) == name]
            silent += [case.id for case in mine if judge(testee, case).outcome is not Outcome.FAIL]
            failed += [case.id for case in mine if not judge(testee, originals()[case.id]).passed]
    assert silent == []
    assert failed == []


def test_nothing_but_the_verdict_differs_from_the_original(wrong: dict[str, Case]) -> None:
    for case_id, case in wrong.items():
        original = originals()[case_id]
        assert (case.about, case.clauses, case.profile, case.op, case.requires) == (
            original.about,
            original.clauses,
            original.profile,
            original.op,
            original.requires,
        )
        if case.op == DIALOGUE:
            sent = [[step for step in one.input["steps"] if "send" in step] for one in (case, original)]
            assert sent[0] == sent[1], case_id
            assert case.input != original.input
        else:
            assert case.input == original.input
            assert case.expect != original.expect


def test_the_key_says_what_is_wrong_with_each(key: list[dict[str, Any]], wrong: dict[str, Case], folder: Path) -> None:
    assert {entry["case"] for entry in key} == wrong.keys()
    for entry in key:
        case = wrong[entry["case"]]
        assert (frozenset(entry["needs"]), entry["op"]) == (case.needs, case.op)
        file = json.loads((folder.parent / entry["file"]).read_bytes())
        assert case.id.rpartition("/")[2] in {one["id"] for one in file["cases"]}
        assert entry["kind"] in {str(kind) for kind in Kind}
        assert entry["wrong"]


@pytest.mark.slow
def test_the_files_fit_the_schema_so_that_no_driver_stumbles_over_their_form(folder: Path) -> None:
    schema = validator(json.loads((folder / "schema.json").read_bytes()))
    paths = sorted((folder / "data").rglob("*.json"))
    assert paths
    for path in paths:
        file = json.loads(path.read_bytes())
        schema.validate(file)
        assert path.parent.joinpath(file["$schema"]).resolve() == (folder / "schema.json").resolve()
        for case in file["cases"]:
            ok = case["expect"].get("ok")
            if ok is not None and file["op"] not in (DIALOGUE, "compress") and not DESCRIBED & ok.keys():
                op = json.loads((ROOT / "specs/ops" / f"{file['op']}.json").read_bytes())
                validator(op["$defs"]["ok"]).validate(ok)


def test_a_canary_whose_case_is_gone_or_that_is_not_wrong_is_no_canary() -> None:
    names = ("vectors/data/frame/decode/crc.json", "vectors/data/frame/tail_hash/lengths.json")
    cases = cases_of({name: few_released()[name] for name in names})
    lost = Canary("frame/decode/crc/never-was", refused("CRC_MISMATCH"), "")
    right = Canary("frame/tail_hash/lengths/length-0", value("xxhash3_64", "2d06800538d394c2"), "")
    with pytest.raises(ReleaseError, match="has no case"):
        canary_files(cases, b"", [lost])
    with pytest.raises(ReleaseError, match="is not wrong"):
        canary_files(cases, b"", [right])
