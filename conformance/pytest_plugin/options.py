"""The options of `pytest conformance`, read once into a typed value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..session.cores import LANES_ASKED_FOR, MANY, MOST_LANES
from ..session.implementations import is_server
from ..session.options import DEFAULT_SEED, Options

DEFAULT_IMPL = "reference"
"""The implementation that is judged if none is named."""
TITLE = "Resonant conformance"
"""Of the group of options in pytest's help."""


_VALUES = {
    "--impl": "an adapter.toml, its folder, or an address such as udp://HOST:PORT",
    "--profile": "a profile",
    "--known-failures": "a file",
    "--plan": "a file",
    "--report": "a folder",
    "--dialogue": "a file",
    "--vectors": "a file",
    "--case": "a case",
}
"""The meaning of each option's value, for options where an empty one would stand for nothing."""


def add_options(parser: pytest.Parser) -> None:
    """Declare the options, unless they are declared already."""
    group = parser.getgroup("conformance", TITLE)
    if not group.options:
        declare(group.addoption)


def declare(add: Callable[..., object]) -> None:
    """Declare each option by a function that takes what argparse's does; their help is the documentation."""
    add(
        "--impl",
        metavar="NAME|PATH|udp://HOST:PORT|tcp://…|quic://…|wrong:NAME",
        help="the implementation: the path of an adapter.toml or of its folder, or the name of a folder below "
        f"adapters/ (default: {DEFAULT_IMPL}, the suite's own); or the address of a running server, which is then "
        "judged from outside, by what it answers alone (profiles handshake and stream, over TCP also tcp, over QUIC, "
        "where its certificate is taken as it is, also quic); or "
        "wrong:NAME, one that is wrong on purpose, to see what the suite says of it (names: resonant-conformance list "
        "wrong)",
    )
    add(
        "--case",
        action="append",
        default=[],
        metavar="ID",
        help="run only the case, check, probe or law with this id, as in run.json and in failures; may be repeated",
    )
    add(
        "--profile",
        action="append",
        default=[],
        metavar="NAME[,NAME]",
        help="judge only these of the claimed profiles (frame, zstd, …); may be repeated",
    )
    add(
        "--known-failures",
        metavar="FILE",
        help="a TOML file of [[known]] tables (id, reason, issue; for an id that ends with /* also max): these cases "
        "must fail, and one that passes fails the run; laws and probes have the ids of run.json (testee/…)",
    )
    add(
        "--fix-known-failures",
        action="store_true",
        help="rewrite the --known-failures file from what this run finds: new failures by cause, with suggested "
        "reasons marked unchecked; fill in the issues yourself",
    )
    add(
        "--plan",
        metavar="FILE",
        help="fail if fewer cases of a profile or a clause are executed than FILE says, also when -k, a node id or "
        "--profile is what selects fewer",
    )
    add("--write-plan", action="store_true", help="write the --plan FILE from what this run executes")
    add(
        "--report",
        metavar="DIR",
        help="write DIR/run.json, the results as data, and DIR/junit.xml (unless --junitxml says where)",
    )
    add(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help="the seed of the generated inputs (default: %(default)s); it is printed with every run",
    )
    add(
        "--dialogue",
        action="append",
        default=[],
        metavar="FILE",
        help="also judge the dialogues of this vector file, such as one that a law wrote for what it found; may be "
        "repeated",
    )
    add(
        "--vectors",
        action="append",
        default=[],
        metavar="FILE",
        help="also judge the cases of this vector file, such as one that `campaign --adopt` wrote; may be repeated",
    )
    add(
        "--real-time",
        action="store_true",
        help="if the testee's peers use the real clock, also judge dialogues that need time to pass, by waiting; "
        "those that need more than a minute are left out",
    )
    add(
        "--lanes",
        type=int,
        metavar="N",
        help=f"judge cases in N lanes beside the run, at most {LANES_ASKED_FOR}, each a process with a "
        "testee of its own; "
        f"1: in none, by the one testee of the run (default: a lane for each core, at most {MOST_LANES}, on Linux, "
        "where a testee with a virtual clock that the suite starts as a process is judged by more than "
        f"{MANY} dialogues; else 1); with -n "
        "each worker is one",
    )
    add("--no-build", action="store_true", help="do not run the adapter's build command first")


def judges_server(config: pytest.Config) -> bool:
    """Whether a server is named in place of an adapter."""
    return is_server(str(config.getoption("--impl")))


def read_options(config: pytest.Config) -> Options:
    """The options as given."""
    known, report, plan = (config.getoption(name) for name in ("--known-failures", "--report", "--plan"))
    for flag, needed in (("--fix-known-failures", "--known-failures"), ("--write-plan", "--plan")):
        if config.getoption(flag) and not config.getoption(needed):
            raise pytest.UsageError(f"{flag} writes the {needed} file; name it with {needed} FILE")
        if config.getoption(flag) and config.getoption("--case"):
            raise pytest.UsageError(f"{flag} needs a whole run; leave out --case")
    _refuse_empty(config)
    lanes = config.getoption("--lanes")
    if lanes is not None and not 1 <= lanes <= LANES_ASKED_FOR:
        raise pytest.UsageError(f"--lanes={lanes}: name a number from 1 to {LANES_ASKED_FOR}")
    impl = config.getoption("--impl")
    names = [name.strip() for given in config.getoption("--profile") for name in given.split(",")]
    return Options(
        impl=impl or DEFAULT_IMPL,
        profiles=tuple(name for name in names if name),
        known=Path(known) if known else None,
        report=Path(report) if report else None,
        seed=config.getoption("--seed"),
        build=not config.getoption("--no-build"),
        dialogues=tuple(map(Path, config.getoption("--dialogue"))),
        vectors=tuple(map(Path, config.getoption("--vectors"))),
        real_time=config.getoption("--real-time"),
        fix_known=config.getoption("--fix-known-failures"),
        plan=Path(plan) if plan else None,
        write_plan=config.getoption("--write-plan"),
        cases=tuple(dict.fromkeys(config.getoption("--case"))),
        named=impl is not None,
        lanes=lanes,
    )


def _refuse_empty(config: pytest.Config) -> None:
    """An option that a variable of a CI was to fill, and that variable is not set: a gate must not be left out so."""
    for flag, what in _VALUES.items():
        given = config.getoption(flag)
        if any(
            not one.strip(" ,") for one in (given if isinstance(given, list) else [given] if given is not None else [])
        ):
            raise pytest.UsageError(f"{flag} is empty; name {what}, or leave it out")


def write_junit(config: pytest.Config, options: Options) -> None:
    """Have pytest write junit.xml beside run.json. It reads this option only after our conftest.py."""
    if options.report is not None and not config.option.xmlpath:
        config.option.xmlpath = str(options.report / "junit.xml")
