"""report.html: one file that needs nothing else, made by a template from runs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from resonant.describe.clauses import Clause, load_clauses
from resonant.describe.registry import registry

from . import listed, model
from .cards import Account, sentence
from .failures import Anchors, Group, Told, by_profile, passed, told
from .packed import pack, packed
from .read import Kill, Run

TEMPLATES = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True, slots=True)
class Part:
    """A run as the page shows it. passing: how many cases passed, of which `passed` may list a part.
    weak: how many clauses only refusals without a code speak for."""

    run: Run
    anchor: str
    rows: tuple[model.Row, ...]
    sentence: str
    told: tuple[Told, ...]
    passed: tuple[Group, ...]
    passing: int
    unnamed: int
    weak: int

    @property
    def total(self) -> model.Row:
        """The sum of the rows."""
        return model.total(self.rows)

    @property
    def groups(self) -> Iterator[Group]:
        """Every group of failures."""
        for one in self.told:
            yield from one.groups


def render(runs: Sequence[Run], kills: Mapping[str, Kill] | None = None, specs: str = "") -> str:
    """The page for one run or several. kills: what mutants.json says.

    specs: a link to the folder of the specification; if empty, links to clauses stay in the page, which has the texts.
    """
    clauses, anchors = load_clauses(), Anchors()
    parts = _listed([_part(run, clauses, anchors, several=len(runs) > 1) for run in model.told_apart(runs)])
    style, script = ((TEMPLATES / name).read_text("utf-8") for name in ("report.css", "report.js"))
    groups = [group for part in parts for group in part.groups]
    entries = [case.entry for group in groups for case in group.cases]
    templates = environment()
    macros: Any = templates.get_template("parts.html.j2").module
    return templates.get_template("report.html.j2").render(
        runs=parts,
        failing=sum(those.count for part in parts for those in part.told),
        listed=len(entries),
        packed=packed(groups, lambda case, whole: str(macros.row(case, whole))),
        passed={part.anchor: pack(_passed(macros, part)) for part in parts if part.passed},
        families=model.families(model.matrix([part.run for part in parts])),
        profile_of={family: one.name for one in registry().profiles.values() for family in one.families},
        clauses=clauses,
        outcomes=sorted({entry.outcome for entry in entries}),
        profiles=list(dict.fromkeys(entry.profile for entry in entries)),
        kills=kills or {},
        specs=specs.rstrip("/"),
        style=style,
        script=script,
        policy=policy(style, script),
    )


def _passed(macros: Any, part: Part) -> str:
    left_out = part.passing - sum(group.size for group in part.passed)
    return str(macros.passed(by_profile(part.passed), left_out))


def _listed(parts: Sequence[Part]) -> Sequence[Part]:
    """The parts with what a page lists of them."""
    told_of = listed.failures([part.told for part in parts])
    return [
        replace(part, told=found, passed=listed.passed(part.passed)) for part, found in zip(parts, told_of, strict=True)
    ]


def _part(run: Run, clauses: Mapping[str, Clause], anchors: Anchors, *, several: bool) -> Part:
    anchor = anchors.take(f"run-{run.name}")
    before = anchor.removeprefix("run-") + "-" if several else ""
    found = told(run, clauses, anchors, before)
    green = passed(run, clauses, anchors, before)
    return Part(
        run,
        anchor,
        model.rows(run),
        sentence(account(run, sum(one.card is not None for one in found))),
        found,
        green,
        sum(group.size for group in green),
        sum(entry.unnamed for entry in run.entries),
        sum(cell.is_unnamed for cell in model.cells(run).values()),
    )


def account(run: Run, causes: int) -> Account:
    """The numbers of a run, for its sentence of result."""
    return Account(run.who, run.profiles, run.entries, causes, run.exit_status == 0, not run.left_out, run.outside)


@cache  # and with it the templates, each compiled once
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
    inline = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return f"default-src 'none'; {inline}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    """The hash that names an inline style or script of this text in a content security policy."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
