"""Whole runs against servers: exit status, what is said, and run.json."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from resonant.describe.clauses import load_clauses

from conformance.mutants.servers.over_quic import serving_quic
from conformance.mutants.servers.over_tcp import serving_tcp
from conformance.mutants.servers.serving import SEALED, serving, silent_port
from conformance.server.addresses import CONNECTED
from conformance.server.catalogue import CHECKS
from conformance.server.check import ADDRESSES
from conformance.tests.server import short_waits
from conformance.tests.server.short_waits import SPEED
from conformance.tests.support import ROOT, Ran, check_run_json, replayed, replays, run_pytest, run_suite

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers")]

OK, FAILED, USAGE = 0, 1, 4  # exit statuses of pytest
REACH_S = 15
ALL = {check.id for check in CHECKS if check.profile not in CONNECTED}
ON_TCP = {check.id for check in CHECKS if check.profile == "tcp"}
LONG = {"tcp/outside/deadlines", "handshake/outside/reply-limit", "handshake/outside/ping-at-the-limit"}
ONLY_SEALED = {"handshake/outside/not-sealed"}
WRONG = "wrong:server-error-without-min"
SHORTLY = ("-p", short_waits.__name__)
"""Has a run wait shortly, for a server that is as quick."""


@pytest.fixture(scope="module")
def green(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    with serving(speed=SPEED) as impl:
        return run_suite(impl, tmp_path_factory.mktemp("green"), *SHORTLY)


def test_a_whole_run_is_green_and_accounts_for_every_check(green: Ran) -> None:
    assert green.status == OK, green.out
    assert set(green.outcomes) == ALL - ONLY_SEALED
    assert green.failed == {}
    rows = green.report["profiles"]
    assert set(rows) == set(green.report["claims"]) == {"handshake", "stream"}
    assert sum(row["planned"] for row in rows.values()) == sum(row["passed"] for row in rows.values()) == len(ALL) - 1


def test_a_whole_run_over_tcp_is_green_and_counts_under_its_own_profile_too(tmp_path: Path) -> None:
    with serving_tcp() as impl:
        run = run_suite(impl, tmp_path, "-k", "not deadlines and not limit")
    assert run.status == OK, run.out
    assert set(run.outcomes) == (ALL | ON_TCP) - ONLY_SEALED - LONG
    assert set(run.report["profiles"]) == {"handshake", "stream", "tcp"}
    assert run.report["implementation"]["name"] == impl


def test_a_run_over_quic_counts_under_its_own_profile_and_says_what_it_takes_as_it_is(tmp_path: Path) -> None:
    with serving_quic() as impl:
        run = run_suite(impl, tmp_path, "-k", "limits or minimal", "--profile=handshake,quic")
    assert run.status == OK, run.out
    assert set(run.outcomes) == {"quic/outside/limits", "handshake/outside/minimal-ping"}
    assert set(run.report["claims"]) == {"handshake", "quic"}
    assert "the server's certificate was taken as it is: who it is, is not judged" in run.out


def go_example(tmp_path: Path) -> Path:
    module = ROOT / "adapters" / "go" / "quic"
    subprocess.run(["go", "build", "-o", tmp_path, "./examples/recv_think"], cwd=module, check=True, timeout=300)
    return tmp_path / "recv_think"


def rust_example(tmp_path: Path) -> Path:
    command = ["cargo", "build", "--locked", "-p", "resonant-protocol", "--example", "recv_think", "--features", "quic"]
    subprocess.run(command, cwd=ROOT / "adapters" / "rust", check=True, timeout=600)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "adapters/rust/target"), "debug", "examples", "recv_think")


@pytest.mark.nightly("builds; test_a_sound_server_passes_its_checks_over_quic shows that the checks can be passed")
@pytest.mark.parametrize("build", [go_example, rust_example])
def test_the_example_servers_of_other_languages_are_judged_over_quic(
    build: Callable[[Path], Path], tmp_path: Path
) -> None:
    server = [str(build(tmp_path)), "--addr", "127.0.0.1:0", "--quic", str(tmp_path / "certificate.pem")]
    with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            impl = f"quic://{process.stdout.readline().removeprefix('listening on ').strip()}"
            threading.Thread(target=process.stdout.read, daemon=True).start()
            run = run_suite(impl, tmp_path)
        finally:
            process.terminate()
    assert run.status == OK, run.out
    assert sum(outcome == "pass" for outcome in run.outcomes.values()) == len(run.outcomes) > 75


def test_the_profile_tcp_is_not_judged_by_datagrams() -> None:
    with serving() as impl:
        status, out = run_pytest(["conformance", f"--impl={impl}", "--profile=tcp", "-q"])
    assert status == USAGE
    assert "a server is judged by it on a connection; name it as tcp://HOST:PORT" in out


def test_its_account_fits_the_schema_and_says_what_was_not_seen(green: Ran) -> None:
    check_run_json(green.report)
    assert [one["id"] for one in green.report["not_planned"]] == sorted(ONLY_SEALED)
    seen = {clause for case in green.report["cases"] for clause in case["clauses"]}
    unseen = set(green.report["unseen"])
    assert not seen & unseen
    assert {"HSK-20", "HSK-44", "STM-24", "ZST-1", "FRM-1"} <= unseen
    assert {
        clause.id for clause in load_clauses().values() if clause.file == "handshake.md" and clause.must
    } <= seen | unseen
    assert "not planned, as the server does not require crypto: not-sealed" in green.out
    (line,) = [line for line in green.out.splitlines() if line.startswith("  HSK ")]
    assert "20 to 30" in line


@pytest.mark.parametrize("workers", ["-n 2", "-n 1 --dist each", "-n auto --dist loadgroup", "-n 0"])
def test_one_process_judges_the_same_whatever_n_says(green: Ran, tmp_path: Path, workers: str) -> None:
    with serving(places=ADDRESSES, speed=SPEED) as impl:
        run = run_suite(impl, tmp_path, *SHORTLY, *workers.split(), "-v")
    assert run.status == OK, run.out
    assert run.outcomes == green.outcomes
    assert ("one process asks a server, whatever -n says" in run.out) is (workers != "-n 0")


@pytest.mark.late("an interpreter of its own, whose seconds are real, is judged six times")
@pytest.mark.parametrize(("transport", "options", "times"), [("udp", [], 4), ("tcp", ["--tcp"], 2)])
def test_the_example_server_is_judged_again_and_again(transport: str, options: list[str], times: int) -> None:
    example = ROOT / "reference" / "examples" / "recv_think.py"
    server = [sys.executable, str(example), "--addr", "127.0.0.1:0", *options]
    with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            impl = f"{transport}://{process.stdout.readline().removeprefix('listening on ').strip()}"
            threading.Thread(target=process.stdout.read, daemon=True).start()
            for time in range(times):
                selected = "not deadlines and not limit" if time else "not deadlines"
                status, out = run_pytest(["conformance", f"--impl={impl}", "-q", "-k", selected])
                assert status == OK, out
        finally:
            process.terminate()


def test_a_fault_fails_the_run_with_a_command_that_replays_it(tmp_path: Path) -> None:
    run = run_suite(WRONG, tmp_path, "-k", "versions")
    assert run.status == FAILED
    assert run.failed["handshake/outside/bad-versions"] == "fail"
    assert re.search(r"^   clause     HSK-\d+ \(specs/handshake.md:", run.out, re.MULTILINE)
    (line,) = [line for line in replays(run.out) if "bad-versions" in line]
    again = replayed(line)
    assert (again.status, again.outcomes) == (FAILED, {"handshake/outside/bad-versions": "fail"})
    assert "min of the error is null" in again.out


def test_a_known_failure_is_accepted_and_must_fail(tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text(
        '[[known]]\nid = "handshake/outside/bad-versions"\nreason = "being mended"\nissue = "https://example.org/7"\n',
        "utf-8",
    )
    few = ("--known-failures", str(known), "-k", "versions", "--profile=handshake")
    wrong = run_suite(WRONG, tmp_path, *few)
    with serving(speed=SPEED) as impl:
        mended = run_suite(impl, tmp_path, *SHORTLY, *few)
    assert (wrong.status, mended.status) == (OK, FAILED)
    assert "passes; remove it" in mended.out


def test_a_selection_of_nothing_fails(tmp_path: Path) -> None:
    with serving() as impl:
        run = run_suite(impl, tmp_path, "-k", "nothing_has_this_name")
    assert run.status == FAILED
    assert run.report["faults"] == ["no case was executed: nothing is judged"]


def test_streams_that_were_asked_for_and_cannot_be_judged_fail_the_run(tmp_path: Path) -> None:
    with serving(SEALED, speed=SPEED) as impl:
        run = run_suite(impl, tmp_path, *SHORTLY, "--profile=handshake,stream", "-k", "ping")
    assert run.status == FAILED
    assert run.report["faults"] == ["no case of profile stream was executed although it is claimed"]


def test_a_silent_server_is_one_clear_line_in_time() -> None:
    start = monotonic()
    with silent_port() as impl:
        status, out = run_pytest(["conformance", f"--impl={impl}", "-q", *SHORTLY])
    assert status == USAGE
    assert [line for line in out.splitlines() if line.strip()] == [
        f"ERROR: --impl={impl}: the server did not answer; nothing within 0.6 s. Is a server there, and does UDP get "
        "through? One that has just been judged or used by many may keep a full table of remote addresses: wait a "
        "minute, restart it, or let it keep more"
    ]
    assert monotonic() - start < REACH_S


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--profile=frame", "a server is judged by handshake, stream"),
        ("--real-time", "dialogues are played against testees"),
        ("--dialogue=none.json", "dialogues are played against testees"),
        ("--vectors=none.json", "dialogues are played against testees"),
    ],
)
def test_what_cannot_be_judged_from_outside_is_refused(option: str, text: str) -> None:
    with serving() as impl:
        status, out = run_pytest(["conformance", f"--impl={impl}", option, "-q"])
    assert status == USAGE
    assert text in out
