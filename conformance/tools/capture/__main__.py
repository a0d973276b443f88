"""Plays dialogues over UDP or TCP against a testee and writes what went over the wire as a pcapng file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from resonant.console import command, counted, printable

from adapters.driver import AdapterError, StartError, Testee, build_adapter

from ...dialogue.ends import TCP, UDP
from ...dialogue.timing import playable
from ...model.cases import DIALOGUE, Case, VectorError, load_cases
from ...session.files import not_written
from ...session.implementations import find_adapter
from .pcapng import write_pcapng
from .recorder import FIRST_PORT, PEER_PORT, Recorder
from .watched import record

OK, FAILED, USAGE = 0, 1, 2
LINE_END = "\n"


class NothingError(Exception):
    """There is nothing to play; the text says why."""


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write a capture. Gives 0 if every dialogue held, 1 if one did not (the capture is there), 2 if nothing ran."""
    options = _parser().parse_args(arguments)
    try:
        adapter = find_adapter(options.impl)
        chosen = _chosen(load_cases(), options.pattern, options.transport)
        if not options.no_build:
            build_adapter(adapter)
        with Testee(adapter) as testee:
            status, recorder, too_large = _played(testee, chosen, options.largest)
        write_pcapng(options.output, recorder.packets)
    except OSError as error:
        print(f"nothing captured: {printable(not_written(error))}", file=sys.stderr)
        return USAGE
    except (AdapterError, StartError, VectorError, NothingError) as error:
        print(f"nothing captured: {printable(str(error), keep=LINE_END)}", file=sys.stderr)
        return USAGE
    packets, dialogues = counted(len(recorder.packets), "packet", ","), counted(recorder.dialogues, "dialogue", ",")
    left_out = f"; {too_large:,} with more than {counted(options.largest, 'byte', ',')} left out" if too_large else ""
    print(f"{options.output}: {packets} of {dialogues}{left_out}")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.tools.capture",
        description=f"{__doc__} The peer under test has the port {PEER_PORT} of 127.0.0.1 in it, the other ends have "
        f"{FIRST_PORT} and up; times are those of the dialogues' clock. Each packet has its dialogue's id "
        "as a comment. The same dialogues give the same bytes.",
    )
    parser.add_argument("pattern", nargs="*", metavar="ID-PATTERN", help="dialogues, such as 'stream/*' (default: all)")
    parser.add_argument(
        "--impl", default="reference", metavar="NAME|PATH|wrong:NAME", help="the implementation (%(default)s)"
    )
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE", help="the pcapng file to write")
    parser.add_argument(
        "--transport",
        choices=(UDP, TCP),
        default=UDP,
        help="what carries the frames (%(default)s); over tcp the segments of each connection are made up so as to say "
        "what was sent, in which order, and how it ended",
    )
    parser.add_argument(
        "--largest",
        type=_bytes,
        metavar="BYTES",
        help="leave out dialogues whose packets carry more than this: a few send the same 16 MiB again and again",
    )
    parser.add_argument("--no-build", action="store_true", help="do not run the adapter's build command first")
    return parser


def _bytes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:20]) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of bytes from 1 up, such as 1048576")
    return int(text)


def _chosen(cases: Sequence[Case], patterns: Sequence[str], transport: str) -> list[Case]:
    """The dialogues over a transport that one of the patterns matches, with or without the @tcp of their ids.

    Raises NothingError for a pattern that matches none.
    """
    dialogues = [case for case in cases if case.op == DIALOGUE]
    able = [case for case in dialogues if case.transport == transport]
    for pattern in patterns:
        if not any(_matches(case, pattern) for case in able):
            others = sorted({case.transport for case in dialogues if _matches(case, pattern)})
            advice = f" over {transport}, but over {others[0]}{_way(others[0])}" if others else ""
            raise NothingError(f"no dialogue is called {pattern!r}{advice}")
    return [case for case in able if not patterns or any(_matches(case, one) for one in patterns)]


def _way(transport: str) -> str:
    return f": add --transport={transport}" if transport in (UDP, TCP) else ", which encrypts: there is nothing to see"


def _matches(case: Case, pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in (case.id, case.id.removesuffix(f"@{case.transport}")))


def _played(testee: Testee, cases: Sequence[Case], largest: int | None) -> tuple[int, Recorder, int]:
    """The exit status, the packets, and how many dialogues were left out as too large."""
    hello = testee.start()
    claimed = [case for case in cases if case.needs <= set(hello.profiles)]
    able = playable(claimed, hello.clock, real_time=False)
    if not able:
        raise NothingError(f"{hello.name} claims no profile, or has no clock, by which one of them could be played")
    recorder, status, too_large = Recorder(), OK, 0
    for case in able:
        verdict = record(testee, case, recorder)
        if not verdict.passed:
            status = FAILED
            print(f"{case.id}: {verdict.outcome}: {printable(verdict.summary)}", file=sys.stderr)
        if largest is not None:
            too_large += recorder.drop_beyond(largest)
    return status, recorder, too_large


if __name__ == "__main__":
    sys.exit(main())
