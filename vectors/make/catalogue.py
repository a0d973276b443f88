"""Every module that makes groups, in the order of specs/: add a line here and the generator runs it."""

from . import dialogue, found, hand, quant
from .frame import boundaries, damage, encode_faults, envelope, hashes, header_faults, product, slice_faults
from .message import json_slices, slots, sparse_ops, sparse_slots
from .transform import sealed, zstd

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
    slots.groups,
    json_slices.groups,
    sparse_slots.groups,
    sparse_ops.groups,
    quant.groups,
    dialogue.groups,
    found.groups,
    hand.groups,
)
