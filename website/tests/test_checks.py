"""The check of links bites: each that leads nowhere is named, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from website.checks import faults

POLICY = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Two pages, one in a folder, and a file outside."""
    folder = tmp_path / "site"
    (folder / "below").mkdir(parents=True)
    for name in ("index.html", "below/page.html"):
        (folder / name).write_text(f'{POLICY}<p id="here">', "utf-8")
    (tmp_path / "outside.html").write_text("", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("below/page.html", ""),
        ("below/page.html#here", ""),
        ("#here", ""),
        ("https://example.org/", ""),
        ("page.html", "links to page.html"),
        ("below", "links to below"),
        ("../outside.html", "links to ../outside.html"),
        ("/index.html", "links to /index.html"),
        ("below/page.html#there", "links to below/page.html#there, which has no such place"),
        ("#there", "links to #there, which has no such place"),
    ],
)
def test_a_link_that_leads_nowhere_is_named(site: Path, link: str, says: str) -> None:
    with (site / "index.html").open("a", encoding="utf-8") as page:
        page.write(f'<a href="{link}">')
    assert list(faults(site)) == ([f"index.html: {says}"] if says else [])


def test_a_link_is_told_by_the_folder_of_its_page(site: Path) -> None:
    for name in ("index.html", "below/page.html"):
        with (site / name).open("a", encoding="utf-8") as page:
            page.write('<a href="page.html">')
    assert list(faults(site)) == ["index.html: links to page.html"]
