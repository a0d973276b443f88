"""The specification: a page for each file of specs/, an anchor for each clause, and beside it what judges it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from resonant.describe.clauses import Clause
from resonant.describe.registry import registry

from reports.model import Cell

from ..blocks import code
from ..inputs import Inputs, Mutant
from ..layout import Page, Site
from ..markdown import Rendered, Source, Writer
from ..places import ROOT
from ..runs import Judged
from ..vectors import Group

FOLDER = f"spec/{registry().spec}"
FILES: Mapping[str, str] = {name: f"{FOLDER}/{name}" for name in ("registry.toml", "resonant.ksy")}
ORDER = (
    *("README", "frame", "transform", "space", "message", "sparse", "quant", "reed-solomon", "adaptive", "handshake"),
    *("stream", "mux", "fec", "transport", "quic", "webrtc", "testee", "limits", "rationale"),
)
"""The pages in the order of the navigation; what is not named here comes last."""
GROUP_NAMES = 6
"""How many cases of a group have a link of their own beside a clause."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The judges of a clause. groups: each with the cases that cite it; probes: checks of the testee protocol."""

    clause: Clause
    cells: tuple[tuple[Judged, Cell | None], ...]
    groups: tuple[tuple[Group, tuple[str, ...]], ...]
    probes: tuple[str, ...]
    mutants: tuple[Mutant, ...]

    @property
    def cases(self) -> int:
        """The number of cases, and of probes."""
        return sum(len(names) for _, names in self.groups) + len(self.probes)

    @property
    def passing(self) -> int:
        """The number of implementations that pass whatever judges it."""
        return sum(cell is not None and cell.state in ("pass", "unnamed") for _, cell in self.cells)

    @property
    def judged(self) -> int:
        """The number of implementations that are judged by it."""
        return sum(cell is not None for _, cell in self.cells)


def places() -> Mapping[str, str]:
    """Paths of the repository -> paths of the site, of what the specification is made of."""
    pages = {f"specs/{path.name}": page_of(path.name) for path in sorted((ROOT / "specs").glob("*.md"))}
    files = {f"specs/{name}": target for name, target in FILES.items()}
    return pages | files | {"specs/ops": f"{FOLDER}/ops.html", "specs/sync": f"{FOLDER}/sync.html"}


def page_of(name: str) -> str:
    """The page of a file of specs/."""
    stem = name.removesuffix(".md")
    return f"{FOLDER}/{'index' if stem == 'README' else stem}.html"


def where(clause: Clause) -> str:
    """The place of a clause on the site."""
    return f"{page_of(clause.file)}#{clause.id}"


def evidence(inputs: Inputs) -> Mapping[str, Evidence]:
    """The judges of each clause."""
    probes = _probes(inputs)
    return {
        name: Evidence(
            clause,
            tuple((one, one.cells.get(name)) for one in inputs.runs),
            inputs.of_clause.get(name, ()),
            probes.get(name, ()),
            inputs.mutants.get(name, ()),
        )
        for name, clause in inputs.clauses.items()
    }


def _probes(inputs: Inputs) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for one in inputs.runs:
        for entry in one.run.entries:
            if entry.profile == registry().testee.name:
                for clause in entry.clauses:
                    found.setdefault(clause, {})[entry.id] = None
    return {clause: tuple(names) for clause, names in found.items()}


def write(site: Site, inputs: Inputs, writer: Writer) -> Mapping[str, str]:
    """Write the pages, what belongs to them, and older versions; gives the subjects of the profiles."""
    paths = sorted((ROOT / "specs").glob("*.md"), key=_order)
    rendered = {
        path: writer.write(Source(f"specs/{path.name}", page_of(path.name), "specification"), path.read_text("utf-8"))
        for path in paths
    }
    shown = [(page_of(path.name), one.title) for path, one in rendered.items()]
    shown += [(f"{FOLDER}/ops.html", "Schemas of ops"), (f"{FOLDER}/sync.html", "Schemas of Sync objects")]
    versions = (registry().spec, *_older(site, inputs.asked.older))
    for path, one in rendered.items():
        _write_page(site, page_of(path.name), one, shown, versions)
    for name, target in FILES.items():
        site.file(target, (ROOT / "specs" / name).read_bytes())
    for folder, title in (("ops", "Schemas of ops"), ("sync", "Schemas of Sync objects")):
        _write_schemas(site, folder, title, shown, versions)
    site.page(
        Page("spec/index.html", "versions.html.j2", "Versions of the specification", "spec"), {"versions": versions}
    )
    return _subjects(inputs, {path.name: one.title for path, one in rendered.items()})


def _subjects(inputs: Inputs, titles: Mapping[str, str]) -> Mapping[str, str]:
    """The subject of each profile: the pages with its clauses."""
    found = {}
    for profile in (*registry().profiles.values(), registry().testee):
        files = {one.file: None for one in inputs.clauses.values() if one.id.partition("-")[0] in profile.families}
        told = ", ".join(titles[file] for file in files)
        found[profile.name] = f"{told}: {profile.flag}" if profile.flag else told
    return found


def _order(path: Path) -> tuple[int, str]:
    return (ORDER.index(path.stem) if path.stem in ORDER else len(ORDER)), path.stem


def _write_page(site: Site, page: str, one: Rendered, shown: list[tuple[str, str]], versions: tuple[str, ...]) -> None:
    values = {"body": Markup(one.html), "headings": one.headings, "pages": shown, "versions": versions}  # noqa: S704
    site.page(Page(page, "specification.html.j2", one.title, "spec", f"Resonant Protocol {registry().spec}"), values)
    site.found_by(one.passages)


def _write_schemas(
    site: Site, folder: str, title: str, shown: list[tuple[str, str]], versions: tuple[str, ...]
) -> None:
    schemas = []
    for path in sorted((ROOT / "specs" / folder).glob("*.json")):
        text = path.read_text("utf-8")
        site.file(f"{FOLDER}/{folder}/{path.name}", text)
        about = json.loads(text).get("description", "")
        schemas.append((path.stem, about, f"{FOLDER}/{folder}/{path.name}", Markup(code(text, "json"))))  # noqa: S704
    values: Mapping[str, Any] = {"schemas": schemas, "pages": shown, "versions": versions, "headings": ()}
    site.page(Page(f"{FOLDER}/{folder}.html", "schemas.html.j2", title, "spec", "JSON Schema 2020-12"), values)


def _older(site: Site, older: Path | None) -> Iterator[str]:
    """Take over the versions that an older site has and this one has not; gives their names, the newest first."""
    folders = sorted((older / "spec").iterdir(), reverse=True) if older and (older / "spec").is_dir() else []
    for folder in folders:
        if folder.is_dir() and folder.name != registry().spec:
            shutil.copytree(folder, site.folder / "spec" / folder.name)
            yield folder.name


def beside(site: Site, found: Mapping[str, Evidence], clause: Clause, page: str) -> str:
    """The note at a clause."""
    return str(site.draw(page, "evidence.html.j2", "evidence", found[clause.id], GROUP_NAMES, where))
