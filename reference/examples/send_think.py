"""Send Think messages to `recv_think.py`. Other programs use `build_frame`: `from send_think import build_frame`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Sequence
from typing import TypedDict

import numpy as np
from pair import CONFIG, arguments, client_tls, transport_of
from resonant import (
    Critique,
    DType,
    Flags,
    Frame,
    Message,
    MessageType,
    Modality,
    ResonantError,
    Slice,
    Tensor,
    Think,
    encode,
)
from resonant.asyncio import Endpoint, MissingLibraryError, connect, host_port, is_nowhere, printable
from resonant.console import command
from resonant.peer import Delivered

MSG_THINK, MSG_CACHE, MSG_ASK = MessageType.THINK, MessageType.CACHE, MessageType.ASK
MSG_SYNC, MSG_CRITIQUE = MessageType.SYNC, MessageType.CRITIQUE
DTYPE_F16, DTYPE_I8, DTYPE_Q4, DTYPE_SPARSE_COO = DType.F16, DType.I8, DType.Q4, DType.SPARSE_COO
FLAG_ZSTD, FLAG_XCHACHA, FLAG_STRONG_TAIL = Flags.ZSTD, Flags.XCHACHA, Flags.STRONG_TAIL
MODALITY_TEXT, MODALITY_IMAGE, MODALITY_AUDIO = Modality.TEXT, Modality.IMAGE, Modality.AUDIO
MODALITY_GRAPH, MODALITY_MIXED = Modality.GRAPH, Modality.MIXED

STREAM_ID = 0x1234
CRITIQUE_S = 2.0


class SliceDict(TypedDict):
    """A slice as `build_frame` takes it. shape: its dims. payload: its elements' bytes, little-endian."""

    dtype: int
    shape: Sequence[int]
    payload: bytes


def build_frame(  # noqa: PLR0913 (one argument for each field of a frame)
    msg_type: int,
    stream_id: int,
    frame_seq: int,
    slices: Iterable[SliceDict],
    *,
    flags: int = 0,
    space_hash32: int = 0,
    modality: int = MODALITY_TEXT,
    key: bytes | None = None,
    nonce: bytes | None = None,
) -> bytes:
    """The bytes of one V-Frame.

    key (32 bytes) and nonce (24 bytes, a new one for each frame) are needed with FLAG_XCHACHA. Raises
    resonant.ResonantError for what no receiver would accept.
    """
    parts = tuple(Slice(one["dtype"], tuple(one["shape"]), bytes(one["payload"])) for one in slices)
    frame = Frame(msg_type, flags, stream_id, frame_seq, space_hash32, modality, parts)
    return encode(frame, key=key, nonce=nonce)


def hidden_state(number: int) -> Tensor:
    """A hidden state of 2,048 values, such as a layer with normalization gives: another one for each number."""
    return Tensor.half(np.random.default_rng(number).standard_normal((1, 2048)))


async def exchange(client: Endpoint, number: int) -> None:
    """Send one Think, and wait a while for the Critique of it where Critique is agreed."""
    client.send(Think(hidden_state(number)), stream_id=STREAM_ID)
    print(f"sent Think {number} on stream 0x{STREAM_ID:x}", flush=True)
    if not client.agreed.critique:
        return
    try:
        answer = await client.wait_for(Delivered, CRITIQUE_S)
    except TimeoutError:
        print(f"no Critique in {CRITIQUE_S:g} s", flush=True)
    else:
        print(describe(answer.message), flush=True)


def describe(message: Message) -> str:
    """The message that came back, in words."""
    if isinstance(message, Critique):
        return printable(f"received Critique: {(message.explanation or {}).get('note', 'without a note')}")
    return f"received {type(message).__name__}"


async def run(options: argparse.Namespace) -> int:
    """Connect and send as many Thinks as asked for; the exit status."""
    try:
        transport, tls = transport_of(options), client_tls(options)
        async with await connect(CONFIG, options.addr, STREAM_ID, transport=transport, tls=tls) as client:
            chosen = f"compress {client.agreed.compress}, crypto {client.agreed.crypto}"
            print(f"connected to {host_port(options.addr)}: {chosen}", flush=True)
            for number in range(1, 1 + (1 if options.count is None else options.count)):
                await exchange(client, number)
    except MissingLibraryError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        raise  # of standard output, which `command` knows about
    except (OSError, ResonantError) as error:
        if isinstance(error, OSError) and is_nowhere(error):
            print(f"cannot reach {host_port(options.addr)}: {error.strerror}", file=sys.stderr)
            return 2
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


@command
def main() -> int:
    """Read the arguments and send."""
    about = "Send Think messages over UDP, and print the Critiques of them."
    parser = arguments(about, "the server", "how many to send (default 1)")
    options = parser.parse_args()
    if options.addr[1] == 0:
        parser.error("argument --addr: a server has a port of 1 to 65535")
    try:
        return asyncio.run(run(options))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
