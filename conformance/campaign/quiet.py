"""A scheduler and workers of Dask on loopback that answer on their own ports alone: no HTTP server, no dashboard.

Imported only where a campaign runs, as Dask is an extra.
"""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from distributed import Nanny, Scheduler, SpecCluster, Worker, WorkerPlugin
from distributed.security import Security

from .hunt import let_go

LOOPBACK = "127.0.0.1"


class QuietScheduler(Scheduler):  # type: ignore[misc]
    """A scheduler without pages."""

    def start_http_server(self, *_given: Any, **_named: Any) -> None:
        """Listen nowhere."""


class QuietWorker(Worker):  # type: ignore[misc]
    """A worker without pages."""

    def start_http_server(self, *_given: Any, **_named: Any) -> None:
        """Listen nowhere."""


class Settle(WorkerPlugin):  # type: ignore[misc]
    """The set-up and the end of a worker."""

    name = "resonant-campaign"

    def setup(self, worker: Any) -> None:
        """Ctrl-C reaches every process of a terminal: it is the campaign's to end its workers."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def teardown(self, worker: Any) -> None:
        """End the testees."""
        let_go()


def local_cluster(workers: int) -> Any:
    """A scheduler in this process and so many workers, on free ports, with a certificate that only they have."""
    security = Security.temporary()  # others on this machine reach loopback, too
    common = {"host": LOOPBACK, "security": security, "protocol": "tls://"}
    options = {"nthreads": 1, "memory_limit": None, "worker_class": QuietWorker, "silence_logs": logging.CRITICAL}
    worker = {"cls": Nanny, "options": common | options}
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return SpecCluster(
            scheduler={"cls": QuietScheduler, "options": common | {"port": 0, "dashboard": False}},
            workers=dict.fromkeys(range(workers), worker),
            worker=worker,
            silence_logs=logging.CRITICAL,
            security=security,
        )
    finally:
        signal.signal(signal.SIGINT, before)
