"""Ends of sessions over data channels, for tests: programs that exchange descriptions in lines, and one of Python."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from random import Random
from typing import Any

from resonant.asyncio import ALL_FEATURES
from resonant.peer import Completed, Config, Established, Event, Failed, Output, Peer, Role
from resonant.wire_values import DType, MessageType, Slice

from adapters.driver.transport.webrtc_wire import WebrtcChannel, WebrtcPeer
from adapters.tests.peers import KEY

PAYLOAD_BYTES = 60 << 10
THERE, BACK = 3, 4
"""The stream_ids of the programs: the client's stream, and the server's."""
PATIENCE_S = 60


class Program:
    """A run of the example, with which descriptions are exchanged in lines."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def signal(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the runner as a testee does to peer_signal."""
        assert self._process.stdin
        assert self._process.stdout
        for kind, sdp in given.items():
            self._process.stdin.write(json.dumps({"type": kind, "sdp": sdp}) + "\n")
            self._process.stdin.flush()
        if "answer" in given:
            return {}
        description = json.loads(self._process.stdout.readline())
        return {description["type"]: description["sdp"]}

    def finish(self) -> str:
        """The last words, once it has ended well."""
        said, complaint = self._process.communicate(timeout=PATIENCE_S)
        assert (self.status, complaint) == (0, ""), (
            f"{self._process.args!r} ended with status {self.status}: {complaint}"
        )
        return said

    @property
    def status(self) -> int | None:
        """Its exit status, once somebody has waited for it."""
        return self._process.returncode

    def kill(self) -> None:
        """End it, if it runs still."""
        self._process.kill()

    def close(self) -> None:
        """End it, if it runs still, and wait for that."""
        self.kill()
        self._process.communicate()


class PythonEnd:
    """A peer of the reference on a channel of aiortc's, on the clock of the machine."""

    def __init__(self, role: Role, config: Config, channel: WebrtcChannel) -> None:
        self._channel = channel
        self._peer = Peer(role, config, self.now_ms(), max_frame_bytes=1 << 16)
        self._events: list[Event] = []

    @staticmethod
    def now_ms() -> int:
        return time.monotonic_ns() // 1_000_000

    def _handle(self, output: Output) -> None:
        for frame in output.datagrams:
            self._channel.send(frame)
        self._events += output.events

    def until(self, kind: type[Event]) -> Event:
        """Go on until there is an event of a kind."""
        give_up = time.monotonic() + PATIENCE_S
        while True:
            for message in self._channel.take():
                assert isinstance(message, bytes)
                self._handle(self._peer.receive(message, self.now_ms()))
            for event in self._events:
                assert not isinstance(event, Failed)
                if isinstance(event, kind):
                    self._events.remove(event)
                    return event
            assert time.monotonic() < give_up, f"no {kind.__name__} in {self._events}"
            self._wait()

    def _wait(self) -> None:
        due = self._peer.deadline_ms
        within_s = 1.0 if due is None else min(1.0, max(0.0, (due - self.now_ms()) / 1000))
        self._channel.wait(lambda: bool(self._channel.came), within_s)
        self._handle(self._peer.advance(self.now_ms()))

    def ping(self) -> None:
        self._handle(self._peer.ping(1, self.now_ms()))

    def stream(self, stream_id: int, frames: int) -> None:
        """Send a stream of Thinks of bytes that cannot be compressed."""
        self._handle(self._peer.open_stream(stream_id, strong_tail=True, now_ms=self.now_ms()))
        for number in range(frames):
            payload = Random(number).randbytes(PAYLOAD_BYTES)
            slices = (Slice(DType.I8, (PAYLOAD_BYTES,), payload),)
            self._handle(self._peer.send(MessageType.THINK, slices, stream_id=stream_id, now_ms=self.now_ms()))
        self._handle(self._peer.close_stream(stream_id, self.now_ms()))


def arguments(*, serves: bool, offers: bool, sealed: bool, frames: int) -> list[str]:
    """The arguments of a program; one of a client offers by itself, and one of a server answers."""
    said = ["--frames", str(frames)]
    if serves:
        said.append("--serve")
    if serves == offers:
        said.append("--offer" if offers else "--answer")
    return said + (["--key", KEY.hex()] if sealed else [])


def session_of(client: Sequence[str], server: Sequence[str], *, client_offers: bool, sealed: bool, frames: int) -> None:
    """A session of two programs in which both send a stream."""
    there = arguments(serves=False, offers=client_offers, sealed=sealed, frames=frames)
    here = arguments(serves=True, offers=not client_offers, sealed=sealed, frames=frames)
    with closing(Program([*client, *there])) as one, closing(Program([*server, *here])) as other:
        first, second = (one, other) if client_offers else (other, one)
        first.signal(second.signal(first.signal({})))
        for said in finished(one, other):
            assert f"received {frames} frames of " in said


def finished(*ends: Program) -> Sequence[str]:
    """The last words of each. When one fails, none waits for it any longer: its failure is what is raised."""
    with ThreadPoolExecutor(len(ends)) as pool:
        endings = [pool.submit(end.finish) for end in ends]
        first, _ = wait(endings, return_when=FIRST_EXCEPTION)
        for end in ends:
            end.kill()
        return [ending.result() for ending in sorted(endings, key=lambda one: one not in first or not one.exception())]


def session_with_python(program: Sequence[str], role: Role, *, program_offers: bool, sealed: bool, frames: int) -> None:
    """A session in which Python has a role, and a program the other."""
    config = ALL_FEATURES
    if sealed:
        config = replace(config, crypto=("xchacha20poly1305",), key=KEY, require_crypto=True)
    serves = role is Role.CLIENT
    command = [*program, *arguments(serves=serves, offers=program_offers, sealed=sealed, frames=frames)]
    with closing(Program(command)) as other:
        with closing(WebrtcPeer(other.signal, testee_offers=program_offers)) as association:
            talk(association, role, config, frames)
        assert f"received {frames} frames of " in other.finish()


def talk(association: WebrtcPeer, role: Role, config: Config, frames: int) -> None:
    """Be one end on the association: the client opens the channel, and sends first."""
    channel = association.open_channel() if role is Role.CLIENT else association.accept()
    assert channel is not None
    assert channel.await_open()
    end = PythonEnd(role, config, channel)
    if role is Role.CLIENT:
        end.ping()
        end.until(Established)
        end.stream(THERE, frames)
    whole = end.until(Completed)
    assert isinstance(whole, Completed)
    assert (whole.stream_id, whole.frames) == (BACK if role is Role.CLIENT else THERE, frames)
    if role is Role.SERVER:
        end.stream(BACK, frames)
        assert channel.wait(lambda: channel.ended, PATIENCE_S)
    channel.close()
    assert channel.await_end()
