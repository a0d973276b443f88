"""Distributed inference: layers 1 to 3 of a sentence encoder in this process, 4 to 6 in another one.

Hidden states go between them as Thinks over UDP, in each form in turn. The table says how many bytes a form takes,
and how far the embedding is from that of the whole model.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from forms import FORMS, cosine, frame_bytes, table
from minilm import LAYERS, load_encoder, pool, run_layers
from program import CONFIG, SENTENCES, program
from resonant import Flags, Tensor, Think
from resonant.asyncio import Endpoint, connect
from resonant.peer import Delivered
from second_half import SPLIT
from weights import Array

SECOND_HALF = Path(__file__).resolve().with_name("second_half.py")
"""The program of the other process."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence through both halves.

    sent: its hidden state. plain, size: bytes of the Think's frame, and of the same with ZSTD, as it goes. whole,
    split: its embedding by one process and by two, of shape (HIDDEN,).
    """

    sent: Tensor
    plain: int
    size: int
    whole: Array
    split: Array


@dataclass(frozen=True, slots=True)
class Row:
    """The effect of a form on some sentences.

    plain, size: bytes, on average. cosine: the least of two embeddings that should be one. shift: the greatest change
    of a similarity of two sentences.
    """

    form: str
    plain: float
    size: float
    cosine: float
    shift: float


@asynccontextmanager
async def other_process() -> AsyncIterator[tuple[str, int]]:
    """The other process while the block lasts: its address. Raises ConnectionError if it does not start."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, str(SECOND_HALF), stdin=pipe, stdout=pipe)
    assert process.stdin
    assert process.stdout
    try:
        host, _, port = (await process.stdout.readline()).decode().partition(" ")
        if not port:
            raise ConnectionError("the process of the second half ended before it listened")
        yield host, int(port)
    finally:
        process.stdin.close()
        await process.wait()


async def ask_second_half(client: Endpoint, hidden: Tensor) -> Array:
    """Send a hidden state; the embedding that comes back."""
    client.send(Think(hidden))
    answer = (await client.wait_for(Delivered)).message
    assert isinstance(answer, Think)
    return answer.hidden.dense().astype(np.float32)


async def run() -> Mapping[str, Sequence[Passage]]:
    """Every sentence in every form, through both processes."""
    model = load_encoder()
    states = [run_layers(model.embed(text), model.layers[:SPLIT]) for text in SENTENCES]
    whole = [pool(run_layers(state, model.layers[SPLIT:])) for state in states]
    found: dict[str, list[Passage]] = {form: [] for form in FORMS}
    async with other_process() as address, await connect(CONFIG, address) as client:
        for form, tensor_of in FORMS.items():
            for state, one in zip(states, whole, strict=True):
                sent = tensor_of(state)
                split = await ask_second_half(client, sent)
                plain, size = (frame_bytes(Think(sent), flags) for flags in (Flags.NONE, Flags.ZSTD))
                found[form].append(Passage(sent, plain, size, one, split))
    return found


def row(form: str, passages: Sequence[Passage]) -> Row:
    """The effect of the form on these sentences."""
    whole = np.array([one.whole for one in passages])
    split = np.array([one.split / np.linalg.norm(one.split) for one in passages])
    shift = float(np.abs(whole @ whole.T - split @ split.T).max())
    least = min(cosine(one.whole, one.split) for one in passages)
    plain, size = (float(np.mean([getattr(one, name) for one in passages])) for name in ("plain", "size"))
    return Row(form, plain, size, least, shift)


def table_of(found: Mapping[str, Sequence[Passage]]) -> str:
    """The table of all forms."""
    rows = [row(form, passages) for form, passages in found.items()]
    heads = "form", "bytes a sentence", "of F16", "with ZSTD", "least cosine", "greatest change of a similarity"
    share = [f"{one.plain / rows[0].plain:.0%}" for one in rows]
    cells = [
        (one.form, f"{one.plain:,.0f}", part, f"{one.size:,.0f}", f"{one.cosine:.5f}", f"{one.shift:.4f}")
        for one, part in zip(rows, share, strict=True)
    ]
    return table(heads, cells)


@program
def main() -> None:
    """Run both halves, and print the table."""
    found = asyncio.run(run())
    print(f"layers 1 to {SPLIT} here, {SPLIT + 1} to {LAYERS} in another process; {len(SENTENCES)} sentences")
    print(table_of(found))


if __name__ == "__main__":
    sys.exit(main())
