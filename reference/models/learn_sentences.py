"""Continual learning: a small model learns to embed sentences as a large one does, from Critiques alone.

The small model is one matrix on the mean of a sentence's tokens before the first layer, where the large one has six
layers. It sends its embeddings as Thinks, in batches, until the large one has nothing to criticize.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from forms import cosine
from minilm import HIDDEN, load_encoder
from program import CONFIG as SHARED
from program import SENTENCES, program
from resonant import Critique, Tensor, Think
from resonant.asyncio import Endpoint, connect, serve
from resonant.peer import Delivered
from weights import Array

CONFIG = replace(SHARED, critique=True)
BOUND = 0.001
"""The divergence that the large model tolerates in an element."""
RATE, MOST_ROUNDS = 0.5, 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """magnitudes: the greatest divergence, round by round. likeness: the least cosine of embeddings in the end."""

    magnitudes: Sequence[float]
    likeness: float


def critique_of(embeddings: Array, wanted: Array) -> Critique:
    """The large model's judgement: the divergence in 8 bits an element, a mask of what is beyond BOUND, and words."""
    divergence = embeddings - wanted
    beyond = np.abs(divergence) > BOUND
    worst = list(SENTENCES)[int(np.argmax(np.abs(divergence).max(axis=1)))]
    explanation = {
        "note": f"{beyond.sum()} of {beyond.size} elements diverge",
        "magnitude": float(np.abs(divergence).max()),
        "suggested_correction": f"read again: {worst}",
    }
    return Critique(Tensor.quantized(divergence, bits=8), beyond.astype(np.uint8).tobytes(), explanation)


async def large_model(server: Endpoint, wanted: Array) -> None:
    """Answer every Think with a Critique."""
    async for address, event in server:
        if isinstance(event, Delivered) and isinstance(event.message, Think):
            server.send(critique_of(event.message.hidden.dense().astype(np.float32), wanted), to=address)


async def small_model(client: Endpoint, inputs: Array) -> tuple[list[float], Array]:
    """Send embeddings, be told, learn; the greatest divergences, and the embeddings in the end."""
    weights: Array = np.zeros((HIDDEN, HIDDEN), np.float32)
    step = np.linalg.pinv(inputs)
    magnitudes: list[float] = []
    while len(magnitudes) < MOST_ROUNDS:
        client.send(Think(Tensor.half(inputs @ weights)))
        critique = (await client.wait_for(Delivered)).message
        assert isinstance(critique, Critique)
        assert critique.explanation
        magnitudes.append(critique.explanation["magnitude"])
        if not any(critique.mask or b""):
            break
        weights -= np.float32(RATE) * (step @ critique.divergence.dense().astype(np.float32))
    return magnitudes, inputs @ weights


async def run() -> Outcome:
    """The large model as the server, the small one as the client."""
    model = load_encoder()
    wanted = model.encode_all(SENTENCES)
    inputs = np.array([model.embed(text).mean(axis=0) for text in SENTENCES])
    async with asyncio.TaskGroup() as tasks, await serve(CONFIG) as server:
        tasks.create_task(large_model(server, wanted))
        async with await connect(CONFIG, server.address) as client:
            magnitudes, learned = await small_model(client, inputs)
    return Outcome(magnitudes, min(map(cosine, learned, wanted)))


@program
def main() -> None:
    """Run, and print how the small model gets better."""
    outcome = asyncio.run(run())
    for number, magnitude in enumerate(outcome.magnitudes, start=1):
        print(f"round {number:2}: greatest divergence {magnitude:.5f}{'' if magnitude > BOUND else ', good enough'}")
    print(f"least cosine of {len(SENTENCES)} embeddings: {outcome.likeness:.5f}")


if __name__ == "__main__":
    sys.exit(main())
