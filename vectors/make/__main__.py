"""Write vectors/data and vectors/manifest.json, or check that they are what this generator writes."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from resonant.console import command

from .catalogue import GROUP_MAKERS
from .manifest import manifest_text
from .model import Group

DATA = Path(__file__).resolve().parent.parent / "data"
SCHEMA = DATA.parent / "schema.json"
MANIFEST = "manifest.json"
"""Stands beside the folder of data."""


def all_groups() -> Iterator[Group]:
    """Every group of the catalogue; two groups of one path or two cases of one id are a mistake in the generator."""
    paths = set()
    for make in GROUP_MAKERS:
        for group in make():
            assert group.path not in paths, f"two groups have the path {group.path}"
            paths.add(group.path)
            repeated = [case_id for case_id, count in Counter(case.id for case in group.cases).items() if count > 1]
            assert not repeated, f"{group.path}: ids used twice: {repeated}"
            yield group


@command
def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m vectors.make", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name every file that differs")
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA,
        metavar="DIR",
        help="the folder to write or check; the manifest stands beside it",
    )
    options = parser.parse_args(arguments)
    groups = list(all_groups())
    texts = {str(group.path): group.text() for group in groups}
    manifest = manifest_text(groups, texts, SCHEMA.read_bytes())
    act = _check if options.check else _write
    status = act(options.data, texts, manifest)
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group.profile] += len(group.cases)
    print(f"{len(texts)} files, {counts.total()} cases: " + ", ".join(f"{p} {n}" for p, n in sorted(counts.items())))
    return status


def _present(data: Path) -> set[str]:
    return {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}


def _check(data: Path, texts: Mapping[str, str], manifest: str) -> int:
    stale = _present(data) - texts.keys()
    wrong = [f"{name}: no group makes this file" for name in sorted(stale)]
    wrong += [line for name, text in texts.items() for line in _difference(data / name, name, text)]
    wrong += _difference(data.parent / MANIFEST, MANIFEST, manifest)
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        print("run `python -m vectors.make` and read the difference before you commit it", file=sys.stderr)
    return 1 if wrong else 0


def _difference(path: Path, name: str, text: str) -> Iterator[str]:
    if not path.is_file():
        yield f"{name}: missing"
    elif path.read_bytes() != text.encode():
        yield f"{name}: differs from what the generator makes"


def _write(data: Path, texts: Mapping[str, str], manifest: str) -> int:
    for name, text in texts.items():
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (data.parent / MANIFEST).write_bytes(manifest.encode())
    for name in _present(data) - texts.keys():
        (data / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
