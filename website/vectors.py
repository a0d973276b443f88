"""The golden vectors as the site shows them: groups of cases, and the cases of each clause."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resonant.describe.vector_files import whole_cases

from .places import ROOT

DATA = ROOT / "vectors" / "data"
DIALOGUE = "dialogue"
TRANSPORTS = ("udp", "tcp", "quic", "webrtc")
"""The transports of a dialogue that names none; the first has the plain id, the others stand behind an @."""
TRANSPORT_NAMES: Mapping[str, str] = {"udp": "UDP", "tcp": "TCP", "quic": "QUIC", "webrtc": "WebRTC"}
"""The same for people."""


@dataclass(frozen=True, slots=True)
class Vector:
    """A case, written out. expect: OK, or the code with which its input is refused."""

    name: str
    about: str
    clauses: tuple[str, ...]
    input: Mapping[str, Any]
    ok: Any
    expect: str
    transports: tuple[str, ...]

    def ids(self, group: Group) -> Iterator[tuple[str, str]]:
        """The ids of the case in runs, each with its transport; that of a case without transports is empty."""
        plain = f"{group.id}/{self.name}"
        for place, transport in enumerate(self.transports or ("",)):
            yield (f"{plain}@{transport}" if place else plain), transport


OK = "ok"


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A vector file. file: as it is written, with what its dialogues have in common."""

    profile: str
    name: str
    op: str
    about: str
    requires: tuple[str, ...]
    file: Mapping[str, Any]
    cases: tuple[Vector, ...]

    @property
    def id(self) -> str:
        """The beginning of the ids of its cases."""
        return f"{self.profile}/{self.name}"

    @property
    def page(self) -> str:
        """The path of its page."""
        return f"vectors/{self.id}.html"


def load_groups(folder: Path = DATA, profiles: Sequence[str] = ()) -> tuple[Group, ...]:
    """Every vector file below the folder by path, of these profiles or of all. Raises OSError, ValueError."""
    groups = []
    for path in sorted(folder.rglob("*.json")):
        if not profiles or path.relative_to(folder).parts[0] in profiles:
            groups.append(_group(json.loads(path.read_bytes())))
    return tuple(groups)


def _group(file: Mapping[str, Any]) -> Group:
    cases = tuple(_vector(case, file["op"]) for case in whole_cases(file))
    about, requires = file.get("about", ""), tuple(file.get("requires", ()))
    return Group(file["profile"], file["group"], file["op"], about, requires, file, cases)


def _vector(case: Mapping[str, Any], op: str) -> Vector:
    expect = case["expect"]
    transports = tuple(case.get("transports", TRANSPORTS)) if op == DIALOGUE else ()
    code = OK if "ok" in expect else expect["reject"]
    return Vector(case["id"], case["about"], tuple(case["clauses"]), case["input"], expect.get("ok"), code, transports)


def by_clause(groups: Iterable[Group]) -> Mapping[str, tuple[tuple[Group, tuple[str, ...]], ...]]:
    """For each clause the groups with cases that cite it, and the names of these."""
    found: dict[str, dict[Group, list[str]]] = {}
    for group in groups:
        for case in group.cases:
            for clause in case.clauses:
                found.setdefault(clause, {}).setdefault(group, []).append(case.name)
    return {clause: tuple((group, tuple(names)) for group, names in those.items()) for clause, those in found.items()}
