"""Run files and mutants.json as typed values. Everything in them that a testee said is untrusted text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

SCHEMAS = Path(__file__).resolve().parent
MAX_BYTES = 512 << 20
GREEN = ("pass", "known failure")


class ReportError(Exception):
    """A file that cannot be used; the text names it and says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A case or check of a run. failure: the object of reports/run.schema.json, if there is one."""

    id: str
    profile: str
    clauses: tuple[str, ...]
    outcome: str
    detail: str
    failure: Mapping[str, Any] | None

    @property
    def green(self) -> bool:
        """Whether it passed, or failed as it was known to."""
        return self.outcome in GREEN


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


@dataclass(frozen=True, slots=True)
class Kill:
    """What is proved of a clause: its mutants, and by how many different cases they are killed."""

    mutants: int
    survivors: int
    killers: int


def read_run(path: Path) -> Run:
    """The run file. Raises ReportError."""
    data = _read(path, "run")
    who = data["implementation"]
    entries = tuple(
        Entry(one["id"], one["profile"], tuple(one["clauses"]), one["outcome"], one["detail"], one["failure"])
        for one in data["cases"]
    )
    return Run(
        name=data["adapter"],
        implementation=f"{who['name']} {who['version']} ({who['language']})",
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
    )


def read_kills(path: Path) -> Mapping[str, Kill]:
    """What mutants.json says of each clause. Raises ReportError."""
    clauses: Mapping[str, Sequence[Mapping[str, Any]]] = _read(path, "mutants")["clauses"]
    return {
        clause: Kill(
            len(mutants),
            sum(one["killer"] is None for one in mutants),
            len({one["killer"] for one in mutants} - {None}),
        )
        for clause, mutants in clauses.items()
    }


def _read(path: Path, schema: str) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise ReportError(f"{path}: longer than {MAX_BYTES:,} bytes")
        data: Mapping[str, Any] = json.loads(text)
        jsonschema.validate(data, json.loads((SCHEMAS / f"{schema}.schema.json").read_bytes()))
    except OSError as error:
        raise ReportError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{path}: no JSON ({error})") from error
    except jsonschema.ValidationError as error:
        raise ReportError(
            f"{path}: not of this suite's form (reports/{schema}.schema.json): {error.message[:200]}"
        ) from error
    return data
