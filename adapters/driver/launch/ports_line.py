"""The line of ports, the one thing that a testee prints to standard output (TST-1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from ..running import Address
from ..strict_json import read_json
from .pipes import LINE_BYTES, FirstLine

LOOPBACK: Final = "127.0.0.1"
EXAMPLE: Final = '{"control": 40001, "wires": {"udp": 40002}}'
_INSTEAD: Final = f"print {EXAMPLE} first, with its own ports, and everything else to standard error"
_GRACE_S: Final = 0.5
_OVER_UDP: Final = ("udp", "quic")
"""The wires that are UDP sockets, as control is."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of a testee's sockets, on 127.0.0.1."""

    control: int
    wires: Mapping[str, int]
    """The port of each wire by the name of its transport, such as `udp`."""

    def addresses(self, at: Callable[[int], Address]) -> Mapping[str, Address]:
        """The address of each wire, made of its port."""
        return {transport: at(port) for transport, port in self.wires.items()}


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
    except ValueError as error:
        raise PortsError(f"its first line is not the ports: {error}; it printed {line[:200]!r} (TST-1)") from None


def _parse(line: bytes) -> Ports:
    if len(line) > LINE_BYTES:
        raise ValueError(f"it is longer than {LINE_BYTES} bytes")
    try:
        ports = read_json(line)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError(f"it is not JSON; {_INSTEAD}") from None
    except ValueError as error:
        raise ValueError(f"{error}; {_INSTEAD}") from None
    if type(ports) is not dict:
        raise ValueError(f"it is not a JSON object; {_INSTEAD}")
    control, wires = ports.get("control"), ports.get("wires")
    if wires is None and "wire" in ports:
        instead = _as_wires(control, ports["wire"])
        raise ValueError(f"it has the port `wire`, which is now one of `wires`: print {instead}")
    if type(control) is not int or not _is_port(control):
        raise ValueError(f"control is not a port number; {_INSTEAD}")
    if type(wires) is not dict:
        raise ValueError(f"wires is not an object of ports by transport, as in {EXAMPLE}; without peers it is {{}}")
    for transport, port in wires.items():
        if not _is_port(port):
            name = transport if transport.isidentifier() else repr(transport)
            raise ValueError(f"wires.{name} is not a port number, 1 to 65535; {_INSTEAD}")
    _check_sockets({"control": control} | {f"wires.{name}": wires[name] for name in _OVER_UDP if name in wires})
    return Ports(control, wires)


def _check_sockets(ports: Mapping[str, int]) -> None:
    """Raise ValueError where two sockets of one kind have the same port."""
    owners = dict[int, str]()
    for name, port in ports.items():
        if port in owners:
            raise ValueError(f"{owners[port]} and {name} are the same port; each is a socket of its own")
        owners[port] = name


def _is_port(value: Any) -> bool:
    return type(value) is int and 0 < value < 65_536


def _as_wires(control: Any, wire: Any) -> str:
    """The line that says today what one with a single `wire` said."""
    return json.dumps({"control": control, "wires": {"udp": wire}}) if _is_port(control) and _is_port(wire) else EXAMPLE
