"""Receive frames over UDP and print one line about each."""

from __future__ import annotations

import argparse
import socket
import sys
from itertools import count

from resonant import MAX_FRAME_BYTES, ResonantError, decode
from resonant.meanings import frame_text

DEFAULT_ADDRESS = ("127.0.0.1", 50051)


def describe(datagram: bytes, sender: tuple[str, int]) -> str:
    """One line about a datagram, accepted or refused."""
    try:
        return frame_text(decode(datagram), f" from {sender[0]}:{sender[1]}")
    except ResonantError as error:
        return f"rejected: {error}"


def host_and_port(text: str) -> tuple[str, int]:
    """Parse HOST:PORT; port 0 lets the system choose one."""
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 2**16):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:50051")
    return host, int(port)


def main() -> int:
    """Print a line for every datagram, for ever or as many as asked for."""
    parser = argparse.ArgumentParser(description="Receive frames over UDP and print one line about each.")
    parser.add_argument(
        "--addr", type=host_and_port, default=DEFAULT_ADDRESS, metavar="HOST:PORT", help="where to listen"
    )
    parser.add_argument("--count", type=int, metavar="N", help="end after so many datagrams (default: never)")
    options = parser.parse_args()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(options.addr)
        except OSError as error:
            print(f"cannot listen on {options.addr[0]}:{options.addr[1]}: {error}", file=sys.stderr)
            return 1
        host, port = sock.getsockname()
        print(f"listening on {host}:{port}", flush=True)
        try:
            for _ in count() if options.count is None else range(options.count):
                datagram, sender = sock.recvfrom(MAX_FRAME_BYTES + 1)
                print(describe(datagram, sender), flush=True)
        except KeyboardInterrupt:
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
