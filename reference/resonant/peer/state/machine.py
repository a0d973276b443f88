"""State machines as tables, and those of peers. Peers run off them; the diagrams of specs/ are drawn from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

State = TypeVar("State", bound=StrEnum)
Trigger = TypeVar("Trigger", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Table(Generic[State, Trigger]):
    """A state machine as data: where it begins, and which state follows on a trigger. What is not there cannot be."""

    initial: State
    rows: Mapping[tuple[State, Trigger], State]


class Machine(Generic[State, Trigger]):
    """One walk through a table."""

    __slots__ = ("_table", "state")

    def __init__(self, table: Table[State, Trigger]) -> None:
        self._table = table
        self.state = table.initial

    def permits(self, trigger: Trigger) -> bool:
        """Whether the table has a row for the trigger in this state."""
        return (self.state, trigger) in self._table.rows

    def fire(self, trigger: Trigger) -> None:
        """Go where the table says. KeyError for a trigger that this state does not have."""
        self.state = self._table.rows[self.state, trigger]


class Standing(StrEnum):
    """The standing of a peer with the remote peer."""

    NO_SESSION = "no session"
    PINGING = "pinging"
    IN_SESSION = "in session"
    RENEGOTIATING = "renegotiating"
    FAILED = "failed"


class Turn(StrEnum):
    """A trigger that changes a peer's standing."""

    PING = "asked to ping"
    AGREED = "capability"
    REFUSED = "error for the ping"
    EXPIRED = "15 s without an answer"
    UNFIT = "capability that cannot be used"
    LOST = "45 s without a frame"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a standing. session: there is an agreement. waiting: a ping has no answer yet. silent: HSK-29."""

    session: bool = False
    waiting: bool = False
    silent: bool = False


FACTS: Mapping[Standing, Facts] = {
    Standing.NO_SESSION: Facts(),
    Standing.PINGING: Facts(waiting=True),
    Standing.IN_SESSION: Facts(session=True),
    Standing.RENEGOTIATING: Facts(session=True, waiting=True),
    Standing.FAILED: Facts(silent=True),
}

CLIENT: Table[Standing, Turn] = Table(
    Standing.NO_SESSION,
    {
        (Standing.NO_SESSION, Turn.PING): Standing.PINGING,  # HSK-20
        (Standing.PINGING, Turn.PING): Standing.PINGING,
        (Standing.PINGING, Turn.AGREED): Standing.IN_SESSION,  # HSK-25
        (Standing.PINGING, Turn.REFUSED): Standing.FAILED,  # HSK-28
        (Standing.PINGING, Turn.EXPIRED): Standing.FAILED,  # HSK-21
        (Standing.PINGING, Turn.UNFIT): Standing.FAILED,  # HSK-24, HSK-27
        (Standing.IN_SESSION, Turn.PING): Standing.RENEGOTIATING,  # HSK-30, and the rows of renegotiating
        (Standing.IN_SESSION, Turn.LOST): Standing.NO_SESSION,  # STM-24
        (Standing.RENEGOTIATING, Turn.PING): Standing.RENEGOTIATING,
        (Standing.RENEGOTIATING, Turn.AGREED): Standing.IN_SESSION,
        (Standing.RENEGOTIATING, Turn.REFUSED): Standing.IN_SESSION,
        (Standing.RENEGOTIATING, Turn.EXPIRED): Standing.IN_SESSION,
        (Standing.RENEGOTIATING, Turn.UNFIT): Standing.FAILED,
        (Standing.RENEGOTIATING, Turn.LOST): Standing.PINGING,
        (Standing.FAILED, Turn.PING): Standing.PINGING,  # HSK-29
    },
)

SERVER: Table[Standing, Turn] = Table(
    Standing.NO_SESSION,
    {
        (Standing.NO_SESSION, Turn.AGREED): Standing.IN_SESSION,  # HSK-17
        (Standing.IN_SESSION, Turn.AGREED): Standing.IN_SESSION,
        (Standing.IN_SESSION, Turn.LOST): Standing.NO_SESSION,  # STM-24
    },
)
