"""Every mutant: add the file of a new family here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..engine.mutant import Mutant
from .adapt import choice as adapt_choice
from .adapt import controller as adapt_controller
from .adapt import error as adapt_error
from .adapt import peers as adapt_peers
from .adapt import quality as adapt_quality
from .adapt import quality_sent as adapt_quality_sent
from .adapt import quiet as adapt_quiet
from .adapt import refused as adapt_refused
from .adapt import requests as adapt_requests
from .fec import agreement as fec_agreement
from .fec import computed as fec_computed
from .fec import datagrams as fec_datagrams
from .fec import fields as fec_fields
from .fec import kept as fec_kept
from .fec import known as fec_known
from .fec import ops as fec_ops
from .fec import protected as fec_protected
from .fec import recovery as fec_recovery
from .fec import repair as fec_repair
from .fec import room as fec_room
from .frame import body as frame_body
from .frame import encoding as frame_encoding
from .frame import header as frame_header
from .frame import narrow_places as frame_places
from .frame import narrow_sizes as frame_narrow
from .frame import order as frame_order
from .frame import sizes as frame_sizes
from .frame import slice_table as frame_table
from .frame import slices as frame_slices
from .frame import space_hash as space
from .frame import stateful as frame_stateful
from .frame import tail_hash
from .handshake import agreement as ping_outcome
from .handshake import client as ping_asking
from .handshake import drops as peer_judging
from .handshake import narrow as peer_narrow
from .handshake import refusals as peer_refusing
from .handshake import send_requests as peer_asked
from .handshake import sent_frames as peer_sending
from .handshake import server as ping_answers
from .handshake import sessions as peer_sessions
from .handshake import steps as peer_steps
from .handshake import sync_objects as ping_reading
from .message import json as message_json
from .message import json_limits as message_limits
from .message import narrow as message_narrow
from .message import scales as message_scales
from .message import slots as message_slots
from .message import stateful as message_stateful
from .mux import agreement as mux_agreement
from .mux import credit as mux_credit
from .mux import ending as mux_ending
from .mux import holding as mux_holding
from .mux import outlasting as mux_outlasting
from .mux import room as mux_room
from .mux import unmanaged as mux_unmanaged
from .quant import codes as quant_codes
from .quant import dequantize as quant_reading
from .quant import input as quant_input
from .quant import narrow as quant_narrow
from .quic import carriages as quic_carriages
from .quic import connections as quic_connections
from .quic import ends as quic_ends
from .rs import arithmetic as rs_arithmetic
from .rs import shards as rs_shards
from .sparse import narrow as sparse_narrow
from .sparse import ops as sparse_ops
from .sparse import slots as sparse_slots
from .stream import at_once as stream_at_once
from .stream import ending as stream_ending
from .stream import instants as stream_instants
from .stream import liveness as peer_life
from .stream import narrow as stream_narrow
from .stream import opening as stream_opening
from .stream import receiving as stream_receiving
from .stream import sending as stream_sending
from .tcp import connections as tcp_connections
from .tcp import framing as tcp_framing
from .tcp import narrow as tcp_narrow
from .tcp import timers as tcp_timers
from .webrtc import channels as webrtc_channels
from .webrtc import messages as webrtc_messages
from .xchacha import frames as xchacha
from .xchacha import narrow as xchacha_narrow
from .xchacha import primitive as xchacha_primitive
from .zstd import narrow as zstd_narrow
from .zstd import reading as zstd_reading
from .zstd import writing as zstd_writing

FAMILIES: Mapping[str, tuple[Mutant, ...]] = MappingProxyType(
    {
        module.__name__.partition(".catalogue.")[2].replace(".", "/"): module.MUTANTS
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
            frame_narrow,
            frame_places,
            frame_stateful,
            zstd_reading,
            zstd_writing,
            zstd_narrow,
            xchacha,
            xchacha_primitive,
            xchacha_narrow,
            message_slots,
            message_scales,
            message_json,
            message_limits,
            message_narrow,
            message_stateful,
            sparse_slots,
            sparse_ops,
            sparse_narrow,
            quant_input,
            quant_codes,
            quant_reading,
            quant_narrow,
            ping_reading,
            ping_answers,
            ping_asking,
            ping_outcome,
            peer_sending,
            peer_asked,
            peer_judging,
            peer_refusing,
            peer_steps,
            peer_sessions,
            peer_narrow,
            peer_life,
            stream_instants,
            stream_at_once,
            stream_opening,
            stream_receiving,
            stream_ending,
            stream_sending,
            stream_narrow,
            tcp_framing,
            tcp_narrow,
            tcp_connections,
            tcp_timers,
            quic_carriages,
            quic_ends,
            quic_connections,
            webrtc_channels,
            webrtc_messages,
            rs_arithmetic,
            rs_shards,
            fec_datagrams,
            fec_fields,
            fec_computed,
            fec_ops,
            fec_agreement,
            fec_known,
            fec_kept,
            fec_room,
            fec_recovery,
            fec_protected,
            fec_repair,
            mux_agreement,
            mux_credit,
            mux_room,
            mux_holding,
            mux_outlasting,
            mux_unmanaged,
            mux_ending,
            adapt_choice,
            adapt_error,
            adapt_refused,
            adapt_peers,
            adapt_requests,
            adapt_quality_sent,
            adapt_quality,
            adapt_controller,
            adapt_quiet,
        )
    }
)
"""The path of each file without its ending, and what it holds. All mutants of a clause are in one file, but for
narrow ones."""
MUTANTS: tuple[Mutant, ...] = tuple(mutant for family in FAMILIES.values() for mutant in family)
