"""All that a dialogue sends and asks for, ahead of what comes of it, and all that has to come of it.

Nothing that a dialogue sends depends on what it receives. So its requests can travel together, as long as the testee
takes with each of them what was sent before it and nothing else (TST-34, TST-28).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from adapters.driver import PeerRequest, input_bytes, request_with

from .ends import MAX_BYTES, MAX_DATAGRAMS, Ends
from .found import Check, Found
from .steps import (
    Act,
    Advance,
    Dialogue,
    Events,
    Expect,
    ExpectAgain,
    ExpectBytes,
    ExpectNothing,
    Send,
    SendEach,
    Write,
)

MAX_REQUEST_BYTES: Final = 50_000
"""So that most batches are one piece."""
_ARRIVED: Final = {"link", "bytes"}
"""The usual members of what has arrived, whose JSON is made here: there is one for nearly every frame."""
_SYNC_BYTES: Final = 1024
"""More than a frame with JSON has in dialogues."""


Outgoing: TypeAlias = Sequence[Callable[[], None]]
"""Each sends a part of what ends have to send, in this order."""


class Round(NamedTuple):
    """The requests of one message, and what ends send before it."""

    requests: Sequence[PeerRequest]
    before: Outgoing


class GatheredEnds(Ends, Protocol):
    """Those whose frames can be sent many at a time."""

    def room(self, letter: str, size: int) -> int:
        """How many frames of this size may be under way besides, less than one if none may."""

    def send_all(self, letter: str, frames: Sequence[bytes]) -> None:
        """Send frames to the testee one after another."""


class Script:
    """Has ends send what a dialogue sends, and says which ops to ask for at a time, and what all of it is held to.

    The ops, and what is under way with each, are those of a `Player`.
    """

    def __init__(self, ends: GatheredEnds, gathered: Callable[[], Outgoing], role: str) -> None:
        """gathered: gives, once, what the ends were told to send and have not sent."""
        self._ends, self._gathered, self._role = ends, gathered, role
        self.checks: list[tuple[Check, Any]] = []
        """In the order of a player's; each that begins with a reply takes the next one."""
        self._requests: list[PeerRequest] = []
        self._ready: list[Round] = []
        """Those that have not been given out yet."""
        self._polled = False
        self._flying = 0
        self._sizes: dict[str, int] = {}
        self._begin_batch()

    def rounds(self, dialogue: Dialogue) -> Iterator[Round]:
        """The rounds one after another, each made when it is asked for; `rest` is the last one.

        The first one opens the peer, and no end sends anything before it.
        """
        self._open(dialogue)
        yield from self._given_out()
        for link in dialogue.links:
            self._ends.join(link)
            self._settle()
        for step in dialogue.steps:
            if type(step) is SendEach:
                yield from self._send_each(step)
            else:
                _STEPS[type(step)](self, step)
            if self._ready:
                yield from self._given_out()
        self._poll()
        self.checks.append((Found.nothing_left, None))
        yield from self._given_out()

    def rest(self, *, close: bool) -> Round:
        """The round behind all others. close: close the peer as well."""
        if close:
            self._ask("peer_close", {}, Found.done)
        return Round(self._requests, self._gathered())

    def _given_out(self) -> Iterator[Round]:
        ready, self._ready = self._ready, []
        return iter(ready)

    def _open(self, dialogue: Dialogue) -> None:
        """Open the peer and the other ends."""
        self._ask("reset", {}, Found.done)
        given: dict[str, Any] = {"role": dialogue.role, "config": dialogue.config}
        given |= self._ends.begin(dialogue.role, dialogue.links, dialogue.datagrams)
        if dialogue.stream_id is not None:
            given["stream_id"] = dialogue.stream_id
        self._ask("peer_open", given, Found.done)
        self.flush()  # only now can others take part

    def flush(self) -> None:
        """Have travel together what is asked for so far."""
        if self._requests:
            self._ready.append(Round(self._requests, self._gathered()))
            self._requests = []
        self._begin_batch()

    def _begin_batch(self) -> None:
        self._request_bytes = self._sent = self._sent_bytes = self._due = self._due_bytes = 0

    def _ask(self, op: str, given: Mapping[str, Any], check: Check, wanted: Any = None) -> None:
        self._ask_with(op, input_bytes(given), check, wanted)

    def _ask_with(self, op: str, given: bytes, check: Check, wanted: Any, taken: int = 0) -> None:
        message = request_with(op, given, "", "")
        self._request_bytes += len(message)
        if self._request_bytes > MAX_REQUEST_BYTES or len(self._requests) >= MAX_DATAGRAMS:
            self.flush()
        self._requests.append(PeerRequest(message, taken))
        self.checks.append((check, wanted))

    def _poll(self) -> None:
        given = self._ends.arrived()
        arrived = given.get("arrived", {})
        if arrived.keys() == _ARRIVED:
            text = b'{"arrived":{"link":"%b","bytes":%d}}' % (arrived["link"].encode(), arrived["bytes"])
        else:
            text = input_bytes(given)
        self._ask_with("peer_poll", text, Found.told, None, taken=self._flying)
        self._ends.handled()
        self._polled, self._flying = True, 0

    def _settle(self) -> None:
        if self._ends.under_way:
            self._poll()

    def _send(self, step: Send) -> None:
        self._datagram(step.link, step.datagram)

    def _send_each(self, step: SendEach) -> Iterator[Round]:
        """As each by itself, but that those between two looks for room go on together, and no more are made ahead."""
        frames, size, left = step.datagrams(), len(step.frame), step.last - step.first + 1
        while left:
            self._make_room(step.link, step.frame)
            if self._ready:
                yield from self._given_out()
            room = min(MAX_DATAGRAMS - self._sent, (MAX_BYTES - self._sent_bytes) // size) + 1  # with this one
            count = max(1, min(left, room, self._ends.room(step.link, size)))
            self._ends.send_all(step.link, list(islice(frames, count)))
            self._flying += count
            self._sent += count - 1
            self._sent_bytes += (count - 1) * size
            left -= count

    def _datagram(self, link: str, datagram: bytes) -> None:
        self._make_room(link, datagram)
        self._ends.send(link, datagram)
        self._flying += 1

    def _write(self, step: Write) -> None:
        self._make_room(step.link, step.data)
        self._ends.write(step.link, step.data)

    def _make_room(self, link: str, data: bytes) -> None:
        """For all that is sent before the replies, no more than what may be under way at once."""
        if not self._ends.has_room(link, data):
            self._poll()
        if self._sent >= MAX_DATAGRAMS or self._sent_bytes + len(data) > MAX_BYTES:
            self.flush()
        self._sent += 1
        self._sent_bytes += len(data)

    def _act(self, step: Act) -> None:
        self._settle()
        self._polled = False
        given = step.text
        if self._role == "server":
            comma = b"," if step.request else b""
            given = b'%b%b"link":"%b"}' % (given[:-1], comma, self._ends.name(step.link).encode())
        self._ask_with("peer_send", given, Found.acted, step.reject)

    def _advance(self, step: Advance) -> None:
        self._settle()
        self._polled = False
        self._ask_with("peer_advance", b'{"ms":%d}' % step.ms, Found.done, None)

    def _expect(self, step: Expect) -> None:
        size = _SYNC_BYTES + sum(len(one["payload"]) for one in step.frame.slices or ()) // 2
        if step.name:
            self._sizes[step.name] = size
        self._await(Found.frame, step, size)

    def _expect_again(self, step: ExpectAgain) -> None:
        self._await(Found.again, step, self._sizes[step.name])

    def _expect_bytes(self, step: ExpectBytes) -> None:
        self._await(Found.datagram, step, len(step.datagram))

    def _expect_nothing(self, step: ExpectNothing) -> None:
        self._await(Found.nothing, step.link, 0)

    def _await(self, check: Check, wanted: Any, size: int) -> None:
        self._settle()
        self.checks.append((check, wanted))
        self._due += 1
        self._due_bytes += size
        if self._due >= MAX_DATAGRAMS or self._due_bytes > MAX_BYTES:
            self.flush()  # what is due finds room where it goes

    def _events(self, step: Events) -> None:
        if self._ends.under_way or not self._polled:
            self._poll()
        self.checks.append((Found.events, step.events))


_STEPS: Mapping[type, Callable[[Script, Any], None]] = {
    Send: Script._send,
    Write: Script._write,
    Act: Script._act,
    Advance: Script._advance,
    Expect: Script._expect,
    ExpectAgain: Script._expect_again,
    ExpectBytes: Script._expect_bytes,
    ExpectNothing: Script._expect_nothing,
    Events: Script._events,
}
PLAYABLE = frozenset(_STEPS) | {SendEach}
"""The kinds of steps that a script can have: those whose time does not matter but for that of ops."""
