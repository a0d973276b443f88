"""The example servers over TCP of every language, and clients that mean no good: real sockets, real timers."""

from __future__ import annotations

import re
import select
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

from adapters.tests.real_sessions import OVER, TCP, dash, program
from conformance.model.peer_requests import CONFIG
from conformance.properties.streams.sender import Lie, plan
from conformance.wire.build import Frame, build, sync
from conformance.wire.lengths import Frames, with_length
from conformance.wire.read import read_frame
from conformance.wire.sync import read_sync

SPACE_HASH = 2_451_163_210
"""Of the examples."""
LISTS = {name: CONFIG[name] for name in ("modality", "compress", "crypto")}
PATIENCE_S = 60.0
GARBAGE = (b"\xff\xff\xff\x7f" + bytes(range(256)) * 64, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", bytes(4))
SLOW, SLOW_S = 64, 60
"""Connections that send a byte a second, and for how long at most: TCP-8 gives them ten."""
ASKED_FRAMES = 10_000
"""600 MB that the server is to send, of which 16 MiB may wait (TCP-20)."""
MOST_KIB = 400 << 10
WATCHED_S, LOOK_S = 5.0, 0.05

pytestmark = [
    pytest.mark.late("programs of every implementation, which have to be built"),
    pytest.mark.xdist_group("real sessions"),
    pytest.mark.parametrize("name", OVER[TCP]),
]


@contextmanager
def serving(name: str, example: str, *options: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server, and its port. options: each a name and perhaps a value."""
    given = [word for option, *value in (("addr", "127.0.0.1:0"), *options) for word in (dash(name) + option, *value)]
    with subprocess.Popen(
        [*program(name, TCP, example), *given], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            said = process.stdout.readline()
            assert said.startswith("listening on 127.0.0.1:"), said
            yield process, int(said.rpartition(":")[2])
        finally:
            process.kill()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE_S)


def told(frame: Frame) -> bytes:
    """A frame behind its length, in the space of the examples."""
    return with_length(
        build(Frame(frame.type, frame.stream_id, frame.frame_seq, frame.slices, frame.flags, SPACE_HASH))
    )


PING = told(sync(1, 0, {"method": "ping", "ts": 0, **LISTS}))


def check_serves(port: int) -> None:
    """An honest client gets an answer."""
    with closing(connected(port)) as client:
        client.sendall(PING)
        check_answered(client)


def check_answered(client: socket.socket) -> None:
    frames = Frames()
    while data := client.recv(65_536):
        for frame in frames.feed(data):
            assert read_sync(read_frame(frame))["method"] == "capability"
            return
    raise AssertionError("the server has closed the connection")


def is_over(client: socket.socket) -> bool:
    """Whether the server has ended a connection that has something to read."""
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


def test_what_is_another_protocol_is_shown_out(name: str) -> None:
    trusting = ssl.create_default_context()
    with serving(name, "recv_think", ["tcp"]) as (_, port):
        for data in GARBAGE:
            with closing(connected(port)) as client:
                with suppress(ConnectionError):
                    client.sendall(data)
                assert is_over(client)
        with pytest.raises(OSError), closing(connected(port)) as client:  # noqa: PT011 - of TLS or of the system
            trusting.wrap_socket(client, server_hostname="localhost")
        check_serves(port)


def test_connections_of_a_byte_a_second_keep_nobody_out_and_are_closed(name: str) -> None:
    with ExitStack() as stack, serving(name, "recv_think", ["tcp"]) as (_, port):
        slow = [stack.enter_context(closing(connected(port))) for _ in range(SLOW)]
        for byte in PING[:SLOW_S]:
            for one in slow:
                with suppress(ConnectionError):
                    one.send(bytes([byte]))
            check_serves(port)
            readable, _, _ = select.select(slow, [], [], 1.0)
            slow = [one for one in slow if one not in readable or not is_over(one)]
            if not slow:
                return
        raise AssertionError(f"{len(slow)} connections are open still")


def test_one_who_never_reads_costs_bounded_memory(name: str) -> None:
    """The server sends back a stream as long as it is asked to; a program that does not wait for room ends."""
    with serving(name, "stream", ["serve"], ["count", str(ASKED_FRAMES)]) as (process, port):
        with closing(connected(port)) as client:
            client.sendall(PING)
            check_answered(client)
            for one in plan(3, [], strong=True, sized=False, lie=Lie.NOTHING).frames:
                client.sendall(told(one.frame))
            assert select.select([client], [], [], PATIENCE_S)[0]  # the stream, of which nothing is read
            most = most_kib_of(process)
        assert 0 < most < MOST_KIB


def most_kib_of(process: subprocess.Popen[str]) -> int:
    """The most memory that a program has until it ends, or for WATCHED_S.

    What the system tells of a program that has ended counts the tests' own process, which it began as a copy of.
    """
    most, until = 0, monotonic() + WATCHED_S
    while process.poll() is None and monotonic() < until:
        found = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{process.pid}/status").read_text("ascii"))
        most = max(most, int(found[1]) if found else 0)  # none: it is just ending
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_S)
    return most
