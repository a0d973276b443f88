"""Faults in limits, credit and what waits: MUX-9 to MUX-11, MUX-13 to MUX-15, and MUX-21."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced
from ...engine.peer_patches import judged, moved, without

OUTGOING = "peer.state.outbox.Outgoing"
OUTBOX = "peer.state.outbox.Outbox"
SENDING = "peer.handlers.mux_send"
GRANT = "peer.handlers.mux_receive.grant"

MUTANTS = (
    Mutant(
        "credits-add-up",
        "MUX-9",
        "Adds what it is granted to its limit.",
        edited(f"{SENDING}.hear_credit", "stream.limit = received.sync.limit", "stream.limit += received.sync.limit"),
    ),
    Mutant(
        "the-last-credit-counts",
        "MUX-9",
        "Lowers its limit when a credit comes late.",
        edited(f"{SENDING}.hear_credit", "received.sync.limit > stream.limit", "received.sync.limit != stream.limit"),
    ),
    Mutant(
        "credits-are-not-heard",
        "MUX-9",
        "Never goes beyond its first limit.",
        edited(f"{SENDING}.hear_credit", "and received.sync.limit > stream.limit", "and False"),
    ),
    Mutant(
        "one-beyond-the-limit",
        "MUX-10",
        "Sends the frame that has the limit for its number.",
        edited(f"{OUTGOING}.free", "number < self.limit", "number <= self.limit"),
        Kind.SIZE,
    ),
    Mutant(
        "one-below-the-limit",
        "MUX-10",
        "Keeps back the last frame that may go.",
        edited(f"{OUTGOING}.free", "number < self.limit", "number + 1 < self.limit"),
        Kind.SIZE,
    ),
    Mutant(
        "limits-are-not-kept",
        "MUX-10",
        "Sends all that it is given.",
        edited(f"{OUTBOX}.keeps_back", "stream is not None and", "False and"),
    ),
    Mutant(
        "frames-overtake",
        "MUX-10",
        "Sends a frame before those that wait, where it may go and they may not yet.",
        edited(f"{OUTBOX}._out", "stream.waiting.popleft()", "stream.waiting.pop()"),
    ),
    Mutant(
        "tails-do-not-wait",
        "MUX-11",
        "Sends a TAIL before the frames that wait.",
        edited(f"{SENDING}.end_later", "if stream is None or not stream.waiting:", "if True:"),
    ),
    Mutant(
        "tails-are-forgotten",
        "MUX-11",
        "Lets a TAIL wait for ever.",
        edited(f"{SENDING}.pump", "if stream.tail_waits and not stream.waiting:", "if False:"),
    ),
    Mutant(
        "tails-after-the-first-frame",
        "MUX-11",
        "Sends a TAIL that waited behind the first frame that may go.",
        edited(f"{SENDING}.pump", "if stream.tail_waits and not stream.waiting:", "if stream.tail_waits:"),
    ),
    Mutant(
        "more-behind-tails",
        "MUX-11",
        "Takes requests for a stream whose TAIL waits.",
        edited(f"{SENDING}.check_tail_waits", "if stream is not None and stream.tail_waits:", "if False:"),
    ),
    Mutant(
        "credit-for-each-frame",
        "MUX-13",
        "Grants as soon as it can.",
        edited(GRANT, "-(-stream.ahead // 2)", "1"),
    ),
    Mutant(
        "half-rounded-down",
        "MUX-13",
        "Rounds down, and grants a frame too early.",
        edited(GRANT, "-(-stream.ahead // 2)", "stream.ahead // 2"),
        Kind.SIZE,
    ),
    Mutant(
        "credit-when-all-is-used",
        "MUX-13",
        "Grants only when nothing is left to the sender.",
        edited(GRANT, "-(-stream.ahead // 2)", "stream.ahead"),
    ),
    Mutant(
        "credit-for-what-is-kept",
        "MUX-13",
        "Grants by the highest number in place of the lowest that is missing.",
        edited(
            "peer.handlers.mux_receive._next_limit",
            "stream.next_seq + stream.ahead",
            "stream.highest + 1 + stream.ahead",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "credit-after-a-tail",
        "MUX-13",
        "Grants to a stream that has its TAIL.",
        edited(GRANT, "or stream.ending is not None", ""),
        Kind.COMBINATION,
    ),
    Mutant(
        "no-credit-at-all",
        "MUX-13",
        "Never lets a sender go beyond its first limit.",
        edited(GRANT, "if stream is None or", "if True or"),
    ),
    Mutant(
        "no-limit-at-all",
        "MUX-14",
        "Takes data frames at and above the limit.",
        without("beyond_limit"),
    ),
    Mutant(
        "one-above-the-limit",
        "MUX-14",
        "Takes the data frame that has the limit for its number.",
        judged("beyond_limit", "received.frame.frame_seq < stream.told", "received.frame.frame_seq <= stream.told"),
        Kind.SIZE,
    ),
    Mutant(
        "one-under-the-limit",
        "MUX-14",
        "Refuses the last data frame that it has granted.",
        judged("beyond_limit", "received.frame.frame_seq < stream.told", "received.frame.frame_seq + 1 < stream.told"),
        Kind.SIZE,
    ),
    Mutant(
        "room-before-the-limit",
        "MUX-14",
        "Drops what is far above the limit as too far ahead.",
        moved("beyond_limit", "one_stream_more"),
        Kind.COMBINATION,
    ),
    Mutant(
        "the-limit-before-tails",
        "MUX-14",
        "Asks for the limit first, and then whether a TAIL has come.",
        moved("beyond_limit", "after_tail"),
        Kind.COMBINATION,
    ),
    Mutant(
        "streams-survive-their-limit",
        "MUX-14",
        "Answers, and lets the stream go on.",
        edited("peer.handlers.mux_receive.fail_over_limit", "state.recv_streams.settle(stream)", "pass"),
    ),
    Mutant(
        "blocked-at-once",
        "MUX-15",
        "Tells 1 ms early that it waits.",
        replaced("peer.state.outbox.AGAIN_MS", (999, 3_000, 7_000, 15_000)),
        Kind.SIZE,
    ),
    Mutant(
        "blocked-at-even-times",
        "MUX-15",
        "Tells each second that it waits.",
        replaced("peer.state.outbox.AGAIN_MS", (1_000, 2_000, 3_000, 4_000)),
    ),
    Mutant(
        "blocked-four-times",
        "MUX-15",
        "Gives up after the fourth blocked.",
        replaced("peer.state.outbox.EVERY_MS", 10_000_000),
        Kind.COMBINATION,
    ),
    Mutant(
        "waiting-goes-on",
        "MUX-15",
        "Does not begin to wait anew when its limit is raised.",
        edited(f"{SENDING}.hear_credit", "stream.waits_since_ms = None", "pass"),
        Kind.COMBINATION,
    ),
    Mutant(
        "corks-are-told",
        "MUX-21",
        "Tells the other end that it waits for its own cork.",
        edited(
            f"{SENDING}._watch",
            "if not stream.waiting or stream.free(state.send_streams.next_seq(stream_id)):",
            "if not stream.waiting:",
        ),
    ),
    Mutant(
        "corks-do-nothing",
        "MUX-21",
        "Sends all that it is given, corked or not.",
        edited(f"{SENDING}.cork", "state.outbox.corked = True", "pass"),
    ),
    Mutant(
        "corks-stay",
        "MUX-21",
        "Lets nothing go when it is uncorked.",
        edited(f"{SENDING}.uncork", "pump(state)", "pass"),
    ),
    Mutant(
        "corks-take-turns",
        "MUX-21",
        "Takes a second cork for the end of the first.",
        edited(f"{SENDING}.cork", "state.outbox.corked = True", "state.outbox.corked = not state.outbox.corked"),
        Kind.COMBINATION,
    ),
)
