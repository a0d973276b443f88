"""Canaries of the profiles handshake, stream and mux: dialogues of which one step expects what does not happen."""

from .lies import Canary, events_swapped, replaced, step, swapped, without

HANDSHAKE = (
    Canary(
        "handshake/client/answers/heart-while-waiting",
        step(2, "events.0.code", "STALE"),
        "it is dropped under another code",
    ),
    Canary("handshake/client/failed/heart-after-failure", swapped(2, 4), "the failure comes before what it causes"),
    Canary("handshake/client/ping/ping-empty-lists", step(0, "expect.json.d_model", 4097), "d_model is another"),
    Canary(
        "handshake/client/renegotiated/same-stream-after-failure",
        step(3, "reject", "HANDSHAKE_REQUIRED"),
        "the request is refused with another code",
    ),
    Canary("handshake/server/repeated/same", replaced(4, {"expect_nothing": True}), "a ping is answered again"),
    Canary("handshake/sending/refused/server-no-session-message", without(2), "there is an event that nobody claims"),
    Canary(
        "handshake/compressed/zstd/server-sends-heart",
        step(4, "expect.frame_seq", "1"),
        "the first frame of a stream has the number 0",
    ),
    Canary(
        "handshake/compressed/sealed/server-sends-heart",
        step(4, "expect.nonce", "404142434445464748494a4b4f4d4e4f0000000000000001"),
        "the nonce ends in the number of the frame",
    ),
    Canary(
        "handshake/refused/data-sparse/server-dtype-i8-beside-sparse",
        step(4, "expect.json.dtype", "f16"),
        "the error names the dtype that was sent",
    ),
    Canary(
        "handshake/refused/data-xchacha/server-clear-and-dtype",
        step(4, "expect.json.code", "UNSUPPORTED_DTYPE"),
        "a frame that is not sealed is refused for that first",
    ),
    Canary("handshake/refused/data-zstd/server-modality-with-zstd", without(4), "the error is claimed by no step"),
)

STREAM = (
    Canary("stream/plain/lost/server-tail", step(9, "events.0.frames", "4"), "the stream has three frames"),
    Canary("stream/plain/swapped/server-1-2", events_swapped(8, 1, 2), "messages are delivered in order"),
    Canary(
        "stream/limits/side-by-side/server-beside-messages",
        step(7, "events.0.slices.0.payload", "4f555c63"),
        "a bit of the message is another",
    ),
    Canary(
        "stream/transformed/compressed/server-sends",
        step(6, "expect.flags", 0),
        "ZSTD is agreed, and the frame is sent with it",
    ),
    Canary("stream/transformed/sealed/server-timed-heart", step(3, "advance", 14_999), "the HEART is due 1 ms later"),
    Canary("stream/transformed/both/server-whole", without(8), "the events are claimed by no step"),
    Canary("stream/sent/frames/server-empty", swapped(4, 6), "HEAD comes before TAIL"),
    Canary("stream/repair/no-head/server-tail-1", replaced(4, {"expect_nothing": True}), "an error is due"),
    Canary("stream/repair/missing/missing-1", step(6, "expect.json.code", "STREAM_CORRUPT"), "nothing is corrupt yet"),
    Canary("stream/timers/loss/server-in-one-step", replaced(6, {"events": []}), "the session is lost"),
)

MUX = (
    Canary(
        "mux/credit/sent/server-raised-by-one",
        without(43),
        "the frame that the second credit lets go is claimed by none",
    ),
    Canary("mux/turns/urgency/server-eight", swapped(38, 39), "of equal urgency the lower stream_id goes first"),
    Canary("mux/limits/received/server-one-more", step(10, "expect.json.max", 4), "three streams may be open"),
    Canary(
        "mux/ends/reset-received/server-at-once", step(8, "events.0.what", "OTHER"), "the code of the reset is another"
    ),
    Canary(
        "mux/ends/done/server-told-once", replaced(12, {"expect_again": "capability"}), "nothing is sent for a done"
    ),
    Canary("mux/blocked/answered/server-missing", step(9, "expect.json.missing", ["1"]), "another number is missing"),
)

ADAPTIVE = (
    Canary(
        "adapt/peers/forms/server-tolerance-156",
        step(4, "expect.slices.0.dtype", 3),
        "the error is measured, and Q4 is not exact enough",
    ),
)
