"""Every value of every field that a peer looks up in a table: unknown ones are rejected or dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from resonant import DType, MessageType, Modality, RejectCode
from resonant.frame.slices import PAYLOAD_RULES
from resonant.message import messages
from resonant.peer import Config, Delivered, Dropped, ErrorSent, Peer, Role
from resonant.peer import config as own_values

from reference.tests.peer.support import HALVES, PLAIN, REQUIRING, SEALING, client, frame_bytes, server, think
from reference.tests.support import F16, raw_frame, raw_slice

STREAM = 3
ONE = (F16, [1], bytes(2))
BYTES = range(256)
HEADER = {
    "version": BYTES,
    "mtype": BYTES,
    "modality": BYTES,
    "flags": sorted({*BYTES, *(high << 8 for high in BYTES)}),
}


@cache
def headers() -> tuple[bytes, ...]:
    """Frames that are sound but for one field of the header, with every value of its bytes."""
    return tuple(_headers())


def _headers() -> Iterator[bytes]:
    for name, values in HEADER.items():
        for number, value in enumerate(values):
            fields = {"slice_len": [2], "stream_id": STREAM, "frame_seq": number, name: value}
            yield raw_frame(raw_slice(*ONE), **fields)


@cache
def bodies() -> tuple[bytes, ...]:
    """Frames of every type, flag and modality, whose first slice has any dtype; every second has another slice."""
    return tuple(_bodies())


def _bodies() -> Iterator[bytes]:
    for kind in MessageType:
        for number, (dtype, length) in enumerate((dtype, length) for dtype in BYTES for length in (0, 1, 2)):
            slices = [(dtype, [length], bytes(length)), ONE][: 1 + number % 2]
            fields = {"frame_seq": number, "modality": number % len(Modality), "flags": number % 8}
            yield frame_bytes(slices, mtype=kind, stream_id=STREAM + 2 * kind, **fields)


def talking(role: Role, config: Config) -> Peer:
    return client(config) if role is Role.CLIENT else server(config)


@pytest.mark.parametrize("frames", [headers, bodies])
@pytest.mark.parametrize("begin", [Peer, talking], ids=["no session", "in session"])
@pytest.mark.parametrize("config", [PLAIN, SEALING, REQUIRING], ids=["plain", "sealing", "requiring"])
@pytest.mark.parametrize("role", Role)
def test_no_value_of_a_field_makes_a_peer_raise(
    role: Role, config: Config, begin: Callable[[Role, Config], Peer], frames: Callable[[], tuple[bytes, ...]]
) -> None:
    peer = begin(role, config)
    for datagram in frames():
        (event,) = peer.receive(datagram, 0).events
        assert isinstance(event, Delivered | ErrorSent | Dropped)


def test_the_tables_have_all_values() -> None:
    assert set(messages._READERS) == set(messages._TYPES.values()) == set(MessageType)
    assert set(PAYLOAD_RULES) == set(own_values.DTYPE_NAMES) == set(DType)
    assert set(own_values.MODALITY_NAMES) == set(Modality)


TABLES = [
    (messages._READERS, MessageType.THINK, RejectCode.BAD_MESSAGE),
    (own_values.MODALITY_NAMES, Modality.IMAGE, RejectCode.UNSUPPORTED_MODALITY),
    (own_values.DTYPE_NAMES, DType.F16, RejectCode.UNSUPPORTED_DTYPE),
]


@pytest.mark.parametrize(("table", "value", "code"), TABLES, ids=["type", "modality", "dtype"])
def test_a_value_that_one_table_lacks_is_refused(
    monkeypatch: pytest.MonkeyPatch, table: dict[int, object], value: int, code: RejectCode
) -> None:
    """As while somebody adds a type, a modality or a dtype, and has not come to this table yet."""
    peer = server()
    frame = think(STREAM, 0, HALVES.payload, modality=Modality.IMAGE)
    with monkeypatch.context() as patch:
        patch.delitem(table, value)
        assert peer.receive(frame, 0).events == (ErrorSent(code, STREAM, 0),)
    assert [type(event) for event in peer.receive(frame, 0).events] == [Delivered]
