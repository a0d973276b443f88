"""Runs of wrong:NAME are red, cite the clause, and print a command that fails again, in whatever folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.driver import AdapterError
from conformance.mutants.testees.registry import WRONG
from conformance.session import implementations
from conformance.session.implementations import find_adapter
from conformance.tests.support import replayed, replays, run_line, run_pytest, run_suite
from conformance.tests.tools.package.test_commands import RUN

FAILED, USAGE = 1, 4
ALIKE = pytest.mark.nightly("test_a_run_is_red_by_the_clause_and_its_replay_is_too has one of each sort without it")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "only"),
    [
        ("version-not-checked", ("--profile=frame", "-k", "version")),
        pytest.param("tail-hash-is-xxh64", ("--profile=frame", "-k", "tail_hash"), marks=ALIKE),
        ("any-magic", ("-k", "bad-heads or ports-line")),
        ("performs-what-it-does-not-claim", ("-k", "unclaimed")),
        pytest.param("stream-order-of-arrival", ("--profile=stream", "-k", "stream/plain"), marks=ALIKE),
        ("server-error-without-min", ("--profile=handshake", "-k", "bad-versions")),
        pytest.param("server-hearts-rejected", ("-k", "hearts"), marks=ALIKE),
    ],
)
def test_a_run_is_red_by_the_clause_and_its_replay_is_too(name: str, only: tuple[str, ...], tmp_path: Path) -> None:
    run = run_suite(f"wrong:{name}", tmp_path / "report", *only)
    assert run.status == FAILED, run.out
    assert run.report["adapter"] == f"wrong:{name}"
    failed = [case for case in run.report["cases"] if case["outcome"] != "pass"]
    assert all(case["outcome"] == "fail" for case in failed)
    assert any(set(WRONG[name].clauses) & set(case["clauses"]) for case in failed)
    line = replays(run.out)[0]
    assert f"--impl wrong:{name} " in line
    again = replayed(line)
    assert again.status == FAILED, again.out
    assert len(again.failed) == 1


@pytest.mark.slow
def test_the_command_takes_it_as_a_word_in_any_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    status, out = run_line(f"{RUN} wrong:any-magic --case 'testee/test_probe[bad-heads]' -q", folder)
    assert status == FAILED, out
    assert "1 x  TST-5: " in out


@pytest.mark.slow
def test_an_unknown_name_is_one_line_with_the_nearest() -> None:
    status, out = run_pytest(["conformance", "--impl=wrong:version-not-chekced", "-q"])
    assert status == USAGE
    (line,) = out.strip().splitlines()
    assert "no wrong implementation is called 'version-not-chekced'" in line
    assert "version-not-checked" in line


@pytest.mark.slow
def test_an_unknown_server_is_one_line_with_the_nearest() -> None:
    status, out = run_pytest(["conformance", "--impl=wrong:server-crc-not-raed", "-q"])
    assert status == USAGE
    (line,) = out.strip().splitlines()
    assert "no wrong implementation is called 'server-crc-not-raed'; the nearest names are server-crc-not-read" in line


@pytest.mark.slow
@pytest.mark.parametrize("name", ["server-says-garbage", "server-pings-rejected"])
def test_a_server_that_no_run_can_begin_with_is_one_line_with_its_name(name: str) -> None:
    status, out = run_pytest(["conformance", f"--impl=wrong:{name}", "-q"])
    assert status == USAGE
    (line,) = out.strip().splitlines()
    assert line.startswith(f"ERROR: --impl=wrong:{name}: ")
    assert "udp://" not in line


@pytest.mark.slow
def test_one_among_the_paths_of_tests_is_told_apart() -> None:
    status, out = run_pytest(["conformance", "wrong:any-magic"])
    assert status == USAGE
    assert "name it with --impl wrong:any-magic" in out


def test_without_a_checkout_there_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(implementations, "_PROGRAM", tmp_path / "none.py")
    implementations.wrong_implementations.cache_clear()
    with pytest.raises(AdapterError, match=r"^wrong:NAME needs a checkout of the suite"):
        find_adapter("wrong:any-magic")
