"""Testees that are forks answer, write and end as processes do, and take nothing of the runner along."""

from __future__ import annotations

import ast
import os
import signal
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.driver import Adapter, Crash, HarnessError, Limits, Ok, Testee
from adapters.driver.launch import process
from conformance.mutants.servers.table import SERVERS
from conformance.mutants.testees import kernels, registry
from conformance.mutants.testees.hostile.catalogue import HOSTILE, STARTS
from conformance.session.implementations import find_adapter
from conformance.tests.doubles import sound, write_double
from conformance.tests.forks.testees import CAN_FORK, forked_testees, harmless, is_ours, spawn_any
from conformance.tests.support import ROOT, adapter_at, write_adapter, write_wrong

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="forks of testees are for Linux")
STARTED = process._spawn
DIES = """\
import os, sys
print("leaves", file=sys.stderr, flush=True)
{how}
"""
TELLS = """\
import json, os, signal, sys, threading
fds = sorted(int(name) for name in os.listdir("/proc/self/fd"))
print(json.dumps({
    "argv": sys.argv, "cwd": os.getcwd(), "main": __name__, "fds": len(fds), "threads": threading.active_count(),
    "term": signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "group": os.getpgid(0) == os.getpid(),
    "token": len(os.environ["RESONANT_TOKEN"]), "path": sys.path[0], "input": sys.stdin.read(),
}))
"""


FRAMEWORKS = {"cupy", "jax", "tensorflow", "torch", "triton"}
"""Packages with threads from the moment they are imported, so that no process that forks may have them."""


def collected() -> Iterator[Path]:
    """The files that pytest imports if it is told no path."""
    for name in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"][
        "testpaths"
    ]:
        yield from [ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("test_*.py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names):
                yield from (name.name.partition(".")[0] for name in names)
            case ast.ImportFrom(module=str(module)):
                yield module.partition(".")[0]
            case ast.Call(ast.Attribute(attr="importorskip"), [ast.Constant(str(module)), *_]):
                yield module.partition(".")[0]


@pytest.mark.slow
def test_no_process_that_forks_imports_a_framework() -> None:
    """Somebody has them installed, because he judged or tested an adapter of theirs in this checkout."""
    files = list(collected())
    assert {"adapters", "conformance", "reference", "vectors", "website"} == {
        path.relative_to(ROOT).parts[0] for path in files
    }
    assert {path: names for path in files if (names := FRAMEWORKS & set(imported(path)))} == {}


def with_text(folder: Path, text: str) -> Adapter:
    (folder / "testee.py").write_text(text, "utf-8")
    return adapter_at(write_adapter(folder))


def told(spawn: Callable[[Adapter, str], Any], adapter: Adapter) -> bytes:
    started = spawn(adapter, "x" * 32)
    started.stdin.close()
    with started.stdout, started.stderr:
        assert started.wait() == 0
        return bytes(started.stdout.read())


def test_a_fork_is_the_program_that_a_process_is(tmp_path: Path) -> None:
    adapter = with_text(tmp_path, TELLS)
    previous = signal.signal(signal.SIGTERM, lambda *_: None)
    held = os.open(tmp_path, os.O_RDONLY)
    try:
        fork, fresh = told(spawn_any, adapter), told(STARTED, adapter)
    finally:
        os.close(held)
        signal.signal(signal.SIGTERM, previous)
    assert fork == fresh


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("sys.exit(7)", "exit status 7"),
        ("sys.exit('no')", "exit status 1"),
        ("1 / 0", "exit status 1"),
        ("os.kill(os.getpid(), 11)", "killed by SIGSEGV"),
    ],
)
def test_it_ends_as_a_process_does(
    how: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    adapter = with_text(tmp_path, DIES.format(how=how))
    fresh = asked(adapter)
    forked_testees(monkeypatch)
    fork = asked(adapter)
    assert said in fork.text
    lines, expected = fork.stderr.splitlines(), fresh.stderr.splitlines()
    assert (fork.text, lines[0], lines[-1]) == (fresh.text, expected[0], expected[-1])  # between is another traceback
    assert capfd.readouterr() == ("", "")


def asked(adapter: Adapter) -> HarnessError:
    with Testee(adapter, Limits(reply_s=5)) as testee:
        answer = testee.ask("tail_hash", {"data": ""})
    assert isinstance(answer, HarnessError)
    return answer


def test_the_reference_forked_answers_dies_and_is_forked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    forked_testees(monkeypatch)
    own = Path("/proc/self/cmdline").read_bytes()
    with Testee(find_adapter("reference"), Limits(reply_s=5)) as testee:
        for start in (1, 2):
            assert isinstance(testee.ask("tail_hash", {"data": "00"}), Ok)
            assert testee.pid is not None
            assert Path(f"/proc/{testee.pid}/cmdline").read_bytes() == own
            os.kill(testee.pid, signal.SIGKILL)
            answer = testee.ask("tail_hash", {"data": "00"})
            assert isinstance(answer, Crash)
            assert "SIGKILL" in answer.status
            assert testee.starts == start


def test_what_attacks_a_runner_and_what_others_wrote_is_never_a_fork(tmp_path: Path) -> None:
    processes = {*HOSTILE, *STARTS, *SERVERS, *(one.name for one in kernels.WRONG)}
    assert {command[-1] for command in harmless()} == registry.WRONG.keys() - processes
    assert is_ours(find_adapter("reference"))
    assert is_ours(adapter_at(write_wrong(tmp_path / "mine", "tail-hash-in-capitals")))
    assert is_ours(adapter_at(write_double(tmp_path / "double", sound)))
    assert not is_ours(adapter_at(write_wrong(tmp_path / "other", min(HOSTILE))))
    assert not is_ours(adapter_at(write_adapter(tmp_path)))
