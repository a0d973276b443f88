"""What a check needs of a testee."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from adapters.driver import Address, Answer, Hello


class Asks(Protocol):
    """Something that answers ops: a testee behind the driver, or a stand-in of the same manners."""

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        """Have an op performed; never raises for what the implementation does."""


class AsksPeers(Asks, Protocol):
    """A testee whose peers can be spoken to. Both properties raise StartError if it cannot be started."""

    @property
    def wire_address(self) -> Address | None:
        """Where its wire socket is, None if nobody knows."""

    @property
    def hello(self) -> Hello:
        """What it said of itself."""
