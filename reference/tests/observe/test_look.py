"""An onlooker: any bytes give entries, frames are found behind gaps, and nothing of it takes long."""

from __future__ import annotations

import os
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resonant.observe import Carried, Seen, Told, What, is_ours, look
from resonant.observe.framing import frames_of
from resonant.peer import Config, Peer, Role

SEED = int(os.environ.get("RESONANT_SEED", "1"))
CONFIG = Config(
    "", 0, 8, ("text",), ("none",), ("none",), ("i8",), critique=False, require_crypto=False, salt=bytes(range(16))
)
HEART = bytes.fromhex("01030000010000000000000000000000000000000000000000000000002b8b06cf")
BEHIND = len(HEART).to_bytes(4, "little") + HEART


def handshake() -> list[Carried]:
    client, server = Peer(Role.CLIENT, CONFIG), Peer(Role.SERVER, CONFIG)
    (ping,) = client.ping(1, 0).datagrams
    (capability,) = server.receive(ping, 0).datagrams
    client.receive(capability, 0)
    (head,) = client.open_stream(3, strong_tail=False, now_ms=0).datagrams
    (tail,) = client.close_stream(3, 0).datagrams
    return [
        Carried(at, side, data) for at, (side, data) in enumerate([(0, ping), (1, capability), (0, head), (0, tail)])
    ]


TALK = handshake()
ANYTHING = st.lists(
    st.builds(
        Carried,
        st.integers(-(2**62), 2**62),
        st.integers(0, 1),
        st.binary(max_size=60) | st.sampled_from([one.data for one in TALK]) | st.just(BEHIND),
        st.sampled_from([What.FRAME, What.BYTES, What.END, What.RESET, What.GAP]),
    ),
    max_size=12,
)


@given(ANYTHING, st.booleans(), st.none() | st.just(bytes(32)))
def test_anything_at_any_time_gives_entries(carried: list[Carried], alone: bool, key: bytes | None) -> None:
    found = look(carried, key, alone=alone)
    assert sum(isinstance(entry, Seen) for entry in found.entries) <= sum(1 for _ in frames_of(carried))
    assert is_ours(carried, alone=alone) in (True, False)


@pytest.mark.parametrize("side", [0, 1])
def test_who_pings_is_the_client(side: int) -> None:
    found = look([Carried(one.time_us, one.side ^ side, one.data) for one in TALK])
    assert (found.client_side, found.whole) == (side, True)
    assert [entry.way for entry in found.entries if isinstance(entry, Seen)] == ["up", "down", "up", "up"]


def test_a_loss_is_told_at_its_time_however_long_nobody_speaks() -> None:
    late = [*TALK[:2], Carried(10**15, 0, HEART)]
    told = [entry for entry in look(late).entries if isinstance(entry, Told)]
    lost = [entry for entry in told if "is lost" in entry.text]
    assert {entry.time_us for entry in lost} == {45_000_000}  # STM-24


def test_a_client_that_begins_anew_has_another_session_with_the_same_numbers() -> None:
    server = Peer(Role.SERVER, CONFIG)
    server.receive(TALK[0].data, 0)
    (ping,) = Peer(Role.CLIENT, CONFIG, 60_000).ping(1, 60_000).datagrams
    server.advance(59_999)  # a HEART, and the loss
    (capability,) = server.receive(ping, 60_000).datagrams  # its number goes on (HSK-71)
    again = [(0, ping), (1, capability), (0, TALK[2].data), (0, TALK[3].data)]
    carried = [*TALK, *(Carried(60_000_000 + at, side, data) for at, (side, data) in enumerate(again))]
    entries = look(carried).entries
    told = [entry.text for entry in entries if isinstance(entry, Told)]
    assert [sum(word in text for text in told) for word in ("established", "begun anew", "complete")] == [2, 1, 2]
    assert all(entry.fault is None and entry.again is None for entry in entries if isinstance(entry, Seen))


def test_so_many_frames_are_looked_at_and_the_others_counted() -> None:
    found = look(TALK, most=3)
    assert (sum(isinstance(entry, Seen) for entry in found.entries), found.left) == (3, 1)
    assert not any("still open" in entry.text for entry in found.entries if isinstance(entry, Told))


def test_a_frame_is_found_behind_a_gap() -> None:
    parts = [Carried(0, 0, b"", What.GAP), Carried(1, 0, b"\1" * 50 + BEHIND[:9], What.BYTES)]
    parts += [Carried(2, 0, BEHIND[9:] + BEHIND, What.BYTES)]
    found = [one.data for one in frames_of(parts) if one.what is What.FRAME]
    assert found == [HEART, HEART]


def test_the_search_behind_a_gap_takes_bounded_time() -> None:
    print(f"seed {SEED}")
    chosen = random.Random(SEED)
    lengths = b"".join((40).to_bytes(4, "little") + b"\1" for _ in range(50_000))
    parts = [Carried(0, 0, b"", What.GAP)]
    parts += [Carried(at, 0, lengths[:100] + chosen.randbytes(3), What.BYTES) for at in range(2_000)]
    parts += [Carried(9_999, 0, lengths, What.BYTES)]
    begin = time.process_time()
    assert [one for one in frames_of(parts) if one.what is What.FRAME] == []
    assert time.process_time() - begin < 5
