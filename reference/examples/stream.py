"""Send a stream of large Thinks over TCP or QUIC, and get one back: with `--serve` the end that answers."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace

import numpy as np
from pair import CONFIG, arguments, client_tls, server_tls, transport_of
from resonant import DType, ResonantError, Tensor, Think
from resonant.asyncio import Endpoint, MissingLibraryError, connect, host_port, serve
from resonant.console import command
from resonant.peer import Closed, Completed, Config, Failed

THERE, BACK = 3, 4
"""The stream_ids."""
FRAMES = 200
PAYLOAD_BYTES = 60 << 10
PATIENCE_S = 300.0


def configured(key: bytes | None) -> Config:
    """The configuration of both ends; with a key nothing goes unsealed."""
    return replace(CONFIG, key=key, crypto=("xchacha20poly1305",), require_crypto=True) if key else CONFIG


def send(endpoint: Endpoint, stream_id: int, frames: int) -> None:
    """Send a stream of Thinks of bytes that cannot be compressed; at most 16 MiB wait to be read."""
    with endpoint.open_stream(stream_id) as stream:
        for number in range(frames):
            payload = np.random.default_rng(number).bytes(PAYLOAD_BYTES)
            stream.send(Think(Tensor(DType.I8, (PAYLOAD_BYTES,), payload)))


def tell(whole: Completed) -> None:
    """Print what came."""
    print(f"received {whole.frames} frames of {whole.total_len} bytes", flush=True)


async def answer(options: argparse.Namespace) -> None:
    """Serve one client: send a stream back once its own is whole, and end with it."""
    tls = server_tls(options)
    server = await serve(configured(options.key), options.addr, transport=transport_of(options), tls=tls)
    async with server:
        print(f"listening on {host_port(server.address)}", flush=True)
        async for _, event in server:
            match event:
                case Completed():
                    tell(event)
                    send(server, BACK, options.count)
                case Failed(code=code):
                    raise ConnectionError(f"the stream failed: {code}")
                case Closed():
                    return


async def ask(options: argparse.Namespace) -> None:
    """Be the client, which sends first."""
    config, tls = configured(options.key), client_tls(options)
    async with await connect(config, options.addr, transport=transport_of(options), tls=tls) as client:
        send(client, THERE, options.count)
        tell(await client.wait_for(Completed, PATIENCE_S))


async def run(options: argparse.Namespace) -> int:
    """Be one end for five minutes at most; the exit status."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await (answer if options.serve else ask)(options)
    except MissingLibraryError as error:
        print(error, file=sys.stderr)
        return 2
    except (OSError, ResonantError) as error:  # a TimeoutError among them
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def key_of(text: str) -> bytes:
    """Parse a key. Raises argparse.ArgumentTypeError."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise argparse.ArgumentTypeError("a key is 64 hexadecimal digits")
    return key


@command
def main() -> int:
    """Read the arguments and talk."""
    parser = arguments(__doc__ or "", "the server", f"how many Thinks each stream has (default {FRAMES})")
    parser.add_argument("--serve", action="store_true", help="be the server, and end with its first client")
    parser.add_argument("--key", type=key_of, metavar="HEX", help="64 digits: what both ends seal with")
    parser.set_defaults(transport="tcp", count=FRAMES)
    try:
        return asyncio.run(run(parser.parse_args()))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
