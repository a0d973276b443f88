"""Semantic routing: a router sends an Ask to the specialist whose embedding space and topic fit the query.

It adapts its tolerance, and with it the form in which tensors travel: to what a specialist says that it can bear, and
to a network that loses large datagrams.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from network import Network
from numpy.typing import NDArray
from resonant import Ask, DType, MessageType, Tensor, Think, space_hash32
from resonant.asyncio import ALL_FEATURES, Address, Endpoint, SessionError, connect, serve
from resonant.console import command
from resonant.peer import Adaptive, Config, Delivered, Done, Mux

Array: TypeAlias = NDArray[np.floating[Any]]

D_MODEL, FACTS = 48, 5
TURNS = 16
"""The turns of a conversation that an Ask has as its context."""
DB_20, DB_30 = 167_772, 16_777
"""Tolerances: errors that are so much below a tensor, in 2^-24 of its energy."""
LOSS, LARGE_BYTES, ROUNDS, ASKS = 0.4, 700, 5, 4
"""The share of large datagrams that are lost, how large these are, and how many Asks are in each stream."""
MUX = Mux(streams=8, frames=64)
"""By which the router hears that a stream has arrived."""
WORDS, SOUNDS = (space_hash32(name, "encoder-48", "seed-8") for name in ("words", "sounds"))


def direction(seed: int) -> Array:
    """A direction of an embedding space, of length 1."""
    vector: Array = np.random.default_rng(seed).standard_normal(D_MODEL)
    return vector / np.linalg.norm(vector)


@dataclass(frozen=True, slots=True)
class Specialist:
    """topic: what it knows about, a direction of its own embedding space."""

    name: str
    space: int
    topic: Array
    address: Address = ()


# The same vector means medicine in one space and birdsong in the other: only the hash tells them apart.
SPECIALISTS = (
    Specialist("medicine", WORDS, direction(1)),
    Specialist("law", WORDS, direction(2)),
    Specialist("birdsong", SOUNDS, direction(1)),
    Specialist("engines", SOUNDS, direction(3)),
)
QUERIES = {
    "why does it hurt here?": (direction(1) + 0.2 * direction(4), WORDS),
    "may they do that?": (direction(2) + 0.2 * direction(5), WORDS),
    "a warble at dawn": (direction(1) + 0.2 * direction(6), SOUNDS),
    "a rattle when it is cold": (direction(3) + 0.2 * direction(7), SOUNDS),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """answers: who was chosen for each query, and said what, of shape (D_MODEL,). refusal: by the wrong space.

    forms: of each query, before and after its specialist said what it can bear. rounds: see `converse`.
    """

    answers: dict[str, tuple[str, Array]]
    refusal: str
    forms: dict[str, list[DType]]
    rounds: list[Round]


@dataclass(frozen=True, slots=True)
class Round:
    """One stream of Asks over a network that loses. contexts: the forms in which they went. lost: datagrams."""

    contexts: list[DType]
    lost: int


def facts(topic: Array) -> Array:
    """The facts that a specialist knows: vectors around its topic, shape (FACTS, D_MODEL)."""
    return topic + np.random.default_rng(8).normal(0, 0.1, (FACTS, D_MODEL))


def conversation() -> Array:
    """The turns of a conversation so far, shape (TURNS, D_MODEL)."""
    return np.random.default_rng(9).standard_normal((TURNS, D_MODEL))


async def answer_asks(server: Endpoint, known: Array, heard: list[Ask]) -> None:
    """Answer an Ask with the fact that is most similar to it, and say that one 20 dB below would do."""
    async for address, event in server:
        if isinstance(event, Delivered) and isinstance(event.message, Ask):
            heard.append(event.message)
            likeness = known @ event.message.query.dense().astype(np.float64)
            if event.message.context is None:
                server.send_quality(DB_20, stream_id=event.stream_id, to=address)
            server.send(Think(Tensor.half(known[np.argmax(likeness)])), to=address)


def choose(query: Array, space: int, known: list[Specialist]) -> Specialist:
    """Of those who share the query's space, the one whose topic, a vector of length 1, is most similar."""
    return max((one for one in known if one.space == space), key=lambda one: float(one.topic @ query))


def config(space: int, **members: Any) -> Config:
    """A configuration of this embedding space."""
    return replace(ALL_FEATURES, space_hash32=space, d_model=D_MODEL, **members)


async def ask(query: Array, space: int, specialist: Specialist) -> list[Array]:
    """Put a query to a specialist, exactly, and then again as it can bear it: the answers.

    Raises SessionError SPACE_MISMATCH if it lives in another space.
    """
    exact = config(space, adaptive=Adaptive(tolerance=0))
    answers = []
    async with await connect(exact, specialist.address) as router:
        for _ in range(2):
            router.send_adaptive(MessageType.ASK, query)
            answer = (await router.wait_for(Delivered)).message
            assert isinstance(answer, Think)
            answers.append(answer.hidden.dense())
    return answers


async def converse(specialist: Specialist, heard: list[Ask]) -> list[Round]:
    """Put streams of Asks with their context to a specialist, over a network that loses large datagrams.

    The router begins with an error 30 dB below a tensor, and lets its controller bear more with each loss.
    """
    adapting = config(WORDS, adaptive=Adaptive(DB_30, controller=True), mux=MUX)
    rounds = []
    async with (
        Network(specialist.address, LOSS, LARGE_BYTES) as between,
        await connect(adapting, between.address) as router,
    ):
        for number in range(ROUNDS):
            before, lost = len(heard), between.lost[0]
            with router.open_stream(3 + 2 * number) as stream:
                for _ in range(ASKS):
                    stream.send_adaptive(MessageType.ASK, specialist.topic, conversation())
            async for _, event in router:
                if isinstance(event, Done):
                    break
            contexts = [one.context.dtype for one in heard[before:] if one.context is not None]
            rounds.append(Round(contexts, between.lost[0] - lost))
    return rounds


async def run() -> Outcome:
    """The specialists as servers. The router asks each query where it belongs, and one where it does not."""
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as servers:
        known, answers, forms, heard = [], {}, {}, list[Ask]()
        for one in SPECIALISTS:
            server = await servers.enter_async_context(await serve(config(one.space, mux=MUX)))
            tasks.create_task(answer_asks(server, facts(one.topic), heard))
            known.append(replace(one, address=server.address))
        for text, (query, space) in QUERIES.items():
            heard.clear()
            chosen = choose(query, space, known)
            answers[text] = chosen.name, (await ask(query, space, chosen))[1]
            forms[text] = [one.query.dtype for one in heard]
        rounds = await converse(known[0], heard)
        try:
            await ask(direction(1), WORDS, known[-1])
        except SessionError as error:
            return Outcome(answers, error.code, forms, rounds)
    raise AssertionError("a query of another space was answered")


@command
def main() -> None:
    """Run, and print who was asked what."""
    outcome = asyncio.run(run())
    for text, (name, _) in outcome.answers.items():
        exact, borne = (one.name for one in outcome.forms[text])
        print(f"{text:25} → {name:9} in {exact}, and in {borne} once it has said what it can bear")
    for number, one in enumerate(outcome.rounds, 1):
        forms = ", ".join(sorted({form.name for form in one.contexts}))
        print(f"{f'conversation {number}':25} → {one.lost:2} datagrams lost; contexts went as {forms}")
    print(f"{'words put to engines':25} → {outcome.refusal}")


if __name__ == "__main__":
    sys.exit(main())
