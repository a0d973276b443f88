"""Distributed inference: machine A runs layers 1 to 12 of a model, machine B 13 to 24, with a Think in between.

The network between them loses one datagram in ten. Each Think has two repair datagrams, so nobody has to ask again.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from network import Network
from numpy.typing import NDArray
from resonant import Tensor, Think, space_hash32
from resonant.asyncio import ALL_FEATURES, Endpoint, connect, serve
from resonant.console import command
from resonant.peer import Delivered, RepairShape

Array: TypeAlias = NDArray[np.floating[Any]]

D_MODEL, TOKENS, LAYERS = 64, 8, 24
PASSES, LOSS = 20, 0.1
"""How often the input goes through, and the share of datagrams that are lost."""
CONFIG = replace(
    ALL_FEATURES,
    embedding_space_id="pipeline",
    space_hash32=space_hash32("pipeline", "residual-24x64", "seed-1"),
    d_model=D_MODEL,
    modality=("text",),
    fec=("rs8", "none"),
    repair=RepairShape(k=1, r=2),  # each Think alone, as nobody sends the next one before its answer
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """whole: the output of one machine. split: of two, once for each pass. All of shape (TOKENS, D_MODEL).

    lost: how many Thinks, and repair datagrams, were lost on the way.
    """

    whole: Array
    split: tuple[Array, ...]
    lost: tuple[int, int]


def weights() -> Array:
    """The matrices of all layers, shape (LAYERS, D_MODEL, D_MODEL): the same on both machines."""
    return np.random.default_rng(1).normal(0, 1 / (LAYERS * D_MODEL**0.5), (LAYERS, D_MODEL, D_MODEL))


def tokens() -> Array:
    """The embeddings of an input text, shape (TOKENS, D_MODEL)."""
    return np.random.default_rng(2).standard_normal((TOKENS, D_MODEL))


def run_layers(state: Array, layers: Array) -> Array:
    """Residual layers, one after the other."""
    for layer in layers:
        state = state + np.tanh(state @ layer)
    return state


async def machine_b(server: Endpoint) -> None:
    """Take hidden states through the second half, and send them back."""
    second_half = weights()[LAYERS // 2 :]
    async for address, event in server:
        if isinstance(event, Delivered) and isinstance(event.message, Think):
            state = event.message.hidden.dense().astype(np.float64)
            server.send(Think(Tensor.half(run_layers(state, second_half))), to=address)


async def machine_a(client: Endpoint) -> Array:
    """Take the input through the first half, and let machine B do the rest."""
    state = run_layers(tokens(), weights()[: LAYERS // 2])
    client.send(Think(Tensor.half(state)))
    answer = (await client.wait_for(Delivered)).message
    assert isinstance(answer, Think)
    return answer.hidden.dense()


async def run(loss: float = LOSS) -> Outcome:
    """Both machines over UDP, and the whole model on one."""
    async with asyncio.TaskGroup() as tasks, await serve(CONFIG) as server:
        tasks.create_task(machine_b(server))
        async with Network(server.address, loss) as between, await connect(CONFIG, between.address) as client:
            split = [await machine_a(client) for _ in range(PASSES)]
        frames, repair = between.lost
        return Outcome(run_layers(tokens(), weights()), tuple(split), (frames, repair))


@command
def main() -> None:
    """Run, and print how far the two are apart."""
    outcome = asyncio.run(run())
    frames, repair = outcome.lost
    print(f"layers 1 to {LAYERS // 2} on machine A, the rest on machine B: output {outcome.split[0].shape}")
    greatest = max(np.abs(outcome.whole - one).max() for one in outcome.split)
    print(f"{PASSES} passes: {frames} Thinks and {repair} repair datagrams were lost, and nothing was sent again")
    print(f"greatest difference from one machine: {greatest:.1e}")


if __name__ == "__main__":
    sys.exit(main())
