"""One run of a testee, from its start to its end: the process, the channel to it, and its hello."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from time import monotonic
from typing import Any, Final

from .adapter import Adapter, Launch
from .answer import AnswerError, Ok, parse_answer
from .errors import StartError
from .hello import Hello, parse_hello
from .launch.attach import AttachedTestee
from .launch.process import ProcessTestee
from .running import Running
from .strict_json import json_bytes
from .transport.channel import Channel, GoneError, NoReplyError
from .transport.pieces import PieceError


def _in_docker(adapter: Adapter, deadline: float) -> Running:
    from .docker.testee import DockerTestee  # noqa: PLC0415 - the engine's client is large, and few need it

    return DockerTestee(adapter, deadline)


_END_S: Final = 1.0
_LAUNCHES: Final[dict[Launch, Callable[[Adapter, float], Running]]] = {
    "process": ProcessTestee,
    "attach": lambda adapter, _deadline: AttachedTestee(adapter),
    "docker": _in_docker,
}


def launch(adapter: Adapter, deadline: float) -> Running:
    """Start (or find) a testee and read its ports, before it is greeted. deadline: of `time.monotonic()`.

    Raises StartError, and AdapterError if the adapter cannot be used at all; then nothing is left running.
    """
    return _LAUNCHES[adapter.launch](adapter, deadline)


def request_bytes(op: str, input: Mapping[str, Any], case: str, profile: str) -> bytes:
    """A request as a message (specs/ops/request.json). Raises ValueError for what JSON cannot say."""
    return request_with(op, input_bytes(input), case, profile)


def input_bytes(input: Mapping[str, Any]) -> bytes:
    """An input as JSON. Raises ValueError for what JSON cannot say."""
    return json_bytes(input) if input else b"{}"  # as that of most ops on peers


def request_with(op: str, input: bytes, case: str, profile: str) -> bytes:
    """As `request_bytes`. input: what `input_bytes` makes."""
    head = _head(op, case, profile) if case else _head_without_case(op, profile)
    return b"%b%b}" % (head, input)


def _head(op: str, case: str, profile: str) -> bytes:
    return f'{{"op":{_quoted(op)},"case":{_quoted(case)},"profile":{_quoted(profile)},"input":'.encode()


@lru_cache(maxsize=64)
def _head_without_case(op: str, profile: str) -> bytes:
    """That of the ops of dialogues, which travel together under the name of their case."""
    return _head(op, "", profile)


def _quoted(text: str) -> str:
    """A text as JSON; most are empty, or names like those of cases."""
    is_plain = text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
    return f'"{text}"' if is_plain else json_bytes(text).decode()


class Session:
    """A testee that has answered hello."""

    def __init__(self, adapter: Adapter, start_s: float) -> None:
        """Start (or find) the testee and greet it, within start_s seconds for both.

        Raises StartError, and AdapterError if the adapter cannot be used at all; then nothing is left running.
        """
        deadline = monotonic() + start_s
        self.running = launch(adapter, deadline)
        self.leaving = False
        """Whether it was told to end; its end is then no crash."""
        try:
            self.channel = Channel(self.running.control, gone_fd=self.running.gone_fd, first_id=self.running.first_id)
            self.hello = self._greet(deadline, start_s)
        except StartError:
            self.kill()
            raise

    def _greet(self, deadline: float, start_s: float) -> Hello:
        message = request_bytes("hello", {"token": self.running.token}, "", "")
        try:
            answer = parse_answer(self.channel.request(message, deadline))
            if not isinstance(answer, Ok):
                raise AnswerError(f"hello was answered with {answer} (TST-12)")
            return parse_hello(answer.value)
        except NoReplyError as error:
            text = f"no reply to hello within {start_s:g} s" + (f"; {error}" if str(error) else "")
        except GoneError as error:
            text = f"no reply to hello: {self.running.ended(_END_S) or error}"
        except (AnswerError, PieceError) as error:
            text = str(error)
        self.running.kill()
        raise StartError(text, self.running.stderr())

    def ended(self) -> str | None:
        """A description of the testee's end; None if it is still running or nobody can tell."""
        return self.running.ended(0)

    def how_it_ended(self, seen: GoneError) -> tuple[str, str]:
        """The status and the standard error of a testee that was seen to be gone; it is killed if it is not."""
        status = self.running.ended(_END_S)
        self.kill()
        return status or f"{seen}, but it was not seen to end", self.running.stderr()

    def say_stop(self) -> None:
        """Send `stop` and wait at most a second for the reply (TST-3), whatever it is."""
        with contextlib.suppress(NoReplyError, GoneError, PieceError):
            self.channel.request(request_bytes("stop", {}, "", ""), monotonic() + _END_S)

    def stop(self) -> None:
        """End the testee gently, then surely. Bounded; may be called twice."""
        self._close_channel()
        self.running.stop()

    def kill(self) -> None:
        """End the testee at once. Bounded; may be called twice."""
        self._close_channel()
        self.running.kill()

    def _close_channel(self) -> None:
        # Before the process: the channel watches a descriptor that the end of the process closes.
        if hasattr(self, "channel"):
            self.channel.close()
