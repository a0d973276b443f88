"""The steps that dialogues over QUIC alone have: on which carriage, and how it ends (vectors/dialogues.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import failed, message
from ..dialogue.frames import part
from ..dialogue.steps import Steps, events, nothing, send
from ..model import Case, Group

QUIC = ("quic",)
UNI, OTHER_UNI = "uni-1", "uni-2"
DATAGRAM = "datagram"
NUMBERS = {
    "FRAME_TOO_SHORT": 1,
    "FRAME_TOO_LARGE": 2,
    "TRUNCATED_FRAME": 3,
    "FRAME_TIMEOUT": 4,
    "STREAM_MISMATCH": 5,
    "STREAM_CREATION": 6,
    "HANDSHAKE_TIMEOUT": 7,
}
"""The numbers of section 2 of specs/quic.md."""
CUT = "TRUNCATED_FRAME"
RESET = "CONNECTION_RESET"


def group(name: str, about: str, cases: Iterator[Case] | list[Case]) -> Group:
    """A group of dialogues over QUIC alone."""
    return Group("quic", name, "dialogue", about, list(cases), transports=QUIC)


def on(carriage: str, *steps: Steps) -> Steps:
    """The steps that send or write, on this carriage; the others as they are."""
    every = [step for some in steps for step in some]
    return [{**step, "on": carriage} if {"send", "write"} & step.keys() else step for step in every]


def uni(*steps: Steps) -> Steps:
    """The same on the first uni of the other end."""
    return on(UNI, *steps)


def fin(carriage: str = UNI, link: str = "a") -> Steps:
    """The other end sends FIN on its carriage."""
    return [_at(link) | {"close": "half", "on": carriage}]


def reset(carriage: str = UNI, code: int = 0) -> Steps:
    """It resets its carriage."""
    return [{"close": "reset", "on": carriage} | _number(code)]


def stop(of: int = DATA_STREAM, code: int = 0) -> Steps:
    """It stops the uni of the peer under test whose frames have this stream_id."""
    return [{"close": "stop", "of": of} | _number(code)]


def close(code: int = 0) -> Steps:
    """It closes the connection with a number."""
    return [{"close": "clean"} | _number(code)]


def stopped(code: str, carriage: str = UNI) -> Steps:
    """The peer under test has stopped the other end's carriage with the number of this code."""
    return [{"expect_end": "stop", "on": carriage} | _number(NUMBERS[code])]


def ended(how: str, of: int = DATA_STREAM, code: int = 0) -> Steps:
    """It has ended its own uni whose frames have this stream_id, or not yet: `fin`, `reset`, `none`."""
    return [{"expect_end": how, "of": of} | _number(code)]


def broken(stream: int = DATA_STREAM) -> Steps:
    """A stream to the peer failed with its uni, and nothing is said for it (QUI-9)."""
    return [*nothing(), *events(failed(CUT, stream))]


def goes_on(number: int = 40) -> Steps:
    """The session is still there: a message on main is heard."""
    frame = part(number, 9)
    return [*send(frame), *nothing(), *events(message(frame))]


def taking(datagrams: int, case: Case) -> Case:
    """The case with other ends that take datagrams up to this size, 0 for none."""
    return replace(case, input={**case.input, "datagrams": datagrams})


def _at(link: str) -> dict[str, str]:
    return {} if link == "a" else {"link": link}


def _number(code: int) -> dict[str, int]:
    return {"code": code} if code else {}
