"""Dialogues of the profile fec: frames that are lost and repaired, repair that is sent, and agreements that change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...model.cases import DIALOGUE
from ...model.peer_requests import SPACE_HASH
from ...properties.streams.sender import beat, capability, data, ping
from ...wire.build import build
from ...wire.repair import repair_datagrams
from ..inputs import Draw, Input, Kind
from .dialogues import Steps, send
from .slices import half
from .sync import config

_NEEDS = ("handshake", "stream", "fec")
_CLIENTS_STREAM, _LATER_STREAM = 7, 101
_LISTS: tuple[list[str], ...] = (["rs8"], ["rs8", "none"], ["none", "rs8"])
_WITHOUT: tuple[list[str] | None, ...] = (None, [], ["none"], ["other"])
_GROUPS = ((1, 1, 1), (2, 1, 1), (2, 2, 1), (3, 1, 2), (4, 2, 1), (4, 3, 16))
"""k, r and step."""
_TIMES = (1, 10, 19, 20, 21, 999, 1000, 9_999, 15_000)


class _Talk:
    """A dialogue with a peer of either role that has agreed on rs8, or mostly so."""

    def __init__(self, draw: Draw, **own: Any) -> None:
        self._draw = draw
        self._is_server = bool(draw.randrange(2))
        lists = {"modality": ["text"], "dtype": ["f16", "i8"], "fec": draw.choice(_LISTS)}
        self._config = config(draw, space_hash32=SPACE_HASH, embedding_space_id="", critique=True, **lists, **own)
        self._handshakes = 0
        self.steps: Steps = [self._greeting(1 if self._is_server else _CLIENTS_STREAM, has_rs8=bool(draw.randrange(8)))]

    def renegotiate(self) -> None:
        """Another handshake on a stream_id of its own, half of them without rs8 (FEC-10)."""
        stream_id = _LATER_STREAM + self._handshakes
        self._handshakes += 1
        if not self._is_server:
            self.ask("ping", stream_id)
        self.steps.append(self._greeting(stream_id, has_rs8=bool(self._draw.randrange(2))))

    def _greeting(self, stream_id: int, *, has_rs8: bool) -> Mapping[str, Any]:
        names = self._draw.choice(_LISTS if has_rs8 else _WITHOUT)
        told = {} if names is None else {"fec": names}
        if not self._is_server:
            return send(capability(stream_id, **told).datagram)
        return send(build(replace(ping(0, **told).frame, stream_id=stream_id)))

    def ask(self, kind: str, stream_id: int, **members: Any) -> None:
        """Have the application ask for something."""
        self.steps.append({"act": {"kind": kind, "stream_id": stream_id, **members}})

    def wait(self) -> None:
        """Let time pass, up to the end of a group or beyond it."""
        self.steps.append({"advance": self._draw.choice(_TIMES)})

    def input(self) -> Input:
        """The input of the campaign."""
        role = {"role": "server"} if self._is_server else {"role": "client", "stream_id": _CLIENTS_STREAM}
        return Input(DIALOGUE, {**role, "config": self._config, "steps": self.steps}, _NEEDS)


def _group(draw: Draw, stream_id: int, base: int, count: int) -> list[bytes]:
    """Some frames of a group with repair of it, mostly enough of both, in any order."""
    _, r, step = draw.choice(_GROUPS)
    numbers = range(base, base + count * step, step)
    frames = [
        (data(stream_id, n, bytes(1 + n % 5)) if draw.randrange(6) else beat(stream_id, n)).datagram for n in numbers
    ]
    repair = repair_datagrams(stream_id, base, r, step, frames)
    lost = min(count, draw.choice((1, 1, r, r, r + 1)))
    some = [*draw.sample(frames, count - lost), *repair]
    return draw.sample(some, len(some)) if draw.randrange(2) else some


def receivers(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A peer to which frames come with gaps, and repair for them, also after an agreement without it."""
    for _ in range(count):
        talk, base = _Talk(draw), 0
        for _ in range(draw.randrange(1, 5)):
            stream_id, frames = draw.choice((3, 3, 5)), draw.choice((1, 2, 3, 4))
            coming = _group(draw, stream_id, base, frames)
            base += draw.choice((frames, frames, 1, 16 * frames))
            changes = draw.randrange(2 * len(coming))
            for place, datagram in enumerate(coming):
                if place == changes:
                    talk.renegotiate()
                talk.steps.append(send(datagram))
            if not draw.randrange(3):
                talk.wait()
        yield talk.input()


def senders(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A peer that sends repair of groups that become whole, end with time, or have no agreement any more."""
    for _ in range(count):
        k, r, step = draw.choice(_GROUPS)
        talk = _Talk(draw, repair={"k": k, "r": r, "step": step})
        one = {"dtype": 1, "dims": [2], "payload": half(1.0, k & 15).hex()}

        def message(talk: _Talk = talk, one: Mapping[str, Any] = one) -> None:
            talk.ask("message", draw.choice((2, 2, 4)), type=0, modality=0, slices=[one])

        acts: tuple[Callable[[], None], ...] = (message, message, message, talk.wait)
        odd: tuple[Callable[[], None], ...] = (
            talk.renegotiate,
            lambda talk=talk: talk.ask("heart", draw.choice((2, 4))),  # type: ignore[misc]
            lambda talk=talk: talk.ask("head", draw.choice((2, 4)), strong_tail=False),  # type: ignore[misc]
            lambda talk=talk: talk.ask("tail", 2),  # type: ignore[misc]
        )
        for _ in range(draw.randrange(4, 14)):
            draw.choice((*acts, *acts, *odd))()
        yield talk.input()


KINDS = (
    Kind("fec/receivers", receivers, 20),
    Kind("fec/senders", senders, 20),
)
