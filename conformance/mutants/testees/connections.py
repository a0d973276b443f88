"""Testees whose ops on peers are wrong over TCP, and some that say something wrong of their transports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..engine.patches import Change, edited, wrapped
from .wrong import Reply, breaking, on_reply

Method = Callable[..., Any]
CONNECTION, WIRE = "tcp_wire.Connection", "tcp_wire.TcpWire"
_COPIES = 7


def _without_transports(op: str, reply: Reply) -> Reply:
    if op == "hello" and "ok" in reply:
        return {"ok": {name: value for name, value in reply["ok"].items() if name != "transports"}}
    return reply


def _whatever_came(right: Method) -> Method:
    return lambda self, _most, deadline: right(self, 1 << 16, deadline)


def _not_awaited(right: Method) -> Method:
    def arrivals(self: Any, arrived: Any, _deadline: float) -> Iterator[Any]:
        while not self.over and (self.taken < arrived.bytes or arrived.ended):
            what = self._next(arrived.bytes - self.taken or 1, 0.0)
            if what is None:
                return
            yield from _noted(self, what)

    del right
    return arrivals


def _noted(connection: Any, what: Any) -> Iterator[Any]:
    if isinstance(what, bytes):
        connection.taken += len(what)
    else:
        connection.over = True
    yield what


def _end_unseen(right: Method) -> Method:
    def arrivals(self: Any, arrived: Any, deadline: float) -> Iterator[Any]:
        return right(self, type(arrived)(arrived.link, arrived.bytes), deadline)  # type: ignore[no-any-return]

    return arrivals


def _since_the_last_op(right: Method) -> Method:
    def take_sent(self: Any) -> dict[str, int]:
        before = dict(self._told)
        return {link: count - before.get(link, 0) for link, count in right(self).items()}

    return take_sent


def _told_again(right: Method) -> Method:
    def take_sent(self: Any) -> dict[str, int]:
        right(self)
        return {link: one.sent for link, one in self.connections.items()}

    return take_sent


def _before_the_lengths(right: Method) -> Method:
    return lambda self: {link: count - 4 for link, count in right(self).items()}


def _copied(right: Method) -> Method:
    def write(self: Any, data: bytes) -> None:
        kept = getattr(self, "kept", [])
        kept.extend(bytearray(data) for _ in range(_COPIES))
        self.kept = kept
        right(self, data)

    return write


def _written_at_once(right: Method) -> Method:
    def write(self: Any, data: bytes) -> None:
        self._socket.setblocking(True)
        self._socket.sendall(data)
        self._socket.setblocking(False)
        self.sent += len(data)

    del right
    return write


def _ended_well(right: Method) -> Method:
    del right
    return lambda self, link, now_ms: self.receive_end(link, now_ms)


def _unheard(right: Method) -> Method:
    del right
    return lambda _self, _link, _now_ms: None


def _without_bound() -> Change:
    return edited("transport.pipe.Pipe.feed", "frames = self", "self.unsent = -(1 << 40)\nframes = self")


WRONG = (
    breaking(
        "transports-named", "names-no-transport", "Claims tcp and does not name it.", on_reply(_without_transports)
    ),
    breaking(
        "arrived-in-parts",
        "takes-what-came",
        "Takes more bytes of a connection than the op says.",
        wrapped(f"{CONNECTION}._next", _whatever_came),
    ),
    breaking(
        "arrived-in-parts",
        "awaits-nothing",
        "Does not wait for bytes that are announced.",
        wrapped(f"{CONNECTION}.arrivals", _not_awaited),
    ),
    breaking(
        "arrived-in-parts",
        "ends-unseen",
        "Takes no end of a connection.",
        wrapped(f"{CONNECTION}.arrivals", _end_unseen),
    ),
    breaking(
        "sent-told",
        "sent-of-one-op",
        "Tells only the bytes that the op sent.",
        wrapped(f"{WIRE}.take_sent", _since_the_last_op),
    ),
    breaking(
        "sent-told",
        "sent-told-again",
        "Tells what was sent of every connection each time.",
        wrapped(f"{WIRE}.take_sent", _told_again),
    ),
    breaking(
        "sent-told",
        "sent-without-length",
        "Leaves the first length out of what it says was sent.",
        wrapped(f"{WIRE}.take_sent", _before_the_lengths),
    ),
    breaking(
        "nobody-there",
        "no-server-is-an-end",
        "Takes a connection that cannot be made for one that ended well.",
        wrapped("endpoint.endpoint.Endpoint.receive_reset", _ended_well),
    ),
    breaking(
        "nobody-there",
        "no-server-is-silence",
        "Waits for a server that is not there.",
        wrapped("endpoint.endpoint.Endpoint.receive_reset", _unheard),
    ),
    breaking("never-read", "keeps-all", "Keeps any number of bytes for a slow reader.", _without_bound()),
    breaking(
        "never-read",
        "keeps-copies",
        "Keeps eight copies of what it sends.",
        wrapped(f"{CONNECTION}.write", _copied),
    ),
    breaking(
        "never-read",
        "awaits-readers",
        "Waits until the other end reads.",
        wrapped(f"{CONNECTION}.write", _written_at_once),
    ),
)
