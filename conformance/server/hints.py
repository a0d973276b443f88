"""Advice about a server that does not answer the first ping."""

from __future__ import annotations

import ssl
from contextlib import closing, suppress
from typing import Final

from reports.outcome import Outcome

from ..model.verdict import Verdict
from ..wire.lengths import LengthError
from .addresses import QUIC, TCP, UDP, Address
from .ways import Connection, EndedError

_CLOSED: Final = ". No server listens there: start it, or name its port"
_SILENT_UDP: Final = (
    ". Is a server there, and does UDP get through? One that has just been judged or used by many may keep a "
    "full table of remote addresses: wait a minute, restart it, or let it keep more"
)
_SILENT_TCP: Final = (
    ". Does that port take frames over TCP, without TLS? A server without room for one more connection is silent, too"
)
_SILENT_QUIC: Final = (
    ". Does that port take QUIC? A server that takes datagrams without it is named by udp://HOST:PORT, and one without "
    "room for one more connection is silent, too"
)
_MUTE_QUIC: Final = (
    ". A connection over QUIC came about, and no capability on it: the ping is on the client's first bidirectional "
    "stream, behind its length (QUI-3), and so is the answer (QUI-5)"
)
_SILENT: Final = {UDP: _SILENT_UDP, TCP: _SILENT_TCP, QUIC: _SILENT_QUIC}
_ENDS: Final = ". Does that port take frames over TCP, without TLS, and has it room for one more connection?"
_TLS: Final = ". It speaks TLS: name a port that takes frames over plain TCP"
_TLS_BEGINS: Final = (b"\x15\x03", b"\x16\x03")
_HTTP: Final = ". It is an HTTP server: name a port that takes frames over plain TCP"
_HTTP_BEGINS: Final = (b"HTTP/",)
_GET: Final = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_OTHERS: Final = (
    (_TLS_BEGINS, _TLS),
    (_HTTP_BEGINS, _HTTP),
    ((b"SSH-",), ". It is an SSH server: name a port that takes frames over plain TCP"),
)
"""Servers of other protocols by the first bytes that they send."""


def hint(verdict: Verdict, first: bytes | None, address: Address, patience_s: float) -> str:
    """A sentence to follow the verdict of a first ping that got no capability.

    first: the first bytes that came on a connection; None where there was none. patience_s: for each thing
    that is awaited to find out more.
    """
    for begins, text in _OTHERS:
        if first is not None and first.startswith(begins):
            return text
    if first == b"" and address.transport == TCP:
        for question, begins, text in ((_tls_hello(), _TLS_BEGINS, _TLS), (_GET, _HTTP_BEGINS, _HTTP)):
            if _answers(question, begins, address, patience_s):
                return text
    if verdict.outcome is Outcome.CRASH and first is None:
        return _CLOSED
    if verdict.outcome is Outcome.TIMEOUT:
        return _MUTE_QUIC if address.transport == QUIC and first is not None else _SILENT[address.transport]
    return _ENDS if address.transport == TCP else ""


def _answers(question: bytes, begins: tuple[bytes, ...], address: Address, patience_s: float) -> bool:
    """Whether the answer begins as another protocol has it; many such servers say nothing to anything else."""
    try:
        with closing(Connection(address, patience_s)) as connection:
            with suppress(EndedError, LengthError):
                connection.write(question)
                connection.receive(patience_s)
            return connection.first.startswith(begins)
    except OSError:
        return False


def _tls_hello() -> bytes:
    hello = ssl.MemoryBIO()
    client = ssl.create_default_context()
    with suppress(ssl.SSLWantReadError):
        client.wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost").do_handshake()
    return hello.read()
