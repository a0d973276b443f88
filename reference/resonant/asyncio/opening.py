"""Endpoints for programs: a server, and a client in a session."""

from __future__ import annotations

from typing import get_args

from ..peer import Config, Role
from .addresses import Address
from .endpoint import MAX_REMOTES, Endpoint, Transport


async def serve(
    config: Config,
    address: tuple[str, int] = ("127.0.0.1", 0),
    max_remotes: int = MAX_REMOTES,
    *,
    transport: Transport = "udp",
) -> Endpoint:
    """A server on this address, port 0 for any that is free. The salt of config is not used. Raises OSError.

    transport: "udp" or "tcp".
    """
    server = Endpoint(Role.SERVER, config, max_remotes)
    await server.listen(_known(transport), address)
    return server


async def connect(config: Config, address: Address, stream_id: int = 0, *, transport: Transport = "udp") -> Endpoint:
    """A client in a session with the server at this address, on a socket of its own. The salt of config is not used.

    stream_id: the ping goes on it, so that it cannot be opened. transport: "udp" or "tcp". Raises OSError for an
    address that cannot be, or over TCP where nobody listens, and SessionError, which is a ConnectionError, if the
    server refuses, is silent for 15 s or ends the connection.
    """
    client = Endpoint(Role.CLIENT, config)
    await client.join(_known(transport), address, stream_id)
    return client


def _known(transport: Transport) -> Transport:
    if transport not in get_args(Transport):
        raise ValueError(f"transport is {transport!r}; it is one of {', '.join(get_args(Transport))}")
    return transport
