"""The first page, the pages to start from, and the documentation of the repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.statement.statement import Result

from ..inputs import Inputs
from ..layout import Page, Site
from ..markdown import Source, Writer
from ..places import HERE, ROOT
from ..runs import Line
from ..worked import drawn_frame
from .matrix import account
from .plots import Plot
from .specification import where

TEXTS: Mapping[str, str] = {
    "implementers": "start/implementers.html",
    "ci": "start/ci.html",
    "vectors": "start/vectors.html",
    "repair": "start/repair.html",
}
"""The texts of website/texts, and their pages."""
GUIDES: Mapping[str, str] = {
    "vectors/README.md": "guides/vectors.html",
    "vectors/dialogues.md": "guides/dialogues.html",
    "conformance/README.md": "guides/suite.html",
    "adapters/README.md": "guides/adapters.html",
    "adapters/wireshark/README.md": "guides/wireshark.html",
    "reference/README.md": "guides/reference.html",
    "reference/arrays.md": "guides/arrays.html",
    "reference/models/README.md": "guides/models.html",
    "adapters/rust/README.md": "guides/rust.html",
    "adapters/go/README.md": "guides/go.html",
    "adapters/typescript/README.md": "guides/typescript.html",
    "reports/README.md": "guides/reports.html",
    "CONTRIBUTING.md": "guides/contributing.html",
    "ARCHITECTURE.md": "guides/architecture.html",
    "SECURITY.md": "guides/security.html",
    "CHANGELOG.md": "guides/changelog.html",
}
"""Documentation of the repository that is shown as it is, and its pages."""
FAILURE = "start/failure.html"


@dataclass(frozen=True, slots=True)
class Count:
    """A number of the first page. page: what it leads to."""

    number: int
    words: str
    page: str


def places() -> Mapping[str, str]:
    """Paths of the repository -> pages of the site, of what this writes."""
    texts = {f"website/texts/{name}.md": page for name, page in TEXTS.items()}
    return {**GUIDES, **texts, "README.md": "index.html"}


def write(site: Site, inputs: Inputs, writer: Writer, lines: Sequence[Line], plots: Sequence[Plot]) -> None:
    """Write the pages. plots: those of the page on repair and adaptation."""
    counts = (
        Count(len(inputs.clauses), "clauses, each with an id", "matrix/clauses.html"),
        Count(inputs.cases, "golden cases", "vectors/index.html"),
        Count(
            len(inputs.runs),
            "implementation judged" if len(inputs.runs) == 1 else "implementations judged",
            "matrix/index.html",
        ),
        Count(inputs.faults, "faults that the cases must catch", "matrix/clauses.html"),
    )
    whole = [line for line in lines if not line.transport]
    site.page(
        Page("index.html", "home.html.j2", "Resonant conformance", "home"),
        {
            "counts": [one for one in counts if one.number],
            "runs": inputs.runs,
            "lines": whole,
            "frame": _worked(),
            "failure": inputs.example is not None,
            "conforming": [one for one in inputs.runs if one.statement["result"] == Result.CONFORMS],
        },
    )
    site.page(Page("start/index.html", "start.html.j2", "Start here", "start"), {"failure": inputs.example is not None})
    _write_failure(site, inputs)
    for name, page in TEXTS.items():
        _write_text(site, writer, Source(f"website/texts/{name}.md", page, "start"), plots if name == "repair" else ())
    for path, page in GUIDES.items():
        _write_text(site, writer, Source(path, page, "guide"), ())


def _worked() -> Markup:
    """The worked frame of the specification."""
    text = (ROOT / "specs" / "frame.md").read_text("utf-8").partition("```frame worked-plain\n")[2].partition("```")[0]
    return Markup(drawn_frame(text))  # noqa: S704 - made of our own text, escaped


def _write_text(site: Site, writer: Writer, source: Source, plots: Sequence[Plot]) -> None:
    path = ROOT / source.path
    rendered = writer.write(source, path.read_text("utf-8"))
    values = {"body": Markup(rendered.html), "headings": rendered.headings, "plots": plots}  # noqa: S704
    site.page(Page(source.page, "text.html.j2", rendered.title, "start"), values)
    site.found_by(rendered.passages)


def _write_failure(site: Site, inputs: Inputs) -> None:
    """The walk-through of a real failure: the first cause of the example's run."""
    if inputs.example is None:
        return
    told = account(inputs.example, inputs)
    first = next((one for one in told.told if one.card is not None), None)
    if first is None:
        return
    site.page(
        Page(FAILURE, "failure.html.j2", "A failure, read line by line", "start"),
        {"account": told, "cause": first, "run": inputs.example.run, "clauses": inputs.clauses, "where": where},
    )


__all__ = ["HERE", "places", "write"]
