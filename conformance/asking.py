"""What a check needs of a testee."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from adapters.driver import Answer


class Asks(Protocol):
    """Something that answers ops: a testee behind the driver, or a stand-in of the same manners."""

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        """Have an op performed; never raises for what the implementation does."""
