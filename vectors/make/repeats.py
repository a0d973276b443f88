"""Repeats found in dialogues: runs of bytes, and steps or events that are alike but for the numbers that count."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

RUN_BYTES, LONG_CHARS = 64, 600
"""Runs of bytes become repeats from so many bytes on, in texts that are longer than LONG_CHARS."""
TURNS, SAVED_CHARS, PERIOD = 4, 400, 4
"""Elements of a list become a repeat from so many turns and saved characters on; a turn has at most PERIOD of them."""
_RUN = re.compile(rb"(.{1,256}?)\1{3,}", re.DOTALL)
_TEXT_RUN = re.compile(r"(.{1,8}?)\1{63,}", re.DOTALL)
_NO_HEX = re.compile("[^0-9a-f]")
_HEADER = {"stream_id": (4, "<I"), "frame_seq": (8, "<Q")}
_NUMBERED_CHARS = 32
"""Of a frame's hex, up to the last of these numbers."""


def repeats(value: Any) -> Any:
    """The JSON value with what repeats in it told once."""
    if isinstance(value, dict):
        return {name: repeats(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [repeats(one) for one in _folded(value)]
    return _joined(value) if isinstance(value, str) and len(value) > LONG_CHARS else value


def _joined(text: str) -> Any:
    if len(text) % 2 == 0 and not _NO_HEX.search(text):
        data = bytes.fromhex(text)
        return _pieces(data, _RUN.finditer(data), RUN_BYTES, bytes.hex) or text
    return _pieces(text, _TEXT_RUN.finditer(text), RUN_BYTES, str) or text


def _pieces(whole: Any, runs: Iterator[re.Match[Any]], least: int, told: Callable[[Any], str]) -> Any:
    """The text as pieces, if there are runs in it that save as much as `least`."""
    pieces, end = list[Any](), 0
    for run in runs:
        if len(run[0]) - len(run[1]) < least:
            continue
        pieces += [told(whole[end : run.start()])] if run.start() > end else []
        pieces.append({"repeat": len(run[0]) // len(run[1]), "of": [told(run[1])]})
        end = run.end()
    return {"join": [*pieces, *([told(whole[end:])] if end < len(whole) else [])]} if pieces else None


def _folded(values: list[Any]) -> Iterator[Any]:
    at = 0
    while at < len(values):
        found = next((one for period in range(1, PERIOD + 1) if (one := _repeat(values, at, period))), None)
        yield values[at] if found is None else found
        at += 1 if found is None else found["repeat"] * len(found["of"])


def _repeat(values: list[Any], at: int, period: int) -> dict[str, Any] | None:
    first, second = values[at : at + period], values[at + period : at + 2 * period]
    if len(values) - at < TURNS * period or not all(map(_may_turn, first, second)):
        return None
    counts = _counts(first, second)
    turns = 1
    while values[at + turns * period : at + (turns + 1) * period] == [_turn(one, counts, turns) for one in first]:
        turns += 1
    if turns < TURNS or (turns - 1) * len(json.dumps(first)) < SAVED_CHARS:
        return None
    return {"repeat": turns, **({"counts": counts} if counts else {}), "of": first}


def _may_turn(one: Any, other: Any) -> bool:
    """Whether the other may be the one with other numbers, which is quick to see."""
    return isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys()


def _turn(value: Any, counts: Mapping[str, Mapping[str, int]], turn: int) -> Any:
    try:
        return _counted(value, {name: one["from"] + one["by"] * turn for name, one in counts.items()})
    except struct.error:  # too short for a frame, or the count leaves its field
        return None


def _counted(value: Any, numbers: Mapping[str, int]) -> Any:
    if isinstance(value, list):
        return [_counted(one, numbers) for one in value]
    if not isinstance(value, dict) or not numbers:
        return value
    found = {name: _counted(one, numbers) for name, one in value.items()}
    found |= {name: type(value[name])(number) for name, number in numbers.items() if _is_number(value.get(name))}
    if isinstance(value.get("send"), str):
        frame = bytearray.fromhex(value["send"])[:-4]
        for name, number in numbers.items():
            offset, form = _HEADER[name]
            struct.pack_into(form, frame, offset, number)
        found["send"] = (frame + struct.pack("<I", zlib.crc32(frame))).hex()
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | str)


def _counts(first: Sequence[Any], second: Sequence[Any]) -> dict[str, dict[str, int]]:
    found = {}
    for name in _HEADER:
        pairs = zip(_numbers(first, name), _numbers(second, name), strict=False)
        moved = next(((old, new - old) for old, new in pairs if new != old), None)
        if moved is not None:
            found[name] = {"from": moved[0], "by": moved[1]}
    return found


def _numbers(value: Any, name: str) -> Iterator[int]:
    """The numbers of that name in it, those of frames to send included."""
    if isinstance(value, list):
        for inner in value:
            yield from _numbers(inner, name)
    elif isinstance(value, dict):
        if isinstance(value.get("send"), str) and len(value["send"]) >= 2 * 33:
            offset, form = _HEADER[name]
            yield struct.unpack_from(form, bytes.fromhex(value["send"][:_NUMBERED_CHARS]), offset)[0]
        if _is_number(value.get(name)):
            yield int(value[name])
        for inner in value.values():
            yield from _numbers(inner, name)
