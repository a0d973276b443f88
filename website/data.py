"""The data that scripts of pages draw: a group of vectors with frames, dialogues and outcomes, and the list of all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .frames import frame_of
from .runs import Judged, letters
from .talk import rows_of
from .vectors import DIALOGUE, Group, Vector

FRAME_NAMES = frozenset({"frame", "frames", "repair"})
"""The members of inputs and results that are frames or repair datagrams."""
MOST_FRAMES = 6
"""Of a case without steps; more are few, and long."""


def script(name: str, value: Any) -> str:
    """A script that makes the value known to the page: files opened from a disk cannot ask for data."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"window.{name}={text};\n"


@dataclass(slots=True)
class _Table:
    """Values that are told once, by their places."""

    places: dict[Any, int] = field(default_factory=dict)

    def place(self, value: Any) -> int:
        return self.places.setdefault(value, len(self.places))


def group_data(group: Group, runs: Sequence[Judged]) -> Mapping[str, Any]:
    """Everything that a group's page draws. `file` is the vector file as it is written.

    Of each case: `r`, the outcomes by transport; `f`, its frames as [title, place in `frames`]; `t`, its rows as
    [milliseconds, place in `rows`], a row being [from, to, label, note, place of its frame or -1].
    """
    frames, rows = _Table(), _Table()
    cases = []
    for case in group.cases:
        told: dict[str, Any] = {"r": {transport: letters(one, runs) for one, transport in case.ids(group)}}
        if group.op == DIALOGUE:
            said = rows_of(case.input)
            placed = ((one, frames.place((one.frame, _key(case))) if one.frame else -1) for one in said)
            told["t"] = [
                [one.at_ms, rows.place((one.source, one.to, one.label, one.note, frame))] for one, frame in placed
            ]
        elif found := list(_frames(case))[:MOST_FRAMES]:
            told["f"] = [[title, frames.place((value, _key(case)))] for title, value in found]
        cases.append(told)
    return {
        "id": group.id,
        "runs": [one.run.name for one in runs],
        "file": {name: value for name, value in group.file.items() if name != "$schema"},
        "frames": [frame_of(*one) for one in frames.places],
        "rows": [list(one) for one in rows.places],
        "cases": cases,
    }


def _key(case: Vector) -> str:
    """The key under which sealed frames of the case can be opened, if it has one."""
    key = case.input.get("key") or case.input.get("config", {}).get("key") or ""
    return key if isinstance(key, str) and len(key) == 64 else ""


def _frames(case: Vector) -> Iterator[tuple[str, str]]:
    sides = (("input", case.input), ("result", case.ok))
    for side, members in sides:
        if not isinstance(members, Mapping):
            continue
        for name, value in members.items():
            if name in FRAME_NAMES and isinstance(value, str) and value:
                yield f"{side}: {name}", value
            elif name in FRAME_NAMES and isinstance(value, list):
                yield from (
                    (f"{side}: {name}[{at}]", one) for at, one in enumerate(value) if isinstance(one, str) and one
                )


def index_data(groups: Sequence[Group]) -> Mapping[str, Any]:
    """The list of all cases: groups as [id, op, about, cases], a case being [name, about, code, clauses]."""
    codes, clauses = _Table(), _Table()
    found = [
        [
            group.id,
            group.op,
            group.about,
            [
                [case.name, case.about, codes.place(case.expect), *map(clauses.place, case.clauses)]
                for case in group.cases
            ],
        ]
        for group in groups
    ]
    return {"codes": list(codes.places), "clauses": list(clauses.places), "groups": found}
