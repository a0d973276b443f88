"""A case as classes look at it: its input taken apart, without the reference and without an opinion on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from resonant.describe.vector_files import whole_cases

from .talk import Talk

BY_PEERS = {"adapt": "adapt by peers"}
"""The name, among ops, of the dialogues of a profile that has an op of its own name."""
REFUSED = "*"
"""Stands for a code where a dialogue is asked for what is rejected in it."""
DATA = Path(__file__).resolve().parent.parent / "data"
_PLACE = re.compile(r"-(\d+)-of-(\d+)")


@dataclass(frozen=True)
class View:
    """One case of an op. code: that of the reject, empty where the input is accepted."""

    id: str
    op: str
    given: Mapping[str, Any]
    code: str
    result: Mapping[str, Any]

    @cached_property
    def frame(self) -> bytes:
        """The frame that is given, or empty."""
        return bytes.fromhex(self.given.get("frame", ""))

    @cached_property
    def header(self) -> Mapping[str, int]:
        """The header's numbers, from bytes or from fields; without n where there is no room for so many slices."""
        if "fields" in self.given:
            fields = self.given["fields"]
            names = ("type", "flags", "modality", "stream_id", "frame_seq", "space_hash32")
            return {**{name: int(fields[name]) for name in names}, "n": len(fields["slices"])}
        if len(self.frame) < 33:
            return {}
        n = int.from_bytes(self.frame[16:24], "little")
        end = 24 + 4 * n
        whole = {name: int.from_bytes(self.frame[at:to], "little") for name, at, to in _FIXED}
        if len(self.frame) < end + 9:
            return whole
        tail = {"space_hash32": int.from_bytes(self.frame[end : end + 4], "little"), "modality": self.frame[end + 4]}
        return whole | tail | {"n": n}

    @cached_property
    def table(self) -> tuple[int, ...]:
        """The lengths of the slices."""
        if "fields" in self.given:
            return tuple(len(one["payload"]) // 2 for one in self.given["fields"]["slices"])
        return tuple(
            int.from_bytes(self.frame[at : at + 4], "little") for at in range(24, 24 + 4 * self.header.get("n", 0), 4)
        )

    @cached_property
    def talk(self) -> Talk:
        """The input of a dialogue."""
        return Talk(self.given)

    @cached_property
    def first(self) -> tuple[int, tuple[int, ...]]:
        """dtype and dims of the first slice, as far as they can be told."""
        if "fields" in self.given:
            slices = self.given["fields"]["slices"]
            return (slices[0]["dtype"], tuple(slices[0]["dims"])) if slices else (0, ())
        if "n" not in self.header or self.header["flags"] & 3:
            return 0, ()
        body = self.frame[29 + 4 * self.header["n"] : -4]
        rank = body[1] if len(body) > 1 else 0
        dims = [int.from_bytes(body[at : at + 4], "little") for at in range(2, 2 + 4 * rank, 4)]
        return (body[0] if body else 0), tuple(dims)

    @cached_property
    def text(self) -> bytes:
        """The last slice's payload, which in a Sync is its JSON."""
        return self.frame[-4 - self.table[-1] : -4] if self.table else b""

    @property
    def place(self) -> str:
        """The place of a fault by the case's id, `-P-of-N`: first, middle or last; empty if it does not say."""
        found = _PLACE.search(self.id)
        if found is None:
            return ""
        place, count = int(found[1]), int(found[2])
        return "first" if place == 0 else "last" if place == count - 1 else "middle"

    def length(self, member: str) -> int:
        """Of a member in hex, in bytes."""
        return len(self.given.get(member, "")) // 2


_FIXED = (("type", 1, 2), ("flags", 2, 4), ("stream_id", 4, 8), ("frame_seq", 8, 16))


def views(data: Path = DATA) -> Iterator[View]:
    """The cases of ops below a folder of vectors; dialogues twice, by their profile and once for each side."""
    for path in sorted(data.rglob("*.json")):
        file = json.loads(path.read_bytes())
        for case in whole_cases(file):
            name = f"{file['profile']}/{file['group']}/{case['id']}"
            expect = case["expect"]
            if file["op"] == "dialogue":
                called = BY_PEERS.get(file["profile"], file["profile"])
                yield from (View(name, called, case["input"], side, {}) for side in ("", REFUSED))
                continue
            yield View(name, file["op"], case["input"], expect.get("reject", ""), expect.get("ok", {}))
