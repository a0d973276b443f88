"""Run files and mutants.json as typed values. Everything in them that a testee said is untrusted text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resonant.console import printable

from .entry import Entry, failure_from
from .files import load_data

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the suite."""

    name: str
    implementation: str
    spec: str
    suite: str
    vectors: str
    seed: int
    exit_status: int
    claims: tuple[str, ...]
    faults: tuple[str, ...]
    left_out: int
    profiles: Mapping[str, Mapping[str, int]]
    entries: tuple[Entry, ...]
    who: str = ""
    """Name and version of the implementation, as far as they are known."""
    outside: bool = False
    """Whether a server was judged by its datagrams alone."""
    unseen: tuple[str, ...] = ()
    """MUST clauses that nothing which was executed could see."""


@dataclass(frozen=True, slots=True)
class Kill:
    """The proof of a clause: its mutants, and the number of different cases that kill them."""

    mutants: int
    survivors: int
    killers: int


def read_run(path: Path) -> Run:
    """The run file. Raises DataFileError."""
    data = _shown(load_data(path, "run"))
    who = data["implementation"]
    known = " ".join(word for word in (who["name"], who["version"]) if word != _UNKNOWN)
    entries = tuple(
        Entry(
            **{
                **one,
                "clauses": tuple(one["clauses"]),
                "failure": None if one["failure"] is None else failure_from(one["failure"]),
            }
        )
        for one in data["cases"]
    )
    return Run(
        name=data["adapter"],
        implementation=known + (f" ({who['language']})" if _says_more(who["language"], known) else ""),
        spec=data["spec"],
        suite=data["suite"],
        vectors=data["vectors"]["sha256"],
        seed=data["seed"],
        exit_status=data["exit_status"],
        claims=tuple(data["claims"]),
        faults=tuple(data["faults"]),
        left_out=data.get("left_out", 0),
        profiles=data["profiles"],
        entries=entries,
        who=known,
        outside="unseen" in data,
        unseen=tuple(data.get("unseen", ())),
    )


def _says_more(language: str, known: str) -> bool:
    return language != _UNKNOWN and f"({language})" not in known


def _shown(value: Any) -> Any:
    """The data with an escape in place of what would hide or turn text on a page; lines stay lines."""
    if isinstance(value, str):
        return "\n".join(map(printable, value.split("\n")))
    if isinstance(value, list):
        return list(map(_shown, value))
    if isinstance(value, dict):
        return {_shown(name): _shown(one) for name, one in value.items()}
    return value


def read_kills(path: Path) -> Mapping[str, Kill]:
    """The proof of each clause in mutants.json. Raises DataFileError."""
    clauses: Mapping[str, Sequence[Mapping[str, Any]]] = load_data(path, "mutants")["clauses"]
    return {
        clause: Kill(
            len(mutants),
            sum(one["killer"] is None for one in mutants),
            len({one["killer"] for one in mutants} - {None}),
        )
        for clause, mutants in clauses.items()
    }
