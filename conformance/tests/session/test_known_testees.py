"""Probes, laws and ops of unclaimed profiles as known failures: listed by their ids in run.json, and as strictly."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from adapters.driver import Hello
from conformance.model.cases import load_cases
from conformance.model.profiles import PROFILES
from conformance.model.transports import LIBRARIES
from conformance.probes import PROBES
from conformance.probes.unclaimed import refusal_probes
from conformance.session.known_failures import KnownFailuresError, concerns, load_known, resolve
from conformance.session.testee_ids import LAWS, existing_ids, running_ids
from conformance.tests.doubles import frame_only, sound, write_double
from conformance.tests.support import Ran, run_suite

CASES = load_cases()
ALL = set(existing_ids(CASES))
LAW, PROBE = "testee/test_decode_inverts_encode", "testee/test_probe[unknown-op]"
UNCLAIMED = "testee/test_unclaimed_profile_is_refused[zstd-decode]"
OK, FAILED, USAGE = 0, 1, 4  # exit statuses of pytest
WRONG = "wrong:encode-and-unknown-op"
UNRUN = ("-p", "conformance.tests.session.unrun")
UNSHRUNK = ("-p", "conformance.tests.session.unshrunk")
FEW = ("--profile=frame", "-k", "tail_hash or unknown-op or decode_inverts_encode", *UNSHRUNK)


def known_file(folder: Path, *ids: str, bound: int | None = None) -> Path:
    path = folder / "known.toml"
    limit = f"max = {bound}\n" if bound is not None else ""
    path.write_text(
        "".join(f'[[known]]\nid = "{one}"\n{limit}reason = "slow"\nissue = "https://example.org/7"\n' for one in ids)
    )
    return path


def resolved(folder: Path, *ids: str, claims: tuple[str, ...] = tuple(PROFILES), bound: int | None = None) -> set[str]:
    path = known_file(folder, *ids, bound=bound)
    hello = Hello(name="x", version="1", language="x", spec="1.0", profiles=claims)
    running = set(running_ids(hello, "process", claims, refusal_probes(CASES, claims)))
    return set(resolve(load_known(path), running, ALL, path=path))


def test_every_id_is_there_once_whatever_is_claimed() -> None:
    assert len(list(existing_ids(CASES))) == len(ALL)
    assert {f"testee/test_probe[{probe.id}]" for probe in PROBES} <= ALL
    for claims in ((), ("frame",), ("frame", "message"), tuple(PROFILES)):
        hello = Hello(name="x", version="1", language="x", spec="1.0", profiles=claims)
        assert set(running_ids(hello, "process", claims, refusal_probes(CASES, claims))) <= ALL


def test_ids_are_resolved_as_those_of_cases(tmp_path: Path) -> None:
    assert resolved(tmp_path, LAW, PROBE) == {LAW, PROBE}
    assert resolved(tmp_path, UNCLAIMED, claims=("frame",)) == {UNCLAIMED}
    assert resolved(tmp_path, "testee/*", bound=len(ALL)) <= ALL
    with pytest.raises(KnownFailuresError, match=r"no such case: testee/test_probe\[no-such\]"):
        resolved(tmp_path, "testee/test_probe[no-such]")
    with pytest.raises(KnownFailuresError, match=r"its profile is not claimed, .*: testee/test_unclaimed"):
        resolved(tmp_path, UNCLAIMED)
    with pytest.raises(KnownFailuresError, match=f"fits {len(ALL)} cases, but its max is 3"):
        resolved(tmp_path, "testee/*", bound=3)


def test_a_choice_of_profiles_keeps_what_is_judged_anyway(tmp_path: Path) -> None:
    known = load_known(known_file(tmp_path, LAW, PROBE, "zstd/a/b"))
    running = {PROBE}
    assert [name for name, entry in known.items() if concerns(entry, ("quant",), running)] == [PROBE]
    assert [name for name, entry in known.items() if concerns(entry, ("zstd",), running)] == [PROBE, "zstd/a/b"]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_listed_they_are_green_and_counted_by_plans(tmp_path: Path, workers: tuple[str, ...]) -> None:
    known = f"--known-failures={known_file(tmp_path, LAW, PROBE)}"
    plan = (f"--plan={tmp_path / 'plan.json'}",)
    run = run_suite(WRONG, tmp_path / "report", *FEW, known, *plan, "--write-plan", *workers)
    assert run.status == OK, run.out
    assert run.failed == {LAW: "known failure", PROBE: "known failure"}
    assert json.loads((tmp_path / "plan.json").read_bytes())["profiles"]["testee"]["cases"] == 2
    assert run_suite(WRONG, tmp_path / "again", *FEW, known, *plan).status == OK


@pytest.mark.slow
def test_one_that_passes_fails_the_run_and_one_that_is_not_listed_too(tmp_path: Path) -> None:
    known = known_file(tmp_path, LAW, PROBE)
    sound = run_suite("reference", tmp_path / "sound", *FEW, f"--known-failures={known}")
    assert sound.status == FAILED
    assert sound.failed == {LAW: "fail", PROBE: "fail"}
    said = " ".join(sound.out.split())
    assert "is listed as a known failure but passes; remove it from that file (2 cases)" in said
    assert all(f"delete {known}:{line}: " in said for line in (1, 5))
    unlisted = run_suite(WRONG, tmp_path / "wrong", *FEW, f"--known-failures={known_file(tmp_path, LAW)}")
    assert unlisted.status == FAILED
    assert unlisted.failed == {LAW: "known failure", PROBE: "fail"}


@pytest.mark.slow
def test_the_file_is_fixed_by_what_a_run_finds(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    fix = (f"--known-failures={path}", "--fix-known-failures")

    def listed(run: Ran) -> list[str]:
        assert run.status == FAILED, run.out
        return sorted(entry["id"] for entry in tomllib.loads(path.read_text()).get("known", []))

    assert listed(run_suite(WRONG, tmp_path / "1", *FEW, *fix)) == [LAW, PROBE]
    path.write_text(path.read_text().replace("FILL IN: https://", "https://example.org/7"))
    assert run_suite(WRONG, tmp_path / "2", *FEW, f"--known-failures={path}").status == OK
    assert listed(run_suite("reference", tmp_path / "3", *FEW, *fix)) == []


@pytest.mark.slow
def test_what_runs_is_what_can_be_listed(tmp_path: Path) -> None:
    whole = tuple(name for name in PROFILES if name not in LIBRARIES)
    for make, claims, over in ((sound, whole, ("udp", "tcp")), (frame_only, ("frame",), ("udp",))):
        folder = tmp_path / make.__name__
        run = run_suite(write_double(folder, make), folder / "report", "-k", "not test_case", *UNRUN)
        hello = Hello(name="x", version="1", language="x", spec="1.0", profiles=claims, transports=over)
        assert set(run.outcomes) == set(running_ids(hello, "process", claims, refusal_probes(CASES, claims)))
        assert {law.name for law in LAWS if law.profile in claims} <= {one.partition("/")[2] for one in run.outcomes}
