"""The coverage of a campaign: for each profile, how many of the codes that the registry has for it came up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from resonant.describe.registry import registry

FLOOR = 0.75
"""The part of a profile's codes, success being one of them, below which a campaign fails as too thin."""
_LAYERS: Mapping[str, tuple[str, ...]] = {"frame": ("frame", "space")}
_CLOSED = ("FRAME_TOO_SHORT", "FRAME_TOO_LARGE", "TRUNCATED_FRAME", "FRAME_TIMEOUT", "HANDSHAKE_TIMEOUT")
_CODES: Mapping[str, tuple[str, ...]] = {
    "tcp": (*_CLOSED, "CONNECTION_RESET"),
    "quic": (*_CLOSED, "CONNECTION_RESET", "STREAM_MISMATCH", "STREAM_CREATION"),
    "webrtc": ("FRAME_TOO_SHORT", "FRAME_TOO_LARGE", "NOT_BINARY", "HANDSHAKE_TIMEOUT", "CONNECTION_RESET"),
}
"""Of a profile whose codes stand in the registry for other layers as well, or for others alone."""
_SUCCESS: Mapping[str, str] = {"handshake": "established", "stream": "complete", "mux": "complete"} | dict.fromkeys(
    ("tcp", "quic", "webrtc"), "established"
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The codes that were seen of a profile."""

    profile: str
    inputs: int
    seen: tuple[str, ...]
    unseen: tuple[str, ...]

    @property
    def thin(self) -> bool:
        """Whether it is below the floor."""
        return len(self.seen) < FLOOR * (len(self.seen) + len(self.unseen))


def attainable(profile: str) -> tuple[str, ...]:
    """The codes that inputs of a profile can meet, success first."""
    layers = set(_LAYERS.get(profile, (profile,)))
    codes = _CODES.get(profile) or (name for name, code in registry().codes.items() if layers & set(code.layer))
    return (_SUCCESS.get(profile, "ok"), *codes)


def coverage(profiles: Collection[str], codes: Mapping[str, Mapping[str, int]]) -> Iterator[Coverage]:
    """For each of the profiles, from what came of its inputs."""
    for profile in profiles:
        wanted, found = attainable(profile), codes.get(profile, {})
        seen = tuple(code for code in wanted if code in found)
        yield Coverage(profile, sum(found.values()), seen, tuple(code for code in wanted if code not in found))
