"""A hook that ships the output of a module: forward runs wherever it runs, the endpoint's event loop sends.

async with ship(model.layers[11], client, form="i8") as shipment:
    await asyncio.to_thread(model, tokens)  # forward in a thread waits where the other end is slow
    model(tokens)  # forward in the loop's own thread cannot wait: more than `depth` outputs raise BUFFER_LIMIT
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Literal, Self, TypeAlias, Unpack

import torch

from ..arguments import instance, integer
from ..asyncio import Endpoint, SendOptions
from ..asyncio.sending import Prepared, Way, prepare, send_prepared
from ..errors import DropCode, ResonantError
from .tensors import host

WhenFull: TypeAlias = Literal["wait", "drop_oldest", "drop_newest"]
Select: TypeAlias = Callable[[Any], torch.Tensor]
POLICIES = ("wait", "drop_oldest", "drop_newest")
DEPTH = 8


def first_tensor(output: Any) -> torch.Tensor:
    """The output itself, or the first tensor of a tuple, list or mapping, such as the outputs of transformers."""
    if isinstance(output, torch.Tensor):
        return output
    values = output.values() if isinstance(output, Mapping) else output if isinstance(output, tuple | list) else ()
    for value in values:
        if isinstance(value, torch.Tensor):
            return value
    raise TypeError(
        f"output: no tensor in a {type(output).__name__}; say select=FUNCTION, which gives the tensor to ship"
    )


def ship(
    module: torch.nn.Module,
    endpoint: Endpoint,
    *,
    depth: int = DEPTH,
    when_full: WhenFull = "wait",
    select: Select = first_tensor,
    **options: Unpack[SendOptions],
) -> Shipment:
    """Ship each output of a module from now on, as `send` with these options does, in the order of the forward calls.

    To be called where the endpoint's event loop runs. The hook copies an output, so that the model may go on to change
    it, and never changes it. depth: how many outputs may wait. when_full: "wait" has forward wait, which a thread of
    its own can (`asyncio.to_thread`); in the loop's thread it raises ResonantError with BUFFER_LIMIT. "drop_oldest" and
    "drop_newest" lose an output, which `Shipment.dropped` counts.

    An output that cannot go in the form raises in its forward call, as `to_wire` does. The first error of sending ends
    the shipment: each forward raises it until `Shipment.remove`, and so does `Shipment.close`.
    """
    if when_full not in POLICIES:
        raise ValueError(f"when_full: expected one of {', '.join(POLICIES)}, got {when_full!r}")
    if integer("depth", depth) < 1:
        raise ValueError(f"depth {depth} is not 1 or more")
    return Shipment(instance("module", module, torch.nn.Module), endpoint, (depth, when_full, select), Way(**options))


class Shipment:
    """The handle of a hook that ships. Its `async with` block ends it as `close` does."""

    def __init__(
        self,
        module: torch.nn.Module,
        endpoint: Endpoint,
        policy: tuple[int, WhenFull, Select],
        way: Way,
    ) -> None:
        self._depth, self._when_full, self._select = policy
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._endpoint, self._way = endpoint, way
        self._waiting: deque[Prepared] = deque()
        self._changed = threading.Condition()
        self._wake = asyncio.Event()
        self._over = False
        self.shipped = 0
        """How many outputs were handed to the endpoint."""
        self.dropped = 0
        """How many were lost as too many waited."""
        self.error: Exception | None = None
        """The error that ended it."""
        self._handle = module.register_forward_hook(self._hook)
        self._task = self._loop.create_task(self._send_all())
        self._task.add_done_callback(self._ended)

    def remove(self) -> None:
        """Remove the hook. Outputs that wait are still sent, and forward calls that wait go on."""
        self._handle.remove()
        with self._changed:
            self._over = True
            self._changed.notify_all()
        with suppress(RuntimeError):  # the loop was closed, and with it all that waited was lost
            self._loop.call_soon_threadsafe(self._wake.set)

    async def close(self) -> None:
        """Remove the hook, and return when all that waits is sent. Raises the error that ended the shipment."""
        self.remove()
        await asyncio.wait([self._task])
        self._raise_error()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, exception: type[BaseException] | None, *_: object) -> None:
        if exception is None:
            await self.close()
            return
        self.remove()
        self._task.cancel()
        await asyncio.wait([self._task])

    def _hook(self, _module: torch.nn.Module, _inputs: Any, output: Any) -> None:
        """Called by PyTorch, in whatever thread runs forward."""
        with self._changed:
            self._raise_error()
        prepared = prepare(host(self._select(output)), self._way)
        with self._changed:
            if not self._make_room():
                return
            self._waiting.append(prepared)
        self._loop.call_soon_threadsafe(self._wake.set)

    def _make_room(self) -> bool:
        """Whether one more output may wait, once others were lost or sent; with the lock held."""
        if self._over or len(self._waiting) < self._depth:
            return not self._over
        if self._when_full == "drop_newest":
            self.dropped += 1
            return False
        if self._when_full == "drop_oldest":
            self._waiting.popleft()
            self.dropped += 1
            return True
        if threading.get_ident() == self._loop_thread:
            detail = (
                f"{self._depth} outputs wait, and forward runs in the thread that has to send them; run it by "
                'asyncio.to_thread, let the loop run in between, or say when_full="drop_oldest"'
            )
            raise ResonantError(DropCode.BUFFER_LIMIT, "TCP-20", detail)
        self._changed.wait_for(lambda: len(self._waiting) < self._depth or self._over)
        self._raise_error()
        return not self._over

    def _raise_error(self) -> None:
        if self.error is not None:
            raise self.error

    async def _send_all(self) -> None:
        """Send what waits until the hook is removed and nothing does, or until an error."""
        try:
            while True:
                self._wake.clear()
                while (prepared := self._take()) is not None:
                    await send_prepared(self._endpoint, prepared)
                    self.shipped += 1
                with self._changed:
                    if self._over and not self._waiting:
                        return
                await self._wake.wait()
        except Exception as error:  # whatever it is, forward and close raise it
            self._fail(error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            self._fail(ConnectionError("the shipment was cancelled"))

    def _take(self) -> Prepared | None:
        with self._changed:
            self._changed.notify_all()
            return self._waiting.popleft() if self._waiting else None

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self.error, self._over = error, True
            self._waiting.clear()
            self._changed.notify_all()
