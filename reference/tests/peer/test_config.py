"""Configurations that no frame could carry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.tests.peer.support import (
    PLAIN,
)


@pytest.mark.parametrize(
    "wrong",
    [
        {"salt": bytes(15)},
        {"key": bytes(31)},
        {"space_hash32": 2**32},
        {"space_hash32": -1},
        {"d_model": 0},
        {"d_model": 2**53},
        {"embedding_space_id": "\ud800"},
        {"dtype": ("\udfff",)},
    ],
)
def test_a_configuration_that_no_frame_could_carry_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"salt|key|u32|d_model|surrogates"):
        replace(PLAIN, **wrong)  # type: ignore[arg-type]
