"""Streams that lack a character, have no reader, are closed or full; and text that came from somebody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest
from resonant.console import INTERRUPTED, NO_READER, UNWRITTEN, command, printable

LIMIT_S = 60
HOSTILE = {
    "\x1b[31m": "\\x1b[31m",
    "\x9b5m": "\\x9b5m",
    "\x00\x07\x7f": "\\x00\\x07\\x7f",
    "one\ntwo\r": "one\\ntwo\\r",
    "\u202egnp": "\\u202egnp",
    "\u2066\u200b\ufeff": "\\u2066\\u200b\\ufeff",
    "\u2028": "\\u2028",
    "\ud800": "\\ud800",
    "\U000e0041": "\\U000e0041",
    "plain × – ü 漢": "plain × – ü 漢",
}
EXPLAIN = ("-m", "resonant", "clause", "MSG-18")


def run(arguments: Sequence[str], redirection: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """A program of ours in a shell, with nothing of the environment that says how text is encoded."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_"))}
    return subprocess.run(
        ["bash", "-c", f'"$@" {redirection}', "bash", sys.executable, *arguments],
        env={**kept, "PYTHONUTF8": "0", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=LIMIT_S,
        check=False,
    )


@pytest.mark.parametrize(("text", "shown"), HOSTILE.items(), ids=ascii)
def test_text_for_people_holds_nothing_that_a_terminal_obeys(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


def test_line_ends_stay_where_they_are_meant() -> None:
    assert printable("a\nb\x1b", keep="\n") == "a\nb\\x1b"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1:strict"])
def test_a_character_that_the_stream_lacks_is_escaped(encoding: str) -> None:
    done = run(EXPLAIN, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2212" in done.stdout


@pytest.mark.parametrize(
    ("redirection", "status", "says"),
    [
        (">&-", 0, ""),
        ("2>&- >/dev/null", 0, ""),
        ("> /dev/full", UNWRITTEN, "the output cannot be written: No space left on device\n"),
        ("| true; exit ${PIPESTATUS[0]}", NO_READER, ""),
    ],
)
def test_an_output_that_takes_nothing_is_no_traceback(redirection: str, status: int, says: str) -> None:
    done = run((*EXPLAIN, *["FRM-1"] * 2_000), redirection)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", says)


def test_an_interrupt_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    @command
    def interrupted() -> int:
        raise KeyboardInterrupt

    assert interrupted() == INTERRUPTED
    assert capsys.readouterr().err == "interrupted\n"


def test_other_errors_stay_what_they_are() -> None:
    @command
    def wrong() -> int:
        raise OSError(5, "of a file", "name")

    with pytest.raises(OSError, match="of a file"):
        wrong()
