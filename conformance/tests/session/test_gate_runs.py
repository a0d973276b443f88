"""Whole runs with the files of a gate: what a failure tells, junit.xml, plans, known failures."""

from __future__ import annotations

import json
import shlex
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # of a file that we wrote

import pytest

from adapters.driver.running import HIDDEN
from conformance.model.cases import Accept, load_cases
from conformance.mutants.testees.few_cases import CRASHES, FIVE_KINDS, LIES, SEEN, SHIFTED, SILENT
from conformance.tests.support import ROOT, Ran, check_run_json, run_pytest, run_suite, write_wrong

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("gate")]

CASES = load_cases()
HASHES = [case.id for case in CASES if case.op == "tail_hash"]
FEW = ("--profile=frame", "-k", "tail_hash")
MIXED = ("--profile=frame,handshake", "-k", "tail_hash or frame/decode/counts or handshake/client/answers")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gate")


@pytest.fixture(scope="module")
def impl(folder: Path) -> Path:
    return write_wrong(folder / "impl", "five-kinds-of-failure")


@pytest.fixture(scope="module")
def broken(folder: Path, impl: Path) -> Ran:
    return run_suite(impl, folder / "broken", *MIXED)


def failure(run: Ran, case_id: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(case["failure"] for case in run.report["cases"] if case["id"] == case_id)
    return found


def test_a_failure_tells_its_parts_and_a_pass_has_none(broken: Ran) -> None:
    check_run_json(broken.report)
    assert broken.failed.keys() == FIVE_KINDS.keys()
    assert {case["id"] for case in broken.report["cases"] if case["failure"]} == FIVE_KINDS.keys()
    for case_id in FIVE_KINDS:
        told = shlex.split(failure(broken, case_id)["replay"])
        assert told[told.index("--case") + 1 :] == [case_id]


def test_a_wrong_field_is_marked_in_the_dump_at_its_byte(broken: Ran) -> None:
    told = failure(broken, SHIFTED)
    expected = next(case for case in CASES if case.id == SHIFTED).expect
    assert isinstance(expected, Accept)
    assert told["expected"] == {"ok": expected.value}
    seq = int(expected.value["fields"]["frame_seq"])
    assert told["got"]["ok"]["fields"]["frame_seq"] == str(seq ^ 256)
    assert told["differs_at"] == 8 + 1  # FRM-1: frame_seq is at 8, least significant byte first
    (marked,) = [line for line in told["dump"]["lines"] if line["marked"]]
    assert (marked["part"], marked["offset"], marked["field"]) == ("frame", 8, "frame_seq")
    assert marked["wrong"] == [9, 10]
    detail = next(case["detail"] for case in broken.report["cases"] if case["id"] == SHIFTED)
    (field, below) = [line for line in detail.splitlines() if line.startswith(">>")]
    assert field.startswith(">> @8 ")
    assert below.endswith("byte 9 of the frame")


def test_a_crash_has_the_end_of_standard_error(broken: Ran) -> None:
    told = failure(broken, CRASHES)
    assert told["got"] == "exit status 3"
    assert told["stderr"].endswith(f"secret {HIDDEN}\n")
    assert len(told["stderr"]) <= 8_000


def test_long_values_are_cut(broken: Ran) -> None:
    got = failure(broken, LIES)["got"]
    assert got.startswith('{"ok": {"xxhash3_64": "000')
    assert len(got) < 5_000


def test_a_dialogue_has_its_steps(broken: Ran) -> None:
    steps = failure(broken, SILENT)["steps"]
    assert steps[0]["to"] == "peer"  # a client begins
    assert steps[0]["label"].startswith("Sync ")
    assert '"method": "ping"' in steps[0]["note"]


def test_no_report_holds_the_token(broken: Ran, folder: Path) -> None:
    assert failure(broken, SEEN)["got"] == {"ok": {"xxhash3_64": HIDDEN}}
    texts = [(folder / "broken" / name).read_text("utf-8") for name in ("run.json", "junit.xml")]
    assert all(f"secret {HIDDEN}" in text for text in texts)


def test_two_workers_write_the_same(broken: Ran, impl: Path, folder: Path) -> None:
    assert run_suite(impl, folder / "two", *MIXED, "-n", "2").report == broken.report
    assert (folder / "two" / "junit.xml").exists()


def test_junit_xml_has_every_case(broken: Ran, folder: Path) -> None:
    (suite,) = ET.parse(folder / "broken" / "junit.xml").getroot()
    cases = {case.attrib["name"]: [child.tag for child in case] for case in suite}
    assert len(cases) == len(broken.report["cases"])
    failed = {name.partition("[")[2].removesuffix("]") for name, children in cases.items() if "failure" in children}
    assert failed == FIVE_KINDS.keys()


def test_another_place_for_junit_xml_is_respected(tmp_path: Path) -> None:
    run = run_suite("reference", tmp_path / "report", *FEW, f"--junitxml={tmp_path / 'mine.xml'}")
    assert run.status == 0
    assert (tmp_path / "mine.xml").exists()
    assert not (tmp_path / "report" / "junit.xml").exists()


def test_the_run_is_bound_to_suite_vectors_and_adapter(broken: Ran, impl: Path) -> None:
    manifest = json.loads((ROOT / "vectors" / "manifest.json").read_bytes())
    in_files = [case for case in CASES if "@" not in case.id]  # those over another transport are the same ones
    assert broken.report["vectors"] == {"sha256": manifest["sha256"], "cases": len(in_files)}
    assert broken.report["suite"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert broken.report["adapter_sha256"] == sha256(impl.read_bytes()).hexdigest()


def test_a_plan_fails_a_run_that_executes_fewer(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    few = ("--profile=sparse", f"--plan={path}")
    assert run_suite("reference", tmp_path / "first", *few, "--write-plan").status == 0
    plan = json.loads(path.read_bytes())
    did = plan["profiles"]["sparse"]["cases"]
    plan["profiles"]["sparse"]["cases"] += 1
    clause = min(plan["profiles"]["sparse"]["clauses"])
    plan["profiles"]["sparse"]["clauses"][clause] += 1
    path.write_text(json.dumps(plan))
    fewer = run_suite("reference", tmp_path / "fewer", *few)
    assert fewer.status == 1
    assert fewer.failed == {}
    cases, cited = fewer.report["faults"]  # and nothing else of what the plan holds
    assert f"profile sparse: {did + 1} cases must run, {did} did" in cases
    assert f"clause {clause} of profile sparse" in cited
    assert "FAILED RUN: " in fewer.out


SELECTIONS = {
    "-k": (f"-k={HASHES[0]} or {HASHES[7]}",),
    "--deselect": ("-k=tail_hash", f"--deselect=conformance/test_vectors.py::test_case[{HASHES[0]}]"),
    "--profile": ("--profile=sparse", "-k=sparse"),
}


@pytest.fixture(scope="module")
def plan(folder: Path) -> str:
    """The option that names a plan of FEW."""
    option = f"--plan={folder / 'plan.json'}"
    assert run_suite("reference", folder / "planned", *FEW, option, "--write-plan").status == 0
    return option


@pytest.mark.parametrize("flag", SELECTIONS)
def test_a_selection_is_one_line_and_no_plan_is_kept_by_it(tmp_path: Path, flag: str, plan: str) -> None:
    profile = () if flag == "--profile" else ("--profile=frame",)
    run = run_suite("reference", tmp_path / "again", *profile, *SELECTIONS[flag], plan)
    assert run.status == 1
    assert run.failed == {}
    (fault,) = run.report["faults"]
    assert "plan.json is not checked, as " in fault
    assert flag in fault
    assert f" selected {len(run.outcomes)} of {len(HASHES)} cases" in fault


def test_a_node_id_and_a_run_that_stops_early_are_one_line_as_well(tmp_path: Path, impl: Path, plan: str) -> None:
    node = f"conformance/test_vectors.py::test_case[{HASHES[0]}]"
    named = run_suite("reference", tmp_path / "named", plan, what=node)
    assert (named.status, len(named.report["faults"])) == (1, 1)
    assert f"as a node id selected 1 of {len(HASHES)} cases" in named.report["faults"][0]
    stopped = run_suite(impl, tmp_path / "stopped", *FEW, plan, "-x")
    (fault,) = stopped.report["faults"]
    assert fault.endswith("plan.json is not checked, because the run ended early")


def test_a_plan_that_is_none_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    run = run_suite("reference", tmp_path / "report", *FEW, f"--plan={tmp_path / 'plan.json'}")
    assert run.status == 4
    assert "plan.json: does not fit reports/plan.schema.json" in run.out
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("flag", ["--write-plan", "--fix-known-failures"])
def test_a_flag_without_its_file_is_refused(flag: str) -> None:
    status, out = run_pytest(["conformance", flag])
    assert status == 4
    assert f"ERROR: {flag} writes the --" in out


def test_known_failures_are_found_then_refused_until_filled_in_then_green(tmp_path: Path, impl: Path) -> None:
    path = tmp_path / "known.toml"
    known = f"--known-failures={path}"
    first = run_suite(impl, tmp_path / "1", *FEW, known, "--fix-known-failures", "-n", "2")
    assert first.status == 1
    assert "3 new in" in first.out
    text = path.read_text("utf-8")
    assert sorted(entry["id"] for entry in tomllib.loads(text)["known"]) == sorted((CRASHES, LIES, SEEN))
    status, out = run_pytest(["conformance", f"--impl={impl}", *FEW, known])
    assert status == 4
    assert "the issue is still to be filled in for" in out
    path.write_text(text.replace("FILL IN: https://", "https://example.org/7"))
    filled = run_suite(impl, tmp_path / "2", *FEW, known)
    assert filled.status == 0, filled.out
    assert f"{path}: 3 reasons are marked unchecked" in filled.out
    assert failure(filled, CRASHES)["got"] == "exit status 3"  # known failures tell their parts as well
    mended = run_suite("reference", tmp_path / "3", *FEW, known, "--fix-known-failures")
    assert mended.status == 1  # three passed unexpectedly
    assert path.read_text("utf-8") == "\n"


def test_a_wildcard_covers_cases_and_one_that_passes_fails(tmp_path: Path, impl: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(
        f'[[known]]\nid = "frame/tail_hash/*"\nmax = {len(HASHES)}\nreason = "slow"\nissue = "https://example.org/7"\n'
    )
    run = run_suite(impl, tmp_path / "report", *FEW, f"--known-failures={path}")
    assert run.status == 1
    assert run.outcomes[CRASHES] == "known failure"
    assert set(run.outcomes.values()) == {"known failure", "fail"}
    passing = next(case_id for case_id, outcome in sorted(run.outcomes.items()) if outcome == "fail")
    (told,) = (case for case in run.report["cases"] if case["id"] == passing)
    assert told["listed"] == f"{path}:1 (frame/tail_hash/*)"
    assert told["detail"] == f"{passing} is listed as a known failure but passes; remove the entry at {told['listed']}"
    assert f"\ndelete    {told['listed']}: " in run.out
    assert "118 more passed\n" in run.out  # the four that are named and those are the 122 of 125 that passed


def test_a_run_that_is_broken_off_writes_no_files(tmp_path: Path, impl: Path) -> None:
    known, plan = tmp_path / "known.toml", tmp_path / "plan.json"
    asked = (f"--known-failures={known}", "--fix-known-failures", f"--plan={plan}", "--write-plan")
    assert run_suite(impl, tmp_path / "report", *FEW, *asked, "-x").status == 1
    assert not known.exists()
    assert not plan.exists()
    assert (tmp_path / "report" / "run.json").exists()
