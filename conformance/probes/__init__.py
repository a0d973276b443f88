"""Checks of the testee protocol itself, run against every testee (specs/testee.md).

Like the checks of cases these are plain functions of the testee that return a Verdict. PROBES lists them all.
"""

from __future__ import annotations

from dataclasses import replace

from .asks import asks_for_pieces, first_piece_alone, pieces_when_asked
from .basics import Probe, expect_kind, run_probe
from .batches import batch_as_alone, not_in_batches
from .carriages import (
    before_main,
    carriages_counted,
    carriages_in_parts,
    garbage_packets,
    never_granted,
    other_protocol,
    other_server,
)
from .channels import messages_counted, never_acknowledged, no_association, signalling, unusable_descriptions
from .connections import arrived_in_parts, never_read, nobody_there, sent_told, transports_named
from .datagrams import bad_heads, kept_replies, long_reply, one_reply_each, pieces_in_any_order, stranger_ignored
from .floods import frames_kept, frames_that_wait, rapid_resets, repair_flood
from .peer_batches import not_in_peer_batches, peer_batch_bit_by_bit
from .peers import (
    clock_by_advance,
    events_once,
    open_once,
    sent_before_the_reply,
    waiting_before_time,
    waiting_in_order,
)
from .process import deaf_before_hello, exits_without_input, ports_line, stop_exits
from .requests import hello_again, malformed_requests, refusal_has_a_code, unknown_op

__all__ = ["PROBES", "UNCLAIMED_CLAUSES", "Probe", "expect_kind", "run_probe"]

UNCLAIMED_CLAUSES = ("TST-10",)  # by which a request in an unclaimed profile is judged

OVER_UDP = (
    Probe("waiting-in-order", "Datagrams that wait at peer_poll.", ("TST-15",), waiting_in_order),
    Probe("waiting-before-time", "One that waits at peer_advance.", ("TST-15",), waiting_before_time, needs_clock=True),
    Probe("clock-by-advance", "The clock, on a client's pings.", ("TST-16",), clock_by_advance, needs_clock=True),
    Probe(
        "sent-before-the-reply",
        "What peer_send sends, and how it says no.",
        ("TST-17", "TST-26"),
        sent_before_the_reply,
    ),
    Probe("events-once", "The events of three peers.", ("TST-18",), events_once),
    Probe("peer-batch-bit-by-bit", "Ops and datagrams at once.", ("TST-34",), peer_batch_bit_by_bit),
    Probe("not-in-peer-batches", "Ops that may not stand in a peer_batch.", ("TST-35",), not_in_peer_batches),
)
OF_PEERS = (
    Probe("open-once", "Ops out of place.", ("TST-19",), open_once),
    Probe("transports-named", "The transports of hello.", ("TST-27",), transports_named),
)
OVER_QUIC = (
    Probe("carriages-in-parts", "Bytes of carriages as they come.", ("TST-31",), carriages_in_parts),
    Probe("carriages-counted", "Bytes and ends of carriages that it told.", ("TST-32",), carriages_counted),
    Probe("before-main", "A ping before main is there.", ("QUI-3",), before_main),
    Probe("other-protocol", "A client of another protocol.", ("QUI-1",), other_protocol),
    Probe("other-server", "A server of another protocol.", ("QUI-1", "QUI-15"), other_server),
    Probe("garbage-packets", "Packets that are none of QUIC.", ("QUI-1",), garbage_packets),
    Probe("never-granted", "An end that grants nothing more.", ("TST-17",), never_granted),
)
ON_CHANNELS = (
    Probe("signalling", "Associations, offered by either end.", ("TST-33",), signalling),
    Probe("unusable-descriptions", "What is no description.", ("TST-33",), unusable_descriptions),
    Probe("messages-counted", "Messages of a channel as they come.", ("TST-31",), messages_counted),
    Probe("no-association", "A channel that cannot be made.", ("RTC-11",), no_association),
    Probe("never-acknowledged", "A channel from which nobody reads.", ("TST-17",), never_acknowledged),
)
OVER_TCP = (
    Probe("arrived-in-parts", "Bytes of a connection as they come.", ("TST-28",), arrived_in_parts),
    Probe("sent-told", "Bytes that are sent on a connection.", ("TST-30",), sent_told),
    Probe("nobody-there", "A connection that cannot be made.", ("TCP-12", "TCP-15"), nobody_there),
    Probe("never-read", "A connection from which nobody reads.", ("TST-17",), never_read),
)

OF_MUX = (
    Probe("frames-that-wait", "Many streams whose frames wait.", ("MUX-12", "MUX-25"), frames_that_wait),
    Probe("rapid-resets", "Streams reset as fast as can be.", ("MUX-27",), rapid_resets, needs_clock=True),
)
OF_FEC = (
    Probe("frames-kept", "Far more frames than are kept for recovery.", ("FEC-18",), frames_kept),
    Probe("repair-flood", "Forged repair of many groups.", ("FEC-17", "FEC-19"), repair_flood),
)

PROBES = (
    Probe("unknown-op", "Ops that do not exist.", ("TST-9",), unknown_op),
    Probe("malformed-requests", "Requests that fit no schema.", ("TST-11",), malformed_requests),
    Probe("pieces-in-any-order", "A request in pieces, reversed and doubled.", ("TST-4",), pieces_in_any_order),
    Probe("long-reply", "A reply of more than 60,000 bytes.", ("TST-4",), long_reply),
    Probe("first-piece-alone", "What is sent of a long reply unasked.", ("TST-21",), first_piece_alone),
    Probe("pieces-when-asked", "Asks for the pieces of a long reply.", ("TST-22",), pieces_when_asked),
    Probe("asks-for-pieces", "What is asked for while a request is incomplete.", ("TST-23",), asks_for_pieces),
    Probe("bad-heads", "Datagrams that are no pieces, and asks for nothing.", ("TST-5",), bad_heads),
    Probe("stranger-ignored", "Requests from another address.", ("TST-6",), stranger_ignored),
    Probe(
        "deaf-before-hello", "Requests before the token is shown.", ("TST-6",), deaf_before_hello, needs_process=True
    ),
    Probe("kept-replies", "A request_id that is used again.", ("TST-7",), kept_replies),
    Probe("one-reply-each", "Replies are counted.", ("TST-8",), one_reply_each),
    Probe("refusal-has-a-code", "The form of reject.", ("TST-13",), refusal_has_a_code),
    Probe("hello-again", "hello, a second time.", ("TST-12",), hello_again),
    Probe("batch-as-alone", "A batch of requests of all sorts.", ("TST-24",), batch_as_alone),
    Probe("not-in-batches", "Ops that may not stand in a batch.", ("TST-25",), not_in_batches),
    Probe("ports-line", "What it bound and printed.", ("TST-1",), ports_line, needs_process=True),
    *(replace(probe, profile="handshake", transport="udp") for probe in OVER_UDP),
    *(replace(probe, profile="handshake") for probe in OF_PEERS),
    *(replace(probe, profile="tcp") for probe in OVER_TCP),
    *(replace(probe, profile="quic") for probe in OVER_QUIC),
    *(replace(probe, profile="webrtc") for probe in ON_CHANNELS),
    *(replace(probe, profile="mux", transport="udp", costly=True) for probe in OF_MUX),
    *(replace(probe, profile="fec", transport="udp", costly=True) for probe in OF_FEC),
    Probe("stop-exits", "The op stop.", ("TST-3",), stop_exits, needs_process=True),
    Probe("exits-without-input", "The end of standard input.", ("TST-2",), exits_without_input, needs_process=True),
)
