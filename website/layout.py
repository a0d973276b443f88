"""The frame around every page: navigation, policy, templates; and the folder that pages are written into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from resonant.describe.registry import registry

from reports.html import TEMPLATES as OF_REPORTS

from .markdown import Passage
from .places import HERE, link, up
from .vectors import TRANSPORT_NAMES

POLICY = (
    "default-src 'none'; script-src 'self'{more}; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'"
)
WASM = " 'wasm-unsafe-eval'"
"""The one thing that a page with WebAssembly needs besides."""


class BuildError(Exception):
    """A site that cannot be built; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation. section: the pages that it stands for have this one."""

    section: str
    title: str
    page: str


NAVIGATION: tuple[Place, ...] = (
    Place("start", "Start here", "start/index.html"),
    Place("spec", "Specification", f"spec/{registry().spec}/index.html"),
    Place("matrix", "Matrix", "matrix/index.html"),
    Place("vectors", "Vectors", "vectors/index.html"),
    Place("playground", "Playground", "playground/index.html"),
    Place("downloads", "Downloads", "downloads/index.html"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be made. path: from the root of the site; scripts, styles: paths from there, behind
    those of every page."""

    path: str
    template: str
    title: str
    section: str
    about: str = ""
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    wasm: bool = False


def size_text(count: int) -> str:
    """A number of bytes for people."""
    if count < 1 << 10:
        return f"{count} bytes"
    return f"{count / (1 << 10):,.0f} KiB" if count < 1 << 20 else f"{count / (1 << 20):,.1f} MiB"


def environment() -> Environment:
    """The reader of templates, which are those of the site and of reports: values are escaped, missing ones errors."""
    made = Environment(
        loader=FileSystemLoader([HERE / "templates", OF_REPORTS]),
        autoescape=select_autoescape(default=True, default_for_string=True, enabled_extensions=("j2", "html")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["thousands"] = "{:,}".format
    made.filters["bytes"] = size_text
    made.filters["transport"] = lambda name: TRANSPORT_NAMES.get(name, name)
    return made


@dataclass(slots=True)
class Site:
    """The site in the making: a folder, and what search will find in it."""

    folder: Path
    passages: list[Passage] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    _templates: Environment = field(default_factory=environment)

    def page(self, page: Page, values: Mapping[str, Any]) -> None:
        """Write a page."""
        template = self._templates.get_template(page.template)
        self.file(page.path, template.render(page=page, **_frame(page), **values))

    def draw(self, page: str, template: str, macro: str, *values: Any) -> Markup:
        """A part of a page, by a macro."""
        module: Any = self._templates.get_template(template).make_module({"link": partial(link, page)})
        return Markup(getattr(module, macro)(*values))  # noqa: S704 - made by a template that escapes

    def file(self, path: str, content: str | bytes) -> None:
        """Write a file."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
        target.write_bytes(data)
        self.written.append(path)

    def found_by(self, passages: Sequence[Passage]) -> None:
        """Have search find these."""
        self.passages += passages


def _frame(page: Page) -> Mapping[str, Any]:
    return {
        "root": up(page.path),
        "link": partial(link, page.path),
        "navigation": NAVIGATION,
        "policy": POLICY.format(more=WASM if page.wasm else ""),
        "suite": version("resonant-conformance"),
        "spec": registry().spec,
    }
