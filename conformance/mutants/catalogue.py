"""Every mutant: add the file of a new family here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import (
    frame_body,
    frame_encoding,
    frame_header,
    frame_order,
    frame_sizes,
    frame_slices,
    frame_table,
    message_json,
    message_limits,
    message_scales,
    message_slots,
    peer_asked,
    peer_judging,
    peer_life,
    peer_refusing,
    peer_sending,
    ping_answers,
    ping_asking,
    ping_outcome,
    ping_reading,
    quant_codes,
    quant_input,
    quant_reading,
    space,
    sparse_ops,
    sparse_slots,
    stream_ending,
    stream_opening,
    stream_receiving,
    stream_sending,
    tail_hash,
    xchacha,
    xchacha_primitive,
    zstd_reading,
    zstd_writing,
)
from .mutant import Mutant

FAMILIES: Mapping[str, tuple[Mutant, ...]] = MappingProxyType(
    {
        module.__name__.rpartition(".")[2]: module.MUTANTS
        for module in (
            frame_header,
            frame_table,
            frame_slices,
            frame_body,
            frame_sizes,
            frame_order,
            frame_encoding,
            tail_hash,
            space,
            zstd_reading,
            zstd_writing,
            xchacha,
            xchacha_primitive,
            message_slots,
            message_scales,
            message_json,
            message_limits,
            sparse_slots,
            sparse_ops,
            quant_input,
            quant_codes,
            quant_reading,
            ping_reading,
            ping_answers,
            ping_asking,
            ping_outcome,
            peer_sending,
            peer_asked,
            peer_judging,
            peer_refusing,
            peer_life,
            stream_opening,
            stream_receiving,
            stream_ending,
            stream_sending,
        )
    }
)
"""The name of each file, and what it holds. All mutants of a clause are in one file."""
MUTANTS: tuple[Mutant, ...] = tuple(mutant for family in FAMILIES.values() for mutant in family)
