"""The golden vectors as typed cases."""

from __future__ import annotations

import json
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from resonant.describe.vector_files import whole_cases

from .integrity import damage, what_to_do

DIALOGUE = "dialogue"
"""The one op of vectors that is none of testees."""
TRANSPORTS = ("udp", "tcp", "quic", "webrtc")
"""The transports over which dialogues are played, unless they name some; the first has the plain id."""
VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "data"


class VectorError(Exception):
    """A vector file that cannot be used; the text names the file and says why."""


@dataclass(frozen=True, slots=True)
class Accept:
    """The op is to succeed with this value."""

    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refuse:
    """The input is to be refused with this code."""

    code: str


@dataclass(frozen=True, slots=True)
class Case:
    """One input with its one expected outcome."""

    id: str
    """Unique in the suite: profile/group/id, the group having slashes of its own."""
    profile: str
    requires: tuple[str, ...]
    """Profiles that must be claimed besides `profile`."""
    op: str
    about: str
    clauses: tuple[str, ...]
    input: Mapping[str, Any]
    expect: Accept | Refuse
    transport: str = TRANSPORTS[0]
    """The carrier of the frames of a dialogue."""

    @property
    def needs(self) -> frozenset[str]:
        """Every profile that must be claimed for the case to count."""
        return frozenset((self.profile, *self.requires))


class Cases(tuple[Case, ...]):
    """All cases of a folder, and what is the same of them in every run: it is found out once.

    A run of a few cases then looks at no others, of which there are thousands.
    """

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], array[int]]:
        """Profile and op -> the places of such cases."""
        found: defaultdict[tuple[str, str], array[int]] = defaultdict(lambda: array("I"))
        for at, case in enumerate(self):
            found[case.profile, case.op].append(at)
        return dict(found)

    def of_profiles(self, profiles: Collection[str], *, but: Collection[str] = ()) -> Iterator[Case]:
        """The cases of these profiles, in order. but: ops that are left out."""
        chosen = (at for (profile, op), at in self._places.items() if profile in profiles and op not in but)
        return map(self.__getitem__, sorted(chain.from_iterable(chosen)))

    @cached_property
    def citing(self) -> Mapping[str, str]:
        """Clause -> the id of the first case that cites it."""
        return first_citing(self)


def first_citing(cases: Iterable[Case]) -> Mapping[str, str]:
    """Clause -> the id of the first of these cases that cites it."""
    found: dict[str, str] = {}
    for case in cases:
        for clause in case.clauses:
            found.setdefault(clause, case.id)
    return found


def load_cases(folder: Path = VECTORS) -> Cases:
    """Every case below `folder`, in order of path and file; the golden ones are read once.

    Raises VectorError where a file is not as the manifest beside the folder has it, or no vector file.
    """
    return _golden() if folder == VECTORS else _load(folder)


@cache
def _golden() -> Cases:
    return _load(VECTORS, late=True)


def _load(folder: Path, *, late: bool = False) -> Cases:
    if damaged := damage(folder):
        raise VectorError(damaged)
    paths = sorted(folder.rglob("*.json"))
    if not paths:
        raise VectorError(f"{folder}: no vector files. {what_to_do()}")
    cases = Cases(case for path in paths for case in _read_file(path, late=late))
    twice = [case_id for case_id, count in Counter(case.id for case in cases).items() if count > 1]
    if twice:
        raise VectorError(f"{folder}: duplicate entry: {twice[0]}")
    return cases


def transport_needs(profile: str, transport: str) -> tuple[str, ...]:
    """The profile that has to be claimed besides this one where a dialogue goes over a transport."""
    return () if transport in (TRANSPORTS[0], profile) else (transport,)


def _over_each(case: Case, transports: Sequence[str]) -> Iterator[Case]:
    """The dialogue over each transport; all but the first count under the profile of the transport."""
    first, *others = transports
    if first == case.transport:
        yield case
    else:
        yield replace(case, requires=(*case.requires, *transport_needs(case.profile, first)), transport=first)
    needs = (case.profile, *case.requires)
    same = (case.op, case.about, case.clauses, case.input, case.expect)
    for other in others:  # there are thousands, and `replace` takes thrice as long
        yield Case(f"{case.id}@{other}", other, needs, *same, other)


def _read_file(path: Path, *, late: bool) -> Iterator[Case]:
    try:
        file = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise VectorError(f"{path}: not a vector file ({error!r})") from error
    yield from read_cases(file, path, late=late)


@cache
def _cited(*clauses: str) -> tuple[str, ...]:
    """The same objects for the same clauses, of which each is cited by dozens of cases."""
    return tuple(map(sys.intern, clauses))


def read_cases(file: Any, path: Path, *, late: bool = False) -> Iterator[Case]:
    """The cases of a vector file that was parsed already, whole. Raises VectorError, which names `path`.

    late: dialogues are written out when they are looked into, which in a run of few cases most are not.
    """
    try:
        head = (file["profile"], tuple(file.get("requires", ())), file["op"])
        for entry in whole_cases(file, late=late):
            expect = entry["expect"]
            case = Case(
                f"{file['profile']}/{file['group']}/{entry['id']}",
                *head,
                entry["about"],
                _cited(*entry["clauses"]),
                entry["input"],
                Accept(expect["ok"]) if "ok" in expect else Refuse(expect["reject"]),
            )
            if case.op == DIALOGUE:
                yield from _over_each(case, entry.get("transports", TRANSPORTS))
            else:
                yield case
    except (KeyError, TypeError, ValueError) as error:
        raise VectorError(f"{path}: not a vector file ({error!r})") from error
