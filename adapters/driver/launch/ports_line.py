"""The line of ports, the one thing that a testee prints to standard output (TST-1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from .pipes import LINE_BYTES, FirstLine

LOOPBACK: Final = "127.0.0.1"
_GRACE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of a testee's two sockets, on 127.0.0.1."""

    control: int
    wire: int


class PortsError(Exception):
    """There is no such line; the text says what there is instead."""


def read_ports(stdout: FirstLine, deadline: float, ended: Callable[[float], str | None]) -> Ports:
    """Wait for the line until deadline, in seconds of `time.monotonic()`. Raises PortsError.

    ended: waits for the testee's end for so many seconds; how it ended, None if it runs on.
    """
    line = stdout.wait(deadline - monotonic())
    if line is None:
        shown = f"it printed {stdout.so_far()!r}" if stdout.so_far() else "it printed nothing"
        raise PortsError(f"no line of ports in time; {shown}. Is standard output flushed? (TST-1)")
    if not line.endswith(b"\n") and len(line) <= LINE_BYTES:
        status = ended(_GRACE_S) or "its standard output is closed"
        raise PortsError(f"it ended before it printed its ports: {status}, printed {line!r} (TST-1)")
    try:
        return _parse(line)
    except (ValueError, RecursionError) as error:
        raise PortsError(f"its first line is not the ports: {error}; it is {line[:200]!r} (TST-1)") from None


def _parse(line: bytes) -> Ports:
    if len(line) > LINE_BYTES:
        raise ValueError(f"it is longer than {LINE_BYTES} bytes")
    ports = json.loads(line.decode())
    if type(ports) is not dict:
        raise ValueError("it is not a JSON object")
    for name in ("control", "wire"):
        if type(ports.get(name)) is not int or not 0 < ports[name] < 65_536:
            raise ValueError(f"{name} is not a port number")
    if ports["control"] == ports["wire"]:
        raise ValueError("control and wire are the same port")
    return Ports(ports["control"], ports["wire"])
