"""Building a testee as its adapter says: a program's build, a container's image."""

from __future__ import annotations

import subprocess
from typing import Final

from .adapter import Adapter
from .errors import AdapterError

_BUILD_LIMIT_S: Final = 1800.0
_SHOWN_LINES: Final = 30


def build_adapter(adapter: Adapter) -> None:
    """Run the adapter's build in its folder, then build its image, if it has either.

    Raises AdapterError with the end of the output.
    """
    if adapter.build:
        _run_build(adapter)
    if adapter.docker is not None and adapter.docker.context:
        from .docker_engine import build_image  # noqa: PLC0415 - the engine's client is large, and few need it

        build_image(adapter)


def _run_build(adapter: Adapter) -> None:
    shown = " ".join(adapter.build)
    try:
        done = subprocess.run(  # noqa: S603 - to run what the adapter says is the purpose
            adapter.build,
            cwd=adapter.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_BUILD_LIMIT_S,
            check=False,
        )
    except OSError as error:
        raise AdapterError(
            f"the build of {adapter.name} cannot start: {error}; is {adapter.build[0]} installed?"
        ) from None
    except subprocess.TimeoutExpired:
        raise AdapterError(f"the build of {adapter.name} ({shown}) was not done in {_BUILD_LIMIT_S:.0f} s") from None
    if done.returncode:
        tail = "\n".join(done.stdout.decode(errors="replace").splitlines()[-_SHOWN_LINES:])
        raise AdapterError(f"the build of {adapter.name} ({shown}) failed with {done.returncode}; it ends:\n{tail}")
