"""Dialogues with peers that choose the forms of tensors: adaptive messages, qualities, losses (profile adapt)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...model.cases import DIALOGUE
from ...model.peer_requests import SPACE_HASH
from ..inputs import Draw, Input, Kind
from .adapt import tensor
from .dialogues import Steps, send
from .sync import config, error, frame_of, spoiled

_NEEDS = ("handshake", "stream", "adapt")
_CLIENTS_STREAM = 7
"""The stream_id of a client's handshake."""
_TIMES = (1, 999, 1000, 9999, 10_000, 10_001, 20_000, 44_999, 45_000)
_TOLERANCES = (0, 1, 1023, 1024, 16_777, 167_772, 2**20, 2**20 + 1, 2**24)
_QUALITIES = (*_TOLERANCES, 2**24 + 1, -1)
_COUNTS = (0, 1, 2, 8, 31, 32, 33, 64)
_TENSORS: Mapping[int, int] = {0: 1, 1: 2, 2: 1, 4: 1}
"""By the type of a message, how many tensors it has."""


class _Talk:
    """A dialogue with a peer of either role that has a session, mostly one with an own value adaptive."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._is_server = bool(draw.randrange(2))
        own = config(draw, modality=["text"], space_hash32=SPACE_HASH, critique=True)
        self._config = own | ({"adaptive": self._own()} if draw.randrange(12) else {})
        self._steps: Steps = [self._greeting()]
        self._numbers: dict[int, int] = {}
        self._streams = draw.sample((2, 3, 6, 1 << 31), draw.choice((1, 2, 3)))

    def _own(self) -> dict[str, Any]:
        """A tolerance, perhaps others for keys and values, and perhaps a controller."""
        draw = self._draw
        more = {name: draw.choice(_TOLERANCES) for name in ("keys", "values") if not draw.randrange(3)}
        controller = {"controller": bool(draw.randrange(4))} if draw.randrange(2) else {}
        return {"tolerance": draw.choice(_TOLERANCES)} | more | controller

    def _greeting(self) -> Mapping[str, Any]:
        forms = self._draw.sample(("f16", "i8", "q4", "sparse"), self._draw.choice((1, 2, 3, 4, 4)))
        supports = {"critique": True, "dtype": forms}
        if self._is_server:
            return send(frame_of({"method": "ping", "ts": 0, "supports": supports}, 1, 0))
        space = {"d_model": 4096, "embedding_space_id": "", "space_hash32": SPACE_HASH, "modality": ["text"]}
        told = {"method": "capability", "v": 1, "agreed_proto": 1, "compress": ["none"], "crypto": ["none"]}
        return send(frame_of(told | space | {"supports": supports}, _CLIENTS_STREAM, 0))

    def happen(self) -> None:
        """The application asks for something, the other end says something, or time passes."""
        acts: tuple[Callable[[int], None], ...] = (
            *[self._message] * 5,
            *[self._quality] * 3,
            *[self._incomplete] * 2,
            self._open_or_end,
            self._ask_quality,
            self._wait,
        )
        self._draw.choice(acts)(self._draw.choice(self._streams))

    def _message(self, stream_id: int) -> None:
        """An adaptive message, seldom with a tensor too many or too few, or one whose length is wrong."""
        draw = self._draw
        type_ = draw.choice(sorted(_TENSORS))
        count = _TENSORS[type_] if draw.randrange(12) else draw.randrange(4)
        source, elements = draw.choice(("f16", "f32", "bf16")), draw.choice(_COUNTS)
        tensors = [tensor(draw, source, elements) for _ in range(count)]
        if tensors and not draw.randrange(24):
            tensors[-1]["data"] += "0000"
        self._ask("adaptive", stream_id, type=type_, modality=0, tensors=tensors, slices=[])

    def _quality(self, stream_id: int) -> None:
        """A quality, in its turn or of any number, seldom a spoiled one."""
        tolerance = self._draw.choice(_QUALITIES if not self._draw.randrange(6) else _TOLERANCES)
        message = {"method": "quality", "tolerance": tolerance}
        self._say(message if self._draw.randrange(16) else spoiled(self._draw, message), stream_id)

    def _incomplete(self, stream_id: int) -> None:
        """A loss, which a controller minds where its ref is a TAIL."""
        ref = {"stream_id": stream_id, "frame_seq": str(self._draw.choice((1, 2, 2, 3, 4)))}
        self._say(error(self._draw, "STREAM_INCOMPLETE", ref=ref, missing=["1"]), stream_id)

    def _open_or_end(self, stream_id: int) -> None:
        if self._draw.randrange(2):
            self._ask("head", stream_id, strong_tail=False)
        else:
            self._ask("tail", stream_id)

    def _ask_quality(self, stream_id: int) -> None:
        self._ask("quality", stream_id, tolerance=self._draw.choice(_TOLERANCES))

    def _wait(self, _: int) -> None:
        self._steps.append({"advance": self._draw.choice(_TIMES)})

    def _say(self, message: Mapping[str, Any], stream_id: int) -> None:
        number = self._numbers.get(stream_id, 0)
        self._numbers[stream_id] = number + 1
        chosen = number if self._draw.randrange(6) else self._draw.choice((0, number + 2, 2**64 - 1))
        self._steps.append(send(frame_of(message, stream_id, chosen)))

    def _ask(self, kind: str, stream_id: int, **members: Any) -> None:
        self._steps.append({"act": {"kind": kind, "stream_id": stream_id, **members}})

    def input(self) -> Input:
        """The input of the campaign."""
        role = {"role": "server"} if self._is_server else {"role": "client", "stream_id": _CLIENTS_STREAM}
        return Input(DIALOGUE, {**role, "config": self._config, "steps": self._steps}, _NEEDS)


def choosers(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Peers asked for adaptive messages, between qualities, losses and pauses."""
    for _ in range(count):
        talk = _Talk(draw)
        for _ in range(draw.randrange(3, 14)):
            talk.happen()
        yield talk.input()


KINDS = (Kind("adapt/peers", choosers, 40),)
