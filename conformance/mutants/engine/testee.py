"""The reference's testee in this process, so that a patch of the reference is a patch of the testee."""

from __future__ import annotations

import importlib
import json
import logging
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import Any, Self

from resonant import ResonantError
from resonant.lazy_numpy import np

from adapters.driver import Address, Answer, Crash, HarnessError, Hello, parse_answer
from adapters.driver.answer import AnswerError
from adapters.testee_kit import answer
from adapters.testee_kit.server import bound

from ...dialogue.associations import forget
from ...model.transports import LIBRARIES, QUIC, WEBRTC

LIMIT_S = 5.0
"""CPU seconds for one op, as a busy machine breaks no mutant; the longest of the reference takes a tenth of that."""
FOLDER = Path(__file__).resolve().parents[3] / "adapters" / "reference"


class InProcess:
    """Answers ops as the testee would behind its control socket: a request as JSON, and the reply as JSON.

    Its peers have real wires, which its end as a context manager closes.
    """

    def __init__(self, extra: str = "") -> None:
        """extra: `quic` or `webrtc`, if it is the testee that has peers over that as well, whose library is there."""
        load_scripts(extra)
        ops = SCRIPTS["ops"]
        self._extras = (extra,) if extra else ()
        self._sockets = {name: bound(name) for name in (*ops.TRANSPORTS, *self._extras) if name != WEBRTC}
        self._quic = SCRIPTS["quic_peers"].QuicOps() if extra == QUIC else None
        self._channels = SCRIPTS["webrtc_peers"].ChannelOps() if extra == WEBRTC else None
        (self._quic or self._channels or SCRIPTS["peer_ops"].PEERS).use(self._sockets)

    @property
    def wires(self) -> Mapping[str, Address]:
        """The addresses of the wires."""
        return {name: one.getsockname() for name, one in self._sockets.items()}

    @property
    def hello(self) -> Hello:
        """The testee's reply to hello."""
        ops = SCRIPTS["ops"]
        profiles, transports = (*ops.PROFILES, *self._extras), (*ops.TRANSPORTS, *self._extras)
        return Hello("resonant", "in process", "Python", "1.0", profiles, transports=transports)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._quic is not None:
            self._quic.peers.end()
        if self._channels is not None:
            forget(self)
            self._channels.end()
        for one in self._sockets.values():
            one.close()

    def _answer(self, message: bytes) -> tuple[str, dict[str, Any]]:
        ops = SCRIPTS["ops"]
        if self._quic is not None:
            return answer(ops.OPS | SCRIPTS["peer_ops"].table(self._quic), ResonantError, message)
        if self._channels is not None:
            return answer(ops.OPS | SCRIPTS["webrtc_peers"].table(self._channels), ResonantError, message)
        told: tuple[str, dict[str, Any]] = ops.answer(message)
        return told

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        """Have an op performed; an exception that the testee lets through is a Crash, as it ends the real one."""
        message = json.dumps({"op": op, "case": case, "profile": profile, "input": input}).encode()
        try:
            with np.errstate(all="ignore"), _time_limited():  # a mutant may overflow, or never end
                _, reply = self._answer(message)
            return parse_answer(json.dumps(reply).encode())
        except AnswerError as error:
            return HarnessError(str(error))
        except Exception as error:  # whatever a mutant does is its behaviour
            return Crash(f"{type(error).__name__}: {error}")


@contextmanager
def _time_limited() -> Iterator[None]:
    """Raise TimeoutError in what takes too long, where signals can do that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _give_up)
    signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"nothing after {LIMIT_S:.0f} s")


def load_scripts(extra: str = "") -> None:
    """Have the modules beside the reference's testees in SCRIPTS by name, for a testee that is not changed yet.

    extra: the transport whose own modules are wanted as well. Its library takes longer to import than all else.

    They import one another as the script's neighbours do. Other adapters have modules of the same names, so none of
    these stays behind in sys.modules.
    """
    found = [path.stem for path in sorted(FOLDER.glob("*.py")) if not path.stem.endswith("testee")]
    names = [name for name in found if name.split("_")[0] not in LIBRARIES.keys() - {extra}]
    if SCRIPTS.keys() >= {*names}:
        return
    others = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(FOLDER))
    sys.modules.update(SCRIPTS)
    try:
        SCRIPTS.update((name, importlib.import_module(name)) for name in names)
    finally:
        sys.path.remove(str(FOLDER))
        for name in SCRIPTS.keys() | {*names}:
            sys.modules.pop(name, None)
        sys.modules.update(others)


SCRIPTS: dict[str, ModuleType] = {}
load_scripts()
logging.getLogger("quic").addHandler(
    logging.NullHandler()
)  # aioquic has a line for each connection that a mutant breaks
