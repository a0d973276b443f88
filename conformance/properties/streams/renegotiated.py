"""The laws on managed streams where later handshakes agree on other bounds, or on no multiplexing any more."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from .managed_client import ManagedClientMachine
from .managed_machine import ManagedMachine
from .sending import ALLOWED, MORE_ALLOWED
from .sending_client import ClientSendingMachine
from .sending_machine import FRAMES, SendingMachine

_ON_MUX = st.sampled_from((False, False, True))
_AGREEMENTS = st.sampled_from((ALLOWED, MORE_ALLOWED, None, None))
_WHICH = st.integers(0, 7)
_COUNTS = st.sampled_from((1, FRAMES, FRAMES + 4))


class RenegotiatedMachine(ManagedMachine):
    """The events at a server that receives, and handshakes between them."""

    @rule(on_mux=_ON_MUX)
    def renegotiate(self, on_mux: bool) -> None:
        """Another handshake, with multiplexing or without, whether there is a session already or not."""
        self._renegotiate(on_mux=on_mux)


class RenegotiatedClientMachine(ManagedClientMachine, RenegotiatedMachine):
    """The same at a client."""


class SendingAnewMachine(SendingMachine):
    """The events at a server that sends, and handshakes between them."""

    @rule(allowed=_AGREEMENTS)
    def renegotiate(self, allowed: Mapping[str, int] | None) -> None:
        """Another handshake, with multiplexing or without."""
        self._renegotiate(allowed)

    @precondition(lambda self: self._model.streams)
    @rule(stream=_WHICH, count=_COUNTS, allowed=_AGREEMENTS)
    def say_under_another_agreement(self, stream: int, count: int, allowed: Mapping[str, int] | None) -> None:
        """Data frames of a stream that is managed as it was when it began (MUX-4)."""
        self._renegotiate(allowed)
        self.say(stream=stream, count=count)


class ClientSendingAnewMachine(ClientSendingMachine, SendingAnewMachine):
    """The same at a client."""
