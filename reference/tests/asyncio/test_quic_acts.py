"""Acts on a QUIC connection whose main the client has not opened."""

from __future__ import annotations

import pytest
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from resonant.asyncio.quic_acts import QuicActs
from resonant.transport.quic import MAIN, Write


def connection(*, is_client: bool) -> QuicConnection:
    configuration = QuicConfiguration(is_client=is_client)
    return QuicConnection(
        configuration=configuration, original_destination_connection_id=None if is_client else b"8bytes.."
    )


def test_what_a_server_owes_on_main_before_there_is_one_is_lost_and_waits_for_nobody() -> None:
    acts = QuicActs(connection(is_client=False))
    acts.perform(Write(MAIN, b"lost"))
    assert (acts.sent, acts.take_gone(), acts.take_gone()) == (0, 4, 0)


def test_a_client_opens_main_with_what_it_sends() -> None:
    acts = QuicActs(connection(is_client=True))
    acts.perform(Write(MAIN, b"first"))
    assert acts.sent == 5
    assert acts.connection._streams.keys() == {MAIN}


@pytest.mark.parametrize("uni", [2, 3])
def test_a_uni_is_opened_by_whose_it_is(uni: int) -> None:
    acts = QuicActs(connection(is_client=uni == 2))
    acts.perform(Write(uni, b"head"))
    assert acts.sent == 4
