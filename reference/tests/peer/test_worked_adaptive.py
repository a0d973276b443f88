"""The worked conversation of adaptive.md: what its table says of tolerances and forms."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from resonant import Dense, DType, MessageType, decode
from resonant.peer import Adaptive, Config, Peer, Role
from resonant.peer.state.tolerances import Slot, Tolerances

from reference.tests.peer.support import sync
from reference.tests.support import ROOT

PAGE = (ROOT / "specs/adaptive.md").read_text(encoding="utf-8").partition("## 8. ")[2]
OWN = Adaptive(**json.loads(re.findall(r"own value is (\{.*\})", PAGE)[0]))
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| ")][1:]
WORKED = Dense("f16", bytes.fromhex("003c00b80034922cdb3200bc00800000") * 4, (4, 8))
CONFIG = Config(
    "", 0, 8, ("text",), ("none",), ("none",), ("f16", "i8", "q4"), False, False, salt=bytes(16), adaptive=OWN
)


def tolerances(text: str) -> list[int]:
    return [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*\d", text)]


def connected() -> Peer:
    client, server = Peer(Role.CLIENT, CONFIG), Peer(Role.SERVER, replace(CONFIG, adaptive=None))
    client.receive(server.receive(client.ping(1, 0).datagrams[0], 0).datagrams[0], 0)
    return client


def forms(client: Peer, now_ms: int, stream_id: int, kind: MessageType = MessageType.THINK) -> str:
    tensors = (WORKED,) * (2 if kind is MessageType.CACHE else 1)
    (datagram,) = client.send_adaptive(kind, tensors, stream_id=stream_id, now_ms=now_ms).datagrams
    return " and ".join(DType(one.dtype).name for one in decode(datagram).slices[::2])


def lose(client: Peer, frame_seq: int, now_ms: int) -> None:
    """The TAIL of stream 7 is answered with STREAM_INCOMPLETE."""
    error = {
        **{"method": "error", "code": "STREAM_INCOMPLETE", "message": "", "missing": ["0"]},
        "ref": {"stream_id": 7, "frame_seq": "1"},
    }
    assert client.receive(sync(error, stream_id=7, frame_seq=frame_seq, space=0), now_ms).datagrams


def test_the_forms_are_those_of_the_table() -> None:
    client = connected()
    told = [row[3] for row in ROWS if row[3]]
    found = [forms(client, 0, 3), forms(client, 0, 3, MessageType.CACHE)]
    (quality,) = re.findall(r"```json quality\n(.*?)^```", PAGE, re.M | re.S)
    client.receive(sync(json.loads(quality), stream_id=3, frame_seq=0, space=0), 0)
    found += [forms(client, 0, 3), forms(client, 0, 5)]
    client.open_stream(7, strong_tail=False, now_ms=0)
    client.close_stream(7, 0)
    for number in range(3):
        lose(client, number, 1_000 * (number + 1))
    assert [*found, forms(client, 3_000, 5), forms(client, 13_000, 5)] == told


def test_the_tolerances_are_those_of_the_table() -> None:
    own = Tolerances(OWN)
    told = [number for row in ROWS for number in tolerances(row[2])]
    found = [own.of(slot, 3, 0) for slot in (Slot.ANY, Slot.KEYS, Slot.VALUES)]
    own.hear(3, 0, 150_000)
    found += [own.of(Slot.ANY, 3, 0), own.of(Slot.ANY, 5, 0)]
    for now_ms in (1_000, 2_000, 3_000):
        own.double(now_ms)
    found += [own.of(Slot.ANY, 5, now_ms) for now_ms in range(3_000, 84_000, 10_000)]
    assert found == told
    assert own.of(Slot.ANY, 5, 1_000_000) == told[-1]
