"""The committed dialogues, for the tests of them."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from resonant.describe.registry import registry
from resonant.describe.vector_files import whole_cases

from vectors.make.__main__ import DATA

ROOT = DATA.parent.parent
PROFILES = tuple(profile.name for profile in registry().profiles.values() if profile.dialogues)


@dataclass(frozen=True, slots=True)
class Talk:
    """A dialogue: of which profile, what else it requires, and the case."""

    name: str
    profile: str
    requires: frozenset[str]
    case: Mapping[str, Any]

    @property
    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = self.case["input"]["config"]
        return config

    @property
    def key(self) -> bytes | None:
        return bytes.fromhex(self.config["key"]) if "key" in self.config else None

    @property
    def steps(self) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = self.case["input"]["steps"]
        return steps

    def datagrams(self) -> Iterator[bytes]:
        """Every datagram to the peer under test, in order."""
        for step in self.steps:
            if "send" in step:
                yield bytes.fromhex(step["send"])
            elif "send_each" in step:
                yield from _each(step["send_each"])

    def frames(self) -> Iterator[bytes]:
        """Those that do not claim to be repair."""
        return (datagram for datagram in self.datagrams() if not datagram.startswith(b"RSF1"))

    def events(self) -> Iterator[dict[str, Any]]:
        """Every event that is to be told, in order."""
        for step in self.steps:
            yield from step.get("events", ())

    def expected(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every datagram that the peer is to send: to whom, and the frame; repeated ones too."""
        named: dict[tuple[str, str], dict[str, Any]] = {}
        for step in self.steps:
            link = step.get("link", "a")
            if "expect" in step:
                named[link, step.get("as", "")] = step["expect"]
                yield link, step["expect"]
            elif "expect_again" in step and "optional" not in step:
                yield link, named[link, step["expect_again"]]


def _each(given: dict[str, Any]) -> Iterator[bytes]:
    frame = bytes.fromhex(given["frame"])
    for number in range(given["from"], given["to"] + 1):
        data = frame[:8] + struct.pack("<Q", number) + frame[16:-4]
        yield data + struct.pack("<I", zlib.crc32(data))


@cache
def talks() -> tuple[Talk, ...]:
    """Every dialogue."""
    found = []
    for profile in PROFILES:
        for path in sorted((DATA / profile).rglob("*.json")):
            file = json.loads(path.read_bytes())
            name = path.relative_to(DATA).with_suffix("").as_posix()
            requires = frozenset(file.get("requires", ()))
            if file["op"] != "dialogue":
                continue
            found += [Talk(f"{name}/{case['id']}", profile, requires, case) for case in whole_cases(file)]
    return tuple(found)
