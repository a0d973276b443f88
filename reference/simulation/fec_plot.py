"""The worth of repair as pictures: reports/fec.html, with every figure, and reports/fec.svg, which README shows."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path

import fec_losses
from fec_losses import BURST, CHANNELS, CHOICES, FRAMES, RATES, SEED, TRIALS, Curve

try:
    import matplotlib as mpl
    from matplotlib import pyplot
except ImportError as missing:
    sys.exit(f"fec_plot.py draws with matplotlib: run `make fec-plot`, which installs it ({missing})")

REPORTS = Path(__file__).resolve().parents[2] / "reports"
COLOURS = ("#777777", "#d95f02", "#e6ab02", "#7570b3", "#1b9e77", "#1f78b4")
STYLE = {"svg.hashsalt": "fec", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False}
STYLE |= {"axes.spines.right": False}
MARKERS = ("x", "o", "o", "s", "s", "D")


def picture(found: Sequence[Curve]) -> str:
    """A plot for each channel, side by side, as SVG; the same bytes for the same curves."""
    with mpl.rc_context(STYLE):
        figure, plots = pyplot.subplots(1, len(CHANNELS), figsize=(9, 3.9), sharey=True, layout="constrained")
        for plot, channel in zip(plots, CHANNELS, strict=True):
            ours = [curve for curve in found if curve.channel == channel]
            for curve, colour, marker in zip(ours, COLOURS, MARKERS, strict=True):
                dashes = "--" if "step" in curve.choice else "-"
                plot.plot(
                    [100 * rate for rate in RATES],
                    [100 * share for share in curve.shares],
                    dashes,
                    color=colour,
                    marker=marker,
                    markersize=3.5,
                    linewidth=1.3,
                    label=curve.choice,
                )
            plot.set_title(channel)
            plot.set_xlabel("datagrams lost, %")
            plot.set_xlim(0, 20)
            plot.set_xticks(range(0, 21, 5))
            plot.set_ylim(0, 102)
            plot.grid(alpha=0.25)
        plots[0].set_ylabel("streams whole without a resend, %")
        lines, names = plots[0].get_legend_handles_labels()
        figure.legend(lines, names, loc="outside lower center", ncols=len(names), frameon=False)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    return out.getvalue()


def page(found: Sequence[Curve], svg: str) -> str:
    """The page: the picture, what it shows, and every figure."""
    inline = svg[svg.index("<svg") :]
    tables = "\n".join(_table(channel, found) for channel in CHANNELS)
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>What repair is worth</title>
<style>
body {{ font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }}
svg {{ max-width: 100%; height: auto; }}
table {{ border-collapse: collapse; font-size: 13px; margin: 1em 0; }}
td, th {{ padding: 2px 8px; text-align: right; border-bottom: 1px solid #ddd; }}
td:first-child, th:first-child {{ text-align: left; }}
</style></head>
<body>
<h1>What repair is worth</h1>
<p>Streams of {FRAMES} data frames over a network that loses datagrams, frames and repair alike. A stream counts as
whole if every frame arrives or is computed from repair (<code>specs/fec.md</code>), so that its receiver asks for
nothing. HEAD and TAIL, which repair does not protect, arrive. All choices with repair send a quarter more datagrams.
Each point is the mean of {TRIALS:,} streams; the standard error is at most {50 / TRIALS**0.5:.2f} percentage points.
Seed {SEED}.</p>
{inline}
<p>Larger groups make more of the same repair, since any of it replaces any frame, at the price of a longer wait for a
lost frame. A burst of {BURST} in the mean hits one small group more often than it has repair for; a step shares it
out among several.</p>
{tables}
</body>
</html>
"""


def _table(channel: str, found: Sequence[Curve]) -> str:
    head = "".join(f"<th>{100 * rate:g} %</th>" for rate in RATES)
    rows = "\n".join(_row(curve) for curve in found if curve.channel == channel)
    return (
        f"<h2>{escape(channel.capitalize())}</h2>\n<table><tr><th>lost</th><th>repair</th>{head}</tr>\n{rows}\n</table>"
    )


def _row(curve: Curve) -> str:
    cells = "".join(f"<td>{100 * share:.1f}</td>" for share in curve.shares)
    return f"<tr><td>{escape(curve.choice)}</td><td>{curve.overhead:.0%}</td>{cells}</tr>"


def main() -> int:
    """Write both; gives the exit status."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    assert len(COLOURS) == len(MARKERS) == len(CHOICES)
    found = fec_losses.curves()
    svg = picture(found)
    for name, text in (("fec.svg", svg), ("fec.html", page(found, svg))):
        (REPORTS / name).write_text(text, "utf-8")
        print(f"written: reports/{name}, {len(text.encode()):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
