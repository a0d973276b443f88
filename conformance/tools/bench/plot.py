"""The plot of a run of `make bench`, as SVG: a bar for each ratio and each limit, and the last run's beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from .account import Account, Measured
from .benches import LESS

ROW, TOP, LEFT, WIDTH, RIGHT = 26, 44, 250, 420, 190
BAR, THIN = 12, 5
GOOD, BAD, LAST, TEXT = "#2f7d4f", "#b3382c", "#9aa3ad", "#24292f"


def svg(account: Account) -> str:
    """The picture. Each bar's length is its value as a part of the greatest in its row, or of its limit."""
    rows = [one for one in account.figures if one.ratio or one.limit is not None]
    height = TOP + ROW * len(rows) + ROW // 2
    body = "\n".join(_body(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{height}"'
        f' font-family="sans-serif" font-size="12" fill="{TEXT}">\n'
        f'<rect width="100%" height="100%" fill="white"/>\n'
        f'<text x="8" y="18" font-weight="bold">Ratios within one run of make bench, and what has a limit</text>\n'
        f'<text x="8" y="34">grey: the last run; line: the limit; red: beyond it, or worse than the last run</text>\n'
        f"{body}\n</svg>\n"
    )


def _body(rows: Sequence[Measured]) -> Iterator[str]:
    for at, one in enumerate(rows):
        y = TOP + ROW * at
        scale = WIDTH / (max(one.value, one.last or 0, one.limit or 0) or 1)
        colour = BAD if one.missed or one.worse else GOOD
        yield f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(one.id)}</text>'
        yield _bar(y + 2, one.value * scale, BAR, colour)
        if one.last is not None:
            yield _bar(y + 2 + BAR, one.last * scale, THIN, LAST)
        if one.limit is not None:
            x = LEFT + one.limit * scale
            yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + ROW - 4}" stroke="{TEXT}" stroke-width="2"/>'
        yield f'<text x="{LEFT + WIDTH + 8}" y="{y + 13}">{_in_words(one)}</text>'


def _in_words(one: Measured) -> str:
    """Three digits, since no figure here is known better, and what is asked of it."""
    value = f"{one.value:.0f}" if one.value >= 100 else f"{one.value:.3g}"
    if one.limit is None:
        return f"{value} ({one.better} is better)"
    return f"{value} ({'at most' if one.better == LESS else 'at least'} {one.limit:g})"


def _bar(y: int, length: float, height: int, colour: str) -> str:
    return f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{height}" fill="{colour}"/>'
