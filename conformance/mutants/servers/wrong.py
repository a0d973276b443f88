"""The definition of a wrong server."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from resonant.peer import Config

from ...server.catalogue import CHECKS
from ...server.check import Check
from ..engine.patches import Change
from .manners import Manners
from .over_quic import serving_quic
from .over_tcp import serving_tcp
from .serving import CONFIG, Fault, serve_until_end_of_input, serving, sound

PREFIX = "server-"
_CHECKS = {check.id: check for check in CHECKS}


@dataclass(frozen=True, slots=True)
class WrongServer:
    """The reference's peer behind a socket, with one fault."""

    name: str
    """Begins with `PREFIX`, and no other wrong implementation does."""
    about: str
    checks: tuple[Check, ...]
    """The checks that find it; empty where no run gets as far as that."""
    fault: Fault
    config: Config = CONFIG
    manners: Manners | None = None
    """Its ways with connections over TCP; None for a server over UDP or QUIC."""
    change: Change | None = None
    """The fault of the reference's endpoint over QUIC; None for a server over UDP or TCP."""

    @property
    def connects(self) -> bool:
        """Whether each conversation with it has a connection."""
        return self.manners is not None or self.change is not None

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that it breaks; the failures of a run cite one of these."""
        return tuple(dict.fromkeys(clause for check in self.checks for clause in check.clauses))

    def run(self) -> None:
        """Serve until the standard input ends."""
        serve_until_end_of_input(self.serving())

    def serving(self, speed: int = 1) -> AbstractContextManager[str]:
        """A context for as long as which it serves; gives its --impl. speed: how many of its seconds pass in one."""
        if self.change is not None:
            return serving_quic(self.config, self.change, speed=speed)
        if self.manners is None:
            return serving(self.config, self.fault, speed=speed)
        return serving_tcp(self.config, self.fault, self.manners, speed=speed)


def found_by(checks: str, name: str, about: str, fault: Fault, config: Config = CONFIG) -> WrongServer:
    """A server that each of these checks finds, by their ids without what all have in common: `stream/flags`."""
    ids = (one.replace("/", "/outside/") for one in checks.split())
    return WrongServer(f"{PREFIX}{name}", about, tuple(_CHECKS[one] for one in ids), fault, config)


def found_over_tcp(checks: str, name: str, about: str, manners: Manners) -> WrongServer:
    """A server over TCP that each of these checks of the profile `tcp` finds; none where no run gets as far."""
    found = tuple(_CHECKS[f"tcp/outside/{one}"] for one in checks.split())
    return WrongServer(f"{PREFIX}tcp-{name}", about, found, sound, manners=manners)


def found_over_quic(checks: str, name: str, about: str, change: Change) -> WrongServer:
    """A server over QUIC that each of these checks of the profile `quic` finds; none where no run gets as far."""
    found = tuple(_CHECKS[f"quic/outside/{one}"] for one in checks.split())
    return WrongServer(f"{PREFIX}quic-{name}", about, found, sound, change=change)
