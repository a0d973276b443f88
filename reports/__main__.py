"""Make report.html of one or more run files, or with --history a page of how runs changed over time."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from os.path import relpath
from pathlib import Path
from urllib.parse import quote

from resonant.console import command, printable
from resonant.describe.clauses import specs_folder

from . import trend
from .files import DataFileError
from .history import gather
from .html import render
from .read import read_kills, read_run

USAGE = 2


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if bool(options.runs) == bool(options.history):
        parser.error("name run files, or a folder of them with --history DIR")
    if options.history and (options.mutants or options.specs is not None):
        parser.error("--mutants and --specs are for run files, and not for --history")
    try:
        return _history(options) if options.history else _runs(options)
    except (DataFileError, OSError) as error:
        print(f"resonant-conformance report: {printable(str(error))}", file=sys.stderr)
        return USAGE


def _runs(options: argparse.Namespace) -> int:
    page = options.html or Path("report.html")
    runs = [read_run(path) for path in options.runs]
    kills = read_kills(options.mutants) if options.mutants else None
    _write(page, render(runs, kills, seen_from(page) if options.specs is None else options.specs))
    return 0


def _history(options: argparse.Namespace) -> int:
    """A page of what can be read; the rest is named, and makes the exit status that of a file that cannot be used."""
    all_series, left_out = gather(options.history)
    for line in left_out:
        print(f"left out: {printable(line)}", file=sys.stderr)
    if not all_series:
        raise DataFileError(f"{options.history}: no run.json in it that can be read; --report DIR of a run writes one")
    _write(options.html or Path("history.html"), trend.render(all_series, left_out))
    return USAGE if left_out else 0


def _write(page: Path, text: str) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    part = page.with_name(page.name + ".part")
    part.write_text(text, "utf-8", "backslashreplace")  # half a surrogate pair is no text
    part.replace(page)
    print(f"written: {page}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="resonant-conformance report",
        description=__doc__,
        epilog="Exit status: 0, or 2 if a file cannot be used. A history leaves such a file out, says why, and is "
        "written all the same.",
    )
    parser.add_argument(
        "runs", nargs="*", type=Path, metavar="RUN", help="a run.json, or the folder that --report wrote"
    )
    parser.add_argument(
        "--history",
        type=Path,
        metavar="DIR",
        help="in place of RUN: every run file below DIR, at any depth, by implementation and time, which is that of "
        "the junit.xml beside it, or of the file; pass rates by profile, and cases whose verdict changed",
    )
    parser.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        help="the page to write (default: report.html, or history.html for a history)",
    )
    parser.add_argument("--mutants", type=Path, metavar="FILE", help="reports/mutants.json, to show what is proved")
    parser.add_argument(
        "--specs",
        metavar="URL",
        help="folder of the specification, for links; with '' they stay in the page (default: the one on this machine)",
    )
    return parser


def seen_from(page: Path) -> str:
    """The suite's own specification as a link in that page."""
    return quote(Path(relpath(str(specs_folder()), page.resolve().parent)).as_posix())


if __name__ == "__main__":
    sys.exit(main())
