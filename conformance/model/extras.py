"""The parts of the suite that need further libraries, in the words in which a run asks for them."""

from __future__ import annotations

from typing import Final

_INSTALL: Final = "pip install 'resonant-conformance[{extra}]'"
_NEEDS: Final = "to {purpose} over QUIC the suite needs aioquic: {install} ({error})"


class MissingError(Exception):
    """The suite lacks a library; the text says what to install."""


def without_quic(purpose: str, error: ImportError) -> MissingError:
    """The error to raise where aioquic is not there. purpose: what it was wanted for, after "to"."""
    return MissingError(_NEEDS.format(purpose=purpose, install=_INSTALL.format(extra="quic"), error=error))
