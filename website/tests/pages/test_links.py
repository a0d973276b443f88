"""Every page of the site as it lies in its folder."""

from __future__ import annotations

from pathlib import Path

from website.checks import faults


def test_every_link_leads_somewhere_and_nothing_is_too_large(site: Path) -> None:
    assert list(faults(site)) == []


def test_every_case_and_clause_has_its_place(site: Path) -> None:
    assert len(list(site.glob("vectors/*/**/*.html"))) > 400
    assert (site / "spec/1.0/frame.html").read_text("utf-8").count('<li class="clause"') > 30
