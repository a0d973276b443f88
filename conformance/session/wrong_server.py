"""A wrong server of ours, started for one run and ended with it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.driver import AdapterError

from .implementations import WRONG_SERVER, find_wrong, wrong_command

_END_S = 5.0


@contextmanager
def reachable(impl: str) -> Iterator[str]:
    """The address of the server that --impl names, such as udp://HOST:PORT; a wrong one serves as long as the context.

    Raises AdapterError where there is no such wrong server.
    """
    if not impl.startswith(WRONG_SERVER):
        yield impl
        return
    with subprocess.Popen(  # noqa: S603 - ours
        wrong_command(find_wrong(impl)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise AdapterError(f"{impl} ended before it printed its address; standard error says why")
            yield json.loads(line)["impl"]
        finally:
            process.stdin.close()  # it ends with its input, also when this process is killed
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
