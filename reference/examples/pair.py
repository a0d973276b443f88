"""Common to `send_think.py` and `recv_think.py`: the arguments, and the embedding space of their models."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace

from resonant.asyncio import ALL_FEATURES

_HOST_PORT = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\w+)?)\]|(?P<host>[^\s\[\]:/]+)):(?P<port>[0-9]{1,5})"
)
DEFAULT_ADDRESS = ("127.0.0.1", 50051)
CONFIG = replace(ALL_FEATURES, space_hash32=2451163210, d_model=2048)


def arguments(about: str, addr: str, count: str) -> argparse.ArgumentParser:
    """The parser of --addr, --count and --tcp. about, addr and count: what the program, and these two, are for."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--addr", type=host_and_port, default=DEFAULT_ADDRESS, metavar="HOST:PORT", help=addr)
    parser.add_argument("--count", type=int, metavar="N", help=count)
    parser.add_argument(
        "--tcp", dest="transport", action="store_const", const="tcp", default="udp", help="go over TCP in place of UDP"
    )
    return parser


def host_and_port(text: str) -> tuple[str, int]:
    """Parse HOST:PORT, an IPv6 address in brackets. Raises argparse.ArgumentTypeError."""
    found = _HOST_PORT.fullmatch(text)
    if found is None or int(found["port"]) >= 2**16:
        example = "such as 127.0.0.1:50051, localhost:50051 or [::1]:50051"
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, {example}")
    return found["ipv6"] or found["host"], int(found["port"])
