"""Places: the repository that the site is made of, and links between pages, which are relative."""

from __future__ import annotations

from pathlib import Path
from posixpath import dirname, relpath

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "website"


def link(page: str, target: str) -> str:
    """The target, a path from the root of the site, as a link in this page."""
    path, mark, anchor = target.partition("#")
    if path == page and anchor:
        return mark + anchor
    return relpath(path, dirname(page) or ".") + mark + anchor


def up(page: str) -> str:
    """The root of the site as seen from this page; empty at the root, else with a slash at its end."""
    return "../" * page.count("/")


def slug(text: str) -> str:
    """A name that paths and anchors may have."""
    words = "".join(one.lower() if one.isalnum() and one.isascii() else " " for one in text).split()
    return "-".join(words) or "x"
