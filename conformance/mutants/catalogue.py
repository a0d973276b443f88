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
    quant_codes,
    quant_input,
    quant_reading,
    space,
    sparse_ops,
    sparse_slots,
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
        )
    }
)
"""The name of each file, and what it holds. All mutants of a clause are in one file."""
MUTANTS: tuple[Mutant, ...] = tuple(mutant for family in FAMILIES.values() for mutant in family)
