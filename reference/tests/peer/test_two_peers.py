"""Two peers of the reference talk to each other."""

from __future__ import annotations

from dataclasses import replace

from resonant import (
    MessageType,
    Modality,
    Slice,
    decode,
)
from resonant.peer import Announce, Output, Peer, Role

from reference.tests.peer.support import (
    HALVES,
    SEALING,
    names,
    sent_object,
)
from reference.tests.support import KEY


def send(
    peer: Peer, *slices: Slice, type: MessageType = MessageType.THINK, stream_id: int = 9, **fields: int
) -> Output:
    modality = Modality(fields.get("modality", 0))
    return peer.send(type, slices or (HALVES,), stream_id=stream_id, modality=modality, now_ms=0)


def test_two_peers_understand_each_other() -> None:
    one, other = Peer(Role.CLIENT, SEALING), Peer(Role.SERVER, replace(SEALING, salt=bytes(16), compress=("zstd",)))
    answer = other.receive(one.ping(1, 0).datagrams[0], 0)
    assert names(one.receive(answer.datagrams[0], 0).events) == ["Established"]
    announce = Announce(1, 0, "0" * 32, "0" * 16)
    sent = (one.open_stream(3, strong_tail=True, announce=announce, now_ms=0), send(one, stream_id=3))
    for output, told in zip(sent, ("Opened", "Delivered"), strict=True):
        assert names(other.receive(output.datagrams[0], 0).events) == [told]
    last = other.receive(one.close_stream(3, 0).datagrams[0], 0)
    assert (sent_object(last)["what"], names(last.events)) == ("total_len", ["Failed"])
    assert decode(last.datagrams[0], key=KEY).stream_id == 3
