"""Connections in a network that is not the runner's own, as that of a container is; no engine is needed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from adapters.driver import ConnectionPeer
from adapters.driver.docker import porter_main
from adapters.driver.docker.network import ContainerNetwork
from adapters.driver.launch.guard import VARIABLE
from adapters.driver.transport.certificates import make_certificate
from adapters.driver.transport.quic_wire import QuicPeer
from adapters.driver.transport.sockets import InsideAddress, open_tcp

TOKEN = "0123456789abcdef"
END_S = 20
# Raises the loopback (SIOCSIFFLAGS, IFF_UP | IFF_RUNNING), answers one connection, and makes another one.
INSIDE = """
import fcntl, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    connection, _ = listener.accept()
    with connection:
        connection.sendall(connection.recv(100).upper())
with socket.create_connection(("127.0.0.1", int(sys.stdin.readline()))) as connection:
    connection.sendall(b"from inside")
"""


def unshared() -> bool:
    """Whether this user may make networks."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    return subprocess.run(["unshare", "-n", "true"], check=False).returncode == 0


@pytest.fixture
def inside() -> Iterator[subprocess.Popen[str]]:
    """A process in a network of its own."""
    if not unshared():
        pytest.skip("networks can be made by root alone")
    command = ["unshare", "-n", sys.executable, "-I", "-c", INSIDE]
    environment = {**os.environ, VARIABLE: TOKEN}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_connections_are_made_in_both_directions(inside: subprocess.Popen[str]) -> None:
    assert inside.stdin is not None
    assert inside.stdout is not None
    port = int(inside.stdout.readline())
    with closing(ContainerNetwork(inside.pid, TOKEN)) as network:
        wire = InsideAddress("127.0.0.1", port, network.open_socket)
        with closing(ConnectionPeer(wire)) as end:
            end.send(b"to it")
            assert end.read_to_end() == b"TO IT"
        with closing(ConnectionPeer(wire, listening=True)) as end:
            inside.stdin.write(f"{end.port}\n")
            inside.stdin.flush()
            assert end.accept()
            assert end.read_to_end() == b"from inside"
    assert inside.wait(END_S) == 0


def test_packets_of_quic_stay_in_the_network(inside: subprocess.Popen[str]) -> None:
    assert inside.stdout is not None
    inside.stdout.readline()  # its loopback is up
    certificate = make_certificate()
    with closing(ContainerNetwork(inside.pid, TOKEN)) as network, ExitStack() as ends:

        def end(port: int, *, listening: bool) -> QuicPeer:
            wire = InsideAddress("127.0.0.1", port, network.open_socket)
            return ends.enter_context(closing(QuicPeer(wire, certificate, listening=listening)))

        server = end(9, listening=True)
        client = end(server.port, listening=False)
        assert server.accept()
        client.send(client.open_stream(both_ways=True), b"to it")
        assert server.wait(lambda: server.received == 5)


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_porter_hands_out_sockets_of_each_kind(tmp_path: Path, kind: socket.SocketKind) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as waiting:
        waiting.bind(str(path))
        waiting.listen(1)
        waiting.settimeout(END_S)
        with subprocess.Popen([sys.executable, "-IS", porter_main.__file__, str(path)]) as process:
            with waiting.accept()[0] as porter:
                porter.settimeout(END_S)
                porter.sendall(bytes([socket.AF_INET, kind]))
                _, handed, _, _ = socket.recv_fds(porter, 1, 1)
                with socket.socket(fileno=handed[0]) as made:
                    assert (made.family, made.type) == (socket.AF_INET, kind)
            assert process.wait(END_S) == 0


def test_without_an_address_the_network_is_our_own() -> None:
    with open_tcp(None) as made:
        assert (made.family, made.type) == (socket.AF_INET, socket.SOCK_STREAM)
