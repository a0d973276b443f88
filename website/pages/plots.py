"""Plots that were drawn elsewhere, in the colours of both themes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..layout import Site

_ABOUT: Mapping[str, tuple[str, str]] = {
    "fec": (
        "What repair is worth",
        "The share of streams that arrive whole without a resend, against the share of datagrams lost, at random and "
        "in bursts.",
    ),
    "adapt": (
        "What adaptation is worth",
        "Bytes for an element of tensors of several kinds, against what error is tolerated.",
    ),
}
"""The name of a plot -> its title, and what is to be seen."""
_DARK: Mapping[str, str] = {"#ffffff": "#161b22", "#000000": "#e6edf3", "#262626": "#e6edf3", "#333333": "#c9d1d9"}
_COLOUR = re.compile("|".join(_DARK))
_TEXT = "text {fill: #e6edf3} "


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot in a light and a dark form."""

    title: str
    about: str
    light: str
    dark: str


def write(site: Site, paths: Sequence[Path]) -> tuple[Plot, ...]:
    """Write the plots, in the order given. Raises OSError."""
    plots = []
    for path in paths:
        title, about = _ABOUT.get(path.stem, (path.stem, path.stem))
        text = path.read_text("utf-8")
        plot = Plot(title, about, f"assets/{path.stem}.svg", f"assets/{path.stem}-dark.svg")
        site.file(plot.light, text)
        site.file(plot.dark, dark(text))
        plots.append(plot)
    return tuple(plots)


def dark(svg: str) -> str:
    """A plot of matplotlib for a dark page: the ground, the axes and the words in other colours."""
    turned = _COLOUR.sub(lambda found: _DARK[found[0]], svg)
    return turned.replace('<style type="text/css">', f'<style type="text/css">{_TEXT}', 1)
