"""report.html: one file that needs nothing else, made by a template from runs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from resonant.describe.clauses import load_clauses

from . import model
from .cards import Account, cards, sentence
from .read import Kill, Run

TEMPLATES = Path(__file__).resolve().parent / "templates"


def render(runs: Sequence[Run], kills: Mapping[str, Kill] | None = None, specs: str = "") -> str:
    """The page for one run or several. kills: what mutants.json says.

    specs: a link to the folder of the specification; if empty, links to clauses stay in the page, which has the texts.
    """
    clauses = load_clauses()
    runs = model.told_apart(runs)
    style, script = ((TEMPLATES / name).read_text("utf-8") for name in ("report.css", "report.js"))
    found = [(run, cards(run.entries)) for run in runs]
    shown = tuple(model.failures(runs, clauses))
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            runs=runs,
            rows={run.name: model.rows(run) for run in runs},
            cards=found,
            sentences={run.name: sentence(account(run, len(those))) for run, those in found},
            matrix=model.matrix(runs),
            clauses=clauses,
            failures=shown,
            unshown=model.unshown(runs),
            outcomes=sorted({one.entry.outcome for one in shown}),
            profiles=sorted({one.entry.profile for one in shown}),
            kills=kills or {},
            specs=specs.rstrip("/"),
            style=style,
            script=script,
            policy=policy(style, script),
        )
    )


def account(run: Run, causes: int) -> Account:
    """The numbers of a run, for its sentence of result."""
    return Account(run.who, run.profiles, run.entries, causes, run.exit_status == 0, not run.left_out, run.outside)


def environment() -> Environment:
    """The reader of templates: every value is escaped, and a missing one is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True, enabled_extensions=("j2", "html")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def policy(style: str, script: str) -> str:
    """The Content-Security-Policy of a page with this one style and this one script."""
    return f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'"


def _hash(text: str) -> str:
    """The hash that names an inline style or script of this text in a content security policy."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
