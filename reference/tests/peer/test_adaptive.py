"""Adaptive messages between two peers, and a controller over a network that loses: specs/adaptive.md."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from resonant import Cache, Dense, DType, MessageType, ResonantError, Tensor, Think, decode
from resonant.peer import Adaptive, Completed, Config, Delivered, Output, Peer, Role

EVERY = ("f16", "i8", "q4", "sparse")
NOISE = np.random.default_rng(4).standard_normal((16, 48))
DB_20, DB_30, DB_42, DB_12 = 167_772, 16_777, 1_024, 1_048_576
STREAM_MS = 200
"""From one stream to the next: slow enough for the limit of 8 replies in a second."""


def config(adaptive: Adaptive | None, dtype: tuple[str, ...] = EVERY) -> Config:
    return Config("", 0, 8, ("text",), ("none",), ("none",), dtype, True, False, bytes(16), adaptive=adaptive)


def pair(adaptive: Adaptive | None, dtype: tuple[str, ...] = EVERY) -> tuple[Peer, Peer]:
    client = Peer(Role.CLIENT, config(adaptive))
    server = Peer(Role.SERVER, replace(config(None, dtype), salt=bytes(15) + b"\1"))
    client.receive(server.receive(client.ping(1, 0).datagrams[0], 0).datagrams[0], 0)
    return client, server


def sent(client: Peer, now_ms: int = 0, stream_id: int = 3) -> bytes:
    (datagram,) = client.send_adaptive(
        MessageType.THINK, (Dense.of(NOISE),), stream_id=stream_id, now_ms=now_ms
    ).datagrams
    return datagram


def form(datagram: bytes) -> DType:
    return DType(decode(datagram).slices[0].dtype)


@pytest.mark.parametrize("tolerance", [0, DB_30, DB_20, 2**24])
def test_a_tensor_arrives_in_the_form_that_adapted_gives_it(tolerance: int) -> None:
    client, server = pair(Adaptive(tolerance))
    (event,) = server.receive(sent(client), 0).events
    assert isinstance(event, Delivered)
    assert event.message == Think(Tensor.adapted(NOISE, tolerance))


def test_keys_and_values_arrive_in_forms_of_their_own() -> None:
    client, server = pair(Adaptive(0, keys=DB_30, values=2**24))
    output = client.send_adaptive(MessageType.CACHE, (Dense.of(NOISE), Dense.of(NOISE)), stream_id=3, now_ms=0)
    (event,) = server.receive(output.datagrams[0], 0).events
    assert isinstance(event, Delivered)
    assert event.message == Cache(Tensor.adapted(NOISE, DB_30), Tensor.adapted(NOISE, 2**24))


def test_a_form_that_the_other_end_does_not_take_is_not_chosen() -> None:
    client, _ = pair(Adaptive(2**24), dtype=("i8", "f16"))
    assert form(sent(client)) == DType.I8


def test_a_quality_is_heard_on_its_own_stream_id_alone() -> None:
    client, server = pair(Adaptive(DB_30))
    assert client.receive(server.send_quality(3, 2**24, 0).datagrams[0], 0) == Output((), ())
    assert [form(sent(client, stream_id=one)) for one in (3, 5)] == [DType.Q4, DType.I8]


def test_a_request_that_is_refused_changes_nothing() -> None:
    client, _ = pair(Adaptive(0), dtype=("q4",))
    with pytest.raises(ResonantError, match="TOLERANCE"):
        sent(client)
    assert client.heart(3, 0).datagrams[0][8:16] == bytes(8)


@pytest.mark.parametrize("value", [-1, 2**24 + 1])
@pytest.mark.parametrize("name", ["tolerance", "keys", "values"])
def test_an_own_value_out_of_its_range_is_refused(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{name} {value} is not 0 to 16777216"):
        Adaptive(**{"tolerance": 0, name: value})


@dataclass
class Line:
    """A client that sends streams of Thinks to a server, and a network that loses a share of the larger datagrams."""

    client: Peer
    server: Peer
    chance: random.Random
    loss: float = 0.0
    above_bytes: int = 700
    now_ms: int = 0
    stream_id: int = 1
    told: int = 0
    """The streams of which the server has told that they are whole."""

    def stream(self, count: int = 6) -> list[DType]:
        """Send a stream, and repair it until it is whole: the forms of its Thinks."""
        self.now_ms += STREAM_MS
        self.stream_id += 2
        output = list(self.client.open_stream(self.stream_id, strong_tail=False, now_ms=self.now_ms).datagrams)
        thinks = [sent(self.client, self.now_ms, self.stream_id) for _ in range(count)]
        output += [*thinks, *self.client.close_stream(self.stream_id, self.now_ms).datagrams]
        while output:
            output = self._exchange(output)
        return [form(one) for one in thinks]

    def _exchange(self, datagrams: Iterable[bytes]) -> list[bytes]:
        answers: list[bytes] = []
        for datagram in datagrams:
            if len(datagram) <= self.above_bytes or self.chance.random() >= self.loss:
                heard = self.server.receive(datagram, self.now_ms)
                self.told += sum(isinstance(event, Completed) for event in heard.events)
                answers += heard.datagrams
        self.now_ms += STREAM_MS
        return [again for answer in answers for again in self.client.receive(answer, self.now_ms).datagrams]


def line(seed: int, adaptive: Adaptive) -> Line:
    client, server = pair(adaptive)
    return Line(client, server, random.Random(seed))


@pytest.mark.parametrize("seed", range(20))
def test_a_controller_sends_less_until_nothing_is_lost(seed: int) -> None:
    one = line(seed, Adaptive(DB_42, controller=True))
    assert set(one.stream()) == {DType.I8}
    one.loss = 0.5
    forms = [set(one.stream()) for _ in range(12)]
    assert forms[0] == {DType.I8}
    assert forms[-1] == {DType.Q4}
    assert one.told == 13, "every stream is whole"


@pytest.mark.parametrize("seed", range(20))
def test_a_controller_comes_back_when_nothing_is_lost_any_more(seed: int) -> None:
    one = line(seed, Adaptive(DB_12, controller=True))
    assert set(one.stream()) == {DType.Q4}
    for _ in range(10):  # 1,048,576 to 1,024
        one.now_ms += 10_000
        for heart in one.server.advance(one.now_ms).datagrams:
            one.client.receive(heart, one.now_ms)
        forms = set(one.stream())
    assert forms == {DType.I8}


@pytest.mark.parametrize("seed", range(5))
def test_without_a_controller_losses_change_no_form(seed: int) -> None:
    one = line(seed, Adaptive(DB_30))
    one.loss = 0.5
    assert {form for _ in range(12) for form in one.stream()} == {DType.I8}
