"""Every module that makes groups, in the order of specs/: add a line here and the generator runs it."""

from . import (
    boundaries,
    damage,
    encode_faults,
    envelope,
    hand,
    hashes,
    header_faults,
    product,
    sealed,
    slice_faults,
    zstd,
)

GROUP_MAKERS = (
    product.groups,
    boundaries.groups,
    envelope.groups,
    header_faults.groups,
    slice_faults.groups,
    damage.groups,
    encode_faults.groups,
    hashes.groups,
    zstd.groups,
    sealed.groups,
    hand.groups,
)
