"""The driver's errors, each a sentence for people: what is wrong and what to do next."""

from __future__ import annotations


class AdapterError(Exception):
    """An adapter cannot be used as it is: a mistake in its adapter.toml, a failed build, a missing token."""


class StartError(AdapterError):
    """A testee did not get as far as a valid reply to hello."""

    stderr: str
    """The end of what the testee wrote to standard error."""
    gave_up: str
    """The reason why it is not started any more, if so; empty where it was tried."""

    def __init__(self, text: str, stderr: str = "", gave_up: str = "") -> None:
        super().__init__(text)
        self.stderr = stderr
        self.gave_up = gave_up

    def __str__(self) -> str:
        text = super().__str__()
        return f"{text}\n--- its standard error ends:\n{self.stderr.rstrip()}" if self.stderr.strip() else text

    @property
    def text(self) -> str:
        """The sentence without the standard error."""
        return super().__str__()
