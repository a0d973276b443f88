"""A shared attention cache: one end reads a text, the other one looks things up in it without having read it.

Keys and values of a layer go as a stream of Caches, which its TAIL hash verifies. The other end lets the words of a
question attend to them, and answers with what they found.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from forms import FORMS, cosine, frame_bytes, table
from minilm import Encoder, load_encoder, run_layers
from program import CONFIG, program
from resonant import Cache, Tensor, Think
from resonant.asyncio import Endpoint, SessionError, connect, serve
from resonant.errors import RejectCode
from resonant.peer import Completed, Delivered
from weights import Array

LAYER, CHUNK = 3, 8
"""The layer whose cache it is, from 0, and how many tokens go in a Cache."""
TEXT = (
    "Swallows leave for the south when the nights turn cold. They cross the Mediterranean and the Sahara, and reach "
    "the grasslands beyond after about six weeks. In spring they come back to the very barn in which they hatched."
)
QUESTION = "Which desert do the birds fly over?"


@dataclass(frozen=True, slots=True)
class Shared:
    """A cache that was shared in one form.

    sent: the Caches. plain: bytes of their frames before ZSTD. verified: what the receiver says of the stream.
    found: what the question found there, and here: what it finds in the cache that never travelled, both of the
    shape (tokens, HIDDEN).
    """

    sent: tuple[Cache, ...]
    plain: int
    verified: Completed
    found: Array
    here: Array


def cache_of(model: Encoder, text: str) -> tuple[Array, Array]:
    """Keys and values of LAYER for a text, each (tokens, HIDDEN)."""
    state = run_layers(model.embed(text), model.layers[:LAYER])
    return model.layers[LAYER].key(state), model.layers[LAYER].value(state)


def look_up(model: Encoder, question: str, keys: Array, values: Array) -> Array:
    """The values that the words of a question find by these keys, (tokens of the question, HIDDEN)."""
    layer = model.layers[LAYER]
    queries = layer.query(run_layers(model.embed(question), model.layers[:LAYER]))
    return layer.attend(queries, keys, values)


async def answer(server: Endpoint, model: Encoder, verified: list[Completed]) -> None:
    """Collect the Caches of a stream; once it is whole and verified, look the question up, and send what it found."""
    chunks: list[Cache] = []
    async for address, event in server:
        if isinstance(event, Delivered) and isinstance(event.message, Cache):
            chunks.append(event.message)
        if isinstance(event, Completed):
            verified.append(event)
            keys = np.concatenate([one.keys.dense() for one in chunks]).astype(np.float32)
            values = np.concatenate([one.values.dense() for one in chunks]).astype(np.float32)
            chunks.clear()
            server.send(Think(Tensor.half(look_up(model, QUESTION, keys, values))), to=address)


async def share(client: Endpoint, chunks: Sequence[Cache], stream_id: int) -> Array:
    """Send Caches as a stream; what the question found in them."""
    with client.open_stream(stream_id) as stream:
        for one in chunks:
            stream.send(one)
    while True:
        try:
            found = (await client.wait_for(Delivered)).message
        except SessionError as error:
            if error.code != RejectCode.STREAM_INCOMPLETE:  # which only asks for what was lost, and gets it
                raise
        else:
            assert isinstance(found, Think)
            return found.hidden.dense().astype(np.float32)


async def run() -> Mapping[str, Shared]:
    """The cache of TEXT in every form, each on a stream of its own."""
    model, outcome = load_encoder(), dict[str, Shared]()
    keys, values = cache_of(model, TEXT)
    here = look_up(model, QUESTION, keys, values)
    verified: list[Completed] = []
    async with asyncio.TaskGroup() as tasks, await serve(CONFIG) as server:
        tasks.create_task(answer(server, model, verified))
        async with await connect(CONFIG, server.address) as client:
            for number, (form, tensor_of) in enumerate(FORMS.items()):
                places = [slice(start, start + CHUNK) for start in range(0, len(keys), CHUNK)]
                chunks = tuple(Cache(tensor_of(keys[at]), tensor_of(values[at])) for at in places)
                found = await share(client, chunks, 2 * number + 3)
                outcome[form] = Shared(chunks, sum(map(frame_bytes, chunks)), verified[-1], found, here)
    return outcome


def table_of(outcome: Mapping[str, Shared]) -> str:
    """The table of all forms."""
    heads = "form", "bytes of the cache", "of F16", "with ZSTD", "cosine of what was found"
    rows = []
    for form, one in outcome.items():
        share, likeness = one.plain / outcome["F16"].plain, cosine(one.found, one.here)
        rows.append([form, f"{one.plain:,}", f"{share:.0%}", f"{one.verified.total_len:,}", f"{likeness:.5f}"])
    return table(heads, rows)


@program
def main() -> None:
    """Run, and print what the forms cost."""
    outcome = asyncio.run(run())
    print(f"keys and values of layer {LAYER + 1}; the question's {len(outcome['F16'].here)} tokens attend to them")
    print(table_of(outcome))
    for form, one in outcome.items():
        print(f"{form}: {one.verified.frames} Caches, verified by the hash in their TAIL, {one.verified.xxhash3_64}")


if __name__ == "__main__":
    sys.exit(main())
