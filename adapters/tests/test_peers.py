"""The ops on peers of the reference's testee, over real sockets (specs/testee.md section 6)."""

from __future__ import annotations

import pytest

from adapters.driver import Reject, RequestError, WirePeer
from adapters.tests.peers import KEY, MESSAGE, SALT, SERVER, SLICE, XCHACHA, Talk, link_of, ping, said, sync, think

pytestmark = pytest.mark.xdist_group("peers")

DAY_MS = 86_400_000
MAX_PEERS = 1024
HEART_MS, GIVEN_UP_MS, LOST_MS = 15_000, 15_000, 45_000  # STM-22, HSK-21, STM-24
SEALED = {"crypto": ["xchacha20poly1305"], "key": KEY.hex()}


def test_a_server_answers_a_ping_before_it_answers_the_poll(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    end.send(ping(5), talk.wire)
    agreed = {"agreed_proto": 1, "compress": "none", "crypto": "none", "dtype": ["f16"], "modality": ["text"]}
    assert talk.events() == [{"link": link_of(end), "event": "established", **agreed, "critique": False}]
    (capability,) = end.received()
    assert said(capability)["method"] == "capability"
    assert said(capability)["space_hash32"] == 7
    assert capability[4:8] == (5).to_bytes(4, "little")
    assert talk.events() == []  # TST-18: once


def test_a_client_pings_when_it_is_opened(talk: Talk, end: WirePeer) -> None:
    talk.connect(end, 4_000_000_000)
    (first,) = end.received()
    assert said(first)["method"] == "ping"
    assert said(first)["ts"] == 0
    assert first[4:8] == (4_000_000_000).to_bytes(4, "little")
    assert talk.events() == []


def test_a_delivered_message_is_told_as_it_was_sent(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    talk.greet(end)
    end.send(think(9, 2**64 - 1), talk.wire)
    number = {"stream_id": 9, "frame_seq": str(2**64 - 1)}
    message = {"link": link_of(end), "event": "message", **number, "type": 0, "modality": 0, "slices": [SLICE]}
    assert talk.events() == [message]
    assert end.received() == []


def test_a_message_is_sent_before_the_reply(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    talk.greet(end)
    talk.ask("peer_send", **MESSAGE)
    assert end.received() == [think(9, 0)]
    talk.ask("peer_send", **MESSAGE, link=link_of(end))
    assert end.received() == [think(9, 1)]


def test_what_waits_is_handled_in_the_order_of_arrival(talk: Talk, ends: tuple[WirePeer, WirePeer]) -> None:
    talk.serve()
    order = [(ends[0], 7), (ends[1], 2), (ends[0], 9), (ends[1], 1)]
    for end, stream_id in order:
        end.send(ping(stream_id), talk.wire)
    assert talk.named() == [(link_of(end), "established") for end, _ in order]
    assert [datagram[4] for datagram in ends[0].received()] == [7, 9]
    assert [datagram[4] for datagram in ends[1].received()] == [2, 1]


def test_what_waits_is_handled_before_a_message_is_sent(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    end.send(ping(), talk.wire)
    talk.ask("peer_send", kind="heart", stream_id=3)
    assert [said(datagram).get("method") for datagram in end.received()] == ["capability", None]


def test_what_waits_is_handled_before_the_clock_moves(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    end.send(ping(), talk.wire)
    talk.ask("peer_advance", ms=HEART_MS)
    assert [said(datagram).get("method") for datagram in end.received()] == ["capability", None]


def test_the_clock_stands_still_but_for_advance(talk: Talk, end: WirePeer) -> None:
    talk.connect(end)
    (first,) = end.received()
    for _ in range(20):
        assert talk.events() == []
    counts = []
    for ms in (999, 1, 1999, 1, 3999, 1, GIVEN_UP_MS - 7001):  # HSK-20: again after 1, 3 and 7 s
        talk.ask("peer_advance", ms=ms)
        again = end.received()
        assert set(again) <= {first}
        counts.append(len(again))
    assert counts == [0, 1, 0, 1, 0, 1, 0]
    assert talk.events() == []
    talk.ask("peer_advance", ms=1)
    assert talk.events() == [{"link": SERVER, "event": "error_received", "code": "HANDSHAKE_TIMEOUT"}]


def test_a_day_at_once_meets_every_deadline_in_order(talk: Talk, ends: tuple[WirePeer, WirePeer]) -> None:
    talk.serve()
    talk.greet(ends[0])
    talk.ask("peer_advance", ms=1)
    talk.greet(ends[1])
    talk.ask("peer_advance", ms=DAY_MS)
    assert talk.named() == [(link_of(end), "lost") for end in ends]
    for end in ends:  # a HEART after 15 and 30 s; at 45 s loss comes first
        assert [datagram[8] for datagram in end.received()] == [1, 2]


def test_ts_is_the_clock_in_whole_seconds(talk: Talk, end: WirePeer) -> None:
    talk.connect(end)
    talk.ask("peer_advance", ms=GIVEN_UP_MS)
    talk.ask("peer_advance", ms=2999)
    end.received()
    talk.ask("peer_send", kind="ping", stream_id=2)
    assert [said(datagram)["ts"] for datagram in end.received()] == [17]


def test_deadlines_of_two_peers_are_met_in_the_order_of_time(talk: Talk, ends: tuple[WirePeer, WirePeer]) -> None:
    talk.serve()
    talk.greet(ends[0])
    talk.ask("peer_advance", ms=10)
    talk.greet(ends[1])
    talk.ask("peer_advance", ms=10)
    ends[0].send(think(3, 0), talk.wire)  # the first of them is now heard last
    assert talk.named() == [(link_of(ends[0]), "message")]
    talk.ask("peer_advance", ms=LOST_MS)
    assert talk.named() == [(link_of(end), "lost") for end in reversed(ends)]


def test_each_address_has_a_session_of_its_own(talk: Talk, ends: tuple[WirePeer, WirePeer]) -> None:
    talk.serve()
    talk.greet(ends[0])
    ends[1].send(think(9, 0), talk.wire)
    refused = {"event": "error_sent", "code": "HANDSHAKE_REQUIRED", "stream_id": 9, "frame_seq": "0"}
    assert talk.events() == [{"link": link_of(ends[1]), **refused}]
    (error,) = ends[1].received()
    assert said(error)["code"] == "HANDSHAKE_REQUIRED"
    assert said(error)["ref"] == {"stream_id": 9, "frame_seq": "0"}
    assert ends[0].received() == []


def test_with_two_addresses_a_request_names_one(talk: Talk, ends: tuple[WirePeer, WirePeer]) -> None:
    talk.serve()
    for end in ends:
        talk.greet(end)
    assert isinstance(talk.testee.ask("peer_send", MESSAGE), RequestError)
    talk.ask("peer_send", **MESSAGE, link=link_of(ends[1]))
    assert (ends[0].received(), ends[1].received()) == ([], [think(9, 0)])


def test_only_the_first_address_gets_the_salt_of_the_configuration(talk: Talk, ends: tuple[WirePeer, WirePeer]) -> None:
    salts = []
    talk.serve(**SEALED)
    for end in ends:
        talk.greet(end, crypto=["xchacha20poly1305"])
        talk.ask("peer_send", kind="heart", stream_id=0, link=link_of(end))
        (heart,) = end.received()
        assert heart[2] == XCHACHA
        salts.append(heart[29:45])  # XCH-10: on stream_id 0 the nonce begins with the salt itself
    assert salts[0] == SALT
    assert salts[1] != SALT


def test_a_server_refuses_to_send_to_who_has_sent_nothing(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    for _ in range(2):
        answer = talk.testee.ask("peer_send", {**MESSAGE, "link": link_of(end)})
        assert isinstance(answer, Reject)
        assert answer.code == "HANDSHAKE_REQUIRED"
    assert isinstance(talk.testee.ask("peer_send", MESSAGE), RequestError)  # there is nobody
    talk.greet(end)
    assert talk.testee.ask("peer_send", {**MESSAGE, "link": link_of(end)}) == talk.testee.ask("peer_send", MESSAGE)


def test_a_client_hears_its_server_alone(talk: Talk, ends: tuple[WirePeer, WirePeer]) -> None:
    server, stranger = ends
    talk.connect(server)
    stranger.send(think(9, 0), talk.wire)
    assert talk.events() == []
    assert stranger.received() == []
    assert isinstance(talk.testee.ask("peer_send", {**MESSAGE, "link": link_of(stranger)}), RequestError)
    server.send(sync(1, 0, {"method": "error", "code": "SPACE_MISMATCH", "message": ""}), talk.wire)
    assert talk.events() == [{"link": SERVER, "event": "error_received", "code": "SPACE_MISMATCH"}]


def test_a_refused_request_is_a_reject_and_sends_nothing(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    talk.greet(end)
    answer = talk.testee.ask("peer_send", {"kind": "tail", "stream_id": 9})
    assert isinstance(answer, Reject)
    assert answer.code == "STREAM_STATE"
    assert end.received() == []


def test_any_bytes_are_an_event_at_most(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    for datagram in (b"", b"\0", bytes(33), think(1, 0)[:-1], b"\xff" * 65_507):
        end.send(datagram, talk.wire)
    codes = ["FRAME_TOO_SHORT", "FRAME_TOO_SHORT", "BAD_VERSION", "CRC_MISMATCH", "BAD_VERSION"]
    assert talk.events() == [{"link": link_of(end), "event": "dropped", "code": code} for code in codes]
    assert end.received() == []


@pytest.mark.slow
def test_1024_addresses_are_served_and_no_more(talk: Talk) -> None:
    talk.serve()
    told: list[str] = []
    ports: list[int] = []
    while len(ports) < MAX_PEERS + 3:
        with WirePeer() as one:
            if one.port not in ports:
                ports.append(one.port)
                one.send(b"", talk.wire)
        if len(ports) % 64 == 0:  # before the socket's buffer is full
            told += [link for link, _ in talk.named()]
    told += [link for link, _ in talk.named()]
    assert told == [f"udp-{port}" for port in ports[:MAX_PEERS]]
