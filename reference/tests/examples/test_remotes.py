"""How many peers an endpoint keeps, and whom it forgets."""

from __future__ import annotations

from abilities import ALL
from remotes import Remotes
from resonant.peer import Established, Lost, Role

ESTABLISHED = Established(1, "none", "none", ("f16",), ("text",), critique=False)
STRANGERS = [("127.0.0.1", port) for port in range(1, 6)]


def known(remotes: Remotes) -> list[int]:
    """The ports that `choose` finds."""
    found = []
    for address in STRANGERS:
        try:
            found.append(remotes.choose(address)[0][1])
        except ConnectionError:
            continue
    return found


def test_a_full_server_forgets_the_stranger_that_was_silent_for_longest() -> None:
    remotes = Remotes(Role.SERVER, ALL, limit=3)
    for now_ms, address in enumerate(STRANGERS[:3]):
        remotes.hear(address, now_ms)
    remotes.hear(STRANGERS[0], 10)
    remotes.hear(STRANGERS[3], 11)
    assert known(remotes) == [1, 3, 4]


def test_a_full_server_never_forgets_a_session_for_a_stranger() -> None:
    remotes = Remotes(Role.SERVER, ALL, limit=2)
    for now_ms, address in enumerate(STRANGERS[:2]):
        remotes.hear(address, now_ms)
        remotes.note(address, ESTABLISHED)
    assert remotes.hear(STRANGERS[2], 2) is None
    assert known(remotes) == [1, 2]
    remotes.note(STRANGERS[0], Lost())
    assert remotes.hear(STRANGERS[2], 3) is not None
    assert known(remotes) == [2, 3]


def test_an_address_keeps_its_peer_until_it_is_lost() -> None:
    remotes = Remotes(Role.SERVER, ALL, limit=2)
    first = remotes.hear(STRANGERS[0], 0)
    assert remotes.hear(STRANGERS[0], 1) is first
    remotes.note(STRANGERS[0], Lost())
    assert remotes.hear(STRANGERS[0], 2) is not first


def test_a_client_hears_nobody_but_its_server() -> None:
    remotes = Remotes(Role.CLIENT, ALL, limit=2)
    peer = remotes.begin(STRANGERS[0], 0)
    assert remotes.hear(STRANGERS[1], 1) is None
    assert remotes.hear(STRANGERS[0], 1) is peer
