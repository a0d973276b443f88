"""How many peers an endpoint keeps, and whom it forgets."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from abilities import ALL
from remotes import Remotes
from resonant.peer import Completed, Established, Event, Failed, Lost, Opened, Role

from reference.tests.examples.fast_loop import Address

ESTABLISHED = Established(1, "none", "none", ("f16",), ("text",), critique=False)
STREAM = 3


def at(port: int) -> Address:
    return "127.0.0.1", port


def known(remotes: Remotes, ports: Iterable[int] = range(1, 2000)) -> list[int]:
    """The ports that `choose` finds."""
    found = []
    for port in ports:
        try:
            found.append(remotes.choose(at(port))[0][1])
        except ConnectionError:
            continue
    return found


def server(limit: int, *, greeted: Iterable[int] = (), in_use: Iterable[int] = ()) -> Remotes:
    """A server with clients in session: those who have only shaken hands, and those who have spoken since."""
    remotes = Remotes(Role.SERVER, ALL, limit)
    for now_ms, port in enumerate((*in_use, *greeted)):
        shake_hands(remotes, port, now_ms)
    for now_ms, port in enumerate(in_use, start=100):
        remotes.hear(at(port), now_ms)
    return remotes


def shake_hands(remotes: Remotes, port: int, now_ms: int) -> None:
    remotes.hear(at(port), now_ms)
    remotes.note(at(port), ESTABLISHED)


def test_a_full_server_forgets_the_stranger_that_was_silent_for_longest() -> None:
    remotes = Remotes(Role.SERVER, ALL, limit=3)
    for now_ms, port in enumerate((1, 2, 3, 1, 4)):
        remotes.hear(at(port), now_ms)
    assert known(remotes) == [1, 3, 4]


def test_a_flood_of_strangers_costs_nobody_a_session() -> None:
    remotes = server(64, greeted=range(1, 61))
    for now_ms in range(1000, 2000):
        remotes.hear(at(now_ms), now_ms)
    assert known(remotes) == [*range(1, 61), *range(1996, 2000)]


def test_a_flood_of_pings_costs_nobody_a_session_in_which_the_client_has_spoken() -> None:
    remotes = server(64, in_use=range(1, 57))
    for now_ms in range(1000, 2000):
        shake_hands(remotes, now_ms, now_ms)
    assert known(remotes)[:56] == list(range(1, 57))
    assert len(known(remotes)) <= 64


def test_of_sessions_the_one_silent_for_longest_makes_room_for_one_in_use() -> None:
    remotes = server(5, in_use=(1, 2, 3))
    remotes.hear(at(1), 200)
    shake_hands(remotes, 4, 201)
    assert known(remotes) == [1, 2, 3, 4]
    remotes.hear(at(4), 202)
    assert known(remotes) == [1, 3, 4]


@pytest.mark.parametrize(
    ("end", "left"),
    [
        (None, [1, 3, 4]),
        (Completed(STREAM, 1, 1, 1), [2, 3, 4]),
        (Failed(STREAM, "STREAM_TIMEOUT"), [2, 3, 4]),  # type: ignore[arg-type]
        (Completed(STREAM + 2, 1, 1, 1), [1, 3, 4]),
    ],
)
def test_a_session_with_an_open_stream_goes_last(end: Event | None, left: list[int]) -> None:
    remotes = server(5, in_use=(1, 2, 3))
    remotes.note(at(1), Opened(STREAM, sized=False))
    if end is not None:
        remotes.note(at(1), end)
    shake_hands(remotes, 4, 200)
    remotes.hear(at(4), 201)
    assert known(remotes) == left


def test_whose_session_made_room_is_told_and_a_stranger_is_not() -> None:
    told: list[Address] = []
    remotes = Remotes(Role.SERVER, ALL, 4, on_forgotten=told.append)
    for port in range(1, 5):
        shake_hands(remotes, port, port)
    assert told == [at(1)]
    for port in range(10, 20):
        remotes.hear(at(port), port)
    assert told == [at(1)]
    assert known(remotes) == [2, 3, 4, 19]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_smallest_table_still_takes_a_newcomer_into_session(limit: int) -> None:
    remotes = server(limit, in_use=range(1, limit + 1))
    shake_hands(remotes, 9, 500)
    assert remotes.hear(at(9), 501) is not None
    assert 9 in known(remotes)
    assert len(known(remotes)) <= limit


def test_an_address_keeps_its_peer_until_it_is_lost() -> None:
    remotes = Remotes(Role.SERVER, ALL, limit=2)
    first = remotes.hear(at(1), 0)
    assert remotes.hear(at(1), 1) is first
    remotes.note(at(1), Lost())
    assert remotes.hear(at(1), 2) is not first


def test_a_client_hears_nobody_but_its_server() -> None:
    remotes = Remotes(Role.CLIENT, ALL, limit=2)
    peer = remotes.begin(at(1), 0)
    assert remotes.hear(at(2), 1) is None
    assert remotes.hear(at(1), 1) is peer
