"""What plugins of others do in a run of pytest."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_OWN = ("_pytest.", "xdist.", "_hypothesis_pytestplugin", "random_order.", f"{__name__.partition('.')[0]}.")
"""pytest, what the suite needs besides, and the suite: they do nothing to a case that passes."""


def foreign(config: pytest.Config, hook: str) -> bool:
    """Whether a plugin that nobody here knows has a part in this hook."""
    return any(
        not str(getattr(impl.function, "__module__", "")).startswith(_OWN)
        for impl in getattr(config.hook, hook).get_hookimpls()
    )


@contextmanager
def unrewritten() -> Iterator[None]:
    """Import as Python does: pytest rewrites the asserts of packages with a plugin, hundreds of them in Hypothesis.

    That takes half a second of each run where Python does not keep byte code.
    """
    finders = sys.meta_path[:]
    sys.meta_path[:] = [one for one in finders if type(one).__name__ != "AssertionRewritingHook"]
    try:
        yield
    finally:
        sys.meta_path[:] = finders
