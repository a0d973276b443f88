"""Continual learning: model A sends what it makes of a text, B a Critique of it, and A learns until B agrees."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from resonant import Critique, Tensor, Think, space_hash32
from resonant.asyncio import ALL_FEATURES, Endpoint, connect, serve
from resonant.console import command
from resonant.peer import Delivered

Array: TypeAlias = NDArray[np.floating[Any]]

D_MODEL = 32
BOUND = 0.01
"""The divergence that B tolerates in an element."""
MOST_ROUNDS = 50
RATE = 0.5
CONFIG = replace(
    ALL_FEATURES,
    embedding_space_id="lesson",
    space_hash32=space_hash32("lesson", "linear-32", "seed-6"),
    d_model=D_MODEL,
    critique=True,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """magnitudes: the greatest divergence, round by round. weights: what A has in the end, (D_MODEL, D_MODEL)."""

    magnitudes: list[float]
    weights: Array


def text() -> Array:
    """The input that both models read: D_MODEL token embeddings, orthonormal, so that every round halves the error."""
    return np.linalg.qr(np.random.default_rng(6).standard_normal((D_MODEL, D_MODEL)))[0]


def weights_of_b() -> Array:
    """The weights that B knows and A has to learn."""
    return np.random.default_rng(7).standard_normal((D_MODEL, D_MODEL))


def critique_of(hidden: Array) -> Critique:
    """B's judgement: the divergence in 8 bits an element, a mask of the elements beyond BOUND, and words."""
    divergence = hidden.astype(np.float64) - text() @ weights_of_b()
    beyond = np.abs(divergence) > BOUND
    row, column = np.unravel_index(np.argmax(np.abs(divergence)), divergence.shape)
    explanation = {
        "note": f"{beyond.sum()} of {beyond.size} elements diverge",
        "magnitude": float(np.abs(divergence).max()),
        "suggested_correction": f"attend to token {row}, dimension {column}",
    }
    return Critique(Tensor.quantized(divergence, bits=8), beyond.astype(np.uint8).tobytes(), explanation)


async def model_b(server: Endpoint) -> None:
    """Answer every Think with a Critique."""
    async for address, event in server:
        if isinstance(event, Delivered) and isinstance(event.message, Think):
            server.send(critique_of(event.message.hidden.dense()), to=address)


async def model_a(client: Endpoint) -> Outcome:
    """Send, be told, learn; until B finds nothing beyond its bound."""
    weights: Array = np.zeros((D_MODEL, D_MODEL))
    magnitudes: list[float] = []
    while len(magnitudes) < MOST_ROUNDS:
        client.send(Think(Tensor.half(text() @ weights)))
        critique = (await client.wait_for(Delivered)).message
        assert isinstance(critique, Critique)
        assert critique.explanation
        magnitudes.append(critique.explanation["magnitude"])
        if not any(critique.mask or b""):
            break
        weights = weights - RATE * text().T @ critique.divergence.dense().astype(np.float64)
    return Outcome(magnitudes, weights)


async def run() -> Outcome:
    """B as the server, A as the client."""
    async with asyncio.TaskGroup() as tasks, await serve(CONFIG) as server:
        tasks.create_task(model_b(server))
        async with await connect(CONFIG, server.address) as client:
            return await model_a(client)


@command
def main() -> None:
    """Run, and print how A gets better."""
    for number, magnitude in enumerate(asyncio.run(run()).magnitudes, start=1):
        print(f"round {number:2}: greatest divergence {magnitude:.4f}{'' if magnitude > BOUND else ', good enough'}")


if __name__ == "__main__":
    sys.exit(main())
