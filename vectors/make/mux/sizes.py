"""Dialogues over WebRTC on credit and done that the other end is too small for (RTC-8)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import established, messages
from ..dialogue.frames import brief_ping, heart, think
from ..dialogue.steps import Steps, act, events, expect, nothing, send, send_each, server
from ..dialogue.streams import Stream, numbered
from ..model import Case, Group
from ..webrtc.steps import WEBRTC, associated
from .steps import LIMIT, MUX, OURS, begin, group

NO_JSON = 56
"""A size with room for a data frame of some bytes, and for no Sync object."""
AGREED: Steps = [*send(brief_ping(mux=OURS)), *nothing(), *events(established(mux=OURS))]
"""A handshake whose answer is lost."""
CLAUSES = "RTC-8 MUX-13"


def groups() -> Iterator[Group]:
    """Streams to a peer whose credit, and done, are lost."""
    about = "Credit and done that are larger than the other end takes: each uses a number up, and is lost."
    yield group("credit/too-large", about, [*_credit()], (*WEBRTC,))


def _credit() -> Iterator[Case]:
    frame = think(0)
    half = [*begin("server"), *send_each(frame, 1, 9), *nothing(), *events(messages(frame, 1, 9))]
    about = "A credit does not fit: number 0 is used up."
    beat = [*act("heart", DATA_STREAM), *expect(heart(1)), *nothing()]
    yield _talk("credit", about, CLAUSES, half, beat)
    about = "The frames that a lost credit lets go are taken, up to the new limit."
    more = [*send_each(frame, 10, LIMIT + 1), *nothing(), *events(messages(frame, 10, LIMIT + 1))]
    yield _talk("beyond", about, CLAUSES, half, more)
    about = "A done does not fit: the stream is complete, and number 0 is used up."
    stream = Stream("server", numbered(frame, 1, 1), tail_seq=2)
    whole = [*stream.begun(1), *send(stream.tail()), *nothing(), *events(stream.complete())]
    yield _talk("done", about, "RTC-8 MUX-24", whole, beat)


def _talk(case_id: str, about: str, clauses: str, *parts: Steps) -> Case:
    return associated(server(case_id, about, clauses, AGREED, *parts, config=MUX), max_message_size=NO_JSON)
