"""Semantic routing: a router sends an Ask to the specialist whose embedding space and topic fit the query."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from resonant import Ask, Tensor, Think, space_hash32
from resonant.asyncio import ALL_FEATURES, Address, Endpoint, SessionError, connect, serve
from resonant.console import command
from resonant.peer import Delivered

Array: TypeAlias = NDArray[np.floating[Any]]

D_MODEL, FACTS = 48, 5
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
    """answers: who was chosen for each query, and said what, of shape (D_MODEL,). refusal: by the wrong space."""

    answers: dict[str, tuple[str, Array]]
    refusal: str


def facts(topic: Array) -> Array:
    """The facts that a specialist knows: vectors around its topic, shape (FACTS, D_MODEL)."""
    return topic + np.random.default_rng(8).normal(0, 0.1, (FACTS, D_MODEL))


async def answer_asks(server: Endpoint, known: Array) -> None:
    """Answer an Ask with the fact that is most similar to it."""
    async for address, event in server:
        if isinstance(event, Delivered) and isinstance(event.message, Ask):
            likeness = known @ event.message.query.dense().astype(np.float64)
            server.send(Think(Tensor.half(known[np.argmax(likeness)])), to=address)


def choose(query: Array, space: int, known: list[Specialist]) -> Specialist:
    """Of those who share the query's space, the one whose topic, a vector of length 1, is most similar."""
    return max((one for one in known if one.space == space), key=lambda one: float(one.topic @ query))


async def ask(query: Array, space: int, specialist: Specialist) -> Array:
    """Put a query to a specialist. Raises SessionError SPACE_MISMATCH if it lives in another space."""
    async with await connect(replace(ALL_FEATURES, space_hash32=space, d_model=D_MODEL), specialist.address) as router:
        router.send(Ask(Tensor.half(query)))
        answer = (await router.wait_for(Delivered)).message
        assert isinstance(answer, Think)
        return answer.hidden.dense()


async def run() -> Outcome:
    """The specialists as servers. The router asks each query where it belongs, and one where it does not."""
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as servers:
        known, answers = [], {}
        for one in SPECIALISTS:
            server = await servers.enter_async_context(
                await serve(replace(ALL_FEATURES, space_hash32=one.space, d_model=D_MODEL))
            )
            tasks.create_task(answer_asks(server, facts(one.topic)))
            known.append(replace(one, address=server.address))
        for text, (query, space) in QUERIES.items():
            chosen = choose(query, space, known)
            answers[text] = chosen.name, await ask(query, space, chosen)
        try:
            await ask(direction(1), WORDS, known[-1])
        except SessionError as error:
            return Outcome(answers, error.code)
    raise AssertionError("a query of another space was answered")


@command
def main() -> None:
    """Run, and print who was asked what."""
    outcome = asyncio.run(run())
    for text, (name, _) in outcome.answers.items():
        print(f"{text:25} → {name}")
    print(f"{'words put to engines':25} → {outcome.refusal}")


if __name__ == "__main__":
    sys.exit(main())
