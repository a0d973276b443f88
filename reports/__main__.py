"""Make report.html of one or more run files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .html import SPECS, render
from .read import ReportError, read_kills, read_run

USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="resonant-conformance report", description=__doc__)
    parser.add_argument(
        "runs", nargs="+", type=Path, metavar="RUN.json", help="what --report wrote, of any implementation"
    )
    parser.add_argument(
        "--html", type=Path, default=Path("report.html"), help="the page to write (default: %(default)s)"
    )
    parser.add_argument("--mutants", type=Path, metavar="FILE", help="reports/mutants.json, to show what is proved")
    parser.add_argument(
        "--specs", default=SPECS, metavar="URL", help="where the page finds the specification (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        runs = [read_run(path) for path in options.runs]
        kills = read_kills(options.mutants) if options.mutants else None
        text = render(runs, kills, options.specs)
        options.html.parent.mkdir(parents=True, exist_ok=True)
        part = options.html.with_name(options.html.name + ".part")
        part.write_text(text, "utf-8", "backslashreplace")  # half a surrogate pair is no text
        part.replace(options.html)
    except (ReportError, OSError) as error:
        print(f"resonant-conformance report: {error}", file=sys.stderr)
        return USAGE
    print(f"written: {options.html}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
