"""Every wrong server by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import data, pings, quic, streams, tcp
from .changes import dying_after, having, on_answer, saying
from .wrong import PREFIX, WrongServer

UNUSABLE = (
    WrongServer(f"{PREFIX}says-garbage", "Answers everything with 5 bytes that are no frame.", (), saying(b"hello")),
    WrongServer(
        f"{PREFIX}pings-rejected",
        "Answers every ping with an error.",
        (),
        on_answer(having(method="error", code="SPACE_MISMATCH", message="")),
    ),
    WrongServer(f"{PREFIX}falls-silent", "Says nothing any more after 60 datagrams.", (), dying_after(60)),
    *tcp.UNUSABLE,
    *quic.UNUSABLE,
)
"""With these no run gets to its end."""
SERVERS: Mapping[str, WrongServer] = MappingProxyType(
    {one.name: one for one in (*pings.WRONG, *data.WRONG, *streams.WRONG, *tcp.WRONG, *quic.WRONG, *UNUSABLE)}
)
