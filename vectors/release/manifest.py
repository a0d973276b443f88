"""release.json: what a release holds, with the SHA-256 of each file and of each case."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from typing import Any

import zstandard

from ..make.model import SPEC_VERSION
from .cases import ReleasedCase
from .tree import NAME, PACKAGE, ReleaseError

FORMAT = 1
MANIFEST_BYTES = 16 << 20
SHAPING = ("numpy", "scapy", "zstandard")
"""The libraries that have a part in the bytes: in the vectors, in the captures, in the archive."""
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FileSum:
    """The hash and size that a file must have."""

    sha256: str
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A release's account of itself."""

    version: str
    generators: Mapping[str, str]
    files: Mapping[str, FileSum] = field(repr=False)
    """Every file but the manifest and its signature, by name."""
    cases: Mapping[str, str] = field(repr=False)
    """The id of each case of vectors/data to the SHA-256 of its canonical JSON, dialogues written out."""

    def text(self) -> bytes:
        """The file's bytes: one line a file and a case."""
        head = {"format": FORMAT, "name": NAME, "version": self.version, "spec": SPEC_VERSION}
        files = {name: {"sha256": entry.sha256, "bytes": entry.size} for name, entry in self.files.items()}
        lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
        lines += [f' "generators": {json.dumps(self.generators)}', _lines("files", files), _lines("cases", self.cases)]
        return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _lines(name: str, entries: Mapping[str, Any]) -> str:
    text = ",\n".join(f"  {json.dumps(key)}: {json.dumps(entries[key])}" for key in sorted(entries))
    return f" {json.dumps(name)}: {{\n{text}\n }}"


def file_sum(data: bytes) -> FileSum:
    """The manifest's entry for a file with these bytes."""
    return FileSum(sha256(data).hexdigest(), len(data))


def make_manifest(suite: str, files: Mapping[str, bytes], cases: Sequence[ReleasedCase]) -> Manifest:
    """The manifest of these files. Raises importlib.metadata.PackageNotFoundError without one of the libraries."""
    return Manifest(
        suite,
        dict(_generators(suite, captures=any(name.startswith("captures/") for name in files))),
        {name: file_sum(data) for name, data in files.items()},
        {case.id: case.sha256 for case in cases},
    )


def _generators(suite: str, *, captures: bool) -> Iterator[tuple[str, str]]:
    """Only what shapes a byte and what a lock file pins: not Python, nor the machine's libraries."""
    yield PACKAGE, suite
    for name in SHAPING:
        if captures or name != "scapy":
            yield name, version(name)
    yield "zstd", ".".join(map(str, zstandard.ZSTD_VERSION))


def read_manifest(data: bytes) -> Manifest:
    """The manifest of a release that anybody may have made. Raises ReleaseError for what is none."""
    try:
        if len(data) > MANIFEST_BYTES:
            raise ValueError(f"larger than {MANIFEST_BYTES} bytes")
        found = json.loads(data, object_pairs_hook=_without_repeats)
        if (found["format"], found["name"]) != (FORMAT, NAME):
            raise ValueError(f"of format {found['format']!r} of {found['name']!r}, not {FORMAT} of {NAME}")
        files = {name: FileSum(_sum(entry["sha256"]), int(entry["bytes"])) for name, entry in found["files"].items()}
        cases = {name: _sum(entry) for name, entry in found["cases"].items()}
        return Manifest(str(found["version"]), dict(found["generators"]), files, cases)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReleaseError(f"release.json: not a release manifest ({error!r})") from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("duplicate name in an object")
    return found


def _sum(value: Any) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise ValueError(f"{value!r} is not a SHA-256")
    return value
