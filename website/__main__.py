"""Build the site: static pages that work from any folder, from a disk as well, and ask nothing of a network."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from resonant.console import command, printable
from resonant.describe.registry import registry

from reports.files import DataFileError

from .build import build
from .inputs import Asked
from .layout import BuildError
from .places import ROOT

USAGE = 2


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns 0, or 2 where a file cannot be used."""
    options = _parser().parse_args(arguments)
    asked = Asked(
        tuple(options.runs),
        options.example,
        _if_there(options.mutants),
        options.history,
        options.release,
        options.older,
        tuple(options.plot or (ROOT / "reports" / "fec.svg", ROOT / "reports" / "adapt.svg")),
        tuple(options.profile or ()),
    )
    try:
        site = build(asked, options.output)
    except (BuildError, DataFileError, OSError, ValueError) as error:
        print(f"no site: {printable(str(error))}", file=sys.stderr)
        return USAGE
    size = sum(path.stat().st_size for path in options.output.rglob("*") if path.is_file())
    print(f"written: {options.output}, {len(site.written):,} files, {size / (1 << 20):,.1f} MiB")
    return 0


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


def _file(text: str) -> Path:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return Path(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m website", description=__doc__)
    parser.add_argument(
        "runs", nargs="*", type=Path, metavar="RUN", help="a run.json, or the folder that --report wrote"
    )
    parser.add_argument(
        "-o", "--output", type=Path, default=ROOT / "dist" / "site", metavar="DIR", help="default: dist/site"
    )
    parser.add_argument(
        "--example", type=Path, metavar="RUN", help="a run that failed, for the walk-through of a failure"
    )
    parser.add_argument(
        "--mutants",
        type=_file,
        default=ROOT / "reports" / "mutants.json",
        metavar="FILE",
        help="which case catches which mutant (default: reports/mutants.json, if it is there)",
    )
    parser.add_argument(
        "--history", type=_folder, metavar="DIR", help="a folder of runs, for the history of each implementation"
    )
    parser.add_argument(
        "--release",
        type=_folder,
        default=ROOT / "dist",
        metavar="DIR",
        help="the folder with the archives of the vectors (default: dist)",
    )
    parser.add_argument(
        "--older", type=_folder, metavar="SITE", help="an older site, whose versions of the specification stay"
    )
    parser.add_argument(
        "--plot", type=_file, action="append", metavar="SVG", help="a plot of matplotlib (default: those in reports/)"
    )
    parser.add_argument(
        "--profile",
        action="append",
        choices=tuple(registry().profiles),
        metavar="NAME",
        help="show the vectors of this profile only; may be repeated",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
