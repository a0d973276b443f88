"""The endpoint of resonant.asyncio over real TCP: conversations, strangers, and ends that do not keep to anything."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import replace
from types import UnionType

import numpy as np
import pytest
from resonant import DropCode, MessageType, ResonantError, Slice, Tensor, Think
from resonant.asyncio import Endpoint, SessionError, connect, serve
from resonant.asyncio.endpoint import MAX_EVENTS
from resonant.errors import CloseCode, RejectCode
from resonant.peer import Closed, Completed, Delivered, Dropped, Established, Lost, Output, Peer, Role
from resonant.transport import Splitter, join

from reference.tests.asyncio.fast_loop import FastLoop, run
from reference.tests.asyncio.talk import CONFIG, double, think, values

HELLO = bytes.fromhex("1603010200010001fc0303")
WAIT_S = 20
MAX_UNSENT = 16_777_216
SENT_AT_ONCE = 65_500


@contextlib.asynccontextmanager
async def stranger(server: Endpoint) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to the server over which anything may be written."""
    reader, writer = await asyncio.open_connection(*server.address)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def reset_when_closed(sock: socket.socket) -> None:
    """Have a connection end with a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def told(server: Endpoint, kind: type | UnionType) -> object:
    """The next event of a kind, whatever comes before it."""
    async with asyncio.timeout(WAIT_S):
        async for _, event in server:
            if isinstance(event, kind):
                return event
    raise AssertionError("the server was closed")


def test_a_server_keeps_two_clients_apart() -> None:
    async def work() -> list[list[float]]:
        async with asyncio.TaskGroup() as tasks, await serve(CONFIG, transport="tcp") as server:
            tasks.create_task(double(server))
            one = await connect(CONFIG, server.address, transport="tcp")
            other = await connect(CONFIG, server.address, transport="tcp")
            async with one, other:
                for number in range(3):
                    one.send(think(number))
                    other.send(think(number + 10))
                return [values(await client.wait_for(Delivered)) for client in (one, other) for _ in range(3)]

    assert asyncio.run(work()) == [[0], [2], [4], [20], [22], [24]]


def test_a_stream_of_large_frames_is_whole() -> None:
    async def work() -> Completed:
        server = await serve(CONFIG, transport="tcp")
        async with server, await connect(CONFIG, server.address, transport="tcp") as client:
            with client.open_stream(3) as stream:
                for number in range(200):
                    noise = np.random.default_rng(number).integers(0, 0x3C00, 15_000).astype(np.uint16)
                    stream.send(Think(Tensor.half(noise.view(np.float16))))
            found = await told(server, Completed)
            assert isinstance(found, Completed)
            return found

    assert asyncio.run(work()).frames == 200


def test_both_ends_are_told_of_an_end() -> None:
    async def work() -> None:
        server = await serve(CONFIG, transport="tcp")
        client = await connect(CONFIG, server.address, transport="tcp")
        await asyncio.gather(server.close(), client.close())
        server = await serve(CONFIG, transport="tcp")
        client = await connect(CONFIG, server.address, transport="tcp")
        closing = asyncio.create_task(client.close())
        assert await told(server, Lost) == Lost()
        assert await told(server, Closed) == Closed()
        await closing
        async with asyncio.timeout(WAIT_S):
            client = await connect(CONFIG, server.address, transport="tcp")
            closing = asyncio.create_task(server.close())
            with pytest.raises(SessionError, match="ENDED: the other end closed the connection"):
                await client.wait_for(Delivered)
            with pytest.raises(ConnectionError):
                client.send(think(1))
            await client.close()
            await closing

    asyncio.run(work())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (HELLO, RejectCode.FRAME_TOO_LARGE),
        (b"GET / HTTP/1.1\r\n\r\n", RejectCode.FRAME_TOO_LARGE),
        (bytes(100), RejectCode.FRAME_TOO_SHORT),
    ],
    ids=["tls", "http", "zeros"],
)
def test_garbage_closes_its_own_connection(data: bytes, code: RejectCode) -> None:
    async def work() -> None:
        async with await serve(CONFIG, transport="tcp") as server, stranger(server) as (reader, writer):
            writer.write(data + bytes(1_000_000))
            assert await told(server, Closed) == Closed(code)
            async with asyncio.timeout(WAIT_S):
                assert await reader.read() == b""
            async with await connect(CONFIG, server.address, transport="tcp") as client:
                assert client.agreed.agreed_proto == 1

    asyncio.run(work())


def test_a_server_that_speaks_something_else_is_told_from_one_that_is_silent() -> None:
    async def work() -> None:
        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(HELLO)
            await reader.read()
            writer.close()

        async with await asyncio.start_server(greet, "127.0.0.1", 0) as other:
            with pytest.raises(SessionError, match="FRAME_TOO_LARGE: what came is no frame"):
                await connect(CONFIG, other.sockets[0].getsockname(), transport="tcp")

    asyncio.run(work())


def test_connections_that_say_next_to_nothing_keep_nobody_out() -> None:
    async def work() -> None:
        async with contextlib.AsyncExitStack() as stack:
            server = await stack.enter_async_context(await serve(CONFIG, transport="tcp"))
            for _ in range(64):
                _, writer = await stack.enter_async_context(stranger(server))
                writer.write(b"\x21")
            client = await stack.enter_async_context(await connect(CONFIG, server.address, transport="tcp"))
            client.send(think(5))
            found = await told(server, Delivered)
            assert isinstance(found, Delivered)
            assert values(found) == [5]

    asyncio.run(work())


def test_what_waits_for_a_peer_that_never_reads_is_bounded() -> None:
    frame = (Slice(2, (SENT_AT_ONCE - 100,), bytes(SENT_AT_ONCE - 100)),)
    plain = replace(CONFIG, compress=("none",))

    async def work() -> None:
        async with await serve(plain, transport="tcp") as server, stranger(server) as (reader, writer):
            writer.write(join(Peer(Role.CLIENT, plain).ping(1, 0).datagrams[0]))
            assert isinstance(await told(server, Established), Established)
            first = Splitter()
            async with asyncio.timeout(WAIT_S):
                while not first.feed(await reader.read(64)):
                    pass
            reader._transport.pause_reading()  # type: ignore[attr-defined]

            def ask(peer: Peer, now_ms: int) -> Output:
                return peer.send(MessageType.THINK, frame, stream_id=2, now_ms=now_ms)

            def fill() -> None:
                for _ in range(16 * MAX_UNSENT // SENT_AT_ONCE):
                    server._request(None, ask)

            with pytest.raises(ResonantError) as caught:
                fill()
            assert caught.value.code is DropCode.BUFFER_LIMIT
            connection = next(iter(server._carrier._open.values()))  # type: ignore[attr-defined]
            waiting = connection._transport.get_write_buffer_size()
            assert MAX_UNSENT - 2 * SENT_AT_ONCE < waiting <= MAX_UNSENT

    asyncio.run(work())


def test_where_nobody_listens_the_system_says_so_and_another_transport_there_is_not() -> None:
    async def work() -> None:
        server = await serve(CONFIG, transport="tcp")
        await server.close()
        with pytest.raises(ConnectionRefusedError):
            await connect(CONFIG, server.address, transport="tcp")
        with pytest.raises(ValueError, match="transport is 'ip'; it is one of udp, tcp"):
            await serve(CONFIG, transport="ip")  # type: ignore[arg-type]

    asyncio.run(work())


def test_a_reset_is_told_with_its_code() -> None:
    async def work() -> None:
        async with await serve(CONFIG, transport="tcp") as server:
            async with stranger(server) as (_, writer):
                writer.write(b"\x21\0\0")
                await asyncio.sleep(0)
                reset_when_closed(writer.get_extra_info("socket"))
            assert await told(server, Closed) == Closed(CloseCode.CONNECTION_RESET)

    asyncio.run(work())


def test_those_that_went_before_they_make_room_for_others_leave_no_trace() -> None:
    async def work() -> list[dict[str, object]]:
        found = list[dict[str, object]]()
        asyncio.get_running_loop().set_exception_handler(lambda _, context: found.append(context))
        async with await serve(CONFIG, transport="tcp", max_remotes=1) as server:
            for _ in range(3):  # all of which asyncio accepts before it looks at any
                with socket.create_connection(server.address) as gone:
                    reset_when_closed(gone)
            async with await connect(CONFIG, server.address, transport="tcp") as client:
                client.send(think(1))
                assert isinstance(await told(server, Delivered), Delivered)
        return found

    assert asyncio.run(work()) == []


NO_FRAME = join(bytes(33))
FRAME_S, LONG_S, MANY = 10, 60, 10_000


async def has_taken_a_part(server: Endpoint) -> None:
    """Until the server waits for the rest of a frame, since the beginning of time."""
    for _ in range(MANY):
        if server._links.deadline_ms == FRAME_S * 1000:
            return
        await asyncio.sleep(0)
    raise AssertionError(f"the next deadline is at {server._links.deadline_ms} ms")


@pytest.mark.parametrize("asks", [False, True], ids=["waits", "asks"])
def test_what_came_while_the_program_was_busy_was_in_time(asks: bool) -> None:
    loop = FastLoop()

    async def work() -> None:
        async with await serve(CONFIG, transport="tcp") as server, stranger(server) as (_, writer):
            ping = join(Peer(Role.CLIENT, CONFIG).ping(1, 0).datagrams[0])
            writer.write(ping + NO_FRAME[:20])
            await told(server, Established)
            await has_taken_a_part(server)
            writer.write(NO_FRAME[20:])
            loop.jump(FRAME_S + 1)
            if asks:
                server.send(think(1))
            assert await told(server, Dropped | Closed) == Dropped(RejectCode.BAD_VERSION)
            writer.write(NO_FRAME[:20])
            assert await told(server, Closed) == Closed(CloseCode.FRAME_TIMEOUT)

    run(work(), loop)


def test_nothing_is_late_while_nobody_fetches_events_and_the_connection_is_not_read() -> None:
    loop = FastLoop()

    async def work() -> None:
        async with await serve(CONFIG, transport="tcp") as server, stranger(server) as (_, writer):
            writer.write(NO_FRAME * MAX_EVENTS + NO_FRAME[:20])
            for _ in range(MANY):
                await asyncio.sleep(0)
            assert not server.has_room()
            loop.jump(LONG_S)
            writer.write(NO_FRAME[20:])
            for _ in range(MAX_EVENTS + 1):
                assert await told(server, Dropped | Closed) == Dropped(RejectCode.BAD_VERSION)

    run(work(), loop)
