"""Common to the tests of endpoints."""

from __future__ import annotations

import pytest

from reference.tests.endpoint.quic_pair import Pair


@pytest.fixture
def pair() -> Pair:
    """A client and a server over QUIC, in session."""
    return Pair()
