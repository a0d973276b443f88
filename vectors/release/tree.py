"""The contents of a release, and the names in it."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "resonant-conformance"
NAME = "resonant-vectors"
MANIFEST = "release.json"
SIGNATURE = "release.sig"
DATA = "vectors/data/"
"""Below this are the vector files."""
CANARY = "canary/"
CANARY_KEY = "canary/key.json"


class ReleaseError(Exception):
    """A release that cannot be made or read; the text says why."""


def suite_version(root: Path = ROOT) -> str:
    """The version of the suite, from pyproject.toml; the release has the same. Raises OSError, ValueError, KeyError."""
    found: str = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    return found


def folder_name(version: str) -> str:
    """The one folder that an archive holds, and the archive's name without its ending."""
    return f"{NAME}-{version}"
