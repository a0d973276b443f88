"""Testees that keep what floods of streams and repair bring, or are lamed by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from resonant.errors import DropCode
from resonant.peer.state import recv_groups

from ..engine.patches import edited, replaced, wrapped
from .wrong import breaking

Method = Callable[..., Any]
OUTBOX = "peer.state.outbox"
GROUPS = "peer.state.recv_groups"
_COPIES = 7
_ANY = 1 << 40


def _copied(right: Method) -> Method:
    kept: list[Any] = []

    def put(self: Any, draft: Any) -> None:
        right(self, draft)
        for _ in range(_COPIES):
            kept.append([replace(one, payload=bytes(bytearray(one.payload))) for one in draft.slices])

    return put


def _keeping(right: Method) -> Method:
    kept: list[Any] = []

    def close(self: Any, *given: Any) -> None:
        kept.append(dict(self.held))
        right(self, *given)

    return close


def _noting(right: Method) -> Method:
    kept: list[Any] = []

    def take(self: Any, repair: Any, *given: Any) -> Any:
        kept.append(repair)
        return right(self, repair, *given)

    return take


def _first_come(right: Method) -> Method:
    def take(self: Any, repair: Any, *given: Any) -> Any:
        full = self._repair_bytes() + len(repair.parity) > recv_groups.MAX_REPAIR_BYTES
        return DropCode.BUFFER_LIMIT if full else right(self, repair, *given)

    return take


WRONG = (
    breaking(
        "frames-that-wait",
        "any-bytes-wait",
        "Lets 1,024 frames wait, however large they are.",
        replaced(f"{OUTBOX}.MAX_WAITING_BYTES", _ANY),
    ),
    breaking(
        "frames-that-wait",
        "waiting-frames-copied",
        "Keeps eight copies of each frame that waits.",
        wrapped(f"{OUTBOX}.Outbox.put", _copied),
    ),
    breaking(
        "frames-that-wait",
        "reset-makes-no-room",
        "Counts what a reset has thrown away as waiting for ever.",
        edited(f"{OUTBOX}.Outbox.throw_away", "self._out(stream)", "stream.waiting.popleft()"),
    ),
    breaking(
        "rapid-resets",
        "reset-streams-kept",
        "Keeps what waited on streams that were reset.",
        wrapped("peer.state.recv_stream.RecvStream.close", _keeping),
    ),
    breaking(
        "rapid-resets",
        "resets-counted-for-ever",
        "Counts a stream that was reset as open for ever.",
        edited(
            "peer.state.recv_streams.RecvStreams.counted",
            "while self.resets and now_ms - self.resets[0] >= RESET_COUNTS_MS:",
            "while False:",
        ),
    ),
    breaking(
        "frames-kept",
        "all-frames-kept",
        "Keeps any number of bytes of frames for recovery.",
        replaced(f"{GROUPS}.KEPT_BYTES", _ANY),
    ),
    breaking(
        "repair-flood",
        "first-groups-known",
        "Knows the first 64 groups for ever, and takes no repair of others.",
        edited(f"{GROUPS}.RecvGroups.take", "popitem(last=False)", "popitem(last=True)"),
    ),
    breaking(
        "repair-flood",
        "repair-held-twice",
        "Keeps all repair a second time, whatever becomes of it.",
        wrapped(f"{GROUPS}.RecvGroups.take", _noting),
    ),
    breaking(
        "repair-flood",
        "first-repair-kept",
        "Keeps the first 16 MiB of repair, and drops what comes later.",
        wrapped(f"{GROUPS}.RecvGroups.take", _first_come),
    ),
)
