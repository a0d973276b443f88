"""Endpoints for programs: a server, and a client in a session."""

from __future__ import annotations

from typing import get_args

from ..peer import Config, Role
from .addresses import Address
from .endpoint import MAX_REMOTES, Endpoint, Transport
from .tls import Tls


async def serve(
    config: Config,
    address: tuple[str, int] = ("127.0.0.1", 0),
    max_remotes: int = MAX_REMOTES,
    *,
    transport: Transport = "udp",
    tls: Tls | None = None,
) -> Endpoint:
    """A server on this address, port 0 for any that is free. The salt of config is not used. Raises OSError.

    transport: "udp", "tcp" or "quic", which needs tls, the certificate that the server shows and its key. Raises
    MissingLibraryError where the library of a transport is not installed, and ValueError without a certificate.
    """
    if transport == "quic" and (tls is None or not (tls.certificate and tls.key)):
        raise ValueError("a server over QUIC needs tls=Tls(certificate=…, key=…), both PEM")
    server = Endpoint(Role.SERVER, config, max_remotes)
    await server.listen(_known(transport), address, tls)
    return server


async def connect(
    config: Config, address: Address, stream_id: int = 0, *, transport: Transport = "udp", tls: Tls | None = None
) -> Endpoint:
    """A client in a session with the server at this address, on a socket of its own. The salt of config is not used.

    stream_id: the ping goes on it, so that it cannot be opened. transport: "udp", "tcp" or "quic", over which tls says
    what is trusted; without it whatever the system trusts is. Raises MissingLibraryError as `serve` does, OSError for
    an address that cannot be, or over TCP where nobody listens, and SessionError, which is a ConnectionError, if the
    server refuses, is silent for 15 s or ends the connection.
    """
    client = Endpoint(Role.CLIENT, config)
    await client.join(_known(transport), address, stream_id, tls)
    return client


def _known(transport: Transport) -> Transport:
    if transport not in get_args(Transport):
        raise ValueError(f"transport is {transport!r}; it is one of {', '.join(get_args(Transport))}")
    return transport
