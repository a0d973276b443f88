"""The definition of a wrong testee."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from adapters.testee_kit import read_arguments, server
from adapters.testee_kit.server import Address, Testee

from ...probes import PROBES
from ..engine.patches import Change, wrapped
from ..engine.testee import SCRIPTS, load_scripts

Reply: TypeAlias = dict[str, Any]
Take: TypeAlias = Callable[[Testee, bytes, Address], str]
Give: TypeAlias = Callable[[Testee, int, int, int, Address], None]
Send: TypeAlias = Callable[[Testee, bytes, Address], None]
AskFurther: TypeAlias = Callable[[Testee, int, int], None]
Answering: TypeAlias = Callable[[bytes], tuple[str, Reply]]

KIT = "testee_kit.server.Testee"


class Wrong(Protocol):
    """The interface of every wrong implementation."""

    @property
    def name(self) -> str:
        """Says what is wrong, in words with hyphens; no other has the same."""

    @property
    def about(self) -> str:
        """The same in a sentence."""

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that it breaks; empty for one that is wrong in no way that a clause forbids."""

    def run(self) -> None:
        """Be it, in this process, until told to stop."""


@dataclass(frozen=True, slots=True)
class WrongTestee:
    """The reference's testee with one change, which begins before it is started and never ends."""

    name: str
    """Says what is wrong, in words with hyphens; no mutant has the same."""
    about: str
    clauses: tuple[str, ...]
    """The clauses that it breaks; the failures of a run cite one of these."""
    change: Change
    probes: tuple[str, ...] = ()
    """The ids of the probes that fail, and no other does; empty where cases or laws find it."""
    extra: str = ""
    """The transport with a library of its own that it has as well; empty for none."""

    def run(self) -> None:
        """Serve with the change, which is never undone."""
        serve_changed(self.change, self.extra)


def serve_changed(change: Change, extra: str = "") -> None:
    """Be the reference's testee with this change, by the arguments of the command line."""
    arguments = read_arguments(argparse.ArgumentParser())
    load_scripts(extra)
    change(ExitStack())
    # All of them are looked up now that they are changed.
    ops = SCRIPTS["ops"]
    wires, peers = ops.TRANSPORTS, SCRIPTS["peer_ops"].PEERS
    if extra:
        module = SCRIPTS[f"{extra}_peers"]
        wires, peers = module.WIRES, module.offered()
    server.serve(ops.answer, arguments.attach, wires, peers.use)


BATCHES = ("batch", "peer_batch")


def breaking(probes: str, name: str, about: str, change: Change, extra: str = "") -> WrongTestee:
    """A testee that these probes find, by their ids with spaces between; it breaks what they cite."""
    found = tuple(probe for probe in PROBES if probe.id in probes.split())
    clauses = tuple(dict.fromkeys(clause for probe in found for clause in probe.clauses))
    return WrongTestee(name, about, clauses, change, tuple(probe.id for probe in found), extra)


def on_reply(change: Callable[[str, Reply], Reply]) -> Change:
    """Other replies: `change` takes the op and the right one, of a batch also each of those in it."""

    def make(right: Answering) -> Answering:
        def answer(message: bytes) -> tuple[str, Reply]:
            op, reply = right(message)
            if op in BATCHES and "ok" in reply:
                asked = [
                    one.get("op", "") if type(one) is dict else "" for one in json.loads(message)["input"]["requests"]
                ]
                reply = {"ok": {**reply["ok"], "replies": list(map(change, asked, reply["ok"]["replies"]))}}
            return op, change(op, reply)

        return answer

    return wrapped("ops.answer", make)


def on_datagram(change: Callable[[Testee, bytes], bytes]) -> Change:
    """Datagrams to the control socket are read as if they were others."""

    def make(right: Take) -> Take:
        return lambda testee, datagram, sender: right(testee, change(testee, datagram), sender)

    return wrapped(f"{KIT}.take", make)
