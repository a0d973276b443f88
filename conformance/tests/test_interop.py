"""Python, Rust and Go talk to each other over a way that loses, repeats and reorders: what arrives is what was sent."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import pytest

from adapters.driver import Testee, build_adapter, load_adapter
from conformance.model.peer_requests import CONFIG
from conformance.tests.relay import CLIENT, SERVER, SIDES, TICK_MS, Faults, Relay, inside
from conformance.tests.support import ADAPTERS, KEY
from conformance.wire.read import read_frame
from conformance.wire.sync import read_sync

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("interop")]

FEW, MANY = 12, 50
LATER = pytest.mark.nightly("test_sessions_over_a_rough_way has the first twelve of these each time")
HANDSHAKE_STREAM = 1
SINGLES = {CLIENT: 3, SERVER: 2}
OPENED = {CLIENT: 5, SERVER: 4}
GIVE_UP_MS = 15_000  # HSK-21
REPAIR_MS = 16_000  # a receiver gives up 10 s after the last progress (STM-18); nobody is lost in less than 45 s
ROUGH = Faults(lost=0.12, twice=0.12, late=3)
EXPLAINED = {"DUPLICATE", "CLOSED", "AFTER_TAIL", "REPLY_LIMIT"}
"""Under what a frame may be dropped that came twice, was sent again, or was overtaken by its stream's end."""
IMPLEMENTATIONS = ("reference", "rust", "go")
DIRECTIONS = list(permutations(IMPLEMENTATIONS, 2))
CONFIGS: tuple[Mapping[str, Any], ...] = (
    {},
    {"compress": ["zstd", "none"]},
    {"crypto": ["xchacha20poly1305", "none"], "key": KEY.hex()},
    {"compress": ["zstd"], "crypto": ["xchacha20poly1305"], "key": KEY.hex(), "require_crypto": True},
)


@dataclass(slots=True)
class Session:
    """One conversation: what each side sent, by stream_id and in order, and what it came to."""

    relay: Relay
    draw: random.Random
    sent: dict[str, dict[int, list[Mapping[str, Any]]]] = field(default_factory=lambda: {side: {} for side in SIDES})

    def run(self) -> Iterator[str]:
        """Talk until all is said; how the handshake and each stream ended."""
        config = {**CONFIG, **self.draw.choice(CONFIGS)}
        salts = {side: bytes([number] * 16).hex() for number, side in enumerate(SIDES, start=1)}
        self.relay.begin({side: {**config, "salt": salts[side]} for side in SIDES}, HANDSHAKE_STREAM)
        if not self._established():
            yield "no session"
            return
        yield "session"
        for side in SIDES:
            for _ in range(self.draw.randint(0, 4)):
                self._message(side, SINGLES[side])
            self._tick_perhaps()
        for side in self.draw.sample(SIDES, self.draw.randint(1, 2)):
            self._stream(side)
            yield f"stream {self._ended(side)}"

    def _established(self) -> bool:
        for _ in range(GIVE_UP_MS // TICK_MS + 1):
            self.relay.tick()
            if self.relay.told(CLIENT, "established"):
                return True
        assert [event["code"] for event in self.relay.told(CLIENT, "error_received")] == ["HANDSHAKE_TIMEOUT"]
        assert self.relay.refuses(CLIENT, kind="heart", stream_id=SINGLES[CLIENT]) == "HANDSHAKE_REQUIRED"
        return False

    def _message(self, side: str, stream_id: int) -> None:
        payload = self.draw.randbytes(self.draw.choice((8, 40, 900)))
        slices = [{"dtype": 2, "dims": [len(payload)], "payload": payload.hex()}]
        modality = self.draw.randrange(5)
        self.relay.send(side, kind="message", stream_id=stream_id, type=0, modality=modality, slices=slices)
        told = {"stream_id": stream_id, "type": 0, "modality": modality, "slices": slices}
        self.sent[side].setdefault(stream_id, []).append(told)

    def _tick_perhaps(self) -> None:
        if self.draw.random() < 0.3:
            self.relay.tick()

    def _stream(self, side: str) -> None:
        stream_id = OPENED[side]
        self.sent[side][stream_id] = []
        self.relay.send(side, kind="head", stream_id=stream_id, strong_tail=self.draw.random() < 0.5)
        for _ in range(self.draw.randint(0, 20)):
            if self.draw.random() < 0.1:
                self.relay.send(side, kind="heart", stream_id=stream_id)
            else:
                self._message(side, stream_id)
            self._tick_perhaps()
        self.relay.send(side, kind="tail", stream_id=stream_id)
        for _ in range(REPAIR_MS // TICK_MS):
            self.relay.tick()
            if self._ended(side) != "open":
                break
        self.relay.tick()

    def _ended(self, side: str) -> str:
        """The end of this side's stream, as its receiver reported it."""
        told = inside(self.relay.events[_other(side)], OPENED[side])
        return next((event["event"] for event in told if event["event"] in ("complete", "failed")), "open")


def _other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


@pytest.fixture(scope="module")
def testees() -> Iterator[Mapping[str, Testee]]:
    """Every implementation, started once."""
    adapters = {name: load_adapter(name, ADAPTERS) for name in IMPLEMENTATIONS}
    for adapter in adapters.values():
        build_adapter(adapter)
    with ExitStack() as stack:
        yield {name: stack.enter_context(Testee(adapter)) for name, adapter in adapters.items()}


def talked(
    testees: Mapping[str, Testee], names: tuple[str, str], seed: int, faults: Faults
) -> tuple[Session, list[str]]:
    """The session of this seed. names: who is client, who is server."""
    draw = random.Random(f"{names} {seed}")
    with closing(Relay(dict(zip(SIDES, (testees[name] for name in names), strict=True)), draw, faults)) as relay:
        session = Session(relay, draw)
        return session, list(session.run())


def check_messages(session: Session, side: str) -> None:
    """Every message that came was sent; inside of a stream each came once, and in order."""
    for stream_id, sent in session.sent[_other(side)].items():
        mine = [event for event in session.relay.told(side, "message") if event["stream_id"] == stream_id]
        numbers = [event["frame_seq"] for event in mine]
        got = [{name: event[name] for name in ("stream_id", "type", "modality", "slices")} for event in mine]
        assert all(one in sent for one in got)
        if stream_id == OPENED[_other(side)]:
            come = [event for event in inside(session.relay.events[side], stream_id) if event["event"] == "message"]
            assert [event["slices"] for event in come] == [one["slices"] for one in sent[: len(come)]]
        else:
            assert len(set(numbers)) == len(numbers)


def check_end(session: Session, side: str, faults: Faults) -> None:
    """A stream that this side received is whole, or what it lacked was lost on the way."""
    stream_id = OPENED[_other(side)]
    told = inside(session.relay.events[side], stream_id)
    ends = [event for event in told if event["event"] in ("complete", "failed")]
    assert len(ends) <= 1
    if ends and ends[0]["event"] == "complete":
        sent = session.sent[_other(side)][stream_id]
        assert ends[0]["frames"] == str(len(sent)) == str(sum(event["event"] == "message" for event in told))
    elif ends:
        assert ends[0]["code"] == "STREAM_TIMEOUT"
        assert session.relay.lost
    elif stream_id in session.sent[_other(side)]:
        # Nobody sends a TAIL again without being asked to.
        assert lost_methods(session, stream_id) & {"tail", "error"}


def lost_methods(session: Session, stream_id: int) -> set[str]:
    """The methods of the Sync frames of a stream that the relay lost."""
    frames = [read_frame(datagram, KEY) for datagram in session.relay.lost]
    return {
        str(read_sync(one).get("method"))
        for one in frames
        if one.type == 3 and one.slices and one.stream_id == stream_id
    }


def explained(session: Session, side: str) -> set[str]:
    """Under what frames may have been dropped: a side without a session may have heard the other's HEART (HSK-37)."""
    return EXPLAINED if session.relay.told(side, "established") else {"IGNORED"}


def check(session: Session, faults: Faults) -> None:
    for side in SIDES:
        check_messages(session, side)
        check_end(session, side, faults)
        dropped = {event["code"] for event in session.relay.told(side, "dropped")}
        assert dropped <= (explained(session, side) if faults != Faults() else set())
        assert session.relay.told(side, "error_sent", "lost") == []


@pytest.mark.parametrize("names", DIRECTIONS, ids=lambda names: f"{names[0]}-to-{names[1]}")
@pytest.mark.parametrize("sessions", [FEW, pytest.param(MANY, marks=LATER)])
def test_sessions_over_a_rough_way(testees: Mapping[str, Testee], names: tuple[str, str], sessions: int) -> None:
    ends: Counter[str] = Counter()
    for seed in range(sessions):
        session, ended = talked(testees, names, seed, ROUGH)
        check(session, ROUGH)
        ends.update(ended)
    assert ends["no session"] <= 1 + sessions // 40
    streams = sum(count for end, count in ends.items() if end.startswith("stream"))
    assert streams > sessions
    assert ends["stream complete"] > streams / 2, ends


@pytest.mark.parametrize("names", DIRECTIONS, ids=lambda names: f"{names[0]}-to-{names[1]}")
def test_over_a_sound_way_everything_arrives(testees: Mapping[str, Testee], names: tuple[str, str]) -> None:
    for seed in range(5):
        session, ended = talked(testees, names, seed, Faults())
        check(session, Faults())
        assert set(ended) <= {"session", "stream complete"}
        assert session.relay.told(CLIENT, "dropped", "error_received") == []
        for side in SIDES:
            sent = [one for stream in session.sent[side].values() for one in stream]
            assert len(session.relay.told(_other(side), "message")) == len(sent)


def test_one_seed_gives_one_session(testees: Mapping[str, Testee]) -> None:
    first, again = (talked(testees, DIRECTIONS[0], 3, ROUGH)[0] for _ in range(2))
    other = talked(testees, DIRECTIONS[0], 4, ROUGH)[0]

    def kept(session: Session) -> object:
        return [[{**event, "link": ""} for event in session.relay.events[side]] for side in SIDES]

    assert kept(first) == kept(again)
    assert kept(first) != kept(other)
