"""Names for frames that the dialogues of a file send more than once: each is a part of one step."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

WORTH_CHARS, REFERENCE_CHARS = 80, 30
"""A frame gets a name where that saves as much; a reference to it has about so many characters."""
_TYPES = ("think", "cache", "ask", "heart", "critique")
_METHOD = re.compile(rb'"method":"([a-z]+)"')

Steps = list[Any]
Sent = tuple[str, str]


def named_frames(parts: Mapping[str, Steps], cases: list[Steps]) -> tuple[dict[str, Steps], list[Steps]]:
    """The parts, those of frames first, and the steps of the cases, in which they are referred to by name."""
    counts = Counter(sent for steps in (*parts.values(), *cases) for step in steps if (sent := _sent(step)))
    worth = [
        sent for sent, count in counts.items() if (count - 1) * len(sent[0]) - count * REFERENCE_CHARS > WORTH_CHARS
    ]
    names = dict(_names(worth))
    frames: dict[str, Steps] = {name: [_step(*sent)] for sent, name in names.items()}
    found = {name: _referring(steps, names) for name, steps in parts.items()}
    return frames | found, [_referring(steps, names) for steps in cases]


def _sent(step: Mapping[str, Any]) -> Sent | None:
    """The frame of a step that does nothing but send one, and the carriage, empty where it names none."""
    plain = step.keys() in ({"send"}, {"send", "on"}) and isinstance(step["send"], str)
    return (step["send"], step.get("on", "")) if plain else None


def _step(frame: str, carriage: str) -> dict[str, str]:
    return {"send": frame} | ({"on": carriage} if carriage else {})


def _referring(steps: Steps, names: Mapping[Sent, str]) -> Steps:
    """The steps, frames that have a name by their name."""
    return [{"part": names[sent]} if (sent := _sent(step)) and sent in names else step for step in steps]


def _names(worth: Iterable[Sent]) -> Iterator[tuple[Sent, str]]:
    seen: Counter[str] = Counter()
    for frame, carriage in worth:
        name = _content(bytes.fromhex(frame)) + (f"-on-{carriage}" if carriage else "")
        seen[name] += 1
        yield (frame, carriage), name if seen[name] == 1 else f"{name}-v{seen[name]}"


def _content(frame: bytes) -> str:
    """The kind of a frame, its stream_id and frame_seq."""
    if len(frame) < 33:
        return "datagram"
    if frame.startswith(b"RSF1"):
        stream_id, base, index = struct.unpack_from("<4xIQxxB", frame)
        return f"repair-{stream_id}-{base}-{index}"
    kind, stream_id, frame_seq = struct.unpack_from("<xBxxIQ", frame)
    method = _METHOD.search(frame)
    what = method[1].decode() if method else _TYPES[kind] if kind < len(_TYPES) else "frame"
    return f"{what}-{stream_id}-{frame_seq}"
