"""A plugin for runs against a server with SPEED times our seconds: `-p conformance.tests.server.short_waits`."""

from __future__ import annotations

from conformance.server import server
from conformance.server.conversation import Waits

SPEED = 10
_USUAL = Waits()
SHORT = Waits(begin=tuple(seconds / SPEED for seconds in _USUAL.begin), limit=_USUAL.limit / SPEED)

vars(server)["Waits"] = lambda: SHORT
