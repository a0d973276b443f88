"""Downloads: the release of the vectors and other files to take away, each with its hash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from zipfile import ZipFile

from ..inputs import Inputs
from ..layout import Page, Site
from ..places import ROOT

RELEASE = "resonant-vectors-*"
MOST_BYTES = 25 << 20
"""Of a file that is put on the site: what the strictest of the usual hosts of static sites take."""
_PARTS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Specification as data",
        "For tools, and for readers in languages without an implementation.",
        (
            ("specs/registry.toml", "every name and number of the protocol"),
            ("specs/resonant.ksy", "frames and repair datagrams for Kaitai Struct"),
        ),
    ),
    (
        "Wireshark",
        "A dissector: put it into the folder of personal Lua plugins.",
        (("adapters/wireshark/resonant.lua", "frames, repair datagrams and Sync objects on any port"),),
    ),
    (
        "Forms",
        "JSON Schemas of what is exchanged.",
        (
            ("vectors/schema.json", "vector files"),
            ("vectors/manifest.json", "the SHA-256 of each vector file"),
            ("reports/run.schema.json", "run.json, the account of a run"),
            ("reports/statement.schema.json", "statement.json, what a run claimed and passed"),
            ("reports/plan.schema.json", "plan.json, how many cases a run must hold"),
            ("reports/mutants.schema.json", "mutants.json, which case catches which fault of the reference"),
            ("reports/campaign.schema.json", "campaign.json, what implementations answered to generated inputs"),
            ("reports/explain.schema.json", "what explain --json prints"),
            ("reports/bench.schema.json", "bench.json, what things cost"),
            ("reports/mutants-rust.schema.json", "mutants-rust.json, the same for the Rust crate"),
        ),
    ),
)
"""Title, about, and the files of the repository with what each is."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file to take away. target: its place on the site, empty for one that is too large for a site."""

    name: str
    target: str
    about: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """Files that belong together."""

    title: str
    about: str
    files: tuple[Download, ...]


def write(site: Site, inputs: Inputs) -> None:
    """Write the page, and the files beside it."""
    release = tuple(_release(site, inputs.asked.release))
    parts = tuple(
        Part(title, about, tuple(_taken(site, ROOT / path, says) for path, says in files))
        for title, about, files in _PARTS
    )
    site.page(
        Page("downloads/index.html", "downloads.html.j2", "Downloads", "downloads", "Files with their hashes"),
        {"release": release, "parts": parts, "cases": inputs.cases, "signed": _is_signed(inputs.asked.release)},
    )


def _release(site: Site, folder: Path | None) -> Iterator[Download]:
    kinds = {".zst": "the release, for tar --zstd", ".zip": "the same files as a ZIP archive"}
    for path in sorted(folder.glob(RELEASE)) if folder is not None and folder.is_dir() else ():
        if path.suffix not in kinds:
            continue
        if path.stat().st_size <= MOST_BYTES:
            yield _taken(site, path, kinds[path.suffix])
        else:
            yield _named(path, kinds[path.suffix])


def _named(path: Path, about: str) -> Download:
    with path.open("rb") as file:
        return Download(path.name, "", about, path.stat().st_size, file_digest(file, "sha256").hexdigest())


def _is_signed(folder: Path | None) -> bool:
    """Whether the release has a signature in it."""
    found = sorted(folder.glob(f"{RELEASE}.zip")) if folder is not None else []
    if not found:
        return False
    with ZipFile(found[-1]) as archive:
        return any(name.endswith("/release.sig") for name in archive.namelist())


def _taken(site: Site, path: Path, about: str) -> Download:
    data = path.read_bytes()
    target = f"downloads/{path.name}"
    site.file(target, data)
    return Download(path.name, target, about, len(data), sha256(data).hexdigest())
