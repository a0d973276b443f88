"""The definition of a hostile testee: it misbehaves in its reply to one case, or to every one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapters.testee_kit.pieces import HEAD, MAGIC
from adapters.testee_kit.server import Address, Testee

from ...engine.patches import Change, both, wrapped
from ..wrong import BATCHES, KIT, Answering, Reply, Send, serve_changed
from .bounds import limit_life

ATTACKED = "frame/tail_hash/lengths/length-1"
"""The case that the misdeed is about, where it is not about all; cases come before it and after it."""
Says: TypeAlias = Callable[[str, Reply], Any]
"""From the op and the right reply to what is said in its place."""
Sends: TypeAlias = Callable[[int, bytes, Address], Iterable[bytes]]
"""From the request_id, a piece and where it goes to the datagrams that are sent in place of it."""
QUIET = ("", "hello", "stop")
"""The ops that nothing happens in, so that a run begins and ends."""


@dataclass(frozen=True, slots=True)
class Misdeed:
    """A misdeed in place of a right answer."""

    says: Says | None = None
    sends: Sends | None = None


@dataclass(frozen=True, slots=True)
class Hostile:
    """The reference's testee, made to attack whoever judges it."""

    name: str
    about: str
    change: Change
    """Made once, at the start. It may end the process, or never return."""
    always: bool = False
    """Whether its misdeed is about every case."""
    clauses: tuple[str, ...] = ()
    """A run names a crash, a hang or garbage by its outcome, under the clauses of the case."""

    def run(self) -> None:
        """Serve, but no longer than its life lasts."""
        limit_life()
        serve_changed(self.change)


def on_one(name: str, about: str, says: Says | None = None, sends: Sends | None = None) -> Hostile:
    """A misdeed in the answer to the attacked case."""
    misdeed = Misdeed(says, sends)
    return Hostile(name, about, answering(lambda case: misdeed if case == ATTACKED else None))


def on_all(name: str, about: str, says: Says | None = None, sends: Sends | None = None) -> Hostile:
    """A misdeed in every answer but those to hello and stop."""
    misdeed = Misdeed(says, sends)
    return Hostile(name, about, answering(lambda case: misdeed), always=True)


def at_start(name: str, about: str, act: Callable[[], object]) -> Hostile:
    """A hostile testee that acts before the ports are printed."""
    return Hostile(name, about, first(act))


def first(act: Callable[[], object], *then: Change) -> Change:
    """Do something at the start, and make changes as well."""

    def change(undo: ExitStack) -> None:
        act()
        for one in then:
            one(undo)

    return change


def answering(misdeed_of: Callable[[str], Misdeed | None]) -> Change:
    """The answers to requests changed; by the id of the case, None for a right one."""
    now: list[Misdeed] = []

    def make_answer(right: Answering) -> Answering:
        def answer(message: bytes) -> tuple[str, Reply]:
            now.clear()
            op, reply = right(message)
            if op in BATCHES:
                return op, {"unsupported": op}  # so that each case and each op comes in a request of its own
            found = None if op in QUIET else misdeed_of(json.loads(message)["case"])
            if found is None:
                return op, reply
            now.append(found)
            return op, found.says(op, reply) if found.says else reply

        return answer

    def make_send(right: Send) -> Send:
        def send(testee: Testee, datagram: bytes, to: Address) -> None:
            for one in _in_place(now, datagram, to):
                right(testee, one, to)

        return send

    return both(wrapped("ops.answer", make_answer), wrapped(f"{KIT}.send", make_send))


def _in_place(now: list[Misdeed], datagram: bytes, to: Address) -> Iterable[bytes]:
    sends = now[0].sends if now and datagram.startswith(MAGIC) else None
    return sends(HEAD.unpack_from(datagram)[1], datagram[HEAD.size :], to) if sends else (datagram,)


def head(number: int, index: int, count: int) -> bytes:
    """The head of a piece."""
    return HEAD.pack(MAGIC, number, index, count)


def whole(number: int, message: bytes) -> bytes:
    """A message in one piece."""
    return head(number, 0, 1) + message


def in_place(make: Callable[[bytes], bytes]) -> Sends:
    """Another message, in one piece."""
    return lambda number, message, to: iter((whole(number, make(message)),))
