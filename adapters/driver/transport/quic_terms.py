"""The terms of a connection over QUIC: what either end sets and tells, and errors where none comes about."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Final

from aioquic.quic.configuration import QuicConfiguration

from .certificates import Certificate

ALPN: Final = "resonant/1"
"""QUI-1."""
LARGEST_DATAGRAM: Final = 65_535
_STREAM_BYTES: Final = 4 << 20
_CONNECTION_BYTES: Final = 64 << 20
"""The room that the runner grants: more than any dialogue needs, so that nothing ever waits for it."""


@dataclass(slots=True)
class Came:
    """The state of one QUIC stream. code, asked_to_stop: the number of its reset and of its STOP_SENDING."""

    finished: bool = False
    code: int | None = None
    asked_to_stop: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.finished or self.code is not None


@dataclass(frozen=True, slots=True)
class Grants:
    """The limits in the transport parameters of an end. idle_ms: None where it never times out."""

    uni_streams: int
    both_ways: int
    """The number of bidirectional streams."""
    stream_bytes: int
    connection_bytes: int
    idle_ms: int | None


class NoStreamError(OSError):
    """A QUIC stream is the testee's to open, and it has not."""


class NoConnectionError(OSError):
    """No connection was made; the text says what is known of why.

    number: of the error of QUIC that it ended with, None where nothing was heard.
    """

    def __init__(self, text: str, number: int | None) -> None:
        super().__init__(text)
        self.number = number


@dataclass(frozen=True, slots=True)
class Stranger:
    """A server that is no testee: it may be anywhere, and its certificate is taken as it is.

    family: of its address. name: what its certificate is asked for; empty for none. patience_s: for being connected.
    """

    family: int
    name: str
    patience_s: float


def configuration(certificate: Certificate | None, *, listening: bool, datagram: int) -> QuicConfiguration:
    """The settings of aioquic. certificate: what is trusted, or shown where it listens; None to trust anybody."""
    found = QuicConfiguration(
        is_client=not listening,
        alpn_protocols=[ALPN],
        server_name="localhost",
        max_datagram_frame_size=datagram or None,
        max_data=_CONNECTION_BYTES,
        max_stream_data=_STREAM_BYTES,
        idle_timeout=60.0,
    )
    if certificate is None:
        found.verify_mode = ssl.CERT_NONE
    elif listening:
        found.certificate, found.private_key = certificate.loaded, certificate.loaded_key
    else:
        found.cadata = certificate.certificate.encode()
    return found
