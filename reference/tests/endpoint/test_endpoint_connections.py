"""Connections over TCP at an endpoint, in memory: room, ends, and what is forgotten. The rest is in the vectors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from resonant import DropCode, ResonantError
from resonant.endpoint import Endpoint
from resonant.peer import Closed, Established, Lost, Role
from resonant.transport import Splitter, join

from reference.tests.asyncio.talk import think
from reference.tests.peer.support import PLAIN, REQUIRING

PING_STREAM, STREAM = 1, 3
MAX_UNSENT = 16_777_216
LOSS_MS = 45_000


def salts() -> Iterator[bytes]:
    return (number.to_bytes(16, "big") for number in count(1))


def greet(serving: Endpoint[str], link: str, config: object = PLAIN, now_ms: int = 0) -> Endpoint[str]:
    """A client in session with the server, over a connection of this name at both ends."""
    client: Endpoint[str] = Endpoint(Role.CLIENT, config, salts())  # type: ignore[arg-type]
    assert serving.accept(link, now_ms)
    client.connect(link, PING_STREAM, now_ms, over_tcp=True)
    for source, target in ((client, serving), (serving, client)):
        for _, data in source.take_datagrams():
            source.written(link, len(data))
            target.receive_bytes(link, data, now_ms)
    assert [type(event) for _, event in client.take_events()] == [Established]
    return client


def beat(endpoint: Endpoint[str], link: str) -> None:
    endpoint.request(link, lambda peer: peer.send_message(think(1), stream_id=STREAM, now_ms=0))


def waiting(endpoint: Endpoint[str]) -> int:
    return sum(len(data) for _, data in endpoint.take_datagrams())


def test_a_request_for_which_there_is_no_room_is_refused_and_uses_nothing_up() -> None:
    serving: Endpoint[str] = Endpoint(Role.SERVER, PLAIN, salts())
    greet(serving, "a")
    one = join(bytes(33))
    connection = serving._connections["a"]
    assert connection.pipe is not None
    connection.pipe.unsent = MAX_UNSENT - len(one)
    with pytest.raises(ResonantError) as caught:
        beat(serving, "a")
    assert caught.value.code is DropCode.BUFFER_LIMIT
    assert serving.take_datagrams() == []
    serving.written("a", MAX_UNSENT - len(one))
    beat(serving, "a")
    (frame,) = Splitter().feed(serving.take_datagrams()[0][1])
    assert frame[8:16] == bytes(8), "the first number was not used up"


def test_what_is_owed_is_lost_where_there_is_no_room() -> None:
    serving: Endpoint[str] = Endpoint(Role.SERVER, PLAIN, salts())
    greet(serving, "a")
    pipe = serving._connections["a"].pipe
    assert pipe is not None
    pipe.unsent = MAX_UNSENT
    serving.advance(15_000)  # a HEART is due
    assert waiting(serving) == 0
    pipe.unsent = 0
    serving.advance(30_000)
    assert waiting(serving) > 0


def test_whoever_makes_room_loses_session_and_connection() -> None:
    serving: Endpoint[str] = Endpoint(Role.SERVER, PLAIN, salts(), limit=17)  # of which 16 are for sessions
    links = [str(number) for number in range(17)]
    for link in links:
        greet(serving, link)
    told = [(link, event) for link, event in serving.take_events() if not isinstance(event, Established)]
    assert told == [("0", Lost()), ("0", Closed())]
    assert serving.take_ended() == ["0"]
    assert list(serving.links) == links[1:]


def test_an_endpoint_that_forgets_nobody_takes_no_further_connection() -> None:
    serving: Endpoint[str] = Endpoint(Role.SERVER, PLAIN, salts(), limit=1, forgets=False)
    assert serving.accept("a", 0)
    assert not serving.accept("b", 0)
    assert serving.links == ("a",)


def test_after_a_loss_the_connection_goes_on_with_another_salt() -> None:
    serving: Endpoint[str] = Endpoint(Role.SERVER, REQUIRING, salts())
    nonces = []
    for now_ms in (0, 2 * LOSS_MS):
        client: Endpoint[str] = Endpoint(Role.CLIENT, REQUIRING, salts())
        if now_ms == 0:
            assert serving.accept("a", now_ms)
        client.connect("a", PING_STREAM, now_ms, over_tcp=True)
        for _, data in client.take_datagrams():
            serving.receive_bytes("a", data, now_ms)
        serving.take_datagrams()
        serving.request("a", lambda peer, at=now_ms: peer.heart(STREAM, at))  # type: ignore[misc]
        (frame,) = Splitter().feed(serving.take_datagrams()[0][1])
        nonces.append(frame[29:45])
        serving.advance(now_ms + LOSS_MS)
        serving.take_datagrams()
    assert nonces[0] != nonces[1]
    assert serving.take_ended() == []
