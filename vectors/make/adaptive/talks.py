"""The steps of dialogues on adaptive messages: what is asked for, what comes of it, and qualities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from ..adapt.choices import WORKED
from ..adapt.model import Words, as_half, choose, passes_from, payloads
from ..dialogue.configs import DATA_STREAM, Config, own
from ..dialogue.frames import Frame, slices_json, sync
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import Said, Steps, act, expect
from ..model import Case, Group
from ..quant.cases import SOURCES
from ..quant.model import units
from ..writer.raw_frame import F16, I8, Q4, SPARSE
from ..writer.tensors import THINK, Slice

DTYPES = {"f16": F16, "i8": I8, "q4": Q4, "sparse": SPARSE}
EVERY = ("f16", "i8", "q4", "sparse")
I8_FROM, Q4_FROM = 156, 117_493
"""The least tolerances at which forms of the worked tensor pass."""
OTHER = 5
"""Another stream_id."""
COUNT = 16
"""The elements of a tensor by which a tolerance is found out."""


@dataclass(frozen=True, slots=True)
class Dense:
    """A tensor whose form is to be chosen."""

    words: Words
    dims: tuple[int, ...]
    source: str = "f16"

    def json(self) -> dict[str, Any]:
        """A tensor of peer_send."""
        return {"source": self.source, "dims": list(self.dims), "data": SOURCES[self.source][0](self.words).hex()}

    def slices(self, tolerance: int, agreed: Sequence[str] = EVERY) -> tuple[Slice, ...]:
        """The slices that travel, by the model."""
        half = as_half(self.source, self.words)
        form = choose(half, self.dims, agreed, tolerance)
        assert form is not None
        first, *second = (bytes.fromhex(one) for one in payloads(form, half, self.dims).values())
        found: list[Slice] = [(DTYPES[form], self.dims, first)]
        for data in second:
            scale = F16, (-(-prod(self.dims) // 32),)
            index = I8, (len(first) // 2, len(self.dims), 4)
            found.append((*(index if form == "sparse" else scale), data))
        return tuple(found)


def worked() -> Dense:
    """The tensor that the specification works out."""
    return Dense(WORKED, (4, 8))


def edge(tolerance: int) -> Dense:
    """A tensor whose q4 passes from exactly this tolerance, which is at most about 1,100,000.

    One element is 7, which makes the scale 1; the others become 0, and the sum of their squares is what it takes.
    """
    seven = units(0x4700)
    words, left = [0x4700], tolerance * seven**2 // (2**24 - tolerance)
    while len(words) < COUNT:
        words.append(_largest(left))
        left -= units(words[-1]) ** 2
    assert passes_from("q4", words) == tolerance
    return Dense(words, (COUNT,))


def _largest(square: int) -> int:
    """The greatest binary16 word below one half whose square is not greater."""
    low, high = 0, 0x37FF
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if units(middle) ** 2 <= square else (low, middle - 1)
    return low


def adaptive(tolerance: int, **members: Any) -> Config:
    """A peer with that own value, which has agreed on what it names."""
    lists = {name: members.pop(name) for name in ("dtype", "compress", "crypto", "key", "mux") if name in members}
    return own(adaptive={"tolerance": tolerance, **members}, **lists)


def group(
    name: str, about: str, cases: Iterator[Case] | Sequence[Case], *requires: str, transports: Sequence[str] = ("udp",)
) -> Group:
    """A group of dialogues, over UDP unless others are named, () for all: forms and tolerances are the same on each."""
    return Group("adapt", f"peers/{name}", "dialogue", about, list(cases), ("stream", *requires), transports)


def talk(
    case_id: str, about: str, clauses: str, *parts: Steps, config: Config, roles: Sequence[str] = ROLES
) -> Iterator[Case]:
    """The dialogue in a session, once for each of the roles."""
    for role in roles:
        yield dialogue(role, case_id, about, clauses, session(role, config), *parts, config=config)


def ask(
    *tensors: Dense,
    type: int = THINK,
    slices: Sequence[Slice] = (),
    stream: int = DATA_STREAM,
    modality: int = 0,
    reject: str = "",
) -> Steps:
    """The program asks for an adaptive message."""
    further: dict[str, Any] = {"slices": slices_json(tuple(slices))} if slices else {}
    members = {"type": type, "modality": modality, "tensors": [one.json() for one in tensors]}
    return act("adaptive", stream, reject, **members, **further)


def goes(frame_seq: int, *slices: Slice, type: int = THINK, stream: int = DATA_STREAM, **fields: Any) -> Steps:
    """The data frame with these slices comes."""
    return expect(Frame(type, stream, frame_seq, slices, **fields))


def thinks(frame_seq: int, tolerance: int, stream: int = DATA_STREAM, tensor: Dense | None = None) -> Steps:
    """A Think of a tensor, the worked one, comes in the form of that tolerance, among those of the default list."""
    tensor = worked() if tensor is None else tensor
    return [*ask(tensor, stream=stream), *goes(frame_seq, *tensor.slices(tolerance, EVERY[:3]), stream=stream)]


def probed(frame_seq: int, tolerance: int, stream: int = DATA_STREAM) -> Steps:
    """The tolerance is exactly this: of two Thinks one passes as q4 from there, the other from one more."""
    at, above = edge(tolerance), edge(tolerance + 1)
    return [*thinks(frame_seq, tolerance, stream, at), *thinks(frame_seq + 1, tolerance, stream, above)]


def quality(tolerance: Any, frame_seq: int = 0, stream: int = DATA_STREAM, **fields: Any) -> Frame:
    """A quality to the peer under test."""
    return sync({"method": "quality", "tolerance": tolerance}, frame_seq, stream, **fields)


def told_quality(tolerance: int, frame_seq: int = 0, stream: int = DATA_STREAM, **fields: Any) -> Steps:
    """The peer under test sends a quality."""
    return expect(Said({"method": "quality", "tolerance": tolerance}, stream, frame_seq, **fields))
