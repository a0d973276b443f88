"""The example objects of handshake.md and stream.md, their frames, and what the reference makes of both."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from typing import Any

import pytest
import xxhash
from resonant import DType, Flags, Frame, MessageType, Modality, Slice, decode, encode
from resonant.peer import Announce, Completed, Config, ErrorReceived, Established, Event, Peer, Role

from reference.tests.peer.support import sync
from reference.tests.support import ROOT, joined, worked_frames

METHODS = ("ping", "capability", "error", "head", "tail")
SPACE = 0x5EED1234
OWN = Config(
    embedding_space_id="demo:decoder:v1",
    space_hash32=SPACE,
    d_model=4096,
    modality=("text", "image", "audio", "graph", "mixed"),
    compress=("none",),
    crypto=("none",),
    dtype=("f16", "i8", "q4"),
    critique=True,
    require_crypto=False,
    salt=bytes(16),
)
PARTS = [Slice(DType.I8, (4,), bytes.fromhex(payload)) for payload in ("0c131a21", "171e252c", "22293037")]


def example(method: str) -> Any:
    """The object as the page shows it."""
    page = "stream.md" if method in ("head", "tail") else "handshake.md"
    text = (ROOT / "specs" / page).read_text(encoding="utf-8")
    (found,) = re.findall(rf"^```json {method}\n(.*?)^```", text, re.M | re.S)
    return json.loads(found)


def stream_bytes() -> list[bytes]:
    data = joined("worked-stream-bytes")
    return [data[start : start + 47] for start in (0, 47, 94)]


def members(datagram: bytes) -> Any:
    return json.loads(decode(datagram).slices[0].payload)


@pytest.mark.parametrize("method", METHODS)
def test_the_frame_holds_the_object(method: str) -> None:
    data = joined(f"worked-{method}")
    assert data[-4:] == zlib.crc32(data[:-4]).to_bytes(4, "little")
    strong = method in ("head", "tail")
    (payload,) = decode(data).slices
    expected = Frame(
        MessageType.SYNC,
        Flags.STRONG_TAIL if strong else Flags.NONE,
        3 if strong else 1,
        4 if method == "tail" else 0,
        SPACE,
        Modality.TEXT,
        (Slice(DType.I8, (len(payload.payload),), payload.payload),),
    )
    assert decode(data) == expected
    assert encode(expected) == data
    assert payload.payload == json.dumps(example(method), separators=(",", ":")).encode()


@pytest.mark.parametrize("method", METHODS)
def test_the_words_beside_the_bytes_are_the_text(method: str) -> None:
    lines = [(data, words) for offset, data, words in worked_frames()[f"worked-{method}"] if offset >= 39][:-1]
    assert "".join(words for _, words in lines) == b"".join(data for data, _ in lines).decode()
    assert all(data.decode() == words for data, words in lines)


@pytest.mark.parametrize("name", [f"worked-{method}" for method in METHODS])
def test_the_page_gives_the_length_of_the_frame(name: str) -> None:
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "specs").glob("*.md")))
    before = text[: text.index(f"```frame {name}\n")]
    assert re.findall(r"frame(?: of)? (\d+)\b", before)[-1] == str(len(joined(name)))


def test_the_client_sends_the_ping_and_takes_the_capability() -> None:
    client = Peer(Role.CLIENT, OWN)
    (sent,) = client.ping(1, 0).datagrams
    assert members(sent) == example("ping")
    established = Established(1, "none", "none", OWN.dtype, OWN.modality, critique=True)
    assert client.receive(joined("worked-capability"), 0).events == (established,)


def test_the_server_answers_the_ping_with_the_capability() -> None:
    output = Peer(Role.SERVER, OWN).receive(joined("worked-ping"), 0)
    assert [members(datagram) for datagram in output.datagrams] == [example("capability")]


def test_the_server_answers_the_other_space_with_the_error_and_the_client_takes_it() -> None:
    ping = example("ping") | {"embedding_space_id": "demo:decoder:v2", "space_hash32": 1592594997}
    (answer,) = Peer(Role.SERVER, OWN).receive(sync(ping, 1, 0, space=1592594997), 0).datagrams
    assert members(answer) | {"message": example("error")["message"]} == example("error")
    client = Peer(Role.CLIENT, OWN)
    client.ping(1, 0)
    (event,) = client.receive(joined("worked-error"), 0).events
    assert isinstance(event, ErrorReceived)
    assert event.code == "SPACE_MISMATCH"


def test_head_and_tail_say_what_the_stream_bytes_are() -> None:
    data = joined("worked-stream-bytes")
    frames = stream_bytes()
    assert all(frame[-4:] == zlib.crc32(frame[:-4]).to_bytes(4, "little") for frame in frames)
    assert [decode(frame).slices for frame in frames] == [(part,) for part in PARTS]
    size = {"frames": str(len(frames)), "total_len": str(len(data)), "xxhash3_64": xxhash.xxh3_64_hexdigest(data)}
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert example("head") == {"method": "head", "dir": "up", "md5": md5} | size
    assert example("tail") == {"method": "tail"} | size


def test_the_client_sends_the_stream() -> None:
    client = Peer(Role.CLIENT, OWN)
    client.ping(1, 0)
    client.receive(joined("worked-capability"), 0)
    said = example("head")
    announce = Announce(int(said["frames"]), int(said["total_len"]), said["md5"], said["xxhash3_64"])
    (head,) = client.open_stream(3, strong_tail=True, announce=announce, now_ms=0).datagrams
    sent = [client.send(MessageType.THINK, (part,), stream_id=3, now_ms=0).datagrams for part in PARTS]
    (tail,) = client.close_stream(3, 0).datagrams
    assert (members(head), members(tail)) == (said, example("tail"))
    assert [datagram for datagrams in sent for datagram in datagrams] == stream_bytes()


def test_the_server_receives_the_stream() -> None:
    server = Peer(Role.SERVER, OWN)
    server.receive(joined("worked-ping"), 0)
    events: list[Event] = []
    for datagram in (joined("worked-head"), *stream_bytes(), joined("worked-tail")):
        output = server.receive(datagram, 0)
        assert not output.datagrams
        events += output.events
    assert [type(event).__name__ for event in events] == ["Opened", "Delivered", "Delivered", "Delivered", "Completed"]
    assert events[-1] == Completed(3, 3, 141, "1205b5a31ae92bac")
