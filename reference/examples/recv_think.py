"""Serve `send_think.py`: answer pings, print a line about each event, and send a Critique back for each Think."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import fields
from itertools import count

import numpy as np
from pair import CONFIG, arguments, server_tls, transport_of
from resonant import Critique, Frame, Modality, ResonantError, Tensor, Think
from resonant.asyncio import Address, Endpoint, MissingLibraryError, host_port, is_nowhere, printable, serve
from resonant.console import command
from resonant.describe.wording import frame_text
from resonant.peer import Delivered, Event

BOUND = 1.0
"""This model expects hidden states within ±BOUND; what lies beyond is the divergence."""
GREATEST_HALF = 65504.0


def critique_of(hidden: Tensor) -> Critique:
    """A Critique: how far each element lies beyond ±BOUND, which ones do, and the same in words.

    Raises ResonantError or ValueError for a tensor that numpy cannot hold, such as one of more than 64 dims.
    """
    state = np.nan_to_num(hidden.dense(), nan=GREATEST_HALF)
    divergence = state - np.clip(state, -BOUND, BOUND)
    beyond = divergence != 0
    explanation = {
        "note": f"{beyond.sum():,} of {beyond.size:,} values beyond ±{BOUND}",
        "magnitude": float(np.abs(divergence).max(initial=0)),
    }
    return Critique(Tensor.half(divergence), beyond.astype(np.uint8).tobytes(), explanation)


def describe(event: Event, address: Address) -> str:
    """One line about an event of an address: a message as a frame, others by name and members."""
    if isinstance(event, Delivered):
        hash32 = CONFIG.space_hash32  # no other is accepted (HSK-36)
        frame = Frame(event.type, 0, event.stream_id, event.frame_seq, hash32, event.modality, event.slices)
        return frame_text(frame, f" from {host_port(address)}")
    members = [f"{field.name} {getattr(event, field.name)}" for field in fields(event)]
    return printable(f"{host_port(address)}: {type(event).__name__} {', '.join(members)}".rstrip())


def answer(server: Endpoint, address: Address, event: Delivered) -> None:
    """Send the Critique of a Think on its stream_id, or say why there is none."""
    if not isinstance(event.message, Think):
        return
    try:
        critique = critique_of(event.message.hidden)
        server.send(critique, stream_id=event.stream_id, modality=Modality(event.modality), to=address)
    except (ConnectionError, ResonantError, ValueError) as error:
        print(f"no Critique for {host_port(address)}: {error}", flush=True)


async def one_message(server: Endpoint) -> None:
    """Print events until one of them was a message."""
    async for address, event in server:
        print(describe(event, address), flush=True)
        if isinstance(event, Delivered):
            answer(server, address, event)
            return


async def run(options: argparse.Namespace) -> int:
    """Serve for ever, or as many messages as asked for; the exit status."""
    try:
        server = await serve(CONFIG, options.addr, transport=transport_of(options), tls=server_tls(options))
    except MissingLibraryError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"cannot listen on {host_port(options.addr)}: {error.strerror}", file=sys.stderr)
        return 2 if is_nowhere(error) else 1
    async with server:
        print(f"listening on {host_port(server.address)}", flush=True)
        for _ in count() if options.count is None else range(options.count):
            await one_message(server)
    return 0


@command
def main() -> int:
    """Read the arguments and serve."""
    parser = arguments(__doc__ or "", "where to listen", "end after so many messages (default: never)")
    options = parser.parse_args()
    try:
        return asyncio.run(run(options))
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
