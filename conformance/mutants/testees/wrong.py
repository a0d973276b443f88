"""What a wrong testee is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapters.testee_kit.server import Address, Testee

from ...probes import PROBES
from ..engine.patches import Change, wrapped

Reply: TypeAlias = dict[str, Any]
Take: TypeAlias = Callable[[Testee, bytes, Address], str]
Give: TypeAlias = Callable[[Testee, int, int, int, Address], None]
Send: TypeAlias = Callable[[Testee, bytes, Address], None]
AskFurther: TypeAlias = Callable[[Testee, int, int], None]
Answering: TypeAlias = Callable[[bytes], tuple[str, Reply]]

KIT = "testee_kit.server.Testee"


@dataclass(frozen=True, slots=True)
class WrongTestee:
    """The reference's testee with one change, which begins before it is started and never ends."""

    name: str
    """Says what is wrong, in words with hyphens; no mutant has the same."""
    about: str
    clauses: tuple[str, ...]
    """What it breaks; the failures of a run cite one of these."""
    change: Change
    probes: tuple[str, ...] = ()
    """The ids of the probes that fail, and no other does; empty where cases or laws find it."""


def breaking(probes: str, name: str, about: str, change: Change) -> WrongTestee:
    """A testee that these probes find, by their ids with spaces between; it breaks what they cite."""
    found = tuple(probe for probe in PROBES if probe.id in probes.split())
    clauses = tuple(dict.fromkeys(clause for probe in found for clause in probe.clauses))
    return WrongTestee(name, about, clauses, change, tuple(probe.id for probe in found))


def on_reply(change: Callable[[str, Reply], Reply]) -> Change:
    """Other replies: `change` takes the op and the right one, of a batch also each of those in it."""

    def make(right: Answering) -> Answering:
        def answer(message: bytes) -> tuple[str, Reply]:
            op, reply = right(message)
            if op == "batch" and "ok" in reply:
                asked = [
                    one.get("op", "") if type(one) is dict else "" for one in json.loads(message)["input"]["requests"]
                ]
                reply = {"ok": {"replies": list(map(change, asked, reply["ok"]["replies"]))}}
            return op, change(op, reply)

        return answer

    return wrapped("ops.answer", make)


def on_datagram(change: Callable[[Testee, bytes], bytes]) -> Change:
    """Datagrams to the control socket are read as if they were others."""

    def make(right: Take) -> Take:
        return lambda testee, datagram, sender: right(testee, change(testee, datagram), sender)

    return wrapped(f"{KIT}.take", make)
