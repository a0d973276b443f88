"""The version of a release: that of pyproject.toml, of the package, and of the newest entry of the changelog."""

from __future__ import annotations

import re

import pytest
import resonant

from vectors.release.tree import ROOT, suite_version


def released_in(changelog: str) -> list[str]:
    """The versions of a changelog in the form of Keep a Changelog, the newest first."""
    return re.findall(r"^## \[?(\d+\.\d+\.\d+\S*?)\]?(?: - \d{4}-\d{2}-\d{2})?$", changelog, re.M)


def test_the_changelog_begins_with_the_version_of_the_suite_once_there_is_a_release() -> None:
    versions = released_in((ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert versions[:1] in ([], [suite_version()])


def test_the_package_says_the_same_version_as_what_is_installed() -> None:
    assert resonant.__version__ == suite_version()


@pytest.mark.parametrize(
    ("changelog", "expected"),
    [
        ("# Changelog\n\n## Unreleased\n\n### Added\n", []),
        ("## Unreleased\n\n## 1.2.0 - 2030-01-01\n\n## [1.1.0] - 2029-01-01\n", ["1.2.0", "1.1.0"]),
    ],
)
def test_versions_are_found_whether_they_are_links_or_not(changelog: str, expected: list[str]) -> None:
    assert released_in(changelog) == expected
