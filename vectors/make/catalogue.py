"""Every module that makes groups, in the order of specs/: add a line here and the generator runs it."""

from . import dialogue_topics as dialogue
from . import quant
from .activations import real as real_activations
from .adapt import choices as adapt_choices
from .adapt import exact as adapt_exact
from .adapt import faults as adapt_faults
from .adapt import thresholds as adapt_thresholds
from .adaptive import controller as adaptive_controller
from .adaptive import peers as adaptive_peers
from .adaptive import quality as adaptive_quality
from .adaptive import sent as adaptive_sent
from .fec import agreed as fec_agreed
from .fec import carriers as fec_carriers
from .fec import decode as fec_decode
from .fec import encode as fec_encode
from .fec import faults as fec_faults
from .fec import limits as fec_limits
from .fec import received as fec_received
from .fec import recovery as fec_recovery
from .fec import sent as fec_sent
from .frame import (
    boundaries,
    combinations,
    damage,
    digits,
    encode_faults,
    envelope,
    fixed_point,
    hashes,
    header_faults,
    ladders,
    late_damage,
    product,
    slice_faults,
)
from .message import json_ladders, json_slices, json_text, slot_corners, slot_ladders, slots
from .mux import agreement as mux_agreement
from .mux import blocked as mux_blocked
from .mux import corners as mux_corners
from .mux import credit as mux_credit
from .mux import ends as mux_ends
from .mux import holding as mux_holding
from .mux import limits as mux_limits
from .mux import methods as mux_methods
from .mux import numbers as mux_numbers
from .mux import outlasting as mux_outlasting
from .mux import room as mux_room
from .mux import sizes as mux_sizes
from .mux import turns as mux_turns
from .mux import unmanaged as mux_unmanaged
from .quic import carriages as quic_carriages
from .quic import connections as quic_connections
from .quic import faults as quic_faults
from .quic import sent as quic_sent
from .quic import timers as quic_timers
from .rs import decode as rs_decode
from .rs import encode as rs_encode
from .rs import faults as rs_faults
from .sources import found, hand
from .sparse import ladders as sparse_ladders
from .sparse import ops as sparse_ops
from .sparse import slots as sparse_slots
from .tcp import bytes as tcp_bytes
from .tcp import ends as tcp_ends
from .tcp import framing as tcp_framing
from .tcp import timers as tcp_timers
from .webrtc import channels as webrtc_channels
from .webrtc import ends as webrtc_ends
from .webrtc import messages as webrtc_messages
from .webrtc import owed as webrtc_owed
from .xchacha import ladders as xchacha_ladders
from .xchacha import sealed
from .zstd import ladders as zstd_ladders
from .zstd import wraps, zstd

GROUP_MAKERS = (
    product.groups,
    boundaries.groups,
    envelope.groups,
    header_faults.groups,
    slice_faults.groups,
    damage.groups,
    fixed_point.groups,
    encode_faults.groups,
    ladders.groups,
    digits.groups,
    combinations.groups,
    hashes.groups,
    late_damage.groups,
    zstd.groups,
    zstd_ladders.groups,
    wraps.groups,
    sealed.groups,
    xchacha_ladders.groups,
    slots.groups,
    slot_ladders.groups,
    slot_corners.groups,
    json_slices.groups,
    json_text.groups,
    json_ladders.groups,
    sparse_slots.groups,
    sparse_ops.groups,
    sparse_ladders.groups,
    quant.groups,
    dialogue.groups,
    tcp_framing.groups,
    tcp_bytes.groups,
    tcp_timers.groups,
    tcp_ends.groups,
    quic_carriages.groups,
    quic_faults.groups,
    quic_timers.groups,
    quic_connections.groups,
    quic_sent.groups,
    webrtc_channels.groups,
    webrtc_messages.groups,
    webrtc_owed.groups,
    webrtc_ends.groups,
    mux_agreement.groups,
    mux_outlasting.groups,
    mux_unmanaged.groups,
    mux_methods.groups,
    mux_credit.groups,
    mux_blocked.groups,
    mux_holding.groups,
    mux_limits.groups,
    mux_ends.groups,
    mux_turns.groups,
    mux_numbers.groups,
    mux_corners.groups,
    mux_room.groups,
    mux_sizes.groups,
    rs_encode.groups,
    rs_decode.groups,
    rs_faults.groups,
    fec_encode.groups,
    fec_decode.groups,
    fec_faults.groups,
    fec_agreed.groups,
    fec_received.groups,
    fec_recovery.groups,
    fec_limits.groups,
    fec_sent.groups,
    fec_carriers.groups,
    adapt_choices.groups,
    adapt_thresholds.groups,
    adapt_exact.groups,
    adapt_faults.groups,
    real_activations.groups,
    adaptive_peers.groups,
    adaptive_quality.groups,
    adaptive_sent.groups,
    adaptive_controller.groups,
    found.groups,
    hand.groups,
)
