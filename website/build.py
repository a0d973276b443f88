"""The whole site, written into a folder that is there completely or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .data import script
from .inputs import Asked, Inputs, read
from .layout import BuildError, Site
from .markdown import Writer, meta
from .pages import downloads, matrix, playground, plots, specification, start, vectors
from .places import HERE, ROOT

_OWN: Mapping[str, str] = {
    "website/pages/failure.html": "start/failure.html",
    "website/pages/browse.html": "vectors/index.html",
    "website/pages/matrix.html": "matrix/index.html",
    "website/pages/downloads.html": "downloads/index.html",
    "website/pages/playground.html": "playground/index.html",
}
"""Pages without a Markdown file, as texts name them."""
STYLES = (
    *("report.css", "history.css"),
    *("base.css", "bar.css", "home.css", "text.css", "clauses.css", "matrix.css", "steps.css", "vectors.css"),
    *("frame.css", "talk.css", "search.css", "code.css", "phone.css", "print.css"),
)
"""The styles of reports, whose colours and parts the site has as well, and those of the site."""
BUNDLES = HERE / "build"
"""The folder of scripts that `npm run build` fills."""
PLAYGROUND = playground.SCRIPT
_MARK = "assets/mark.svg"
"""A file of every site, by which one is known."""


def build(asked: Asked, target: Path) -> Site:
    """Write the site into the folder, in place of a site that is there. Raises BuildError, DataFileError, OSError."""
    target = target.absolute()
    if not _free(target):
        raise BuildError(f"{target} holds something else, which a site would take the place of: name a new folder")
    inputs = read(asked)
    part = _beside(target)
    try:
        site = Site(part)
        _assets(site)
        _pages(site, inputs)
        site.file("assets/search.js", script("siteSearch", [meta(one) for one in site.passages]))
        if target.exists():
            shutil.rmtree(target)
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Site(target, site.passages, site.written)


def _beside(target: Path) -> Path:
    """A new folder, in which a site becomes whole before it is moved."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        part.chmod(0o755)
    except OSError as error:  # it names a folder that nobody knows
        raise BuildError(f"{target}: cannot be written: {error.strerror}") from error
    return part


def _free(target: Path) -> bool:
    """Whether a site may take the place of what is there: nothing, an empty folder, or a site."""
    if not target.is_dir():
        return not target.exists() and not target.is_symlink()
    return (target / _MARK).is_file() or not any(target.iterdir())


def _pages(site: Site, inputs: Inputs) -> None:
    found = specification.evidence(inputs)
    writer = Writer(
        inputs.clauses,
        {**specification.places(), **start.places(), **_OWN},
        lambda clause, page: specification.beside(site, found, clause, page),
        specification.where,
    )
    subjects = specification.write(site, inputs, writer)
    lines = matrix.write(site, inputs, subjects)
    vectors.write(site, inputs, subjects)
    downloads.write(site, inputs)
    playground.write(site, inputs, PLAYGROUND)
    start.write(site, inputs, writer, lines, plots.write(site, asked_plots(inputs)))


def asked_plots(inputs: Inputs) -> tuple[Path, ...]:
    """The plots that are there."""
    return tuple(path for path in inputs.asked.plots if path.is_file())


def _assets(site: Site) -> None:
    folders = (HERE / "style", ROOT / "reports" / "templates")
    styles = [next(path for folder in folders if (path := folder / name).is_file()) for name in STYLES]
    site.file("assets/site.css", "".join(path.read_text("utf-8") for path in styles))
    site.file(_MARK, (HERE / "style" / "mark.svg").read_bytes())
    bundles = sorted(BUNDLES.glob("*.js"))
    if not bundles:
        raise BuildError(
            f"{BUNDLES}: no scripts; run `npm ci` and `npm run build` in {HERE.name}/, as `make site` does"
        )
    for path in bundles:
        site.file(f"assets/{path.name}", path.read_bytes())
