"""An ensemble: two models read every other word of a sentence each, and a fusion model decides what it is about.

Half of the words do not always say enough. Each sends its embedding as a Think, and the fusion, which never sees the
words, tells both which topic is nearest to the two together.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from minilm import Encoder, load_encoder
from program import CONFIG, SENTENCES, TOPICS, program
from resonant import Tensor, Think
from resonant.asyncio import Address, Endpoint, connect, serve
from resonant.peer import Delivered
from weights import Array


@dataclass(frozen=True, slots=True)
class Guess:
    """The topics of a sentence by its odd words, its even words, and as both models were told."""

    odd: str
    even: str
    told_odd: str
    told_even: str


def halves(text: str) -> tuple[str, str]:
    """The first, third, ... words of a sentence, and the others."""
    words = text.split()
    return " ".join(words[::2]), " ".join(words[1::2])


def nearest(topics: Array, embedding: Array) -> str:
    """The topic that is most similar to an embedding."""
    return list(TOPICS)[int(np.argmax(topics @ embedding))]


async def fuse(server: Endpoint, topics: Array) -> None:
    """Wait for the embeddings of two models, and tell both how similar each topic is to their sum."""
    heard: dict[Address, Array] = {}
    async for address, event in server:
        if isinstance(event, Delivered) and isinstance(event.message, Think):
            heard[address] = event.message.hidden.dense().astype(np.float32)
        if len(heard) == 2:
            likeness = topics @ sum(heard.values())
            for sender in heard:
                server.send(Think(Tensor.half(likeness)), to=sender)
            heard.clear()


async def ask_fusion(client: Endpoint, embedding: Array) -> str:
    """Send what one model sees, in 8 bits an element; the topic that the fusion tells."""
    client.send(Think(Tensor.quantized(embedding, bits=8)))
    answer = (await client.wait_for(Delivered)).message
    assert isinstance(answer, Think)
    return list(TOPICS)[int(np.argmax(answer.hidden.dense()))]


async def guess(model: Encoder, topics: Array, ends: tuple[Endpoint, Endpoint], text: str) -> Guess:
    """The topics that both models and the fusion see in a sentence."""
    seen = [model.encode(half) for half in halves(text)]
    told = await asyncio.gather(*(ask_fusion(end, one) for end, one in zip(ends, seen, strict=True)))
    return Guess(nearest(topics, seen[0]), nearest(topics, seen[1]), told[0], told[1])


async def run() -> Mapping[str, Guess]:
    """The fusion as the server, the two others as clients."""
    model = load_encoder()
    topics = model.encode_all(TOPICS.values())
    async with asyncio.TaskGroup() as tasks, await serve(CONFIG) as server:
        tasks.create_task(fuse(server, topics))
        async with await connect(CONFIG, server.address) as one, await connect(CONFIG, server.address) as other:
            return {text: await guess(model, topics, (one, other), text) for text in SENTENCES}


def right(outcome: Mapping[str, Guess], of: str) -> int:
    """How many topics are those of SENTENCES, by a member of Guess."""
    return sum(getattr(guessed, of) == SENTENCES[text] for text, guessed in outcome.items())


@program
def main() -> None:
    """Run, and print who was right how often."""
    outcome = asyncio.run(run())
    for text, guessed in outcome.items():
        print(f"{' / '.join(halves(text))}\n    {guessed.odd} + {guessed.even} → {guessed.told_odd}")
    names = {"odd words": "odd", "even words": "even", "fusion": "told_odd"}
    print(", ".join(f"{name} {right(outcome, of)} of {len(outcome)} right" for name, of in names.items()))


if __name__ == "__main__":
    sys.exit(main())
