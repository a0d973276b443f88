"""The law on managed streams at a client: it asks for the session, and streams go down to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hypothesis.stateful import initialize, precondition, rule

from .managed import MUX_CONFIG, THEIRS
from .managed_machine import ManagedMachine
from .sender import HANDSHAKE_STREAM, capability

FIRST_PING = 101
"""The stream_id of a client's second handshake; further ones are behind it."""
CLIENT_BEGINNING: Mapping[str, Any] = {
    "role": "client",
    "config": dict(MUX_CONFIG),
    "stream_id": HANDSHAKE_STREAM,
    "steps": [],
}


class ManagedClientMachine(ManagedMachine):
    """The same events at a client."""

    beginning: ClassVar[Mapping[str, Any]] = CLIENT_BEGINNING
    toward: ClassVar[str] = "down"

    @initialize()
    def begin(self) -> None:
        """The first handshake, for which the client has pinged by itself."""
        self._shake_hands(HANDSHAKE_STREAM)

    @precondition(lambda self: not self._receiver.session)
    @rule()
    def handshake(self) -> None:
        """The client is asked for another handshake, once its session has ended."""
        self._renegotiate(on_mux=True)

    def _renegotiate(self, *, on_mux: bool) -> None:
        stream_id = FIRST_PING + self._pings
        self._pings += 1
        self._say({"act": {"kind": "ping", "stream_id": stream_id}})
        self._shake_hands(stream_id, on_mux=on_mux)

    def _shake_hands(self, stream_id: int, *, on_mux: bool = True) -> None:
        self.model.ping(stream_id)
        self._check()
        self.model.agree(on_mux=on_mux)
        self._send(capability(stream_id, **({"mux": dict(THEIRS)} if on_mux else {})))
