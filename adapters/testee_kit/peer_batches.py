"""Many requests for ops on peers in one message (specs/testee.md section 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .requests import Op, reply_to
from .schema import U32, BadRequestError, any_value, array

_MOST = 300
_OPS = frozenset({"peer_open", "peer_send", "peer_poll", "peer_advance", "peer_close", "reset"})
"""Those that may stand in a peer_batch (TST-35)."""


class DatagramWire(Protocol):
    """The wire of `udp`, as far as a peer_batch is concerned with it."""

    def take_at_most(self, datagrams: int | None) -> None:
        """The ops that follow take so many of the datagrams that wait, and leave the others; None: they take all."""

    def count_sent(self) -> Mapping[str, int]:
        """How many datagrams were sent to each link since the last call."""


def peer_batch(ops: Callable[[], Mapping[str, Op]], refusal: type[Exception], wire: Callable[[], DatagramWire]) -> Op:
    """The op `peer_batch` of a testee with these ops (TST-34, TST-35). refusal: as for `answer`."""

    def perform(requests: list[Any], datagrams: list[int]) -> dict[str, Any]:
        if len(requests) != len(datagrams):
            raise BadRequestError("input.datagrams has not a number for each of input.requests")
        replies, sent = [], []
        gate = wire()
        gate.count_sent()
        try:
            for request, count in zip(requests, datagrams, strict=True):
                gate.take_at_most(count)
                replies.append(reply_to(ops(), refusal, request, _OPS, "peer_batch"))
                sent.append(gate.count_sent())
        finally:
            gate.take_at_most(None)
        return {"replies": replies, "datagrams": sent}

    return Op({"requests": array(any_value, 1, _MOST), "datagrams": array(U32, 1, _MOST)}, {}, perform)
