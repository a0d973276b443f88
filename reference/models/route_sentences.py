"""Semantic routing: real sentences go to the specialist whose topic is most similar, by embeddings of a real encoder.

Each specialist knows some sentences of its topic, and answers an Ask with the one that is most similar to the query.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import numpy as np
from minilm import Encoder, load_encoder
from program import CONFIG, SENTENCES, TOPICS, program
from resonant import Ask, Tensor, Think
from resonant.asyncio import Address, Endpoint, SessionError, connect, serve
from resonant.peer import Delivered
from weights import Array

KNOWN: Mapping[str, Sequence[str]] = {
    "medicine": ("Gargling with salt water soothes the throat.", "Take one pill every eight hours, with food."),
    "law": ("A deposit has to be returned within two months.", "A contract needs two witnesses."),
    "birds": ("Blackbirds sing at first light.", "Swallows cross the Sahara in autumn."),
    "engines": ("Worn valve lifters tick until the oil is warm.", "A pressure sensor can fail and leave the lamp lit."),
}
"""The sentences that the specialists can answer with."""


@dataclass(frozen=True, slots=True)
class Answer:
    """specialist: who was asked. sentence: what it answered. likeness: of the sentence and the query, -1 to 1."""

    specialist: str
    sentence: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """answers: one for each of SENTENCES. refusal: the code with which a specialist refuses another model's query."""

    answers: Mapping[str, Answer]
    refusal: str


def nearest(query: Array, among: Array) -> int:
    """The row that is most similar to the query; all have length 1."""
    return int(np.argmax(among @ query))


async def answer_asks(server: Endpoint, known: Array) -> None:
    """Answer an Ask with the embedding of what is most similar to it."""
    async for address, event in server:
        if isinstance(event, Delivered) and isinstance(event.message, Ask):
            query = event.message.query.dense().astype(np.float32)
            server.send(Think(Tensor.half(known[nearest(query, known)])), to=address)


async def ask(router: Endpoint, query: Array) -> Array:
    """Put a query to a specialist; the embedding that it answers with."""
    router.send(Ask(Tensor.half(query)))
    answer = (await router.wait_for(Delivered)).message
    assert isinstance(answer, Think)
    return answer.hidden.dense().astype(np.float32)


async def refusal_of(address: Address) -> str:
    """The code with which a specialist refuses whoever has another model."""
    try:
        async with await connect(replace(CONFIG, space_hash32=CONFIG.space_hash32 ^ 1), address):
            raise AssertionError("a session with another model's space was agreed to")
    except SessionError as error:
        return error.code


async def run() -> Outcome:
    """The specialists as servers, and a router that asks one of them for each sentence."""
    model = load_encoder()
    known = {name: model.encode_all(sentences) for name, sentences in KNOWN.items()}
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as ends:
        routers = []
        for embeddings in known.values():
            server = await ends.enter_async_context(await serve(CONFIG))
            tasks.create_task(answer_asks(server, embeddings))
            routers.append((server.address, await ends.enter_async_context(await connect(CONFIG, server.address))))
        answers = await route(model, known, [router for _, router in routers])
        return Outcome(answers, await refusal_of(routers[0][0]))


async def route(model: Encoder, known: Mapping[str, Array], routers: Sequence[Endpoint]) -> Mapping[str, Answer]:
    """Ask the specialist of the nearest topic about each of SENTENCES."""
    topics = model.encode_all(TOPICS.values())
    names, answers = list(TOPICS), {}
    for text in SENTENCES:
        query = model.encode(text)
        chosen = nearest(query, topics)
        said = await ask(routers[chosen], query)
        place = nearest(said, known[names[chosen]])
        answers[text] = Answer(names[chosen], KNOWN[names[chosen]][place], float(said @ query))
    return answers


@program
def main() -> None:
    """Run, and print who was asked what, and what came back."""
    outcome = asyncio.run(run())
    for text, answer in outcome.answers.items():
        print(f"{text}\n    → {answer.specialist} ({answer.likeness:.2f}): {answer.sentence}")
    print(f"a query of another model → {outcome.refusal}")


if __name__ == "__main__":
    sys.exit(main())
