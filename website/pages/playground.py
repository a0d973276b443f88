"""The playground of the TypeScript package, which explains, builds and quantizes, with the clauses of the site."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from ..data import script
from ..inputs import Inputs
from ..layout import BuildError, Page, Site
from ..markdown import Passage
from ..places import ROOT, link
from .specification import where

PAGE = "playground/index.html"
PACKAGE = ROOT / "adapters" / "typescript"
SCRIPT = PACKAGE / "build" / "playground" / "playground.js"
"""The script that `make playground` bundles."""


def write(site: Site, inputs: Inputs, bundle: Path = SCRIPT) -> None:
    """Write the page. Raises BuildError where its script was not made."""
    if not bundle.is_file():
        raise BuildError(f"{bundle}: no script; run `make playground`, as `make site` does")
    site.file("playground/playground.js", bundle.read_bytes())
    site.file("playground/playground.css", (PACKAGE / "playground" / "playground.css").read_bytes())
    known = {one.id: [link(PAGE, where(one)), one.text.replace("`", "")] for one in inputs.clauses.values()}
    site.file("playground/clauses.js", script("resonantClauses", known))
    page = Page(
        PAGE,
        "playground.html.j2",
        "Playground",
        "playground",
        scripts=("playground/clauses.js", "playground/playground.js"),
        styles=("playground/playground.css",),
        wasm=True,
    )
    fragment = (PACKAGE / "playground" / "playground.html").read_text("utf-8")
    site.page(page, {"fragment": Markup(fragment)})  # noqa: S704 - our own text
    text = "Explain the bytes of a frame, a file or a capture; build a frame from a form; quantize numbers."
    site.found_by([Passage(PAGE, "Playground", "playground", text)])
