"""The parts that plugins of others have in a run of pytest."""

from __future__ import annotations

import pytest

_WORKER = "__channelexec__"
"""The module of the part of pytest-xdist that runs in a worker, which gets there as text."""
_OWN = ("_pytest.", "xdist.", _WORKER, "_hypothesis_pytestplugin", "random_order.", f"{__name__.partition('.')[0]}.")
"""pytest, what the suite needs besides, and the suite: they do nothing to a case that passes."""


def foreign(config: pytest.Config, hook: str) -> bool:
    """Whether a plugin that nobody here knows has a part in this hook."""
    return any(
        not str(getattr(impl.function, "__module__", "")).startswith(_OWN)
        for impl in getattr(config.hook, hook).get_hookimpls()
    )
