"""Repeats found in dialogues: runs of bytes, and steps or events that are alike but for the numbers that count."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

RUN_BYTES, LONG_CHARS = 64, 600
"""Runs of bytes become repeats from so many bytes on, in texts that are longer than LONG_CHARS."""
TURNS, SAVED_CHARS, PERIOD = 4, 400, 4
"""Elements of a list become a repeat from so many turns and saved characters on; a turn has at most PERIOD of them."""
_PERIOD_BYTES = 256
_RUN = re.compile(rb"(.{1,%d}?)\1{3,}" % _PERIOD_BYTES, re.DOTALL)
_TEXT_RUN = re.compile(r"(.{1,8}?)\1{63,}", re.DOTALL)
_PIECE_BYTES = RUN_BYTES // 2
"""In a run that saves RUN_BYTES there is one from a multiple of so many on, which comes again a period later."""
_HEADER = {"stream_id": (4, "<I"), "frame_seq": (8, "<Q")}
_NUMBERS_AT, _NUMBERED_CHARS, _CRC_CHARS = 8, 32, 8
"""Of a frame's hex: where the first of these numbers is, the end of the last, and what the CRC at the end has."""


def repeats(value: Any) -> Any:
    """The JSON value with what repeats in it told once."""
    if isinstance(value, dict):
        return {name: repeats(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [repeats(one) for one in _folded(value)]
    return _joined(value) if isinstance(value, str) and len(value) > LONG_CHARS else value


@lru_cache(maxsize=1024)
def _joined(text: str) -> Any:
    """The text with its runs told once. Seven of eight long ones come again, in a dialogue nearby."""
    data = _bytes_of(text)
    if data is None:
        return _pieces(text, _TEXT_RUN.finditer(text), RUN_BYTES, str) or text
    return (_may_run(data) and _pieces(data, _RUN.finditer(data), RUN_BYTES, bytes.hex)) or text


def _bytes_of(text: str) -> bytes | None:
    """The bytes that a text of lower-case hex stands for."""
    try:
        data = bytes.fromhex(text)
    except ValueError:
        return None
    return data if data.hex() == text else None


def _may_run(data: bytes) -> bool:
    """Whether a run may be in it: to look for one takes a hundred times as long as to see that there is none."""
    return any(
        data.find(data[at : at + _PIECE_BYTES], at + 1, at + _PERIOD_BYTES + _PIECE_BYTES) >= 0
        for at in range(0, len(data) - _PIECE_BYTES, _PIECE_BYTES)
    )


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
    at, kinds = 0, _kinds(values) if len(values) >= TURNS else []
    while at < len(values):
        may = (period for period in range(1, PERIOD + 1) if _may_turn(kinds, at, period))
        found = next((one for period in may if (one := _repeat(values, at, period))), None)
        yield values[at] if found is None else found
        at += 1 if found is None else found["repeat"] * len(found["of"])


def _repeat(values: list[Any], at: int, period: int) -> dict[str, Any] | None:
    first, second = values[at : at + period], values[at + period : at + 2 * period]
    counts = _counts(first, second)
    turns = 1
    while values[at + turns * period : at + (turns + 1) * period] == [_turn(one, counts, turns) for one in first]:
        turns += 1
    if turns < TURNS or (turns - 1) * len(json.dumps(first)) < SAVED_CHARS:
        return None
    return {"repeat": turns, **({"counts": counts} if counts else {}), "of": first}


def _may_turn(kinds: Sequence[int], at: int, period: int) -> bool:
    """Whether there may be enough turns, which is quick to see."""
    end = at + TURNS * period
    return end <= len(kinds) and kinds[at : end - period] == kinds[at + period : end]


def _kinds(values: Sequence[Any]) -> list[int]:
    """A number for each, which two objects share that differ in nothing but what counts."""
    known: dict[Any, int] = {}
    return [known.setdefault(_kind(one) if isinstance(one, dict) else at, len(known)) for at, one in enumerate(values)]


def _kind(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_kind(one) for one in value)
    if not isinstance(value, dict):
        return value
    return frozenset((name, _kind_of_member(name, inner)) for name, inner in value.items())


def _kind_of_member(name: str, value: Any) -> Any:
    if name in _HEADER and _is_number(value):
        return type(value)
    if name == "send" and isinstance(value, str):
        return value[:_NUMBERS_AT], value[_NUMBERED_CHARS:-_CRC_CHARS]
    return _kind(value)


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
