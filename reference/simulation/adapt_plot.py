"""The bytes of adaptive quantization as a picture: reports/adapt.svg, which reference/models/README.md shows."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import adapt_sizes
from adapt_sizes import DECIBELS, Curve

try:
    import matplotlib as mpl
    from matplotlib import pyplot
except ImportError as missing:
    sys.exit(f"adapt_plot.py draws with matplotlib: run `make adapt-plot`, which installs it ({missing})")

REPORTS = Path(__file__).resolve().parents[2] / "reports"
COLOURS = ("#1f78b4", "#d95f02", "#7570b3", "#e6ab02", "#1b9e77")
MARKERS = {"f16": "o", "sparse": "x", "i8": "s", "q4": "D"}
STYLE = {"svg.hashsalt": "adapt", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False}
STYLE |= {"axes.spines.right": False}


def picture(found: Sequence[Curve]) -> str:
    """The plot as SVG, a line for each tensor and a marker for each form; the same bytes for the same curves."""
    with mpl.rc_context(STYLE):
        figure, plot = pyplot.subplots(figsize=(8, 4.6), layout="constrained")
        for shift, (curve, colour) in enumerate(zip(found, COLOURS, strict=True)):
            plot.step(DECIBELS, curve.bytes_each, where="post", color=colour, linewidth=1.3, label=curve.name)
            for form, marker in MARKERS.items():
                at = [place for place, one in enumerate(curve.forms) if one == form and place % len(found) == shift]
                points = [DECIBELS[place] for place in at], [curve.bytes_each[place] for place in at]
                plot.plot(*points, marker, color=colour, markersize=3.5)
        for form, marker in MARKERS.items():
            plot.plot([], [], marker, color="#777777", markersize=4, label=form)
        plot.set_title("Activations of all-MiniLM-L6-v2, 4 × 384 elements each")
        plot.set_xlabel("tolerated error, dB below the energy of the tensor")
        plot.set_ylabel("bytes for an element, entries included")
        plot.set_xlim(max(DECIBELS) + 1, min(DECIBELS) - 1)
        plot.set_ylim(0, 2.1)
        plot.grid(alpha=0.25)
        figure.legend(loc="outside lower center", ncols=4, frameon=False)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    return out.getvalue()


def main() -> int:
    """Write it; gives the exit status."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    svg = picture(adapt_sizes.curves())
    (REPORTS / "adapt.svg").write_text(svg, "utf-8")
    print(f"written: reports/adapt.svg, {len(svg.encode()):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
