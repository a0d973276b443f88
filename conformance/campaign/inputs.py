"""The inputs of a campaign: one at a time, and the profiles that may be asked for it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from resonant.describe.registry import registry

from ..model.cases import DIALOGUE, TRANSPORTS

_PROFILE_OF: Mapping[str, str] = {op: one.name for one in registry().profiles.values() for op in one.ops}


@dataclass(frozen=True, slots=True)
class Input:
    """One input of an op, or a dialogue without expectations."""

    op: str
    given: Mapping[str, Any]
    needs: tuple[str, ...] = ()
    """Profiles that must be claimed besides the op's own."""

    @property
    def profile(self) -> str:
        """The profile that the input belongs to: the last that it needs, or the op's own."""
        return self.needs[-1] if self.needs else _PROFILE_OF[self.op]

    @property
    def transport(self) -> str:
        """The carrier of the frames of a dialogue: the transport that its profile is about, or UDP."""
        return self.profile if self.profile in TRANSPORTS else TRANSPORTS[0]

    @property
    def asked_of(self) -> frozenset[str]:
        """Every profile that an implementation must claim to be asked."""
        return frozenset(self.needs) if self.op == DIALOGUE else frozenset((*self.needs, _PROFILE_OF[self.op]))


Draw: TypeAlias = random.Random


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of making inputs."""

    name: str
    """profile/what."""
    make: Callable[[Draw, int, int], Iterable[Input]]
    """Takes the source of chance, the number of the chunk and how many inputs there are to be, and makes these."""
    per_batch: int = 250

    @property
    def profile(self) -> str:
        """The profile that its inputs belong to."""
        return self.name.partition("/")[0]
