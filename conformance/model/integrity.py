"""Checks that the vectors are the published ones: vectors/manifest.json has the SHA-256 of each file."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from adapters.driver.hello import SPEC

MANIFEST, SCHEMA = "manifest.json", "schema.json"
ROOT = Path(__file__).resolve().parents[2]
"""The repository, or the package that is installed."""
CRLF = "its line endings were changed to CRLF"
TOLD = 5
"""At most so many files are named."""
_HASH = re.compile("[0-9a-f]{64}")


class _ManifestError(Exception):
    """The manifest cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class _Manifest:
    schema: str
    """The SHA-256 of vectors/schema.json."""
    files: Mapping[str, str]
    """The path of each file below vectors/data, with slashes, to its SHA-256."""


def damage(data: Path) -> str | None:
    """The damage to the folder `data`, or to schema.json and manifest.json beside it, and what to do about it."""
    try:
        found = list(_damages(data, _load(data.parent / MANIFEST)))
    except _ManifestError as error:
        found = [str(error)]
    if not found:
        return None
    more = [f"and {len(found) - TOLD} more"] if len(found) > TOLD else []
    advice = what_changed_them() if all(line.endswith(CRLF) for line in found) else what_to_do()
    return "\n".join(["the vectors are damaged:", *found[:TOLD], *more, advice])


def what_to_do(root: Path = ROOT) -> str:
    """Instructions for restoring the golden vectors below `root`, by commands that work in any folder."""
    if not _is_checkout(root):
        return "They came with the suite: install it again, by `pip install --force-reinstall` of what you installed."
    make = shlex.join([sys.executable, "-m", "vectors.make"])
    return (
        f"Restore them with `{_in(root)} && git checkout vectors`; if you changed the vectors on "
        f"purpose, run `{make}` and read the difference."
    )


def what_changed_them(root: Path = ROOT) -> str:
    """Instructions for vectors in which only line ends differ."""
    what = "Git with core.autocrlf or an unpacking program changes line endings: unpack again without that"
    if not _is_checkout(root):
        return f"{what}."
    return f"{what}; in a clone run `{_in(root)} && git rm -rq --cached vectors && git checkout HEAD -- vectors`."


def _is_checkout(root: Path) -> bool:
    return (root / "vectors" / "make").is_dir()


def _in(root: Path) -> str:
    return f"cd {shlex.quote(str(root))}"


def _load(path: Path) -> _Manifest:
    try:
        text = path.read_bytes()
        found = json.loads(text)
        if not _is_whole(text, found["sha256"]):
            crlf = _is_whole(_unix(text), found["sha256"])
            raise _ManifestError(f"{path}: {CRLF if crlf else 'damaged, its own sha256 does not match it'}")
        if found["spec"] != SPEC:
            raise _ManifestError(f"{path}: for specification {found['spec']}; this suite is for {SPEC}")
        return _Manifest(found["schema"], {name: entry["sha256"] for name, entry in found["files"].items()})
    except FileNotFoundError as error:
        raise _ManifestError(f"{path}: missing") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _ManifestError(f"{path}: no manifest ({error!r})") from error


def _is_whole(text: bytes, own: str) -> bool:
    """Whether `own` is the SHA-256 of this text with zeros in its place."""
    if not _HASH.fullmatch(own):
        return False
    return own == sha256(text.replace(own.encode(), b"0" * len(own))).hexdigest()


def _unix(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n")


def _damages(data: Path, manifest: _Manifest) -> Iterator[str]:
    yield from _damage(data.parent / SCHEMA, manifest.schema)
    for name, expected in manifest.files.items():
        yield from _damage(data / name, expected)
    present = {path.relative_to(data).as_posix() for path in data.rglob("*") if not path.is_dir()}
    for name in sorted(present - manifest.files.keys()):
        yield f"{data / name}: not in {MANIFEST}, so it does not belong there"


def _damage(path: Path, expected: str) -> Iterator[str]:
    try:
        text = path.read_bytes()
    except OSError as error:
        yield f"{path}: {'missing' if isinstance(error, FileNotFoundError) else error}"
        return
    if sha256(text).hexdigest() == expected:
        return
    if sha256(_unix(text)).hexdigest() == expected:
        yield f"{path}: {CRLF}"
    else:
        yield f"{path}: {_difference(text)}"


def _difference(text: bytes) -> str:
    """The fault of a file whose hash is wrong, as far as it shows."""
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"{'no' if text else 'empty, no'} longer JSON ({error})"
    return f"changed, its SHA-256 is not the one in {MANIFEST}"
