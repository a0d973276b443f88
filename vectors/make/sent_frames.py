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


def named_frames(parts: Mapping[str, Steps], cases: list[Steps]) -> tuple[dict[str, Steps], list[Steps]]:
    """The parts, those of frames first, and the steps of the cases, in which they are referred to by name."""
    counts = Counter(step["send"] for steps in (*parts.values(), *cases) for step in _sends(steps))
    worth = [
        frame for frame, count in counts.items() if (count - 1) * len(frame) - count * REFERENCE_CHARS > WORTH_CHARS
    ]
    names = dict(_names(worth))
    frames: dict[str, Steps] = {name: [{"send": frame}] for frame, name in names.items()}
    found = {name: _referring(steps, names) for name, steps in parts.items()}
    return frames | found, [_referring(steps, names) for steps in cases]


def _sends(steps: Steps) -> Iterator[Mapping[str, Any]]:
    return (step for step in steps if step.keys() == {"send"} and isinstance(step["send"], str))


def _referring(steps: Steps, names: Mapping[str, str]) -> Steps:
    """The steps, frames that have a name by their name."""
    return [{"part": names[step["send"]]} if _named(step, names) else step for step in steps]


def _named(step: Mapping[str, Any], names: Mapping[str, str]) -> bool:
    return step.keys() == {"send"} and isinstance(step["send"], str) and step["send"] in names


def _names(frames: Iterable[str]) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for frame in frames:
        name = _content(bytes.fromhex(frame))
        seen[name] += 1
        yield frame, name if seen[name] == 1 else f"{name}-v{seen[name]}"


def _content(frame: bytes) -> str:
    """The kind of a frame, its stream_id and frame_seq."""
    if len(frame) < 33:
        return "datagram"
    kind, stream_id, frame_seq = struct.unpack_from("<xBxxIQ", frame)
    method = _METHOD.search(frame)
    what = method[1].decode() if method else _TYPES[kind] if kind < len(_TYPES) else "frame"
    return f"{what}-{stream_id}-{frame_seq}"
