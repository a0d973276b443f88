"""Writes dialogues out, as vectors/dialogues.md has them: python whole_dialogues.py FOLDER PROFILE/GROUP, or all.

FOLDER is an unpacked release. Every case is one line of JSON: its id, role, config and steps, each step by itself.
"""

import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADER = {"stream_id": (4, 8), "frame_seq": (8, 16)}
"""The bytes of a frame that have the numbers that count."""


def listed(values: list[Any]) -> Iterator[Any]:
    """The elements of a list, a repeat's as often as it says."""
    for value in values:
        if isinstance(value, dict) and "repeat" in value:
            yield from repeated(value)
        else:
            yield plain(value)


def repeated(value: dict[str, Any]) -> Iterator[Any]:
    """The elements of a repeat: made once, and numbered anew in each turn."""
    once = list(listed(value["of"]))
    for turn in range(value["repeat"]):
        numbers = {name: n["from"] + n["by"] * turn for name, n in value.get("counts", {}).items()}
        yield from (numbered(one, numbers) for one in once) if numbers else once


def plain(value: Any) -> Any:
    """A value without repeats; pieces of bytes are joined."""
    if isinstance(value, list):
        return list(listed(value))
    if not isinstance(value, dict):
        return value
    return "".join(listed(value["join"])) if "join" in value else {name: plain(v) for name, v in value.items()}


def numbered(value: Any, numbers: dict[str, int]) -> Any:
    """A value with the numbers of one turn."""
    if isinstance(value, list):
        return [numbered(one, numbers) for one in value]
    if not isinstance(value, dict) or not numbers:
        return value
    found = {name: numbered(one, numbers) for name, one in value.items()}
    for name, number in numbers.items():
        if isinstance(value.get(name), int | str):
            found[name] = type(value[name])(number)
    if "send" in value:
        frame = bytearray.fromhex(value["send"])[:-4]
        for name, number in numbers.items():
            start, end = HEADER[name]
            frame[start:end] = number.to_bytes(end - start, "little")
        found["send"] = (frame + zlib.crc32(frame).to_bytes(4, "little")).hex()
    return found


def played(steps: list[Any], parts: dict[str, list[Any]], frame: dict[str, Any]) -> Iterator[Any]:
    """The steps one by one, parts in their places, every FRAME with all of its members."""
    for step in listed(steps):
        if "part" in step:
            yield from played(parts[step["part"]], parts, frame)
        else:
            yield {**step, "expect": {**frame, **step["expect"]}} if "expect" in step else step


def whole(file: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The inputs of a file of dialogues, in order, each with its `id`."""
    for case in file["cases"]:
        given = case["input"]
        config = {**file.get("config", {}), **given.get("config", {})}
        steps = list(played(given["steps"], file.get("parts", {}), file.get("frame", {})))
        yield {"id": f"{file['profile']}/{file['group']}/{case['id']}", **given, "config": config, "steps": steps}


def main(folder: Path, group: str = "**/*") -> None:
    """Print every dialogue of the groups that the pattern means."""
    for path in sorted((folder / "vectors" / "data").glob(f"{group}.json")):
        file = json.loads(path.read_text("utf-8"))
        if file["op"] == "dialogue":
            for given in whole(file):
                print(json.dumps(given))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
