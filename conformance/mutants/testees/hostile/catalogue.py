"""The hostile testees by their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import lives, pieces, replies, starts
from .attack import Hostile

HOSTILE: Mapping[str, Hostile] = MappingProxyType(
    {one.name: one for one in (*replies.HOSTILE, *pieces.HOSTILE, *lives.HOSTILE)}
)
"""Those that attack the runner, in their answer to one case or to all."""
STARTS: Mapping[str, Hostile] = MappingProxyType({one.name: one for one in starts.HOSTILE})
"""Those that no run can begin with."""
