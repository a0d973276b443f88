"""The curves of adaptive quantization: what every one of them must be, whatever is drawn."""

from __future__ import annotations

from itertools import pairwise

from reference.simulation.adapt_sizes import DECIBELS, curves, tolerance_of


def test_more_tolerance_never_takes_more_bytes() -> None:
    for curve in curves():
        assert all(before >= after for before, after in pairwise(curve.bytes_each)), curve.name


def test_the_curves_are_the_same_each_time_and_show_every_form() -> None:
    found = curves()
    assert found == curves()
    assert {form for curve in found for form in curve.forms} == {"f16", "sparse", "i8", "q4"}


def test_tolerances_are_those_that_the_specification_names() -> None:
    """specs/adaptive.md section 1: 20 dB and 30 dB."""
    assert (tolerance_of(20), tolerance_of(30), tolerance_of(0)) == (167_772, 16_777, 1 << 24)
    assert sorted(DECIBELS, reverse=True) == list(DECIBELS)
