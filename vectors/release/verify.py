"""Check a release, an archive or the folder it was unpacked to, against its manifest and a public key."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nacl.signing import VerifyKey
from resonant.console import command

from .cases import cases_of, is_vector_file, read_cases
from .keys import load_public, signer
from .manifest import FileSum, Manifest, file_sum, read_manifest
from .reading import read_release
from .tree import MANIFEST, SIGNATURE, ReleaseError

OK, DAMAGED, UNREADABLE = 0, 1, 2


@dataclass(slots=True)
class _Seen:
    """Findings on the way through a release, which is never held as a whole."""

    sums: dict[str, FileSum] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    own: dict[str, bytes] = field(default_factory=dict)
    """The manifest and the signature."""
    faults: list[str] = field(default_factory=list)

    def take(self, name: str, data: bytes) -> None:
        if name in (MANIFEST, SIGNATURE):
            self.own[name] = data
            return
        self.sums[name] = file_sum(data)
        if is_vector_file(name):
            try:
                for case in read_cases(name, data):
                    if case.id in self.cases:
                        self.faults.append(f"{name}: duplicate entry: {case.id}")
                    self.cases[case.id] = case.sha256
            except ReleaseError as error:
                self.faults.append(str(error))


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of checking a release. It is whole if there are no faults."""

    version: str
    files: int
    cases: int
    signed: bool
    """Whether there is a signature; it was checked only if a key was given."""
    signer: str | None
    """The public key, in hex, that the signature was checked with and fits."""
    faults: tuple[str, ...]


def verify(path: Path, keys: Sequence[VerifyKey] = ()) -> Checked:
    """Check every file and every case, and with keys that one of them signed the manifest.

    Gives the faults, each with the name of the file. Raises ReleaseError for what cannot be read as a release at all
    or is not safe to read, OSError for a path that cannot be opened.
    """
    seen = _Seen()
    for file in read_release(path):
        seen.take(file.name, file.data)
    if MANIFEST not in seen.own:
        raise ReleaseError(f"{path}: there is no {MANIFEST}")
    manifest = read_manifest(seen.own[MANIFEST])
    signature = seen.own.get(SIGNATURE)
    made_by = signer(keys, seen.own[MANIFEST], signature) if signature is not None else None
    faults = [
        *_signature_faults(bool(keys), signature, made_by),
        *_file_faults(manifest, seen.sums),
        *seen.faults,
        *_case_faults(manifest.cases, seen.cases),
    ]
    fits = made_by.encode().hex() if made_by else None
    return Checked(
        manifest.version, len(seen.sums), len(seen.cases), signature is not None, fits, tuple(dict.fromkeys(faults))
    )


def _signature_faults(asked: bool, signature: bytes | None, made_by: VerifyKey | None) -> Iterator[str]:
    if asked and signature is None:
        yield f"{SIGNATURE}: missing, the release is not signed"
    elif asked and made_by is None:
        yield f"{SIGNATURE}: not made from this {MANIFEST} with the key that was given"


def _file_faults(manifest: Manifest, found: Mapping[str, FileSum]) -> Iterator[str]:
    for name, due in manifest.files.items():
        there = found.get(name)
        if there is None:
            yield f"{name}: missing"
        elif there.size != due.size:
            yield f"{name}: damaged, {there.size} bytes long instead of {due.size}"
        elif there != due:
            yield f"{name}: damaged, its SHA-256 is not the one in {MANIFEST}"
    for name in sorted(found.keys() - manifest.files.keys()):
        yield f"{name}: not in {MANIFEST}, so it does not belong there"


def _case_faults(due: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    for case in sorted(due.keys() | found.keys()):
        if due.get(case) != found.get(case):
            yield f"case {case}: {_state(due.get(case), found.get(case))}"


def _state(due: str | None, found: str | None) -> str:
    if found is None:
        return "missing"
    return "not as in the manifest" if due else f"not in {MANIFEST}"


def verified_files(path: Path) -> dict[str, bytes]:
    """The vector files of a whole release, by name. Raises ReleaseError for a damaged one."""
    checked = verify(path)
    if checked.faults:
        raise ReleaseError(f"{path}: {checked.faults[0]}")
    files = {file.name: file.data for file in read_release(path) if is_vector_file(file.name)}
    cases_of(files)
    return files


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns 0 for a whole release, 1 for a damaged one, 2 for what is none."""
    parser = argparse.ArgumentParser(prog="python -m vectors.release.verify", description=__doc__)
    parser.add_argument("release", type=Path, help="a .tar.zst, a .zip, or a folder that one was unpacked to")
    parser.add_argument("--key", type=Path, metavar="PUBLIC", help="a file of public keys, one a line in hex")
    options = parser.parse_args(arguments)
    try:
        checked = verify(options.release, load_public(options.key) if options.key else ())
    except (ReleaseError, OSError) as error:
        print(f"no release: {error}", file=sys.stderr)
        return UNREADABLE
    for fault in checked.faults:
        print(fault, file=sys.stderr)
    print(_summary(checked))
    return DAMAGED if checked.faults else OK


def _summary(checked: Checked) -> str:
    state = f"{len(checked.faults)} faults" if checked.faults else "whole"
    if checked.signer:
        signature = f"signed by {checked.signer}"
    else:
        signature = "the signature was not checked or does not fit" if checked.signed else "not signed"
    return f"version {checked.version}: {checked.files} files, {checked.cases} cases, {state}; {signature}"


if __name__ == "__main__":
    sys.exit(main())
