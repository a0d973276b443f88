"""An ensemble: a vision model and a text model each send a Think, and a fusion model decides what neither can alone.

The image may show a cat or a fox; the text may mean a fox or a car. Images are large, and the fusion waits for them:
they are urgent, and texts are not.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from resonant import Modality, Tensor, Think, space_hash32
from resonant.asyncio import ALL_FEATURES, Address, Endpoint, connect, serve
from resonant.console import command
from resonant.peer import Delivered, Mux

Array: TypeAlias = NDArray[np.floating[Any]]

D_MODEL = 128
LABELS = ("cat", "fox", "car")
CONFIG = replace(
    ALL_FEATURES,
    embedding_space_id="joint",
    space_hash32=space_hash32("joint", "image-and-text-128", "seed-3"),
    d_model=D_MODEL,
    modality=("text", "image", "mixed"),
    mux=Mux(streams=16, frames=64),
)
URGENCY = {Modality.IMAGE: 0, Modality.TEXT: 7}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Scores of LABELS, each of shape (3,): of the image, of the text, and of both as either model was told."""

    image: Array
    text: Array
    told_vision: Array
    told_text: Array


def concepts() -> Array:
    """The directions of LABELS in the joint space, orthonormal, shape (3, D_MODEL)."""
    return np.linalg.qr(np.random.default_rng(3).standard_normal((D_MODEL, len(LABELS))))[0].T


def features(shares: tuple[float, float, float], count: int, seed: int) -> Array:
    """An encoder's view of its input: `count` vectors that hold shares of the concepts, and noise."""
    noise = np.random.default_rng(seed).normal(0, 0.02, (count, D_MODEL))
    return np.asarray(shares) @ concepts() + noise


def image_features() -> Array:
    """16 patches of a picture with a pointed, furry face."""
    return features((1.0, 0.9, 0.0), 16, seed=4)


def text_features() -> Array:
    """5 tokens of a caption with something red and quick."""
    return features((0.0, 0.9, 1.0), 5, seed=5)


def scores(hidden: Array) -> Array:
    """How much of each of LABELS is in these vectors on average."""
    return np.asarray(hidden.astype(np.float64).mean(axis=0) @ concepts().T)


async def fuse(server: Endpoint) -> None:
    """Wait for an image and a text, and tell both senders the scores of the two together."""
    heard: dict[int, tuple[Address, Array]] = {}
    async for address, event in server:
        if isinstance(event, Delivered) and isinstance(event.message, Think):
            heard[event.modality] = address, scores(event.message.hidden.dense())
        if heard.keys() == {Modality.IMAGE, Modality.TEXT}:
            both = np.mean([found for _, found in heard.values()], axis=0)
            for sender, _ in heard.values():
                server.send(Think(Tensor.half(both)), modality=Modality.MIXED, to=sender)
            heard.clear()


async def ask_fusion(client: Endpoint, hidden: Tensor, modality: Modality, stream_id: int = 1) -> Array:
    """Send what a model sees, on a stream of its urgency, and wait for the common result."""
    send_streamed(client, hidden, modality, stream_id)
    answer = await client.wait_for(Delivered)
    assert isinstance(answer.message, Think)
    assert answer.modality == Modality.MIXED
    return answer.message.hidden.dense()


def send_streamed(client: Endpoint, hidden: Tensor, modality: Modality, stream_id: int) -> None:
    """Send a Think as a stream of its own."""
    with client.open_stream(stream_id, urgency=URGENCY[modality]) as stream:
        stream.send(Think(hidden), modality=modality)


def send_both(client: Endpoint, text: Tensor, image: Tensor) -> None:
    """Send a text and an image as a front end that has both: the image goes first, though it is given last."""
    with client.corked():
        send_streamed(client, text, Modality.TEXT, 1)
        send_streamed(client, image, Modality.IMAGE, 3)


async def run() -> Outcome:
    """The fusion model as the server, the two others as clients. The image is sent in 4 bits an element."""
    image, text = image_features(), text_features()
    async with asyncio.TaskGroup() as tasks, await serve(CONFIG) as server:
        tasks.create_task(fuse(server))
        async with await connect(CONFIG, server.address) as vision, await connect(CONFIG, server.address) as words:
            seen = ask_fusion(vision, Tensor.quantized(image, bits=4), Modality.IMAGE)
            read = ask_fusion(words, Tensor.half(text), Modality.TEXT)
            return Outcome(scores(image), scores(text), *await asyncio.gather(seen, read))


async def front_end() -> list[Modality]:
    """A front end that sees both sends them to a fusion model at once; the modalities as they arrive there."""
    text, image = Tensor.half(text_features()), Tensor.half(image_features())
    async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
        send_both(client, text, image)
        return [Modality((await server.wait_for(Delivered)).modality) for _ in range(2)]


@command
def main() -> None:
    """Run, and print what each model believes, and in which order a front end sends what it sees."""
    outcome, order = asyncio.run(run()), asyncio.run(front_end())
    rows = {"image": outcome.image, "text": outcome.text, "fusion": outcome.told_text}
    for name, found in rows.items():
        shown = "  ".join(f"{label} {score:4.2f}" for label, score in zip(LABELS, found, strict=True))
        print(f"{name:7} {shown}  → {LABELS[int(np.argmax(found))]}")
    print(
        f"a front end that gives a text and then an image sends {' and then '.join(one.name.lower() for one in order)}"
    )


if __name__ == "__main__":
    sys.exit(main())
