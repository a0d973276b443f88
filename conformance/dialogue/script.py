"""All that a dialogue sends and asks for, ahead of what comes of it, and all that has to come of it.

Nothing that a dialogue sends depends on what it receives. So its requests can travel together, as long as the testee
takes with each of them what was sent before it and nothing else (TST-34, TST-28).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from adapters.driver import PeerReply, PeerRequest, input_bytes, request_with

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
_SYNC_BYTES: Final = 1024
"""More than a frame with JSON has in dialogues."""
Exchange: TypeAlias = Callable[[Sequence[PeerRequest]], Sequence[PeerReply]]
"""Has a testee perform several ops."""


class Script:
    """Sends what a dialogue sends, asks for many ops at a time, and collects the replies and what they are held to.

    The ops, and what is under way with each, are those of a `Player`.
    """

    def __init__(self, ends: Ends, exchange: Exchange, role: str) -> None:
        self._ends, self._exchange, self._role = ends, exchange, role
        self.checks: list[tuple[Check, Any]] = []
        """In the order of a player's; each that begins with a reply takes the next of `replies`."""
        self.replies: list[PeerReply] = []
        self._requests: list[PeerRequest] = []
        self._polled = False
        self._flying = 0
        self._sizes: dict[str, int] = {}
        self._begin_batch()

    def begin(self, dialogue: Dialogue) -> None:
        """Open the peer and the other ends."""
        self._ask("reset", {}, Found.done)
        given: dict[str, Any] = {"role": dialogue.role, "config": dialogue.config}
        links = dialogue.links
        given |= self._ends.begin(dialogue.role, links, dialogue.datagrams)
        if dialogue.stream_id is not None:
            given["stream_id"] = dialogue.stream_id
        self._ask("peer_open", given, Found.done)
        self.flush()  # only now can others take part
        for link in links:
            self._ends.join(link)
            self._settle()

    def play(self, dialogue: Dialogue) -> None:
        """All steps, and the look at what no step has claimed."""
        for step in dialogue.steps:
            _STEPS[type(step)](self, step)
        self._poll()
        self.checks.append((Found.nothing_left, None))

    def close(self) -> None:
        """Close the peer."""
        self._ask("peer_close", {}, Found.done)

    def flush(self) -> None:
        """Ask for what is to be asked for."""
        if self._requests:
            self.replies += self._exchange(self._requests)
            self._requests = []
        self._begin_batch()

    def _begin_batch(self) -> None:
        self._request_bytes = self._sent = self._sent_bytes = self._due = self._due_bytes = 0

    def _ask(self, op: str, given: Mapping[str, Any], check: Check, wanted: Any = None, taken: int = 0) -> None:
        self._ask_with(op, input_bytes(given), check, wanted, taken)

    def _ask_with(self, op: str, given: bytes, check: Check, wanted: Any, taken: int = 0) -> None:
        message = request_with(op, given, "", "")
        self._request_bytes += len(message)
        if self._request_bytes > MAX_REQUEST_BYTES or len(self._requests) >= MAX_DATAGRAMS:
            self.flush()
        self._requests.append(PeerRequest(message, taken))
        self.checks.append((check, wanted))

    def _poll(self) -> None:
        self._ask("peer_poll", self._ends.arrived(), Found.told, taken=self._flying)
        self._ends.handled()
        self._polled, self._flying = True, 0

    def _settle(self) -> None:
        if self._ends.under_way:
            self._poll()

    def _send(self, step: Send) -> None:
        self._datagram(step.link, step.datagram)

    def _send_each(self, step: SendEach) -> None:
        for datagram in step.datagrams():
            self._datagram(step.link, datagram)

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
        self._ask("peer_advance", {"ms": step.ms}, Found.done)

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
    SendEach: Script._send_each,
    Write: Script._write,
    Act: Script._act,
    Advance: Script._advance,
    Expect: Script._expect,
    ExpectAgain: Script._expect_again,
    ExpectBytes: Script._expect_bytes,
    ExpectNothing: Script._expect_nothing,
    Events: Script._events,
}
PLAYABLE = frozenset(_STEPS)
"""The kinds of steps that a script can have: those whose time does not matter but for that of ops."""
