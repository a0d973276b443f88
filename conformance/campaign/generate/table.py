"""Every kind of input, in the order in which batches take turns."""

from __future__ import annotations

from ...model.profiles import PROFILES
from ..inputs import Kind
from . import (
    adapt,
    adaptive,
    carriages,
    channels,
    connections,
    dialogues,
    fec,
    frame,
    message,
    mux,
    protected,
    quant,
    rs,
    sparse,
    streams,
    tcp,
    xchacha,
    zstd,
)

KINDS: tuple[Kind, ...] = (
    *frame.KINDS,
    *zstd.KINDS,
    *xchacha.KINDS,
    *message.KINDS,
    *sparse.KINDS,
    *quant.KINDS,
    *dialogues.KINDS,
    *streams.KINDS,
    *mux.KINDS,
    *tcp.KINDS,
    *connections.KINDS,
    *carriages.KINDS,
    *channels.KINDS,
    *rs.KINDS,
    *adapt.KINDS,
    *adaptive.KINDS,
    *fec.KINDS,
    *protected.KINDS,
)
MADE_FOR = tuple(name for name in PROFILES if name in {kind.profile for kind in KINDS})
"""The profiles that there are inputs for, in the order of all profiles."""
