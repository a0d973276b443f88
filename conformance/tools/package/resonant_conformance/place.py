"""Finds the suite, as a checkout or installed. Imports nothing, as every session of pytest and every run loads it."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

NAME = "resonant_conformance"
_HERE = Path(__file__).resolve().parent
INSTALLED = (_HERE / "conformance").is_dir()
"""Whether this is the package of a wheel, and no checkout."""
SUITE = _HERE / "conformance" if INSTALLED else _HERE.parents[2]
"""Found without an import: every session of pytest loads this, and a checkout's folders have names that others use."""
FOLDERS = ("adapters", "conformance", "reports")


def lead_to_suite() -> None:
    """Have the folders of a checkout found before those of the same names where the run was started.

    They are imported at once: pytest will put folders of its own first. Raises UsageError if it is too late for that.
    """
    if INSTALLED:
        return
    sys.path.insert(0, str(SUITE.parent))
    for name in FOLDERS:
        module = import_module(name)
        found = Path(next(iter(getattr(module, "__path__", [module.__file__ or ""])))).resolve()
        if found != (SUITE.parent / name).resolve():
            import pytest  # noqa: PLC0415 - which nobody else needs here

            raise pytest.UsageError(
                f"{found} was imported before the suite, whose {name} has the same name; "
                "start the suite with resonant-conformance run"
            )
