"""The commands of `resonant-conformance`. Each imports what it needs once it is wanted, as all takes half a second."""

from __future__ import annotations

# ruff: noqa: PLC0415
import argparse
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from resonant.console import command

from .judgement import judge as judged
from .judgement import wants_help
from .place import SUITE

VECTORS = SUITE.parent / "vectors" / "data"
RUN_USAGE = """\
resonant-conformance run IMPL [OPTION ...]

IMPL is what --impl takes: an adapter.toml, its folder, udp://HOST:PORT (or tcp://…, quic://…),
or wrong:NAME of `resonant-conformance list`.
Without it the suite's own reference is judged."""
PYTEST_OPTIONS = "All options of pytest work as well: -n 2 (two processes), -k EXPRESSION, -x, -q, --pdb, …"


@dataclass(frozen=True, slots=True)
class Command:
    """One word after `resonant-conformance`."""

    about: str
    run: Callable[[Sequence[str]], int]
    """Takes the arguments after the word and gives the exit status; answers --help itself."""


def judge(arguments: Sequence[str]) -> int:
    """Run the suite in a pytest of its own, with these options."""
    return _judge_help() if wants_help(arguments) else judged(arguments)


def _judge_help() -> int:
    """Print the options of the suite, which are a part of pytest's."""
    from conformance.pytest_plugin.options import TITLE as OPTIONS_TITLE
    from conformance.pytest_plugin.options import declare

    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, add_help=False)
    declare(parser.add_argument_group(OPTIONS_TITLE).add_argument)
    print(f"usage: {RUN_USAGE}\n\n{parser.format_help()}\n{PYTEST_OPTIONS}")
    return 0


def vectors(arguments: Sequence[str]) -> int:
    """Print the folder of the golden vectors, or copy it with schema and manifest."""
    parser = argparse.ArgumentParser(prog="resonant-conformance vectors", description=vectors.__doc__)
    parser.add_argument("--to", type=Path, metavar="DIR", help="a folder that does not exist yet, to copy them to")
    target = parser.parse_args(arguments).to
    if target is None:
        print(VECTORS)
        return 0
    if target.exists():
        print(f"resonant-conformance vectors: {target} exists; name a folder that does not", file=sys.stderr)
        return 2
    try:
        _copy_vectors(target)
    except OSError as error:
        print(f"resonant-conformance vectors: {target}: cannot be written: {error.strerror or error}", file=sys.stderr)
        return 2
    print(f"written: {target}")
    return 0


def _copy_vectors(target: Path) -> None:
    """The vectors in a new folder, which is there completely or not at all. Raises OSError."""
    target.mkdir(parents=True)
    try:
        shutil.copytree(VECTORS, target / VECTORS.name)
        for name in ("schema.json", "manifest.json"):
            shutil.copyfile(VECTORS.parent / name, target / name)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def campaign(arguments: Sequence[str]) -> int:
    """Compare implementations on generated inputs."""
    from conformance.campaign.command import main as run

    return run(arguments)


def report(arguments: Sequence[str]) -> int:
    """Make the page of runs."""
    from reports.__main__ import main as run

    return run(arguments)


def compare(arguments: Sequence[str]) -> int:
    """Compare two runs."""
    from reports.compare import main as run

    return run(arguments)


def state(arguments: Sequence[str]) -> int:
    """Make a statement of a run."""
    from conformance.tools.statement import state as run

    return run(arguments)


def verify(arguments: Sequence[str]) -> int:
    """Check a statement."""
    from conformance.tools.statement import verify as run

    return run(arguments)


def look(arguments: Sequence[str]) -> int:
    """Explain a capture or a frame."""
    from conformance.tools.look.__main__ import main as run

    return run(arguments)


def clause(arguments: Sequence[str]) -> int:
    """Print a clause."""
    from resonant.__main__ import main as run

    return run(["clause", *arguments])


def listing(arguments: Sequence[str]) -> int:
    """List what can be judged."""
    from conformance.tools.listing import main as run

    return run(arguments)


def new_adapter(arguments: Sequence[str]) -> int:
    """Write a starter testee."""
    from conformance.tools.new_adapter import main as run

    return run(arguments)


COMMANDS: Mapping[str, Command] = {
    "run": Command("judge an implementation: run ./adapter.toml", judge),
    "campaign": Command("ask several implementations generated inputs, and compare: campaign --impl rust", campaign),
    "report": Command("make report.html of one or more run.json, or with --history DIR the trend of many", report),
    "compare": Command("what changed between two runs: compare OLD NEW", compare),
    "statement": Command("make statement.json and badge.svg of a run", state),
    "verify": Command("check a statement, and its signature", verify),
    "explain": Command("a capture as a conversation, or a frame field by field: explain capture.pcapng", look),
    "clause": Command("print a clause of the specification", clause),
    "list": Command("adapters, implementations wrong on purpose, and profiles", listing),
    "vectors": Command("where the golden vectors are, or copy them: vectors [--to DIR]", vectors),
    "new-adapter": Command("write a starter testee: new-adapter NAME --lang c", new_adapter),
}


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given[:1])
    return COMMANDS[options.command].run(given[1:])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="resonant-conformance",
        description="Conformance to Resonant Protocol 1: judge an implementation, and read what was found.",
        epilog="\n".join(["commands:", *(f"  {name:<14}{command.about}" for name, command in COMMANDS.items())])
        + f"\n\neach explains itself with --help; the golden vectors are in {VECTORS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('resonant-conformance')}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="one of those below")
    return parser
