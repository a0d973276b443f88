"""Common to `send_think.py` and `recv_think.py`: the arguments, and the embedding space of their models."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path

from resonant.asyncio import ALL_FEATURES, Tls, Transport, self_signed
from resonant.asyncio.tls import LOCALHOST

_HOST_PORT = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\w+)?)\]|(?P<host>[^\s\[\]:/]+)):(?P<port>[0-9]{1,5})"
)
DEFAULT_ADDRESS = ("127.0.0.1", 50051)
CONFIG = replace(ALL_FEATURES, space_hash32=2451163210, d_model=2048)


def arguments(about: str, addr: str, count: str) -> argparse.ArgumentParser:
    """The parser of --addr, --count, --tcp and --quic. about, addr, count: what the program, and two of them, do."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--addr", type=host_and_port, default=DEFAULT_ADDRESS, metavar="HOST:PORT", help=addr)
    parser.add_argument("--count", type=int, metavar="N", help=count)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--tcp", dest="transport", action="store_const", const="tcp", default="udp", help="go over TCP in place of UDP"
    )
    ways.add_argument(
        "--quic",
        type=Path,
        metavar="FILE",
        help="go over QUIC: the receiver makes a certificate and writes it to FILE, and the sender trusts that one",
    )
    return parser


def transport_of(options: argparse.Namespace) -> Transport:
    """The transport that the arguments name."""
    transport: Transport = options.transport
    return "quic" if options.quic else transport


def server_tls(options: argparse.Namespace) -> Tls | None:
    """A new certificate for a server over QUIC, which is written where its client looks. Raises OSError."""
    if options.quic is None:
        return None
    tls = self_signed()
    options.quic.write_bytes(tls.certificate)
    return tls


def client_tls(options: argparse.Namespace) -> Tls | None:
    """The certificate that a client over QUIC trusts. Raises OSError."""
    return None if options.quic is None else Tls(trust=options.quic.read_bytes(), server_name=LOCALHOST)


def host_and_port(text: str) -> tuple[str, int]:
    """Parse HOST:PORT, an IPv6 address in brackets. Raises argparse.ArgumentTypeError."""
    found = _HOST_PORT.fullmatch(text)
    if found is None or int(found["port"]) >= 2**16 or not _can_be_asked_for(found["host"] or ""):
        example = "such as 127.0.0.1:50051, localhost:50051 or [::1]:50051"
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, {example}")
    return found["ipv6"] or found["host"], int(found["port"])


def _can_be_asked_for(host: str) -> bool:
    """Whether names of hosts can be so: the parts between dots have 1 to 63 letters."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True
