"""Servers that read pings wrong, or answer them wrong."""

from __future__ import annotations

from ...server.reply import Reply
from ...wire.build import Type, build, sync
from . import habits
from .changes import (
    Asked,
    Message,
    deaf_to,
    having,
    on_answer,
    on_message,
    on_reply,
    on_request,
    rewritten,
    supporting,
    without,
)
from .habits import remembering
from .wrong import found_by


def _in_the_pings_order(got: Asked, reply: Reply) -> bytes:
    """compress as the ping lists it."""
    asked = got.message.get("compress")
    own = reply.message.get("compress")
    if not isinstance(asked, list) or not isinstance(own, list) or "none" not in own:
        return reply.raw
    return rewritten(reply, {**reply.message, "compress": [name for name in asked if name in own]})


def _version_of_the_ping(got: Asked, reply: Reply) -> bytes:
    return rewritten(reply, {**reply.message, "agreed_proto": got.message.get("v", 1)})


def _read_leniently(got: Asked) -> bytes:
    """Let the last of several equal names count, as lenient parsers do."""
    return got.raw if not got.message else build(sync(*got.number, got.message))


def _zero_as_a_name(message: Message) -> Message:
    return {**message, "embedding_space_id": "zz"} if message.get("embedding_space_id") == "" else message


def _strict_about_members(message: Message) -> Message:
    return message if message.keys() <= {"method", "ts", "v", "supports"} else {**message, "ts": ""}


def _known_names_only(message: Message) -> Message:
    """One unknown name, and the whole list is as if it were missing."""
    return without("compress")(message) if "zz-unknown" in message.get("compress", ()) else message


def _other_space_first(message: Message) -> Message:
    return without("v")(message) if message.get("embedding_space_id", "").endswith("x") else message


def _good_members(message: Message) -> Message:
    return {**message, "ts": 0} if isinstance(message.get("ts"), float) else message


def _version_first(message: Message) -> Message:
    return without("d_model")(message) if message.get("v") == 0 else message


def _short_ref(message: Message) -> Message:
    ref = message["ref"]
    return {**message, "ref": {**ref, "frame_seq": str(int(ref["frame_seq"]) % 2**63)}}


WRONG = (
    found_by(
        "handshake/minimal-ping", "says-version-2", "Answers pings with a capability of v 2.", on_answer(having(v=2))
    ),
    found_by(
        "handshake/minimal-ping",
        "says-no-d-model",
        "Leaves d_model out of its capability.",
        on_answer(without("d_model")),
    ),
    found_by(
        "handshake/minimal-ping",
        "agrees-on-lz4",
        "Agrees on a compression that no registry has.",
        on_answer(having(compress=["lz4", "none"])),
    ),
    found_by(
        "handshake/minimal-ping",
        "answers-in-another-modality",
        "Sends what it answers in frames of modality 1.",
        on_reply(lambda _, reply: rewritten(reply, reply.message, modality=1)),
    ),
    found_by(
        "handshake/minimal-ping",
        "answers-of-no-space",
        "Sends what it answers in frames of space_hash32 0.",
        on_reply(lambda _, reply: rewritten(reply, reply.message, space_hash32=0)),
    ),
    found_by(
        "handshake/lists-cut",
        "compress-of-pings-not-read",
        "Does not read compress in pings.",
        on_message(without("compress")),
    ),
    found_by(
        "handshake/lists-cut",
        "supports-of-pings-not-read",
        "Does not read supports in pings.",
        on_message(without("supports")),
    ),
    found_by(
        "handshake/own-order",
        "lists-in-the-pings-order",
        "Lists compressions in the order of the ping.",
        on_reply(_in_the_pings_order),
    ),
    found_by(
        "handshake/nothing-left",
        "crypto-once-a-dtype",
        "Lists its crypto once for each dtype that is agreed, and so never for none.",
        on_answer(lambda said: {**said, "crypto": said["crypto"] * len(said["supports"]["dtype"])}),
    ),
    found_by(
        "handshake/nothing-left",
        "empty-list-left-out",
        "Leaves modality out of its capability where it has nothing to list.",
        on_answer(lambda said: said if said["modality"] else without("modality")(said)),
    ),
    found_by(
        "handshake/unknown-names",
        "unknown-name-spoils-its-list",
        "Reads a list with an unknown name as if it were missing.",
        on_message(_known_names_only),
    ),
    found_by(
        "handshake/unknown-members",
        "unknown-members-rejected",
        "Rejects pings with members that it does not know.",
        on_message(_strict_about_members),
    ),
    found_by(
        "handshake/critique",
        "critique-always-agreed",
        "Agrees to critique whatever the ping says.",
        on_answer(supporting(critique=True)),
    ),
    found_by(
        "handshake/bad-versions", "version-of-pings-not-read", "Does not read v in pings.", on_message(without("v"))
    ),
    found_by(
        "handshake/bad-versions",
        "error-without-min",
        "Leaves min out of UNSUPPORTED_VERSION.",
        on_answer(without("min"), "error", "UNSUPPORTED_VERSION"),
    ),
    found_by(
        "handshake/bad-versions",
        "max-as-text",
        "Says max of UNSUPPORTED_VERSION as text.",
        on_answer(having(max="1"), "error", "UNSUPPORTED_VERSION"),
    ),
    found_by(
        "handshake/higher-versions",
        "agrees-on-any-version",
        "Agrees on the version of the ping, whatever it is.",
        on_reply(_version_of_the_ping),
    ),
    found_by(
        "handshake/other-id",
        "space-id-of-pings-not-read",
        "Does not read embedding_space_id in pings.",
        on_message(without("embedding_space_id")),
    ),
    found_by(
        "handshake/other-id",
        "mismatch-of-another-hash",
        "Says a hash in SPACE_MISMATCH that the ping did not have.",
        on_answer(having(got_hash=7), "error", "SPACE_MISMATCH"),
    ),
    found_by(
        "handshake/other-hash",
        "space-hash-of-pings-not-read",
        "Does not read space_hash32 in pings.",
        on_message(without("space_hash32")),
    ),
    found_by(
        "handshake/other-hash",
        "mismatch-without-got",
        "Leaves got out of SPACE_MISMATCH.",
        on_answer(without("got"), "error", "SPACE_MISMATCH"),
    ),
    found_by(
        "handshake/no-other-space",
        "empty-id-is-a-space",
        "Takes an empty embedding_space_id for the id of another space.",
        on_message(_zero_as_a_name),
    ),
    found_by(
        "handshake/version-before-space",
        "space-before-version",
        "Compares the space of a ping before its version.",
        on_message(_other_space_first),
    ),
    found_by("handshake/without-ts", "ts-not-needed", "Needs no ts in pings.", on_message(having(ts=0))),
    found_by("handshake/bad-members", "ts-may-be-a-fraction", "Takes a fraction for ts.", on_message(_good_members)),
    found_by(
        "handshake/malformed-first",
        "version-before-members",
        "Compares the version of a ping before it has looked at all members.",
        on_message(_version_first),
    ),
    found_by(
        "handshake/unreadable",
        "last-of-two-members",
        "Takes the last of two members of one name.",
        on_request(_read_leniently),
    ),
    found_by(
        "handshake/unreadable",
        "deaf-to-what-is-no-object",
        "Never sees a Sync frame without an object.",
        deaf_to(lambda got: got.kind == Type.SYNC and not got.message),
    ),
    found_by(
        "handshake/stream-ids",
        "numbers-over-all-streams",
        "Numbers its frames over all streams together.",
        remembering(habits.numbers_over_all_streams),
    ),
    found_by(
        "handshake/numbers",
        "every-number-is-0",
        "Gives every frame number 0.",
        on_reply(lambda _, reply: rewritten(reply, reply.message, frame_seq=0)),
    ),
    found_by(
        "handshake/highest-number",
        "ref-of-63-bits",
        "Says the frame_seq of a ref modulo 2 to the 63rd.",
        on_answer(_short_ref, "error"),
    ),
    found_by(
        "handshake/repeated",
        "repeated-pings-are-new",
        "Takes each ping for a new one, whatever its numbers.",
        remembering(habits.renumbers(lambda got: got.method == "ping")),
    ),
    found_by(
        "handshake/repeated-error",
        "rejected-pings-are-new",
        "Takes each ping of v 0 for a new one, whatever its numbers.",
        remembering(habits.renumbers(lambda got: got.message.get("v") == 0)),
    ),
    found_by(
        "handshake/repeated-changes-nothing",
        "repeated-pings-obeyed",
        "Repeats its answer to a ping that comes again, and obeys it.",
        remembering(habits.repeats_but_obeys),
    ),
    found_by(
        "handshake/after-refused-ping",
        "rejected-pings-agree",
        "Begins a session by a ping that it rejects.",
        remembering(habits.sessions_of_refused_pings),
    ),
    found_by(
        "handshake/accepted",
        "errors-end-sessions",
        "Ends the session when it rejects a ping.",
        remembering(habits.ends_at_errors),
    ),
    found_by(
        "handshake/renegotiated",
        "agrees-once",
        "Answers later pings as it should, and changes nothing.",
        remembering(habits.agrees_once),
    ),
)
