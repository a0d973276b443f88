"""The places that mutants change: names like "header.read_header", "slots.SlotReader.mask", "ops.decode"."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from types import ModuleType
from typing import Any, TypeAlias

import resonant

from ...model.transports import LIBRARIES
from .testee import SCRIPTS, load_scripts

_KIT = "adapters.testee_kit."
Owner: TypeAlias = ModuleType | type


class PlaceError(Exception):
    """A mutant is about something that the reference no longer has; the text says what."""


@dataclass(frozen=True, slots=True)
class Place:
    """A name in a module or class of the reference. value: what it stands for; of a method, as the class holds it."""

    target: str
    owner: Owner
    name: str
    value: Any

    def bindings(self) -> Iterator[Owner]:
        """Everything in which the name stands for this value: `from .header import check_envelope` makes a second."""
        if isinstance(self.owner, type):
            yield self.owner
            return
        for module in modules().values():
            if vars(module).get(self.name) is self.value:
                yield module

    def entries(self) -> Iterator[tuple[dict[Any, Any], Any]]:
        """The tables of modules, and their keys, under which this value stands, alone or in a tuple."""
        ours = self.value
        for table in _TABLES.found():
            for key, found in table.items():
                if found is ours or (type(found) is tuple and any(part is ours for part in found)):
                    yield table, key


def modules() -> dict[str, ModuleType]:
    """The reference's modules by their names in the package, those of its testee by theirs, and `testee_kit.…`."""
    return {resonant.__name__: resonant, **_BELOW.found(), **SCRIPTS}


class _Below:
    """The loaded modules of the reference and of the kit, looked for when any module has been loaded since.

    They are a few of thousands, and each change asks for them three times.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._modules: list[ModuleType] = []
        self._found: dict[str, ModuleType] = {}

    def found(self) -> dict[str, ModuleType]:
        """Them by the names that mutants know them by."""
        names, loaded = [*sys.modules], [*sys.modules.values()]
        if names != self._names or loaded != self._modules:
            self._names, self._modules = names, loaded
            self._found = {**_begun(f"{resonant.__name__}."), **_begun(_KIT, "testee_kit.")}
        return self._found


class _Tables:
    """The tables of modules, of whose names one in 35 is that of a table: told again when a module has other names.

    What a name stands for is looked up each time, as mutants put other tables in their places.
    """

    def __init__(self) -> None:
        self._seen: list[tuple[int, int]] = []
        self._named: list[tuple[dict[str, Any], str]] = []

    def found(self) -> Iterator[dict[Any, Any]]:
        """Them as they are now."""
        spaces = [vars(module) for module in modules().values()]
        seen = [(id(space), len(space)) for space in spaces]
        if seen != self._seen:
            # `__builtins__` is long, and in every module.
            found = ((space, name) for space in spaces for name in space if name != "__builtins__")
            self._seen, self._named = seen, [(space, name) for space, name in found if type(space[name]) is dict]
        for space, name in self._named:
            if type(table := space.get(name)) is dict:
                yield table


def _begun(prefix: str, said: str = "") -> dict[str, ModuleType]:
    """The loaded modules whose names begin so, with another beginning."""
    return {said + name.removeprefix(prefix): module for name, module in sys.modules.items() if name.startswith(prefix)}


_BELOW = _Below()
_TABLES = _Tables()


def load_libraries() -> None:
    """Have the reference's modules that need a library as well, as far as it is installed."""
    for name, library in LIBRARIES.items():
        if find_spec(library) is not None:
            load_scripts(name)


def find(target: str) -> Place:
    """The place of this name. Raises PlaceError."""
    place = _found(target)
    if place is None:
        load_libraries()
        place = _found(target)
    if place is None:
        raise PlaceError(f"the reference has no {target}; say where it stands now")
    return place


def _found(target: str) -> Place | None:
    """The same among the modules that are loaded."""
    known = modules()
    head, _, rest = target.rpartition(".")
    parts: list[str] = []
    while head and head not in known:
        head, _, last = head.rpartition(".")
        parts.insert(0, last)
    owner: Any = known.get(head)
    for part in parts:
        owner = vars(owner).get(part) if owner is not None else None
    if owner is None or rest not in vars(owner):
        return None
    return Place(target, owner, rest, vars(owner)[rest])
