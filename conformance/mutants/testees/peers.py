"""Testees whose ops on peers are wrong, and some whose peers mistake streams, as the law on streams finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from adapters.testee_kit import BadRequestError

from ..engine.patches import Change, both, replaced, wrapped
from .wrong import Reply, WrongTestee, breaking, on_reply

Method = Callable[..., Any]
Endpoint = Any  # of adapters/reference, which is in no package
ENDPOINT = "peer_endpoint.Endpoint"
STREAM = "peer.state.recv_stream.RecvStream"


def _backwards(right: Method) -> Method:
    def changed(self: Any, *given: Any) -> Iterator[Any]:
        yield from reversed(list(right(self, *given)))

    return changed


def _clock_first(right: Method) -> Method:
    def advance(self: Endpoint, ms: int, arrived: Any = None) -> None:
        self._drain = lambda _: self._need_open()
        try:
            right(self, ms)
        finally:
            del self._drain
        self._drain(arrived)

    return advance


def _moved_by_polls(right: Method) -> Method:
    def poll(self: Endpoint, *given: Any) -> Any:
        self.advance(125)
        return right(self, *given)

    return poll


def jumping(right: Method) -> Method:
    """Deadlines are met all at the end: of what would have been sent on the way, the last datagram is."""

    def advance(self: Endpoint, ms: int, arrived: Any = None) -> None:
        kept: list[tuple[Any, ...]] = []
        self._drain(arrived)
        self._send = lambda *what: kept.append(what)
        try:
            right(self, ms)
        finally:
            del self._send
        for what in kept[-1:]:
            self._send(*what)

    return advance


def _going_on(right: Method) -> Method:
    def reset(self: Endpoint) -> None:
        now_ms = getattr(self, "_now_ms", 0)
        right(self)
        self._now_ms = now_ms

    return reset


def _sent_with_the_next_op() -> Change:
    kept: list[tuple[Any, ...]] = []

    def keeping(right: Method) -> Method:
        def request(self: Endpoint, *given: Any) -> None:
            self._send = lambda *what: kept.append(what)
            try:
                right(self, *given)
            finally:
                del self._send

        return request

    def sending(right: Method) -> Method:
        def changed(self: Endpoint, *given: Any) -> Any:
            while kept:
                self._send(*kept.pop(0))
            return right(self, *given)

        return changed

    return both(
        wrapped(f"{ENDPOINT}.request", keeping),
        wrapped(f"{ENDPOINT}.poll", sending),
        wrapped(f"{ENDPOINT}.advance", sending),
    )


def _refusal_is_an_error(op: str, reply: Reply) -> Reply:
    return {"error": reply["reject"]["code"]} if op == "peer_send" and "reject" in reply else reply


def _told_twice(right: Method) -> Method:
    told: list[Any] = []

    def poll(self: Endpoint, *given: Any) -> list[Any]:
        found: list[Any] = right(self, *given)
        again, told[:] = list(told), found if len(self._peers.links) > 1 else []
        return again + found

    return poll


def _of_the_last_peer(right: Method) -> Method:
    def poll(self: Endpoint, *given: Any) -> list[Any]:
        return [told for told in right(self, *given) if told[0] in self._peers.links[-1:]]

    return poll


def _opened_over(right: Method) -> Method:
    def opened(self: Endpoint, *how: Any) -> None:
        self.close()
        right(self, *how)

    return opened


def _poll_of_nothing(right: Method) -> Method:
    return lambda self, *given: [] if self._peers is None else right(self, *given)


def _nothing_to_close(right: Method) -> Method:
    def close(self: Endpoint) -> None:
        if self._peers is None:
            raise BadRequestError("nothing is open")
        right(self)

    return close


def _closing_anyway(right: Method) -> Method:
    def reset(self: Endpoint) -> None:
        self._peers = "being reset"
        right(self)

    return reset


def no_difference(_self: Any, _ending: Any) -> None:
    """Nothing ever differs."""


def _first_missing(right: Method) -> Method:
    def missing(self: Any, below: int) -> Any:
        return right(self, below)[:1]

    return missing


WRONG = (
    breaking(
        "waiting-in-order",
        "newest-datagram-first",
        "Handles what waits from the newest to the oldest.",
        wrapped(f"{ENDPOINT}._waiting", _backwards),
    ),
    breaking(
        "waiting-before-time",
        "clock-before-datagrams",
        "Moves the clock before it handles what waits.",
        wrapped(f"{ENDPOINT}.advance", _clock_first),
    ),
    breaking(
        "clock-by-advance",
        "polls-move-the-clock",
        "Moves the clock by polls.",
        wrapped(f"{ENDPOINT}.poll", _moved_by_polls),
    ),
    breaking(
        "clock-by-advance",
        "deadlines-jumped",
        "Moves the clock over deadlines.",
        wrapped(f"{ENDPOINT}.advance", jumping),
    ),
    breaking(
        "clock-by-advance",
        "reset-keeps-the-clock",
        "Leaves the clock at reset.",
        wrapped(f"{ENDPOINT}.reset", _going_on),
    ),
    breaking(
        "sent-before-the-reply",
        "sent-with-the-next-op",
        "Sends what peer_send made at the next op.",
        _sent_with_the_next_op(),
    ),
    breaking(
        "sent-before-the-reply",
        "send-rejects-as-errors",
        "Answers `error` where peer_send is rejected.",
        on_reply(_refusal_is_an_error),
    ),
    breaking("events-once", "events-told-twice", "Tells events twice.", wrapped(f"{ENDPOINT}.poll", _told_twice)),
    breaking(
        "events-once",
        "events-of-the-last-peer",
        "Tells the events of the last peer only.",
        wrapped(f"{ENDPOINT}.poll", _of_the_last_peer),
    ),
    breaking("open-once", "opened-over", "Opens over what is open.", wrapped(f"{ENDPOINT}.open", _opened_over)),
    breaking(
        "open-once",
        "poll-of-nothing",
        "Answers a poll while nothing is open.",
        wrapped(f"{ENDPOINT}.poll", _poll_of_nothing),
    ),
    breaking(
        "open-once",
        "nothing-to-close",
        "Refuses peer_close while nothing is open.",
        both(wrapped(f"{ENDPOINT}.close", _nothing_to_close), wrapped(f"{ENDPOINT}.reset", _closing_anyway)),
    ),
)

WRONG_STREAMS = (
    WrongTestee(
        "stream-held-backwards",
        "Delivers what was held backwards.",
        ("STM-7",),
        wrapped(f"{STREAM}.take", _backwards),
    ),
    WrongTestee(
        "stream-nothing-compared",
        "Compares a stream with neither HEAD nor TAIL.",
        ("STM-16",),
        replaced(f"{STREAM}.difference", no_difference),
    ),
    WrongTestee(
        "stream-says-one-missing",
        "Says one missing number, whatever else is missing.",
        ("STM-12",),
        wrapped(f"{STREAM}.missing", _first_missing),
    ),
)
