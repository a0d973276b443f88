"""Everything that goes into a release, put together from the repository."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from nacl.signing import SigningKey
from resonant.describe.clauses import collect_clauses

from .canary.pack import canary_files
from .captures import capture_files
from .cases import ReleasedCase, cases_of
from .changes import change_files, changes
from .index import index_files
from .keys import signature_text
from .manifest import make_manifest, read_manifest
from .reading import read_release
from .tree import DATA, MANIFEST, ROOT, SIGNATURE, ReleaseError, suite_version
from .verify import verified_files

FIXED = {
    "LICENSE": "LICENSE",
    "README.md": "vectors/README.md",
    "vectors/dialogues.md": "vectors/dialogues.md",
    "vectors/manifest.json": "vectors/manifest.json",
    "vectors/schema.json": "vectors/schema.json",
    "release.schema.json": "vectors/release/release.schema.json",
    "examples/frame_page.py": "vectors/examples/frame_page.py",
    "examples/whole_dialogues.py": "vectors/examples/whole_dialogues.py",
}
"""Name in the release, and path in the repository."""
SPECS = ("*.md", "*.ksy", "registry.toml", "ops/*.json", "sync/*.json")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The contents wanted in a release beside the vectors."""

    captures: bool = True
    since: Path | None = None
    """An older release, for the changelog of verdicts."""
    key: SigningKey | None = field(default=None, repr=False)


def release_files(wanted: Wanted, root: Path = ROOT) -> dict[str, bytes]:
    """Every file of the release, by name. Raises ReleaseError for what cannot be released, OSError for what is gone."""
    files = {name: (root / path).read_bytes() for name, path in FIXED.items()}
    specs = {path.relative_to(root).as_posix(): path.read_bytes() for path in _specs(root)}
    files |= specs | dict(_vectors(root, files["vectors/manifest.json"], files["vectors/schema.json"]))
    cases = cases_of(files)
    clauses = collect_clauses(
        (name.removeprefix("specs/"), text.decode()) for name, text in specs.items() if name.endswith(".md")
    )
    files |= index_files(cases, clauses)
    files |= canary_files(cases, files["vectors/schema.json"])
    version = suite_version(root)
    if wanted.since is not None:
        files |= changes_since(wanted.since, version, cases)
    if wanted.captures:
        files |= capture_files(root)
    manifest = make_manifest(version, files, cases).text()
    own = {MANIFEST: manifest}
    if wanted.key is not None:
        own[SIGNATURE] = signature_text(wanted.key, manifest)
    return files | own


def _specs(root: Path) -> list[Path]:
    """The specification, and nothing that an editor left beside it."""
    return sorted(path for pattern in SPECS for path in (root / "specs").glob(pattern))


def _vectors(root: Path, manifest: bytes, schema: bytes) -> Iterator[tuple[str, bytes]]:
    """The vector files that vectors/manifest.json names, and only as they are in it."""
    listed = json.loads(manifest)
    if sha256(schema).hexdigest() != listed["schema"]:
        raise ReleaseError("vectors/schema.json is not the one in vectors/manifest.json; run `python -m vectors.make`")
    present = {path.relative_to(root).as_posix() for path in (root / DATA).rglob("*") if path.is_file()}
    for name in sorted(present ^ {DATA + file for file in listed["files"]}):
        raise ReleaseError(f"{name} is in vectors/manifest.json or in the folder, not in both")
    for file, entry in listed["files"].items():
        data = (root / DATA / file).read_bytes()
        if sha256(data).hexdigest() != entry["sha256"]:
            raise ReleaseError(f"{DATA}{file} is not as in vectors/manifest.json; run `python -m vectors.make`")
        yield DATA + file, data


def changes_since(since: Path, version: str, cases: Sequence[ReleasedCase]) -> dict[str, bytes]:
    """The changelog of verdicts since an older release, an archive or a folder.

    Raises ReleaseError for one that is not whole.
    """
    older = cases_of(verified_files(since))
    manifest = next(file.data for file in read_release(since) if file.name == MANIFEST)
    return change_files(read_manifest(manifest).version, version, changes(older, cases))
