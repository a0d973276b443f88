"""The command that a failure prints, given verbatim where the run was started: it runs that case and no other."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance.mutants.servers.serving import CONFIG, serving
from conformance.mutants.servers.table import SERVERS
from conformance.mutants.testees.few_cases import HASH
from conformance.session.options import Options
from conformance.session.replay import program, replay
from conformance.tests.support import ROOT, replayed, replays, run_words, write_wrong

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("replay")]

BIN = Path(sys.executable).parent
OFF_PATH = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != BIN)
ON_PATH = f"{BIN}{os.pathsep}{OFF_PATH}"
SUITE = shlex.quote(str(ROOT / "conformance"))
RUN = shlex.join([str(BIN / "resonant-conformance"), "run"])
PYTEST = shlex.join([str(BIN / "pytest")])
WRONG = (HASH, "testee/test_unclaimed_profile_is_refused[sparse-sparse_encode]")
OF_TESTEES = ("testee/test_decode_inverts_encode", "testee/test_probe[unknown-op]")
AGAIN = pytest.mark.nightly(
    "test_each_failure_is_replayed_alone_where_it_was_printed has a word and --pyargs without it"
)
UNSHRUNK = " -p conformance.tests.session.unshrunk"
FEW = "-q -k 'space_hash/refused/arch-empty or sparse-sparse_encode'"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of somebody's with a wrong implementation, whose path has everything that a shell looks at."""
    folder = tmp_path_factory.mktemp("their work") / "it's $HOME & [more]"
    write_wrong(folder / "an impl", "three-sorts-of-tests")
    (folder / "below").mkdir()
    return folder


@pytest.mark.parametrize(
    ("line", "where"),
    [
        (f"{RUN} './an impl' {FEW}", "."),
        pytest.param(f"{RUN} {FEW} --impl=../'an impl'/adapter.toml", "below", marks=AGAIN),
        (f"{RUN} {FEW} './an impl' -n 2", "."),
        pytest.param(f"{PYTEST} {SUITE} --impl 'an impl' {FEW}", ".", marks=AGAIN),
        (f"{PYTEST} --pyargs resonant_conformance --impl 'an impl' {FEW}", "."),
    ],
    ids=["word", "option from below", "two processes", "pytest", "pyargs"],
)
def test_each_failure_is_replayed_alone_where_it_was_printed(theirs: Path, line: str, where: str) -> None:
    check(line, theirs / where, OFF_PATH, str(BIN / "resonant-conformance"), again=WRONG)


def check(
    line: str,
    folder: Path,
    path: str,
    program: str,
    wrong: Sequence[str] = WRONG,
    *,
    fails: int = 1,
    again: Sequence[str] = WRONG[:1],
    more: str = "",
) -> str:
    """Run the line, which fails with that status, and look at each command that it prints. Gives the line's output.

    again: the cases whose commands are run. more: options for each of these runs, beside those that are printed.
    """
    status, out = run_words(line, folder, path)
    assert status == fails, out
    commands = {shlex.split(command)[-1]: command for command in replays(out)}
    assert sorted(commands) == sorted(wrong), out
    for command in commands.values():
        assert shlex.split(command)[:2] == [program, "run"]
    for case in again:
        run = replayed(commands[case] + more, folder, path)
        assert (run.status, list(run.outcomes)) == (1, [case]), run.out
        assert "FAILED RUN" not in run.out
    return out


def test_laws_and_probes_are_replayed_like_cases(theirs: Path) -> None:
    line = f"{RUN} 'an impl' -q --profile=frame -k 'inverts or unknown-op'{UNSHRUNK}"
    program = str(BIN / "resonant-conformance")
    out = check(line, theirs, OFF_PATH, program, OF_TESTEES, again=OF_TESTEES, more=UNSHRUNK)
    assert "--seed 1 --case testee/test_decode_inverts_encode" in out


def test_in_the_checkout_programs_are_named_by_their_way_from_there(theirs: Path) -> None:
    impl = shlex.quote(os.path.relpath(theirs / "an impl", ROOT))
    own = BIN.relative_to(ROOT) / "resonant-conformance" if BIN.is_relative_to(ROOT) else BIN / "resonant-conformance"
    check(f"{PYTEST} conformance --impl={impl} {FEW}", ROOT, OFF_PATH, str(own))


@pytest.mark.skipif(not (ROOT / ".venv" / ".installed").exists(), reason="make would install the environment")
def test_make_takes_any_path(theirs: Path) -> None:
    impl = shlex.quote(str(theirs / "an impl" / "adapter.toml").replace("$", "$$"))
    line = f"make --no-print-directory conformance IMPL={impl} ARGS={shlex.quote(FEW)}"
    check(line, ROOT, OFF_PATH, ".venv/bin/resonant-conformance", fails=2)


def test_a_program_on_the_path_is_called_by_its_name(theirs: Path) -> None:
    check(f"resonant-conformance run 'an impl' {FEW}", theirs, ON_PATH, "resonant-conformance")


def test_another_program_of_that_name_is_not_called(theirs: Path, tmp_path: Path) -> None:
    other = tmp_path / "resonant-conformance"
    other.write_text("#!/bin/sh\nexit 0\n", "utf-8")
    other.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{OFF_PATH}"
    check(f"{RUN} './an impl' {FEW}", theirs, path, str(BIN / "resonant-conformance"))


def test_a_server_is_judged_again_by_the_same_check(tmp_path: Path) -> None:
    with serving(CONFIG, SERVERS["server-error-without-min"].fault) as impl:
        status, out = run_words(f"{RUN} {impl} --profile handshake -q -k bad-versions", tmp_path, OFF_PATH)
        assert status == 1, out
        (command,) = replays(out)
        again = replayed(command, tmp_path, OFF_PATH)
    assert (again.status, again.outcomes) == (1, {"handshake/outside/bad-versions": "fail"}), again.out


@pytest.mark.parametrize("text", ["a[b]", "it's", 'say "x"', "a b", "$HOME", "`id`", "a;b", "-x", "*", "é"])
def test_every_text_comes_back_from_the_shell(tmp_path: Path, text: str) -> None:
    options = Options(text, (), None, None, 1, build=True, dialogues=(Path(text),), real_time=True)
    line = replay(options, tmp_path, [text])
    said = subprocess.run(
        ["/bin/sh", "-c", line.replace(shlex.join(program(tmp_path)), "printf '%s\\n'", 1)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [word.partition("=")[2] if "=" in word else word for word in said.stdout.splitlines()].count(text) == 3
