"""A testee that runs already: section 8 of specs/testee.md."""

from __future__ import annotations

import os
import secrets

from ..adapter import Adapter
from ..errors import AdapterError


class AttachedTestee:
    """A testee that somebody else started. A `running.Running` that cannot see or end the process."""

    def __init__(self, adapter: Adapter) -> None:
        """Raises AdapterError if RESONANT_TOKEN is not in the environment."""
        assert adapter.control is not None
        token = os.environ.get("RESONANT_TOKEN", "")
        if not token:
            raise AdapterError(
                f"{adapter.name} is attached to, so the runner must know its secret: start the testee and the runner "
                "with the same RESONANT_TOKEN in their environments"
            )
        self.token = token
        self.control = adapter.control
        self.wires = adapter.wires
        self.gone_fd: int | None = None
        # It may keep replies to an earlier runner, and would answer that runner's request ids with them (TST-7).
        self.first_id = secrets.randbits(31)

    def stderr(self) -> str:
        """Always empty: it goes where the testee was started."""
        return ""

    def stray_stdout(self) -> bytes:
        """Always empty, for the same reason."""
        return b""

    def ended(self, within_s: float) -> str | None:
        """Always None: nobody here can tell."""
        return None

    def close_input(self) -> None:
        """Nothing: the input is not ours to end."""

    def stop(self) -> None:
        """Nothing: the process is not ours to end."""

    def kill(self) -> None:
        """Nothing, for the same reason."""
