"""Dialogues as short as vectors/dialogues.md lets them be: what the cases of a file share stands at its head.

`resonant.describe.vector_files` writes them out again, which the generator does with every file that it makes.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .repeats import repeats
from .sent_frames import named_frames

Json: TypeAlias = Mapping[str, Any]
ROLES = ("server", "client")
FRAME = {"type": 3, "flags": 0, "space_hash32": 0x5EED1234, "modality": 0}
"""Of frames that peers are to send, unless a step says otherwise."""
WORTH_CHARS = 250
"""A part is made where it saves as much."""
REFERENCE_CHARS = 24
"""The length of a reference to a part."""
_LEAVES = frozenset({str, int, bool, float, type(None)})


@dataclass(slots=True)
class Shared:
    """The head of a file: the members that its cases need not have."""

    config: dict[str, Any] = field(default_factory=dict)
    frame: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, list[Any]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The lines of the head, a step a line."""
        found = [f' "config": {_text(self.config)},'] if self.config else []
        found += [f' "frame": {_text(self.frame)},'] if self.frame else []
        if not self.parts:
            return found
        parts = [f"  {json.dumps(name)}: {_listed(steps)}" for name, steps in self.parts.items()]
        return [*found, ' "parts": {\n' + ",\n".join(parts) + "\n },"]


def _listed(steps: list[Any]) -> str:
    if len(steps) == 1:
        return _text(steps)
    return "[\n" + ",\n".join(f"   {_text(step)}" for step in steps) + "\n  ]"


def compacted(inputs: Sequence[Json]) -> tuple[Shared, list[Json]]:
    """The members and steps that the inputs share, and the inputs without them."""
    shared = Shared(_common([given["config"] for given in inputs]))
    steps = [[_short(step, shared) for step in repeats(_plain(given["steps"]))] for given in inputs]
    for role in ROLES:
        ours = [number for number, given in enumerate(inputs) if given["role"] == role]
        _Divider(shared, steps).divide(role, ours)
    shared.parts, steps = named_frames(shared.parts, steps)
    return shared, [_without(given, shared.config, own) for given, own in zip(inputs, steps, strict=True)]


def _common(configs: Sequence[Json]) -> dict[str, Any]:
    """The most frequent value of each member that all of them have."""
    names = [name for name in configs[0] if all(name in config for config in configs)]
    found = {}
    for name in names:
        counts = Counter(json.dumps(config[name]) for config in configs)
        found[name] = json.loads(counts.most_common(1)[0][0])
    return found


def _without(given: Json, common: Json, steps: list[Any]) -> Json:
    config = {name: value for name, value in _plain(given["config"]).items() if common.get(name) != value}
    head = {name: value for name, value in given.items() if name not in ("config", "steps")}
    return head | ({"config": config} if config else {}) | {"steps": steps}


def _plain(value: Any) -> Any:
    """The value as it is read from a file: lists, no tuples."""
    if type(value) in _LEAVES:  # nearly all; a text may be a frame of 16 MiB
        return value
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return json.loads(json.dumps(value))


def _short(step: Json, shared: Shared) -> Json:
    """The step without what FRAME says."""
    if "repeat" in step:
        return {**step, "of": [_short(one, shared) for one in step["of"]]}
    if "expect" not in step:
        return step
    shared.frame.update(FRAME)
    wanted = {name: value for name, value in step["expect"].items() if name not in FRAME or FRAME[name] != value}
    return {**step, "expect": wanted}


class _Divider:
    """Makes a part of what several dialogues begin with, of what fewer of them have behind it, and so on."""

    def __init__(self, shared: Shared, steps: list[list[Any]]) -> None:
        self._parts, self._steps = shared.parts, steps
        self._whole = [list(own) for own in steps]

    def divide(self, role: str, cases: Sequence[int], above: str = "", done: int = 0, depth: int = 0) -> None:
        """The cases are alike up to `depth`, of which the part `above` has the first `done` steps."""
        for ours in self._alike(cases, depth):
            end = depth
            while all(len(self._whole[one]) > end for one in ours) and [ours] == self._alike(ours, end):
                end += 1
            segment = self._whole[ours[0]][done:end]
            if (len(ours) - 1) * len(_text(segment)) - REFERENCE_CHARS * len(ours) > WORTH_CHARS:
                self.divide(role, ours, self._part(role, above, segment, ours, end), end, end)
            else:
                self.divide(role, ours, above, done, end)

    def _part(self, role: str, above: str, segment: list[Any], cases: Sequence[int], end: int) -> str:
        count = sum(name.split("-")[0] == role for name in self._parts)
        name = f"{role}-{count + 1}" if count else role
        self._parts[name] = [*([{"part": above}] if above else []), *segment]
        for one in cases:
            self._steps[one] = [{"part": name}, *self._whole[one][end:]]
        return name

    def _alike(self, cases: Sequence[int], depth: int) -> list[list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for one in cases:
            if len(self._whole[one]) > depth:
                found[_text(self._whole[one][depth])].append(one)
        return [ours for ours in found.values() if len(ours) > 1]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
