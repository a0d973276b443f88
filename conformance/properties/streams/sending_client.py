"""The law on managed streams that are sent, at a client: it asks for the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hypothesis.stateful import initialize

from ...model.peer_requests import CONFIG
from .managed import OWN
from .managed_client import FIRST_PING
from .sender import HANDSHAKE_STREAM, capability
from .sending import ALLOWED
from .sending_machine import SendingMachine


class ClientSendingMachine(SendingMachine):
    """The same events at a client."""

    beginning: ClassVar[Mapping[str, Any]] = {
        "role": "client",
        "config": {**CONFIG, "mux": OWN},
        "stream_id": HANDSHAKE_STREAM,
        "steps": [],
    }
    toward: ClassVar[str] = "up"

    @initialize()
    def begin(self) -> None:
        """The handshake, for which the client has pinged by itself."""
        self._answer(HANDSHAKE_STREAM, ALLOWED)

    def _renegotiate(self, allowed: Mapping[str, int] | None) -> None:
        stream_id = self._model.handshake + 1 if self._model.handshake > HANDSHAKE_STREAM else FIRST_PING
        self._say({"act": {"kind": "ping", "stream_id": stream_id}})
        self._answer(stream_id, allowed)

    def _answer(self, stream_id: int, allowed: Mapping[str, int] | None) -> None:
        self._model.expectation.send(stream_id, {"json": {"method": "ping", "mux": OWN}})
        self._check()
        theirs = {} if allowed is None else {"mux": dict(allowed)}
        self._say({"send": capability(stream_id, **theirs).datagram.hex()})
        self._model.handshake = stream_id
        self._established(allowed)
