"""Releases of this tree for tests, of a few vectors, signed with a test key; and archives made by hand."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard
from nacl.signing import SigningKey

from conformance.tests.published import NO_HASH, close
from vectors.release.archives import write_archives
from vectors.release.canary.pack import CANARIES
from vectors.release.cases import cases_of
from vectors.release.contents import FIXED, Wanted, release_files
from vectors.release.keys import signature_text
from vectors.release.manifest import make_manifest
from vectors.release.tree import ROOT, folder_name, suite_version

TEST_SEED = "54455354204b4559204f4e4c592c205349474e53204e4f2052454c4541534521"  # "TEST KEY ONLY, SIGNS NO RELEASE!"
TEST_KEY = SigningKey(bytes.fromhex(TEST_SEED))
OTHER_KEY = SigningKey(b"ANOTHER TEST KEY, ALSO NO SECRET")
NAME = folder_name(suite_version())
DATA = ROOT / "vectors/data"


@cache
def released() -> Mapping[str, bytes]:
    """The files of a release without captures, signed with the test key."""
    return release_files(Wanted(captures=False, key=TEST_KEY))


FEW = {canary.case.rpartition("/")[0] + ".json" for canary in CANARIES}
"""The vector files that a release needs, as a canary is made of each."""


def few_vectors(top: Path) -> Path:
    """A tree of what a release is made from, with the vectors of the frame layer and those that a release needs."""
    shutil.copytree(ROOT / "specs", top / "specs")
    for name in ("pyproject.toml", *FIXED.values()):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, top / name)
    frame = {path.relative_to(DATA).as_posix() for path in (DATA / "frame").rglob("*.json")}
    for name in sorted(FEW | frame):
        (top / "vectors/data" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DATA / name, top / "vectors/data" / name)
    republish(top / "vectors")
    return top


def republish(vectors: Path) -> None:
    """The manifest of the vectors that are left."""
    manifest = json.loads((vectors / "manifest.json").read_bytes())
    left = {path.relative_to(vectors / "data").as_posix() for path in (vectors / "data").rglob("*.json")}
    files = {name: entry for name, entry in manifest["files"].items() if name in left}
    close(vectors / "manifest.json", json.dumps({**manifest, "files": files, "sha256": NO_HASH}))


@cache
def few_released() -> Mapping[str, bytes]:
    """The files of a release without captures of a few vectors, signed with the test key."""
    with TemporaryDirectory() as folder:
        return release_files(Wanted(captures=False, key=TEST_KEY), few_vectors(Path(folder)))


SMALL = (
    "LICENSE",
    "README.md",
    "canary/key.json",
    "index/clauses.md",
    "specs/frame.md",
    "vectors/data/frame/decode/crc.json",
    "vectors/data/frame/tail_hash/lengths.json",
)


@cache
def small() -> Mapping[str, bytes]:
    """A release of a few files, with a manifest of its own, signed with the test key."""
    files = {name: few_released()[name] for name in SMALL}
    manifest = make_manifest(suite_version(), files, cases_of(files)).text()
    return files | {"release.json": manifest, "release.sig": signature_text(TEST_KEY, manifest)}


def unpack(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def packed(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, Path]:
    return write_archives(folder, NAME, files)


def tar_of(path: Path, members: Sequence[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.USTAR_FORMAT) -> Path:
    """A .tar.zst of these members, whatever they are."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=form) as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    path.write_bytes(zstandard.compress(plain.getvalue()))
    return path


def zip_of(path: Path, members: Sequence[tuple[zipfile.ZipInfo, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in members:
            archive.writestr(member, data)
    return path
