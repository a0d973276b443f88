"""The engine: Dask's scheduler and workers, on this machine's loopback or wherever a scheduler is."""

from __future__ import annotations

import contextlib
import os
import queue
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..session.implementations import ROOT

_LOOK_S = 0.2
_AHEAD = 3
"""Tasks on their way for each worker, so that none waits for the next."""
_START_S = 20
_LOCK = "requirements-campaign.lock"
# A worker that is killed is replaced, and what it did is done again: a batch makes no worker die (its testees may).
_SETTINGS = {
    "distributed.scheduler.allowed-failures": 10,
    "distributed.worker.daemon": True,
    "distributed.worker.http.routes": [],
    "distributed.scheduler.http.routes": [],
    "distributed.admin.tick.limit": "60s",
    "distributed.comm.timeouts.connect": "30s",
    "distributed.worker.memory.terminate": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
}


class PoolError(Exception):
    """There is no pool; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Where:
    """The pool that does the work: in `workers` processes here, or by the workers of a scheduler."""

    workers: int = 1
    scheduler: str = ""
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


def check_installed() -> None:
    """Raises PoolError where Dask is missing."""
    if find_spec("distributed") is None or find_spec("cryptography") is None:
        lock = ROOT / _LOCK
        what = ["--require-hashes", "-r", str(lock)] if lock.is_file() else ["resonant-conformance[campaign]"]
        command = shlex.join([sys.executable, "-m", "pip", "install", *what])
        raise PoolError(f"a campaign needs Dask, which is not installed: {command}")


class Pool:
    """Workers that do tasks. Use it as a context manager."""

    def __init__(self, where: Where) -> None:
        check_installed()
        self._where = where

    def __enter__(self) -> Self:
        import dask  # noqa: PLC0415 - only a campaign needs it
        from distributed import Client  # noqa: PLC0415

        from .quiet import Settle, local_cluster  # noqa: PLC0415

        dask.config.set(_SETTINGS)
        self._cluster: Any = None if self._where.scheduler else local_cluster(self._where.workers)
        address = self._cluster.scheduler_address if self._cluster else self._where.scheduler
        security = self._cluster.security if self._cluster else _security(self._where)
        try:
            self._client = Client(address, security=security, timeout=_START_S, set_as_default=False)
            self._client.register_plugin(Settle())
        except (OSError, ValueError, TypeError) as error:
            self._close_cluster()
            raise PoolError(f"no scheduler answers at {address}: {error}") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(TimeoutError):  # what does not end in time ends with this process
            self._client.close(timeout=5)
        self._close_cluster()

    def _close_cluster(self) -> None:
        if self._cluster is not None:
            with contextlib.suppress(TimeoutError):
                self._cluster.close(timeout=30)

    @property
    def workers(self) -> int:
        """How many there are now."""
        return max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]), self._where.workers)

    def worker_pids(self) -> list[int]:
        """The processes of the workers on this machine."""
        return sorted(self._client.run(_pid).values())

    def results(
        self, do: Callable[..., Any], tasks: Iterator[tuple[Any, ...]], stopping: Callable[[], bool]
    ) -> Iterator[Any]:
        """Yield what `do` gives for each task, in the order in which they are done; no more once `stopping` says so.

        Raises what `do` raises.
        """
        done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        waiting: set[Any] = set()
        ended = False
        while not stopping():
            while not ended and len(waiting) < _AHEAD * self.workers:
                task = next(tasks, None)
                if task is None:
                    ended = True
                    break
                future = self._client.submit(do, *task, pure=False)
                waiting.add(future)
                future.add_done_callback(done.put)
            if not waiting:
                return
            try:
                future = done.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            waiting.discard(future)
            yield future.result()
        self._client.cancel(list(waiting), force=True)


def _security(where: Where) -> Any:
    from distributed.security import Security  # noqa: PLC0415

    return Security(
        tls_ca_file=str(where.ca),
        tls_client_cert=str(where.cert),
        tls_client_key=str(where.key),
        require_encryption=True,
    )


def _pid() -> int:
    return os.getpid()
