"""The output of the generator: groups of cases, one JSON file a group."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from .compact import compacted
from .transports import transports_of

DIALOGUE = "dialogue"
SPEC_VERSION = "1.0"
RESERVED = (0xF0, 0xF1, 0xF5, 0xFA, 0xFE, 0xFF)
"""Types, dtypes and modalities that no version will assign; those above 0xF0 are reserved (specs/README.md)."""
RESERVED_BITS = (15,)
"""Flag bits that no version will assign."""
UNTIL_ASSIGNED = "refused until one does, and then these verdicts turn."


@dataclass(frozen=True, slots=True)
class Case:
    """One input with its one expected outcome. id names the fault or property; it is unique in the group for ever."""

    id: str
    about: str
    clauses: tuple[str, ...]
    input: Mapping[str, Any]
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """The cases of one file. requires: profiles besides `profile` that an implementation must claim to be judged."""

    profile: str
    name: str
    op: str
    about: str
    cases: Sequence[Case]
    requires: Sequence[str] = field(default=())
    transports: Sequence[str] = field(default=())
    """Of dialogues: those over which they are played; empty for each by what is in it."""

    @property
    def path(self) -> PurePosixPath:
        """The path of the group below vectors/data."""
        return PurePosixPath(self.profile, f"{self.name}.json")

    def text(self) -> str:
        """The file's text: readable head, one case a line without spaces, the same bytes for the same group."""
        up = "../" * (len(self.path.parts))
        head: dict[str, Any] = {
            "$schema": f"{up}schema.json",
            "spec": SPEC_VERSION,
            "profile": self.profile,
            "group": self.name,
            "op": self.op,
            "about": self.about,
        }
        if self.requires:
            head["requires"] = list(self.requires)
        if self.transports:
            head["transports"] = list(self.transports)
        lines = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}," for key, value in head.items()]
        inputs: Sequence[Mapping[str, Any]] = [case.input for case in self.cases]
        if self.op == DIALOGUE:
            shared, inputs = compacted(inputs)
            lines += shared.lines()
        written = zip(self.cases, inputs, strict=True)
        cases = ",\n".join(f"  {_case_text(case, given, self._transports(case))}" for case, given in written)
        return "{\n" + "\n".join(lines) + '\n "cases": [\n' + cases + "\n ]\n}\n"

    def _transports(self, case: Case) -> tuple[str, ...]:
        if self.op != DIALOGUE or self.transports:
            return ()
        return transports_of(case.input, case.clauses)


def _case_text(case: Case, given: Mapping[str, Any], transports: Sequence[str]) -> str:
    data: dict[str, Any] = {"id": case.id, "about": case.about, "clauses": list(case.clauses)}
    if transports:
        data["transports"] = list(transports)
    data |= {"input": given, "expect": case.expect}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def accepts(case_id: str, about: str, clauses: str, given: Mapping[str, Any], ok: Mapping[str, Any]) -> Case:
    """A case that expects `ok`. clauses: ids separated by spaces."""
    return Case(case_id, about, tuple(clauses.split()), given, {"ok": ok})


def refuses(case_id: str, about: str, clauses: str, given: Mapping[str, Any], code: str) -> Case:
    """A case that expects a reject. clauses: ids separated by spaces."""
    return Case(case_id, about, tuple(clauses.split()), given, {"reject": code})


def frame_refused(case_id: str, about: str, clauses: str, frame: bytes, code: str, key: bytes | None = None) -> Case:
    """A decode case that expects a reject."""
    given = {"frame": frame.hex()} | ({"key": key.hex()} if key is not None else {})
    return refuses(case_id, about, clauses, given, code)
