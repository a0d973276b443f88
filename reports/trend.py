"""The page of a history: for each implementation a small plot a profile, its runs, and the verdicts that changed.

The plots are SVG by hand, as they are a line and a few dots each, follow the page's colours in the dark, and add
no library to what everybody installs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resonant.describe.clauses import load_clauses
from resonant.describe.registry import registry

from .history import Past, Rate, Series, Step, unsteady
from .html import TEMPLATES, environment, policy

WIDTH, HEIGHT, LEFT, EDGE = 320, 110, 40, 8
"""Of a plot, in its own units, and the room for its scale and around it."""
MOST_FLIPS, MOST_UNSTEADY, MOST_RUNS = 200, 20, 200
"""So many are shown of each step, of each series, and of its runs, the last ones; the others are counted."""
_FLOORS = (99.0, 95.0, 90.0, 75.0, 50.0, 0.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """A run in a plot."""

    x: float
    y: float
    says: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """A profile over time. lines: points of SVG, one line for each stretch of runs with the same cases."""

    profile: str
    now: Rate
    says: str
    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    releases: tuple[tuple[float, str], ...]
    floor: float


@dataclass(frozen=True, slots=True)
class Told:
    """A series, ready to be shown. steps: the last one first, without those in which nothing changed."""

    series: Series
    sentence: str
    plots: tuple[Plot, ...]
    steps: tuple[Step, ...]
    restless: tuple[tuple[str, int], ...]
    rates: tuple[tuple[Past, tuple[Rate | None, ...]], ...]
    """A row for each run, the last one first: its rates, in the order of the plots."""


def render(all_series: Sequence[Series], left_out: Sequence[str] = ()) -> str:
    """The page. left_out: why files are not in it, a line each."""
    style, more = ((TEMPLATES / name).read_text("utf-8") for name in ("report.css", "history.css"))
    return (
        environment()
        .get_template("history.html.j2")
        .render(
            told=[tell(series) for series in all_series],
            left_out=left_out,
            clauses=load_clauses(),
            most_flips=MOST_FLIPS,
            most_unsteady=MOST_UNSTEADY,
            width=WIDTH,
            height=HEIGHT,
            left=LEFT,
            edge=EDGE,
            style=style + more,
            policy=policy(style + more, ""),
        )
    )


def tell(series: Series) -> Told:
    """The series as the page shows it."""
    runs, steps = series.runs, tuple(series.steps())
    rates = series.rates()
    order = [*(name for name in registry().profiles if name in rates)]
    order += [name for name in rates if name not in order]
    by_run = {(name, rate.at): rate for name in order for rate in rates[name]}
    table = [(run, tuple(by_run.get((name, at)) for name in order)) for at, run in enumerate(runs)]
    return Told(
        series,
        sentence(series, steps),
        tuple(_plot(name, rates[name], runs, steps) for name in order),
        tuple(step for step in reversed(steps) if step.flips or step.new or step.not_run or step.releases),
        tuple(unsteady(steps)),
        tuple(reversed(table[-MOST_RUNS:])),
    )


def sentence(series: Series, steps: Sequence[Step]) -> str:
    """The series in a sentence or two."""
    first, last = series.runs[0], series.runs[-1]
    if not steps:
        return f"One run, of {first.time}; a trend takes two."
    step = steps[-1]
    changes = (
        f"{_counted(step.worse, 'verdict')} worse and {step.better:,} better" if step.flips else "no verdict changed"
    )
    parts = [f"{len(series.runs):,} runs from {first.time} to {last.time}; in the last one {changes}"]
    if step.new:
        parts.append(f"{_counted(step.new, 'case')} new ({step.new_failing:,} not passed)")
    if step.not_run:
        parts.append(f"{step.not_run:,} of the run before did not run")
    return "; ".join(parts) + "."


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word} is" if count == 1 else f"{count:,} {word}s are"


def _plot(profile: str, rates: Sequence[Rate], runs: Sequence[Past], steps: Sequence[Step]) -> Plot:
    low = min(rate.percent for rate in rates)
    floor = next(one for one in _FLOORS if one <= low)
    across = (WIDTH - LEFT - 2 * EDGE) / max(len(runs) - 1, 1)
    tall = (HEIGHT - 2 * EDGE) / (100.0 - floor)

    def x(at: float) -> float:
        return round(LEFT + EDGE + at * across, 1)

    dots = tuple(
        Dot(x(rate.at), round(EDGE + (100.0 - rate.percent) * tall, 1), _says(rate, runs), rate.passed == rate.executed)
        for rate in rates
    )
    now = rates[-1]
    before = rates[-2] if len(rates) > 1 and now.same else None
    moved = "" if before is None else f" ({now.passed - before.passed:+,})" if now.passed != before.passed else ""
    releases = tuple((x(step.at - 0.5), ", ".join(step.releases)) for step in steps if step.releases)
    says = f"{now.passed:,} of {now.executed:,}{moved}"
    return Plot(profile, now, says, dots, tuple(_stretches(rates, dots)), releases, floor)


def _says(rate: Rate, runs: Sequence[Past]) -> str:
    run = runs[rate.at]
    return f"{run.path}, {run.time}: {rate.passed:,} of {rate.executed:,}" + ("" if rate.same else "; other cases")


def _stretches(rates: Sequence[Rate], dots: Sequence[Dot]) -> Iterator[str]:
    """The dots joined, but for where one run and the next judged different cases."""
    line: list[str] = []
    for rate, dot in zip(rates, dots, strict=True):
        if not rate.same and line:
            yield " ".join(line)
            line = []
        line.append(f"{dot.x},{dot.y}")
    yield " ".join(line)
