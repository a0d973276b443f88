"""The testee for both builds of kernels.cu: its ops behind `adapters.testee_kit`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from .. import testee_kit as testees
from .adapt import adapt
from .ops import Backend, Ops, RefusedError

REPLY_MARGIN_BYTES: Final = 100  # for what stands around the hexadecimal digits
PROFILES: Final = ("quant", "sparse", "adapt")


def allow(size: int) -> None:
    """Raise BadRequestError if no reply can carry that many bytes as hexadecimal."""
    if 2 * size > testees.MAX_PIECES * testees.PIECE_BYTES - REPLY_MARGIN_BYTES:
        text = f"the result has {size} bytes, more than {testees.MAX_PIECES} pieces of a reply can carry"
        raise testees.BadRequestError(text)


def all_ops(implementation: str, backend: Backend) -> Mapping[str, testees.Op]:
    """The ops of a testee over a backend. implementation: its name in hello."""

    def hello(token: str) -> dict[str, Any]:
        return testees.greet(token, name=implementation, version="1", language="CUDA C++", profiles=PROFILES)

    return {
        "hello": testees.Op({"token": testees.text}, {}, hello),
        "stop": testees.STOP,
        **Ops(backend, allow).table,
        "adapt": testees.Op(*testees.ADAPT, partial(adapt, backend, allow)),
    }


def serve(implementation: str, attach: int | None, backend: Backend) -> None:
    """Bind, print the ports, answer until stopped."""
    table = all_ops(implementation, backend)
    testees.serve(lambda message: testees.answer(table, RefusedError, message), attach)
