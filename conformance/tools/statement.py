"""The commands `statement` and `verify`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from resonant.console import command, printable

from reports.statement.badge import badge
from reports.statement.signing import SIGNATURE, KeyFileError, is_genuine, load_key, signed
from reports.statement.statement import Result, contradictions, lines, statement_of

from ..session.files import DataFileError, data_text, file_of, load_data, write_whole
from ..session.provenance import bound_to

OK, FAILED, USAGE = 0, 1, 2


def write_statement(run: Path, folder: Path, key: Path | None = None) -> Mapping[str, Any]:
    """Write statement.json and badge.svg on the run into the folder. Raises DataFileError, KeyFileError, OSError."""
    statement = statement_of(run)
    if key is not None:
        statement = signed(statement, load_key(key))
    write_whole(folder / "statement.json", data_text(statement))
    write_whole(folder / "badge.svg", badge(statement))
    return statement


@command
def state(arguments: Sequence[str] | None = None) -> int:
    """Say in statement.json and badge.svg what a run found; returns the exit status."""
    parser = argparse.ArgumentParser(prog="resonant-conformance statement", description=state.__doc__)
    parser.add_argument("run", type=Path, help="run.json of the run, or the folder that --report wrote")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write (default: beside run.json)")
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="sign with this Ed25519 seed, 64 hex digits, mode 0600"
    )
    options = parser.parse_args(arguments)
    try:
        statement = write_statement(options.run, options.out or file_of(options.run, "run").parent, options.key)
    except (DataFileError, KeyFileError, OSError) as error:
        print(f"no statement: {printable(str(error))}", file=sys.stderr)
        return USAGE
    print("\n".join(map(printable, lines(statement))))
    return OK


def faults(
    statement: Mapping[str, Any],
    *,
    public_key: str | None = None,
    run: Path | None = None,
    adapter: Path | None = None,
    same_suite: bool = True,
) -> Iterator[str]:
    """Why the statement is not to be believed, nothing if it is. Raises DataFileError, OSError.

    public_key: hex of the key that must have signed. run, adapter: the run.json and the adapter.toml that it must be
    about. same_suite: whether it must be of the suite and the vectors that run here.
    """
    yield from contradictions(statement)
    if SIGNATURE in statement and not is_genuine(statement):
        yield "the signature does not match: the statement or the signature was changed"
    if public_key is not None and statement.get(SIGNATURE, {}).get("public_key") != public_key.lower():
        yield f"it is not signed with the key {public_key}"
    if run is not None:
        made = statement_of(run)
        unlike = [name for name in made if made[name] != statement[name]]
        if unlike:
            yield f"it is not about {run}: {', '.join(unlike)} differ"
    if adapter is not None and statement["adapter_sha256"] != sha256(adapter.read_bytes()).hexdigest():
        yield f"it was made with another adapter.toml than {adapter}"
    if same_suite:
        yield from _other_suite(statement)


def _other_suite(statement: Mapping[str, Any]) -> Iterator[str]:
    here = bound_to(statement["adapter"], None)
    if statement["suite"] != here.suite:
        yield f"it was made with version {statement['suite']} of the suite, and this is {here.suite} (--any-suite)"
    if statement["vectors_sha256"] != here.vectors_sha256:
        yield "it was made with other vectors than those of this suite (--any-suite)"


@command
def verify(arguments: Sequence[str] | None = None) -> int:
    """Check that a statement is whole, signed by whom it should be, and about what it should be about.

    Returns the exit status: 0 if so, 1 if not, 2 if a file cannot be used. What the statement says of the
    implementation is printed, and counts for the exit status with --conforms only.
    """
    parser = argparse.ArgumentParser(prog="resonant-conformance verify", description=verify.__doc__)
    parser.add_argument("statement", type=Path, help="statement.json, or the folder that has it")
    parser.add_argument("--public-key", metavar="HEX", help="the key that must have signed it")
    parser.add_argument("--run", type=Path, metavar="RUN", help="the run.json that it must be about, or its folder")
    parser.add_argument("--adapter", type=Path, metavar="FILE", help="the adapter.toml that it must be about")
    parser.add_argument("--any-suite", action="store_true", help="also if made with another suite or other vectors")
    parser.add_argument("--conforms", action="store_true", help="not verified unless its result is `conforms`")
    options = parser.parse_args(arguments)
    try:
        statement = load_data(options.statement, "statement")
        wrong = list(
            faults(
                statement,
                public_key=options.public_key,
                run=options.run,
                adapter=options.adapter,
                same_suite=not options.any_suite,
            )
        )
    except (DataFileError, OSError) as error:
        print(f"not verified: {printable(str(error))}", file=sys.stderr)
        return USAGE
    if options.conforms and statement["result"] != Result.CONFORMS:
        wrong.append(f"its result is {statement['result']}")
    print("\n".join(map(printable, lines(statement))))
    print(_who_signed(statement, options.public_key))
    for fault in wrong:
        print(f"NOT VERIFIED: {printable(fault)}")
    return FAILED if wrong else OK


def _who_signed(statement: Mapping[str, Any], wanted: str | None) -> str:
    if SIGNATURE not in statement:
        return "not signed"
    whose = "" if wanted else "; whose key that is, only --public-key can tell"
    return f"signed with {statement[SIGNATURE]['public_key']}{whose}"
