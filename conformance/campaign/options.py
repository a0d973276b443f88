"""The options of `resonant-conformance campaign`, read once into a typed value."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .generate.table import MADE_FOR
from .pool import Where

DEFAULT_AGAINST, DEFAULT_INPUTS, DEFAULT_SEED = "reference", 20_000, 1
DEFAULT_REPORT = "campaign-report"
FOUND = Path("vectors") / "found"
_SCHEDULER = "tls://"


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command line."""

    implementations: tuple[str, ...]
    """The one to which the others are held, then these."""
    profiles: tuple[str, ...]
    inputs: int
    seed: int
    where: Where
    report: Path
    journal: Path
    go_on: bool
    build: bool
    cost: bool
    times: bool
    replay: str = ""
    adopt: str = ""
    clauses: tuple[str, ...] = ()
    right: str = ""
    found: Path = FOUND


def parser() -> argparse.ArgumentParser:
    """The options; their help is the documentation."""
    made = argparse.ArgumentParser(
        prog="resonant-conformance campaign",
        description="Ask several implementations the same generated inputs, and report where they differ.",
        epilog="Exit status: 0 if they agree and enough was seen; 1 with findings, or if too few codes were seen; 2 if "
        "it could not begin or was interrupted. Two against one is a hint: the clause decides who is right.",
    )
    campaign = made.add_argument_group("campaign")
    _add_campaign(campaign)
    _add_files(campaign)
    _add_workers(made.add_argument_group("where it runs"))
    _add_findings(made.add_argument_group("findings of an earlier campaign, from the same --report DIR"))
    return made


def _add_campaign(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--impl",
        action="append",
        default=[],
        metavar="NAME|PATH|wrong:NAME",
        help="an implementation, as `run --impl` takes it; may be repeated",
    )
    group.add_argument(
        "--against",
        default=DEFAULT_AGAINST,
        metavar="NAME|PATH",
        help="the implementation to which the others are held (default: %(default)s)",
    )
    group.add_argument(
        "--inputs", type=_count, default=DEFAULT_INPUTS, metavar="N", help="how many (default: %(default)s)"
    )
    group.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N", help="of the inputs (default: %(default)s)"
    )
    group.add_argument(
        "--profile",
        action="append",
        default=[],
        choices=MADE_FOR,
        metavar="NAME",
        help=f"only inputs of this profile ({', '.join(MADE_FOR)}); may be repeated (default: what two of them claim)",
    )
    group.add_argument(
        "--cost",
        action="store_true",
        help="also check that time grows no faster than inputs do, and that announcements take no memory",
    )
    group.add_argument(
        "--times", action="store_true", help="print at the end where the time went, stage by stage; no report has it"
    )


def _add_files(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--report",
        type=Path,
        default=Path(DEFAULT_REPORT),
        metavar="DIR",
        help="write DIR/campaign.json and DIR/campaign.html (default: %(default)s)",
    )
    group.add_argument("--journal", type=Path, metavar="FILE", help="what is done so far (default: DIR/journal.jsonl)")
    group.add_argument("--continue", dest="go_on", action="store_true", help="go on where the journal ends")
    group.add_argument("--no-build", action="store_true", help="do not run the adapters' build commands first")


def _add_workers(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--workers", type=_count, default=1, metavar="N", help="processes on this machine (default: 1)")
    group.add_argument(
        "--scheduler",
        default="",
        metavar="tls://HOST:PORT",
        help="use the workers of this scheduler of Dask; they need this suite and the built adapters at the same paths",
    )
    for name, what in (("ca", "certificate of the authority"), ("cert", "certificate"), ("key", "key")):
        group.add_argument(f"--tls-{name}", type=Path, metavar="FILE", help=f"PEM file: the {what}, for --scheduler")


def _add_findings(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--replay", default="", metavar="ID", help="ask a finding's requests again, of fresh testees")
    group.add_argument("--adopt", default="", metavar="ID", help="write a finding as a vector file; needs --clause")
    group.add_argument(
        "--clause", action="append", default=[], metavar="ID", help="which clause decides; may be repeated"
    )
    group.add_argument("--right", default="", metavar="NAME", help="who is right (default: the one of --against)")
    group.add_argument(
        "--found", type=Path, default=FOUND, metavar="DIR", help="where to write it (default: %(default)s)"
    )


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def read_options(arguments: Sequence[str] | None) -> Options:
    """The options as given. Ends the process with a line of advice for such that cannot be."""
    made = parser()
    given = made.parse_args(arguments)
    if given.scheduler and not given.scheduler.startswith(_SCHEDULER):
        made.error(
            f"--scheduler is {given.scheduler!r}; it must begin with {_SCHEDULER}, as nothing else is authenticated"
        )
    if given.scheduler and not (given.tls_ca and given.tls_cert and given.tls_key):
        made.error("--scheduler needs --tls-ca, --tls-cert and --tls-key")
    for file in (given.tls_ca, given.tls_cert, given.tls_key):
        if file is not None and not file.is_file():
            made.error(f"{file} is no file; name the PEM files that the scheduler was started with")
    if given.adopt and not given.clause:
        made.error("--adopt needs --clause ID: a vector cites the clause that decides")
    if not (given.impl or given.replay or given.adopt):
        made.error("name at least one implementation with --impl")
    where = Where(given.workers, given.scheduler, given.tls_ca, given.tls_cert, given.tls_key)
    return Options(
        implementations=tuple(dict.fromkeys(map(_placed, (given.against, *given.impl)))),
        profiles=tuple(dict.fromkeys(given.profile)),
        inputs=given.inputs,
        seed=given.seed,
        where=where,
        report=given.report,
        journal=given.journal or given.report / "journal.jsonl",
        go_on=given.go_on,
        build=not given.no_build,
        cost=given.cost,
        times=given.times,
        replay=given.replay,
        adopt=given.adopt,
        clauses=tuple(dict.fromkeys(given.clause)),
        right=given.right,
        found=given.found,
    )


def _placed(name: str) -> str:
    """A path as every worker finds it, a name as it is."""
    path = Path(name)
    is_path = path.suffix == ".toml" or len(path.parts) > 1 or name.startswith(".")
    return str(path.resolve()) if is_path and path.exists() else name
