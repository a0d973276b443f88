"""Dialogues of vector files written out: shared members, named parts and repeats, as vectors/dialogues.md has them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, KeysView, Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]
DIALOGUE = "dialogue"
MOST = 1 << 17
"""The number of rounds that one repeat can have; what any vector needs is far below it."""
_COUNTED = {"stream_id": (4, "<I"), "frame_seq": (8, "<Q")}
"""The places in a frame of what a repeat counts: the offset in its header, and the form there."""
_LEAVES = frozenset({str, int, bool})
"""The types of nearly all values: each is looked at by its type first, as there are half a million."""
_OBJECT = (dict, Mapping)
_WRONG = (KeyError, TypeError, AttributeError, struct.error)
"""Raised by what looks into a file of another form."""


def whole_cases(file: Json, *, late: bool = False) -> Iterator[Json]:
    """The cases of a vector file, dialogues written out, so that each can be read by itself.

    late: the input of a dialogue is written out when somebody first looks into it, for files known to be sound of which
    little is read. Raises ValueError for what is no vector file; a late input raises it then.
    """
    try:
        parts = _Parts(file)
        if not late:
            parts.written()
        for case in file["cases"]:
            if file["op"] != DIALOGUE:
                yield case
                continue
            whole = (
                LateInput(case["input"], file, parts) if late else _whole_input(case["input"], file, parts.written())
            )
            told = {"transports": file["transports"]} if "transports" in file else {}
            yield {**told, **case, "input": whole}
    except _WRONG as error:
        raise ValueError(f"not a vector file ({error!r})") from error


class LateInput(Mapping[str, Any]):
    """The input of a dialogue, written out when somebody first looks into it."""

    __slots__ = ("_file", "_given", "_parts", "_whole")

    def __init__(self, given: Json, file: Json, parts: _Parts) -> None:
        self._given, self._file, self._parts = given, file, parts
        self._whole: Json | None = None

    def __getitem__(self, name: str) -> Any:
        return self._written()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._written())

    def __len__(self) -> int:
        return len(self._written())

    def keys(self) -> KeysView[str]:
        """The names; those that a Mapping makes for itself take ten times as long."""
        return self._written().keys()

    def _written(self) -> Json:
        if self._whole is None:
            try:
                self._whole = _whole_input(self._given, self._file, self._parts.written())
            except _WRONG as error:
                raise ValueError(f"no input of a dialogue ({error!r})") from error
        return self._whole


class _Parts:
    """The parts of a file by their names, written out once."""

    __slots__ = ("_file", "_written")

    def __init__(self, file: Json) -> None:
        self._file = file
        self._written: Mapping[str, list[Any]] | None = None

    def written(self) -> Mapping[str, list[Any]]:
        """All of them; each may name those before it."""
        if self._written is None:
            parts: dict[str, list[Any]] = {}
            for name, steps in self._file.get("parts", {}).items():
                parts[name] = list(_steps(steps, parts, self._file.get("frame", {})))
            self._written = parts
        return self._written


def _whole_input(given: Json, file: Json, parts: Mapping[str, list[Any]]) -> Json:
    config = {**file.get("config", {}), **given.get("config", {})}
    return {**given, "config": config, "steps": list(_steps(given["steps"], parts, file.get("frame", {})))}


def _steps(steps: Any, parts: Mapping[str, list[Any]], frame: Json) -> Iterator[Any]:
    """The steps that are played, in order."""
    for step in _unrolled(steps):
        if not isinstance(step, _OBJECT):
            yield step
        elif "part" in step:
            yield from _named(step["part"], parts)
        elif "expect" in step and isinstance(step["expect"], _OBJECT):
            yield {**step, "expect": {**frame, **step["expect"]}}
        else:
            yield step


def _named(name: Any, parts: Mapping[str, list[Any]]) -> list[Any]:
    if not isinstance(name, str) or name not in parts:
        before = ", ".join(parts) or "there are none"
        raise ValueError(
            f"a step names the part {name!r:.200}, which is not one of the parts before it ({before:.200})"
        )
    return parts[name]


def _unrolled(values: Any) -> Iterator[Any]:
    """The elements of a list, a repeat's as often as it says."""
    for value in values:
        if type(value) in _LEAVES:
            yield value
            continue
        if not (isinstance(value, _OBJECT) and "repeat" in value):
            yield _plain(value)
            continue
        times, counting = _times(value), value.get("counts", {})
        elements = list(_unrolled(value["of"]))
        if not counting:
            yield from elements * times
            continue
        for turn in range(times):
            counts = {name: one["from"] + one["by"] * turn for name, one in counting.items()}
            yield from (counted(one, counts) for one in elements)


def _times(value: Json) -> int:
    times: int = value["repeat"]
    if not 0 < times <= MOST:
        raise ValueError(f"repeat is {times}, not 1 to {MOST:,}")
    return times


def _joined(pieces: Any) -> str:
    """The text of pieces and of their repeats, each made once, as in texts nothing counts."""
    return "".join(map(_piece, pieces))


def _piece(piece: Any) -> Any:
    repeats = isinstance(piece, Mapping) and "repeat" in piece
    return _joined(piece["of"]) * _times(piece) if repeats else _plain(piece)


def _plain(value: Any) -> Any:
    if type(value) in _LEAVES:
        return value
    if isinstance(value, _OBJECT):
        if "join" in value and len(value) == 1:
            return _joined(value["join"])
        return {name: inner if type(inner) in _LEAVES else _plain(inner) for name, inner in value.items()}
    return list(_unrolled(value)) if isinstance(value, list) else value


def counted(value: Any, counts: Mapping[str, int]) -> Any:
    """The value with the numbers of a turn: in members of these names, and in the headers of frames to send."""
    if type(value) in _LEAVES or not counts or not isinstance(value, (list, *_OBJECT)):
        return value
    if isinstance(value, list):
        return [counted(inner, counts) for inner in value]
    found = {name: counted(inner, counts) for name, inner in value.items()}
    for name, number in counts.items():
        if isinstance(value.get(name), int | str):  # not a range of numbers
            found[name] = type(value[name])(number)
    return found | {"send": _numbered(value["send"], counts)} if "send" in value else found


def _numbered(frame: str, counts: Mapping[str, int]) -> str:
    data = bytearray.fromhex(frame)[:-4]
    for name, number in counts.items():
        offset, form = _COUNTED[name]
        struct.pack_into(form, data, offset, number)
    return (data + struct.pack("<I", zlib.crc32(data))).hex()
