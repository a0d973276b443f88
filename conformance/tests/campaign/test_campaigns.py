"""Whole campaigns: the same report however the work is shared, a planted fault found, and an end at any time."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from conformance.dialogue.load import load_vectors
from conformance.model.cases import Accept, Refuse
from conformance.tests.campaign import inline
from conformance.tests.forks.client import OF_SUITE
from conformance.tests.support import inherited, run_words, write_wrong

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("campaign")]

CLUSTER = pytest.mark.late("starts Dask's scheduler and workers as programs of their own, whose imports take longest")
LIMIT_S = 240
COMMAND = (sys.executable, "-P", "-m", "resonant_conformance", "campaign")
WRONG = "wrong:tail-hash-of-240-bytes"
PLANTED = ("--impl", WRONG, "--profile", "frame", "--inputs", "1600", "--seed", "5")


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    try:
        out, _ = process.communicate(timeout=LIMIT_S)
    finally:
        process.kill()
    return process.returncode, out


def campaign(folder: Path, *arguments: str) -> tuple[int, str]:
    """The campaign of the command with these arguments, but that its process does all the work."""
    folder.mkdir(exist_ok=True)
    given = ["-P", "-m", inline.__name__, *arguments]
    done = OF_SUITE.run(given, cwd=folder, env=inherited() | {"COLUMNS": "100"}, timeout=LIMIT_S, merged=True)
    return done.returncode, done.stdout


def report(folder: Path) -> Any:
    return json.loads((folder / "campaign-report" / "campaign.json").read_bytes())


def written(folder: Path) -> bytes:
    return b"".join((folder / "campaign-report" / name).read_bytes() for name in ("campaign.json", "campaign.html"))


def batches(folder: Path) -> int:
    """How many are in the journal."""
    path = folder / "campaign-report" / "journal.jsonl"
    return max(0, path.read_bytes().count(b"\n") - 1) if path.exists() else 0


def wait_for(done: Any, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + LIMIT_S
    while not done():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a campaign without workers."""
    folder = tmp_path_factory.mktemp("planted")
    status, out = campaign(folder, *PLANTED)
    assert status == 1, out
    return folder


def test_a_planted_fault_is_found_made_small_confirmed_and_shown_again(planted: Path, tmp_path: Path) -> None:
    found = report(planted)["findings"]
    assert [(one["op"], one["field"], one["confirmed"]["times"]) for one in found] == [("tail_hash", "xxhash3_64", 3)]
    (one,) = found
    assert one["outcomes"] == {"reference": "ok", WRONG: "ok, differs"}
    (request,) = one["requests"]
    assert len(request["input"]["data"]) == 2 * 241, "the fault begins above 240 bytes"
    assert request["input"]["data"].strip("0") == "", "zeros show it as well as anything"
    status, out = run_words(one["replay"], planted)
    assert status == 1
    assert "ok, differs" in out


@pytest.mark.late("dialogues over QUIC of two testees, and of fresh ones for each confirmation")
def test_a_fault_over_quic_is_found_made_small_and_becomes_a_vector(tmp_path: Path) -> None:
    pytest.importorskip("aioquic")
    wrong = "wrong:stopped-with-0"
    given = ("--against", "reference-quic", "--impl", wrong, "--profile", "quic", "--inputs", "10", "--seed", "5")
    status, out = campaign(tmp_path, *given)
    assert status == 1, out
    (one,) = report(tmp_path)["findings"]
    assert (one["outcomes"][wrong], one["confirmed"]["times"]) == ("differs", 3)
    assert one["bytes"]["now"] < one["bytes"]["first"]
    status, out = campaign(tmp_path, "--adopt", one["id"], "--clause", "QUI-8")
    assert status == 0, out
    (case,) = load_vectors(tmp_path / "vectors" / "found" / f"{one['id']}.json")
    assert (case.op, case.clauses, case.transport) == ("dialogue", ("QUI-8",), "quic")
    stops = [step for step in case.input["steps"] if step.get("expect_end") == "stop"]
    assert stops, "what the other one did, and this one did not"
    assert {step["code"] for step in stops} == {5}


def test_a_finding_becomes_a_vector_that_the_suite_judges(planted: Path, tmp_path: Path) -> None:
    (one,) = report(planted)["findings"]
    status, out = campaign(planted, "--adopt", one["id"], "--clause", "FRM-37")
    assert status == 0, out
    path = planted / "vectors" / "found" / f"{one['id']}.json"
    (case,) = load_vectors(path)
    assert (case.op, case.clauses, type(case.expect)) == ("tail_hash", ("FRM-37",), Accept)
    assert not isinstance(case.expect, Refuse)
    line = out.splitlines()[-1].strip()
    assert f"--impl {WRONG}" in line
    for impl, wanted in ((WRONG, 1), ("reference", 0)):
        words = [impl if word == WRONG else word for word in shlex.split(line)]
        judged, said = run_words(shlex.join([*words, "--case", case.id, "-q"]), planted)
        assert judged == wanted, said


@pytest.mark.nightly("test_the_report_is_the_same_for_two_workers_one_of_which_was_killed has a replaced one besides")
def test_the_report_is_the_same_for_many_workers(planted: Path, tmp_path: Path) -> None:
    status, out = finish(start(tmp_path, *PLANTED, "--workers", "4"))
    assert status == 1, out
    assert written(tmp_path) == written(planted)


@CLUSTER
def test_the_report_is_the_same_for_two_workers_one_of_which_was_killed(planted: Path, tmp_path: Path) -> None:
    process = start(tmp_path, *PLANTED, "--workers", "2")
    wait_for(lambda: batches(tmp_path), process)
    assert_nothing_listens_beyond_loopback_and_no_port_is_fixed(process)
    killed = workers_of(process)
    os.kill(killed[0], signal.SIGKILL)
    status, out = finish(process)
    assert status == 1, out
    assert written(tmp_path) == written(planted)


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    children = psutil.Process(process.pid).children(recursive=True)
    return [one.pid for one in children if any("spawn_main" in word for word in one.cmdline())]


@CLUSTER
def test_a_signal_leaves_a_report_and_the_journal_goes_on(planted: Path, tmp_path: Path) -> None:
    process = start(tmp_path, *PLANTED)
    wait_for(lambda: batches(tmp_path), process)
    process.send_signal(signal.SIGTERM)
    status, out = finish(process)
    assert status == 2, out
    found = report(tmp_path)
    assert not found["complete"]
    assert 0 < found["inputs"]["made"] < found["inputs"]["planned"]
    assert "--continue" in found["faults"][0]
    before = batches(tmp_path)
    status, out = campaign(tmp_path, *PLANTED, "--continue")
    assert status == 1, out
    assert batches(tmp_path) > before
    assert written(tmp_path) == written(planted)


def assert_nothing_listens_beyond_loopback_and_no_port_is_fixed(process: subprocess.Popen[str]) -> None:
    whole = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    addresses = [one.laddr for each in whole for one in each.net_connections() if not one.raddr]
    assert len(addresses) > 4
    assert {address.ip for address in addresses} == {"127.0.0.1"}
    assert not {8786, 8787} & {address.port for address in addresses}


@contextmanager
def scheduler(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A scheduler of somebody else with one worker; its address, and the options that it takes to reach it."""
    program = folder / "scheduler.py"
    program.write_text(SCHEDULER, "utf-8")
    process = subprocess.Popen(
        [sys.executable, str(program), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        address = process.stdout.readline().strip()
        files = {name: str(folder / f"{name}.pem") for name in ("ca", "cert", "key")}
        yield address, [word for name, path in files.items() for word in (f"--tls-{name}", path)]
    finally:
        process.stdin.close()
        process.wait(LIMIT_S)
        process.stdout.close()


SCHEDULER = """
import sys
from pathlib import Path
from distributed import LocalCluster
from distributed.security import Security

if __name__ == "__main__":
    security = Security.temporary()
    made = security.get_tls_config_for_role("client")
    for name, text in (("ca", made["ca_file"]), ("cert", made["cert"]), ("key", made["key"])):
        Path(sys.argv[1], f"{name}.pem").write_text(text)
    with LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", security=security
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.mark.nightly("make campaign runs the same tasks on Dask's workers; what is other here are three options")
def test_the_workers_of_another_scheduler_make_the_same_report(planted: Path, tmp_path: Path) -> None:
    with scheduler(tmp_path) as (address, options):
        assert address.startswith("tls://127.0.0.1:")
        status, out = finish(start(tmp_path, *PLANTED, "--scheduler", address, *options))
    assert status == 1, out
    assert written(tmp_path) == written(planted)


def test_a_fault_in_dialogues_is_found(tmp_path: Path) -> None:
    arguments = ("--impl", "wrong:stream-held-backwards", "--profile", "stream", "--inputs", "20", "--seed", "1")
    status, out = campaign(tmp_path, *arguments)
    assert status == 1, out
    found = report(tmp_path)["findings"]
    assert found
    assert {one["op"] for one in found} == {"dialogue"}
    assert all(one["confirmed"]["times"] == 3 for one in found)
    status, out = run_words(found[0]["replay"], tmp_path)
    assert status == 1, out


def test_a_fault_that_takes_state_is_found_with_the_requests_that_lead_to_it(tmp_path: Path) -> None:
    write_wrong(tmp_path / "mine", "spaces-known-by-two-parts")
    arguments = ("--impl", "mine/adapter.toml", "--profile", "frame", "--inputs", "1600", "--seed", "1")
    status, out = campaign(tmp_path, *arguments)
    assert status == 1, out
    found = report(tmp_path)["findings"]
    assert {one["op"] for one in found} == {"space_hash"}
    one = next(one for one in found if one["field"])
    first, second = (request["input"] for request in one["requests"])
    assert (first["space_id"], first["arch"]) == (second["space_id"], second["arch"])
    assert first["data_sig"] != second["data_sig"]
    assert one["confirmed"]["times"] == 3
    assert campaign(tmp_path, "--adopt", one["id"], "--clause", "SPC-1")[0] == 2, "a vector is one request"
    status, out = run_words(one["replay"], tmp_path)
    assert status == 1, out


def test_an_implementation_dies_in_its_testee_and_costs_its_own_inputs_only(tmp_path: Path) -> None:
    write_wrong(tmp_path / "mine", "dies-of-64-bytes")
    arguments = ("--impl", "mine/adapter.toml", "--profile", "frame", "--inputs", "1600", "--seed", "1")
    status, out = campaign(tmp_path, *arguments)
    assert status == 1, out
    (one,) = report(tmp_path)["findings"]
    assert set(one["outcomes"].values()) == {"ok", "crash"}
    assert one["requests"] == [{"op": "tail_hash", "needs": [], "input": {"data": "00" * 64}}]
    assert report(tmp_path)["unrepeated"] == []


def test_little_seen_is_a_failure(tmp_path: Path) -> None:
    status, out = campaign(tmp_path, "--impl", "wrong:tail-hash-in-capitals", "--profile", "quant", "--inputs", "1")
    assert status == 1
    assert report(tmp_path)["findings"] == []
    assert "too thin: quant" in out
