"""The matrix of implementations: profiles and transports, clauses, and a page for each implementation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports import failures, history, html, model, trend
from reports.cards import sentence
from reports.failures import Anchors, Told
from reports.statement.badge import badge

from ..inputs import Inputs
from ..layout import Page, Site
from ..markdown import Passage
from ..runs import Judged, Line, matrix
from .specification import where


@dataclass(frozen=True, slots=True)
class Account:
    """An implementation as its page tells of it. past: its history, where there is one."""

    judged: Judged
    sentence: str
    told: tuple[Told, ...]
    past: trend.Told | None

    @property
    def report(self) -> str:
        """The whole report of the run."""
        return f"matrix/{self.judged.slug}/report.html"


def account(judged: Judged, inputs: Inputs, series: Mapping[str, trend.Told] | None = None) -> Account:
    """The account of a run."""
    told = failures.told(judged.run, inputs.clauses, Anchors())
    causes = sum(one.card is not None for one in told)
    statement = judged.statement
    names = dict.fromkeys((statement["implementation"]["name"], statement["adapter"]))  # as histories name series
    past = (series or {}).get(" by ".join(name for name in names if name != "unknown"))
    return Account(judged, sentence(html.account(judged.run, causes)), told, past)


def write(site: Site, inputs: Inputs, subjects: Mapping[str, str]) -> Sequence[Line]:
    """Write the pages; gives the lines of the matrix. subjects: of the profiles, in a few words."""
    series = _series(inputs)
    lines = tuple(matrix(inputs.runs))
    accounts = [account(one, inputs, series) for one in inputs.runs]
    site.page(
        Page("matrix/index.html", "matrix.html.j2", "Matrix", "matrix", "Which implementation passes what"),
        {
            "runs": inputs.runs,
            "lines": lines,
            "accounts": accounts,
            "families": _families(inputs),
            "subjects": subjects,
        },
    )
    site.page(
        Page("matrix/clauses.html", "clauses.html.j2", "Clauses", "matrix", "Each clause, and who passes its cases"),
        {"runs": inputs.runs, "families": _families(inputs), "clauses": inputs.clauses, "where": where},
    )
    for one in accounts:
        _write_account(site, inputs, one)
    return lines


def _write_account(site: Site, inputs: Inputs, one: Account) -> None:
    judged = one.judged
    site.file(f"matrix/{judged.slug}/badge.svg", badge(judged.statement))
    site.file(f"matrix/{judged.slug}/statement.json", json.dumps(judged.statement, indent=2, ensure_ascii=False) + "\n")
    site.file(one.report, html.render([judged.run], specs=""))
    site.page(
        Page(judged.page, "implementation.html.j2", judged.run.name, "matrix", judged.run.implementation),
        {
            "account": one,
            "run": judged.run,
            "lines": tuple(matrix([judged])),
            "clauses": inputs.clauses,
            "where": where,
        },
    )
    text = f"{judged.run.implementation} {one.sentence}"
    site.found_by([Passage(judged.page, f"{judged.run.name} in the matrix", "implementation", text)])


def _families(inputs: Inputs) -> Mapping[str, Mapping[str, tuple[model.Cell, ...]]]:
    return model.families(model.matrix([one.run for one in inputs.runs]))


def _series(inputs: Inputs) -> Mapping[str, trend.Told]:
    if inputs.asked.history is None:
        return {}
    found, _ = history.gather(inputs.asked.history)
    return {one.name: trend.tell(one) for one in found}
