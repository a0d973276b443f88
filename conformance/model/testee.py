"""The interface of a testee that checks rely on."""

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
    def wires(self) -> Mapping[str, Address]:
        """The address of each wire by the name of its transport, of those that are known."""

    @property
    def hello(self) -> Hello:
        """The testee's reply to hello."""
