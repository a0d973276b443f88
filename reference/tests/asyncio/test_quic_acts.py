"""Acts on a QUIC connection whose main the client has not opened."""

from __future__ import annotations

from typing import Any, cast

import pytest
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from resonant.asyncio.quic_acts import QuicActs
from resonant.transport.quic import MAIN, Write


class Connection:
    """The parts of a connection that acts on streams touch; a server cannot write on what its client has not opened."""

    def __init__(self, *, is_client: bool) -> None:
        self.configuration = QuicConfiguration(is_client=is_client)
        self._streams: dict[int, Any] = {}
        self._datagrams_pending: list[bytes] = []
        self._close_event = None
        self.wrote: list[tuple[int, bytes]] = []

    def send_stream_data(self, on: int, data: bytes, _end: bool) -> None:
        self.wrote.append((on, data))


def acting(*, is_client: bool) -> tuple[QuicActs, Connection]:
    connection = Connection(is_client=is_client)
    return QuicActs(cast(QuicConnection, connection)), connection


def test_what_a_server_owes_on_main_before_there_is_one_is_lost_and_waits_for_nobody() -> None:
    acts, connection = acting(is_client=False)
    acts.perform(Write(MAIN, b"lost"))
    assert connection.wrote == []
    assert (acts.sent, acts.take_gone(), acts.take_gone()) == (0, 4, 0)


@pytest.mark.parametrize(("is_client", "on"), [(True, MAIN), (True, 2), (False, 3)])
def test_an_end_opens_its_own_streams_with_what_it_sends(is_client: bool, on: int) -> None:
    acts, connection = acting(is_client=is_client)
    acts.perform(Write(on, b"first"))
    assert (acts.sent, connection.wrote) == (5, [(on, b"first")])
