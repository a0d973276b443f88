"""`.ci/beside`, by which the steps of a submission's check run side by side."""

from __future__ import annotations

import os
import re
import select
import subprocess
from pathlib import Path

from conformance.tests.support import ROOT

LIMIT_S = 60


def beside(folder: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / ".ci" / "beside")],
        cwd=folder,
        input="".join(f"{line}\n" for line in lines),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def test_what_each_says_is_in_one_piece_though_they_run_at_once(tmp_path: Path) -> None:
    for name in ("there", "back"):
        os.mkfifo(tmp_path / name)
    first = "echo a; echo x >there; read -r _ <back; echo b >&2"
    second = "echo c; read -r _ <there; echo x >back; echo d # a note"
    third = "echo e"
    done = beside(tmp_path, first, second, third)
    assert done.returncode == 0, done.stdout
    pieces = re.findall(r"^==> (.*) \(\d+ s\)\n((?:\w\n)*)", done.stdout, re.M)
    assert sorted(pieces) == sorted([(first, "a\nb\n"), (second, "c\nd\n"), (third, "e\n")])


def test_the_first_that_fails_ends_the_others_and_is_the_last_word(tmp_path: Path) -> None:
    for name in ("alive", "there", "never"):
        os.mkfifo(tmp_path / name)
    waits = "sh -c 'exec 3>alive; echo x >there; read -r _ <never'; echo over"
    fails = "read -r _ <there; exit 7"
    with os.fdopen(os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK), "rb") as alive:
        done = beside(tmp_path, waits, fails, *["echo more"] * (os.cpu_count() or 1))
        assert done.returncode == 7
        assert done.stdout.splitlines()[-1] == f"==> ended with status 7: {fails}"
        held = select.poll()
        held.register(alive, 0)  # whose last writer has ended, which is told in any case
        assert held.poll(LIMIT_S * 1000)
    assert "over" not in re.findall(r"^\w+$", done.stdout, re.M)


def test_a_failure_after_all_were_begun_is_one_too(tmp_path: Path) -> None:
    assert beside(tmp_path, "true", "false").returncode == 1
    assert beside(tmp_path, "no-such-command").returncode == 127
