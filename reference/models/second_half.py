"""The other process of split_model.py: layers 4 to 6, as a server of hidden states.

It says where it listens, in a line HOST PORT, and answers until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import numpy as np
from minilm import LAYERS, Layer, load_layers, pool, run_layers
from program import CONFIG, program
from resonant import Tensor, Think
from resonant.asyncio import Endpoint, serve
from resonant.peer import Delivered

SPLIT = 3
"""How many layers run elsewhere."""


async def answer(server: Endpoint, layers: Sequence[Layer]) -> None:
    """Answer each hidden state with the embedding that the other layers make of it."""
    async for address, event in server:
        if isinstance(event, Delivered) and isinstance(event.message, Think):
            state = event.message.hidden.dense().astype(np.float32)
            server.send(Think(Tensor.half(pool(run_layers(state, layers)))), to=address)


async def run() -> None:
    """Listen, and answer until standard input ends."""
    layers = load_layers(range(SPLIT, LAYERS))
    async with asyncio.TaskGroup() as tasks, await serve(CONFIG) as server:
        tasks.create_task(answer(server, layers))
        print(*server.address, flush=True)
        await asyncio.to_thread(sys.stdin.read)


@program
def main() -> None:
    """Run until standard input ends."""
    asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
