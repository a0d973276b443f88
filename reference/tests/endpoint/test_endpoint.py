"""The endpoint without a network: what its links send and tell, in memory and at times that the test gives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from resonant import ResonantError
from resonant.endpoint import Endpoint
from resonant.peer import Delivered, Dropped, ErrorReceived, ErrorSent, Established, Event, Lost, Role

from reference.tests.asyncio.talk import think
from reference.tests.peer.support import PLAIN, REQUIRING

PING_STREAM, STREAM = 1, 3


def salts() -> Iterator[bytes]:
    return (number.to_bytes(16, "big") for number in count(1))


def server(**given: int | bool) -> Endpoint[str]:
    return Endpoint(Role.SERVER, PLAIN, salts(), **given)  # type: ignore[arg-type]


def client(link: str, now_ms: int = 0) -> Endpoint[str]:
    """A client that has sent its ping on this link."""
    endpoint: Endpoint[str] = Endpoint(Role.CLIENT, PLAIN, salts())
    endpoint.connect(link, PING_STREAM, now_ms)
    return endpoint


def carry(source: Endpoint[str], target: Endpoint[str], now_ms: int = 0) -> list[bytes]:
    """Deliver what one end has for the other; both know the way between them by the same name."""
    datagrams = source.take_datagrams()
    for link, datagram in datagrams:
        target.receive(link, datagram, now_ms)
    return [datagram for _, datagram in datagrams]


def greet(serving: Endpoint[str], link: str, now_ms: int = 0) -> Endpoint[str]:
    """A client in session with the server."""
    endpoint = client(link, now_ms)
    carry(endpoint, serving, now_ms)
    carry(serving, endpoint, now_ms)
    return endpoint


def say(endpoint: Endpoint[str], link: str, value: float, now_ms: int = 0) -> None:
    endpoint.request(link, lambda peer: peer.send_message(think(value), stream_id=STREAM, now_ms=now_ms))


def told(endpoint: Endpoint[str]) -> list[tuple[str, type[Event]]]:
    return [(link, type(event)) for link, event in endpoint.take_events()]


def test_datagrams_go_to_the_peer_of_their_link() -> None:
    serving = server()
    ends = {link: greet(serving, link) for link in ("one", "two")}
    assert serving.links == ("one", "two")
    assert told(serving) == [("one", Established), ("two", Established)]
    for link, end in ends.items():
        say(end, link, 1)
        carry(end, serving)
    assert told(serving) == [("one", Delivered), ("two", Delivered)]
    say(serving, "two", 2)
    ((link, datagram),) = serving.take_datagrams()
    ends["two"].receive(link, datagram, 0)
    assert told(ends["two"]) == [("two", Established), ("two", Delivered)]


def test_what_was_taken_is_not_given_again() -> None:
    endpoint = client("one")
    assert len(endpoint.take_datagrams()) == 1
    assert endpoint.take_datagrams() == []
    assert endpoint.take_events() == []


def test_a_link_is_whatever_can_be_told_apart() -> None:
    serving: Endpoint[object] = Endpoint(Role.SERVER, PLAIN, salts())
    links = (("::1", 5, 0, 0), 7, frozenset({"any"}))
    for link in links:
        serving.receive(link, b"", 0)
    assert serving.links == links


def test_a_client_hears_only_the_links_that_it_connected() -> None:
    endpoint = client("one")
    endpoint.receive("two", b"", 0)
    assert (endpoint.links, endpoint.take_events()) == (("one",), [])
    endpoint.receive("one", b"", 0)
    assert told(endpoint) == [("one", Dropped)]


def test_a_handshake_that_cannot_begin_leaves_no_connection() -> None:
    serving = server()
    with pytest.raises(ResonantError, match="STREAM_STATE"):
        serving.connect("one", PING_STREAM, 0)
    assert (serving.links, serving.take_datagrams()) == ((), [])


def test_a_link_without_a_connection_can_be_asked_for_nothing() -> None:
    with pytest.raises(KeyError):
        say(server(), "one", 1)


def test_a_request_that_a_peer_refuses_sends_nothing() -> None:
    endpoint = client("one")
    endpoint.take_datagrams()
    with pytest.raises(ResonantError, match="HANDSHAKE_REQUIRED"):
        say(endpoint, "one", 1)
    assert endpoint.take_datagrams() == []


def test_every_connection_has_the_next_salt() -> None:
    used = []
    serving: Endpoint[str] = Endpoint(Role.SERVER, REQUIRING, salts())
    for link in ("one", "two"):
        end: Endpoint[str] = Endpoint(Role.CLIENT, REQUIRING, iter([bytes(15) + b"c"]))
        end.connect(link, PING_STREAM, 0)
        carry(end, serving)
        serving.take_datagrams()
        serving.request(link, lambda peer: peer.heart(0, 0))  # on stream 0 the nonce begins with the salt itself
        ((_, datagram),) = serving.take_datagrams()
        used.append(datagram[29 : 29 + 16])
    assert used == [number.to_bytes(16, "big") for number in (1, 2)]


def test_the_next_deadline_is_that_of_any_connection() -> None:
    endpoint: Endpoint[str] = Endpoint(Role.CLIENT, PLAIN, salts())
    assert endpoint.deadline_ms is None
    endpoint.connect("late", PING_STREAM, 500)
    endpoint.connect("early", PING_STREAM, 700)
    assert endpoint.deadline_ms == 1_500  # a ping is sent again after 1 s
    endpoint.take_datagrams()
    endpoint.advance(1_500)
    assert [link for link, _ in endpoint.take_datagrams()] == ["late"]
    assert endpoint.deadline_ms == 1_700


def test_deadlines_of_all_connections_are_met_in_the_order_of_time() -> None:
    endpoint: Endpoint[str] = Endpoint(Role.CLIENT, PLAIN, salts())
    endpoint.connect("one", PING_STREAM, 0)
    endpoint.connect("two", PING_STREAM, 1_000)
    endpoint.take_datagrams()
    endpoint.advance(20_000)
    # Sent again 1, 3 and 7 s after the first, given up after 15.
    assert [link for link, _ in endpoint.take_datagrams()] == ["one", "two", "one", "two", "one", "two"]
    assert told(endpoint) == [("one", ErrorReceived), ("two", ErrorReceived)]
    assert endpoint.deadline_ms is None


def test_a_server_forgets_a_link_whose_session_was_lost() -> None:
    serving = server()
    end = greet(serving, "one")
    serving.take_events()
    serving.advance(45_000)
    assert told(serving) == [("one", Lost)]
    assert serving.links == ()
    say(end, "one", 1, 44_999)
    hearts = 2  # every 15 s one, which begins a connection as any datagram does
    assert len(carry(end, serving, 45_000)) == hearts + 1
    assert told(serving) == [("one", Dropped)] * hearts + [("one", ErrorSent)]


def test_a_late_ping_begins_a_session_after_the_one_that_was_lost() -> None:
    """Also where nobody called advance in time, as when a program was busy."""
    serving = server()
    for link in ("one", "two"):
        greet(serving, link)
    serving.take_events()
    carry(client("one", 50_000), serving, 50_000)
    assert told(serving) == [("one", Lost), ("two", Lost), ("one", Established)]
    assert serving.links == ("one",)


def test_a_client_keeps_its_link_when_the_session_was_lost() -> None:
    end = greet(server(), "one")
    end.advance(45_000)
    assert told(end)[-1] == ("one", Lost)
    assert end.links == ("one",)


def test_a_full_server_tells_whose_session_made_room() -> None:
    serving = server(limit=4)
    for link in "abcd":
        greet(serving, link)
    established = [(link, Established) for link in "abcd"]
    assert [one for one in told(serving) if one not in established] == [("a", Lost)]
    assert serving.links == ("b", "c", "d")


def test_a_server_that_forgets_nobody_hears_no_link_beyond_its_limit() -> None:
    serving = server(limit=2, forgets=False)
    for link in "abc":
        greet(serving, link)
    assert serving.links == ("a", "b")
    assert told(serving) == [("a", Established), ("b", Established)]
    serving.advance(45_000)
    assert told(serving) == [("a", Lost), ("b", Lost)]
    assert serving.links == ("a", "b"), "the peers that the testee protocol has last until they are closed"
