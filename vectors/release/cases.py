"""The cases in vector files, with what a release needs to know of each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from resonant.describe.vector_files import whole_cases

from .canonical import sha256_of
from .tree import DATA, ReleaseError

DIALOGUE = "dialogue"


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A vector file without its cases."""

    profile: str
    group: str
    op: str
    about: str
    requires: tuple[str, ...]
    transports: tuple[str, ...] = ()
    """The transports that all its cases name, if they do."""


@dataclass(frozen=True, slots=True)
class ReleasedCase:
    """A case of a vector file, its dialogue written out."""

    file: VectorFile
    name: str
    """Its id in the file."""
    about: str
    clauses: tuple[str, ...]
    input: Mapping[str, Any] = field(repr=False)
    expect: Mapping[str, Any] = field(repr=False)
    sha256: str
    """Of the canonical JSON of the case, its dialogue written out."""

    @property
    def id(self) -> str:
        """Unique in a release: profile/group/id."""
        return f"{self.file.profile}/{self.file.group}/{self.name}"

    @property
    def verdict(self) -> str:
        """The SHA-256 of what decides whether an implementation passes: `expect`, and a dialogue's steps."""
        return sha256_of([self.expect, self.input] if self.file.op == DIALOGUE else self.expect)


def is_vector_file(name: str) -> bool:
    """Whether a release's file holds cases."""
    return name.startswith(DATA) and name.endswith(".json")


def cases_of(files: Mapping[str, bytes]) -> tuple[ReleasedCase, ...]:
    """Every case of a release's files, in order of path and file. Raises ReleaseError for what is no vector file."""
    found = tuple(case for name in sorted(files) if is_vector_file(name) for case in read_cases(name, files[name]))
    twice = [case_id for case_id, count in Counter(case.id for case in found).items() if count > 1]
    if twice:
        raise ReleaseError(f"duplicate entry: {twice[0]}")
    return found


def read_cases(name: str, data: bytes) -> Iterator[ReleasedCase]:
    """The cases of one vector file. Raises ReleaseError, which names it."""
    try:
        found = json.loads(data)
        told = (tuple(found.get(name, ())) for name in ("requires", "transports"))
        file = VectorFile(found["profile"], found["group"], found["op"], found["about"], *told)
        for case in whole_cases(found):
            clauses = tuple(case["clauses"])
            yield ReleasedCase(file, case["id"], case["about"], clauses, case["input"], case["expect"], sha256_of(case))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReleaseError(f"{name}: not a vector file ({error!r})") from error
