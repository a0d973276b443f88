"""The names and numbers of the protocol as data: specs/registry.toml, read once.

What the reference and the crate know of these they write themselves, so that a mistake here is no mistake of theirs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeVar

from .clauses import specs_folder

FILE: Final = "registry.toml"
UNITS: Final[Mapping[str, str]] = {
    "bytes": "bytes",
    "ms": "ms",
    "per_second": "per second",
    "chars": "characters",
    "dims": "dims",
    "elements": "elements",
    "levels": "levels",
    "integer": "",
    "numbers": "frame numbers",
    "streams": "streams",
    "frames": "frames",
    "answers": "answers",
    "replies": "replies",
    "pieces": "pieces",
    "connections": "connections",
    "shards": "shards",
    "groups": "groups",
    "repairs": "repair datagrams",
    "tolerance": "in 2^−24 of the energy",
    "channels": "channels",
}
"""The end of a limit's name -> its unit in words."""
_Row = TypeVar("_Row")


class RegistryError(Exception):
    """A registry that cannot be used; the text names the entry."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A group of clauses that is claimed as a whole; also `testee`, which nobody claims and everybody is judged by."""

    name: str
    families: tuple[str, ...]
    meaning: str
    """The meaning of a failure to those who use the implementation."""
    needs: tuple[str, ...] = ()
    """Profiles that must be claimed with it (TST-12)."""
    ops: tuple[str, ...] = ()
    beyond: str = ""
    """The parts of it that are judged besides its ops."""
    flag: str = ""
    """The flag of the header that only its frames have."""
    dialogues: bool = False
    """Whether its cases are dialogues."""


@dataclass(frozen=True, slots=True)
class Code:
    """A reject code."""

    name: str
    group: str
    layer: tuple[str, ...]
    clause: str
    when: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field of the wire that has a name of its own in lists: a dtype, a modality."""

    name: str
    value: int
    listed: str


@dataclass(frozen=True, slots=True)
class Method:
    """A method of Sync frames. sender: client, server or either."""

    name: str
    sender: str
    profile: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A name that compress, crypto or fec may list. profile: what it takes to use it, if anything."""

    name: str
    profile: str = ""
    agreed: bool = True


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit or a timer; the name ends with the unit. value: a number, or several points in time."""

    name: str
    group: str
    value: int | tuple[int, ...]
    clauses: tuple[str, ...]
    about: str

    @property
    def unit(self) -> str:
        """The unit in words. Raises RegistryError for a name without one."""
        found = next((words for end, words in UNITS.items() if self.name.endswith(f"_{end}")), None)
        if found is None:
            raise RegistryError(f"limits.{self.group}.{self.name}: the name ends with none of {', '.join(UNITS)}")
        return found


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything in the file, each table in its order."""

    spec: str
    proto: int
    profiles: Mapping[str, Profile]
    testee: Profile
    reserved: tuple[str, ...]
    """Names of profiles to come."""
    types: Mapping[str, int]
    flags: Mapping[str, int]
    """Name -> bit."""
    dtypes: Mapping[str, Value]
    modalities: Mapping[str, Value]
    methods: Mapping[str, Method]
    compress: Mapping[str, Choice]
    crypto: Mapping[str, Choice]
    fec: Mapping[str, Choice]
    events: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, Code]
    limits: Mapping[str, Limit]

    def mask(self, flag: str) -> int:
        """The flag as it stands in the header's u16."""
        return 1 << self.flags[flag]

    def codes_of(self, *groups: str) -> tuple[str, ...]:
        """The names of the codes of these groups."""
        return tuple(code.name for code in self.codes.values() if code.group in groups)

    def limit(self, name: str) -> int:
        """The value of a limit that is one number. Raises KeyError for an unknown one."""
        value = self.limits[name].value
        assert isinstance(value, int), f"{name} is several numbers"
        return value


@cache
def registry() -> Registry:
    """The registry of this installation or checkout. Raises RegistryError."""
    try:
        return parse((specs_folder() / FILE).read_text("utf-8"))
    except OSError as error:
        raise RegistryError(f"{FILE}: cannot be read: {error.strerror}") from error


def parse(text: str) -> Registry:
    """The registry of this text. Raises RegistryError, which names the entry that is not as it should be."""
    try:
        data = tomllib.loads(text)
        return Registry(
            spec=data["spec"],
            proto=data["proto"],
            profiles=_rows(Profile, data["profiles"]),
            testee=_row(Profile, "testee", data["testee"]),
            reserved=tuple(data["reserved"]["profiles"]),
            types=MappingProxyType(data["types"]),
            flags=MappingProxyType(data["flags"]),
            dtypes=_rows(Value, data["dtypes"]),
            modalities=_rows(Value, data["modalities"]),
            methods=_rows(Method, data["methods"]),
            compress=_rows(Choice, data["compress"]),
            crypto=_rows(Choice, data["crypto"]),
            fec=_rows(Choice, data["fec"]),
            events=MappingProxyType({name: tuple(members) for name, members in data["events"].items()}),
            codes=_rows(Code, dict(_grouped(data["codes"]))),
            limits=_rows(Limit, dict(_grouped(data["limits"]))),
        )
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise RegistryError(f"registry.toml: {error!r}") from error


def _grouped(groups: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    seen: set[str] = set()
    for group, rows in groups.items():
        for name, row in rows.items():
            if name in seen:
                raise RegistryError(f"registry.toml: duplicate entry: {name}")
            seen.add(name)
            yield name, {**row, "group": group}


def _rows(cls: type[_Row], table: Mapping[str, Mapping[str, Any]]) -> Mapping[str, _Row]:
    return MappingProxyType({name: _row(cls, name, row) for name, row in table.items()})


def _row(cls: type[_Row], name: str, row: Mapping[str, Any]) -> _Row:
    known = {field.name for field in fields(cls)}  # type: ignore[arg-type]  # all of them are dataclasses
    if unknown := sorted(row.keys() - known):
        raise RegistryError(f"registry.toml: {name} has {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    frozen = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    make: Any = cls
    try:
        made: _Row = make(name, **frozen)
    except TypeError as error:
        raise RegistryError(f"registry.toml: {name}: {error}") from error
    return made
