"""Make report.html of one or more run files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from os.path import relpath
from pathlib import Path
from urllib.parse import quote

from resonant.clauses import specs_folder
from resonant.console import command, printable

from .files import DataFileError
from .html import render
from .read import read_kills, read_run

USAGE = 2


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="resonant-conformance report", description=__doc__)
    parser.add_argument(
        "runs", nargs="+", type=Path, metavar="RUN", help="a run.json, or the folder that --report wrote"
    )
    parser.add_argument(
        "--html", type=Path, default=Path("report.html"), help="the page to write (default: %(default)s)"
    )
    parser.add_argument("--mutants", type=Path, metavar="FILE", help="reports/mutants.json, to show what is proved")
    parser.add_argument(
        "--specs",
        metavar="URL",
        help="folder of the specification, for links; with '' they stay in the page (default: the one on this machine)",
    )
    options = parser.parse_args(arguments)
    try:
        runs = [read_run(path) for path in options.runs]
        kills = read_kills(options.mutants) if options.mutants else None
        text = render(runs, kills, seen_from(options.html) if options.specs is None else options.specs)
        options.html.parent.mkdir(parents=True, exist_ok=True)
        part = options.html.with_name(options.html.name + ".part")
        part.write_text(text, "utf-8", "backslashreplace")  # half a surrogate pair is no text
        part.replace(options.html)
    except (DataFileError, OSError) as error:
        print(f"resonant-conformance report: {printable(str(error))}", file=sys.stderr)
        return USAGE
    print(f"written: {options.html}")
    return 0


def seen_from(page: Path) -> str:
    """The suite's own specification as a link in that page."""
    return quote(Path(relpath(str(specs_folder()), page.resolve().parent)).as_posix())


if __name__ == "__main__":
    sys.exit(main())
