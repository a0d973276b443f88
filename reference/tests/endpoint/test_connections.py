"""The connections that an endpoint keeps, and those that it forgets."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from resonant.endpoint import Connections, Forgotten, Standing
from resonant.peer import Completed, Established, Event, Failed, Lost, Opened, Peer, Role

from reference.tests.peer.support import CONFIG

ESTABLISHED = Established(1, "none", "none", ("f16",), ("text",), critique=False)
STREAM = 3
Links = Connections[int]


def hear(connections: Links, link: int) -> int | None:
    """A datagram comes on a link, which begins a connection if it is new; whose session that cost."""
    if link in connections:
        return cost(connections.hear(link))
    return cost(connections.add(link, Peer(Role.SERVER, CONFIG)))


def cost(gone: Forgotten[int] | None) -> int | None:
    """The link whose session was forgotten."""
    return gone.link if gone is not None and gone.in_session else None


def shake_hands(connections: Links, link: int) -> int | None:
    hear(connections, link)
    return cost(connections.note(link, ESTABLISHED))


def server(limit: int, *, greeted: Iterable[int] = (), in_use: Iterable[int] = ()) -> Links:
    """A server with clients in session: those who have only shaken hands, and those who have spoken since."""
    connections = Links(limit, forgets=True)
    for link in (*in_use, *greeted):
        shake_hands(connections, link)
    for link in in_use:
        hear(connections, link)
    return connections


def test_a_full_server_forgets_the_stranger_that_was_silent_for_longest() -> None:
    connections = Links(3, forgets=True)
    for link in (1, 2, 3, 1, 4):
        hear(connections, link)
    assert sorted(connections) == [1, 3, 4]


def test_a_flood_of_strangers_costs_nobody_a_session() -> None:
    connections = server(64, greeted=range(1, 61))
    for link in range(1000, 2000):
        hear(connections, link)
    assert sorted(connections) == [*range(1, 61), *range(1996, 2000)]


def test_a_flood_of_pings_costs_nobody_a_session_in_which_the_client_has_spoken() -> None:
    connections = server(64, in_use=range(1, 57))
    for link in range(1000, 2000):
        shake_hands(connections, link)
    assert sorted(connections)[:56] == list(range(1, 57))
    assert len(connections) <= 64


def test_of_sessions_the_one_silent_for_longest_makes_room_for_one_in_use() -> None:
    connections = server(5, in_use=(1, 2, 3))
    hear(connections, 1)
    shake_hands(connections, 4)
    assert sorted(connections) == [1, 2, 3, 4]
    assert hear(connections, 4) == 2
    assert sorted(connections) == [1, 3, 4]


@pytest.mark.parametrize(
    ("end", "left"),
    [
        (None, [1, 3, 4]),
        (Completed(STREAM, 1, 1, "0"), [2, 3, 4]),
        (Failed(STREAM, "STREAM_TIMEOUT"), [2, 3, 4]),  # type: ignore[arg-type]
        (Completed(STREAM + 2, 1, 1, "0"), [1, 3, 4]),
    ],
)
def test_a_session_with_an_open_stream_goes_last(end: Event | None, left: list[int]) -> None:
    connections = server(5, in_use=(1, 2, 3))
    connections.note(1, Opened(STREAM, sized=False))
    if end is not None:
        connections.note(1, end)
    shake_hands(connections, 4)
    hear(connections, 4)
    assert sorted(connections) == left


def test_whose_session_made_room_is_told_and_a_stranger_is_not() -> None:
    connections = Links(4, forgets=True)
    assert [shake_hands(connections, link) for link in range(1, 5)] == [None, None, None, 1]
    assert [hear(connections, link) for link in range(10, 20)] == [None] * 10
    assert sorted(connections) == [2, 3, 4, 19]


def test_a_session_that_is_lost_is_worth_no_more_than_a_stranger() -> None:
    connections = server(5, in_use=(1, 2))
    connections.note(1, Opened(STREAM, sized=False))
    connections.note(1, Lost())
    assert connections[1].worth[:2] == (Standing.STRANGER, False)
    assert connections[2].worth[:2] == (Standing.IN_USE, False)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_smallest_table_still_takes_a_newcomer_into_session(limit: int) -> None:
    connections = server(limit, in_use=range(1, limit + 1))
    shake_hands(connections, 9)
    hear(connections, 9)
    assert 9 in connections
    assert len(connections) <= limit


def test_where_none_is_forgotten_whoever_comes_first_stays() -> None:
    connections = Links(3, forgets=False)
    for link in (1, 2, 3):
        assert not connections.full
        shake_hands(connections, link)
        hear(connections, link)
    assert connections.full
    assert sorted(connections) == [1, 2, 3]
