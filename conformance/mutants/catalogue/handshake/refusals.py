"""Faults of a peer in its rejections, the rate of its answers and its events: HSK-36, HSK-37 and HSK-42 to HSK-44."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, replaced
from ...engine.peer_patches import judged, moved, of_kinds, without

ERROR = "peer.state.peer_state.PeerState.reply_error"
REPLY = "peer.state.peer_state.PeerState.reply"
LIMIT = "peer.replies.Limiter.allows"

MUTANTS = (
    Mutant(
        "data-without-session",
        "HSK-36",
        "Takes data from whoever sends it.",
        of_kinds("no_session", less=("data",)),
    ),
    Mutant(
        "data-of-another-space",
        "HSK-36",
        "Compares spaces in the handshake, and not frame by frame.",
        without("other_space"),
    ),
    Mutant(
        "data-of-space-0-taken",
        "HSK-36",
        "Takes the hash 0 for no hash, in frames as well.",
        judged("other_space", "own in (0, got)", "own in (0, got) or got == 0"),
    ),
    Mutant(
        "data-of-any-space-refused",
        "HSK-36",
        "Has no space of its own, and refuses whoever has one.",
        judged("other_space", "own in (0, got)", "own == got"),
    ),
    Mutant(
        "data-bare-where-crypto-is-required",
        "HSK-36",
        "Requires crypto in the handshake, and opens what is sealed afterwards.",
        of_kinds("unsealed", less=("data",)),
    ),
    Mutant(
        "data-with-zstd-unagreed",
        "HSK-36",
        "Decompresses what it can, agreed or not.",
        of_kinds("zstd", less=("data",)),
    ),
    Mutant(
        "data-sealed-unagreed",
        "HSK-36",
        "Opens what it can, agreed or not.",
        of_kinds("xchacha20poly1305", less=("data",)),
    ),
    Mutant("critique-unagreed", "HSK-36", "Takes a Critique that it has not asked for.", without("critique")),
    Mutant("modality-unagreed", "HSK-36", "Agrees on modalities, and takes every one.", without("modality")),
    Mutant("dtype-unagreed", "HSK-36", "Agrees on dtypes, and takes every one.", without("dtype")),
    Mutant(
        "dtype-of-the-first-tensor",
        "HSK-36",
        "Looks at the dtype of the first tensor, and not of the second.",
        judged("dtype", "in _tensors(received.message):", "in _tensors(received.message)[:1]:"),
    ),
    Mutant(
        "space-asked-last",
        "HSK-36",
        "Compares the spaces when everything else has been judged.",
        moved("other_space", "dtype"),
    ),
    Mutant(
        "crypto-asked-after-zstd",
        "HSK-36",
        "Asks for sealing after everything that is sealed.",
        moved("unsealed", "critique"),
    ),
    Mutant(
        "content-before-modality",
        "HSK-36",
        "Reads the message before the header is judged.",
        moved("modality", "dtype"),
    ),
    Mutant(
        "head-without-session",
        "HSK-37",
        "Opens a stream for whoever asks.",
        of_kinds("no_session", less=("head",)),
    ),
    Mutant(
        "tail-without-session",
        "HSK-37",
        "Answers a TAIL by what is missing, session or not.",
        of_kinds("no_session", less=("tail",)),
    ),
    Mutant(
        "heart-without-session-answered",
        "HSK-37",
        "Answers a HEART without a session, which two such peers do for ever.",
        judged("heart_without_session", "Drop(DropCode.IGNORED)", 'Refusal(RejectCode.HANDSHAKE_REQUIRED, "none")'),
    ),
    Mutant(
        "heart-without-session-taken",
        "HSK-37",
        "Has nothing against a HEART at any time.",
        without("heart_without_session"),
    ),
    Mutant(
        "streams-bare-where-crypto-is-required",
        "HSK-37",
        "Requires crypto of data, and not of what opens, fills and ends a stream.",
        of_kinds("unsealed", less=("head", "tail", "heart")),
    ),
    Mutant(
        "streams-with-zstd-unagreed",
        "HSK-37",
        "Decompresses Sync frames of streams, agreed or not.",
        of_kinds("zstd", less=("head", "tail", "heart")),
    ),
    Mutant(
        "streams-sealed-unagreed",
        "HSK-37",
        "Opens sealed Sync frames without agreement.",
        of_kinds("xchacha20poly1305", less=("head", "tail", "heart")),
    ),
    Mutant(
        "head-malformed-unanswered",
        "HSK-37",
        "Drops a HEAD that it cannot read, and tells the sender nothing.",
        inserted(
            "peer.handlers.dispatch._refuse",
            "answer = state.reply_error(",
            "if received.kind is Kind.HEAD and received.fault is not None:\n    state.drop(refusal.code)\n    return",
        ),
    ),
    Mutant(
        "replies-of-999-ms",
        "HSK-42",
        "Counts a second of less than its 1,000 ms.",
        replaced("peer.replies.SPAN_MS", 999),
    ),
    Mutant("replies-9", "HSK-42", "Compares with <= and answers once more.", replaced("peer.replies.LIMIT", 9)),
    Mutant("replies-7", "HSK-42", "Counts the reply it is about to send twice.", replaced("peer.replies.LIMIT", 7)),
    Mutant(
        "replies-of-1001-ms",
        "HSK-42",
        "Compares with > and waits a millisecond longer.",
        replaced("peer.replies.SPAN_MS", 1001),
    ),
    Mutant(
        "replies-unlimited",
        "HSK-42",
        "Answers everything, and so can be made to flood somebody.",
        edited(LIMIT, "return len(self._times) < LIMIT or", "return True or"),
    ),
    Mutant(
        "replies-count-errors-alone",
        "HSK-42",
        "Counts errors and capabilities apart, eight of each.",
        edited(
            "peer.handlers.server.answer", "sent = state.reply(", "state.replies._times.clear()\nsent = state.reply("
        ),
    ),
    Mutant(
        "replies-again-uncounted",
        "HSK-42",
        "Does not count an answer that it sends again.",
        edited("peer.state.peer_state.PeerState.repeat", "self.replies.count(self.now_ms)", "pass"),
    ),
    Mutant(
        "replies-limit-untold",
        "HSK-42",
        "Goes silent over the limit, and tells nobody.",
        edited(REPLY, "self.drop(DropCode.REPLY_LIMIT)", "pass"),
    ),
    Mutant(
        "error-without-ref",
        "HSK-43",
        "Says what is wrong, and not with which frame.",
        edited(ERROR, 'f"{clause}: {refusal.detail}", ref)', 'f"{clause}: {refusal.detail}")'),
    ),
    Mutant(
        "error-ref-of-its-own-number",
        "HSK-43",
        "Puts the number of the error's own frame into the ref.",
        edited(
            ERROR,
            'f"{clause}: {refusal.detail}", ref)',
            'f"{clause}: {refusal.detail}", Ref(ref.stream_id, self.send_streams._stream(ref.stream_id).next_seq))',
        ),
    ),
    Mutant(
        "error-without-additions",
        "HSK-43",
        "Sends code and message, and leaves out what the code adds.",
        edited(ERROR, " | dict(refusal.adds)", ""),
    ),
    Mutant(
        "error-hashes-exchanged",
        "HSK-43",
        "Mixes up what it expected and what it got.",
        judged(
            "other_space", '(("expected_hash", own), ("got_hash", got))', '(("expected_hash", got), ("got_hash", own))'
        ),
    ),
    Mutant(
        "error-versions-without-max",
        "HSK-43",
        "Says from which version on it speaks, and not up to which.",
        judged("version", '(("min", 1), ("max", 1))', '(("min", 1),)'),
    ),
    Mutant(
        "refusals-untold",
        "HSK-44",
        "Answers, and leaves its program to find out from the capture.",
        edited(
            "peer.handlers.dispatch._refuse",
            "state.events.append(ErrorSent(refusal.code, ref.stream_id, ref.frame_seq))",
            "pass",
        ),
    ),
    Mutant(
        "established-told-twice",
        "HSK-44",
        "Tells of the session when it begins, and again for every ping that comes again.",
        edited(
            "peer.handlers.server.repeat",
            "state.answers.remember(ref, answer)",
            "state.answers.remember(ref, answer)\n"
            "state.events.extend([state.agreement.established()] if state.agreement and not answer.code else [])",
        ),
    ),
    Mutant(
        "opened-untold",
        "HSK-44",
        "Tells of a stream with its first frame.",
        edited("peer.handlers.streams.begin", "state.events.append(", "str("),
    ),
    Mutant(
        "lost-untold",
        "HSK-44",
        "Ends the session, and tells nobody.",
        edited("peer.state.peer_state.PeerState.lose", "self.events.append(Lost())", "pass"),
    ),
    Mutant(
        "drops-told-as-ignored",
        "HSK-44",
        "Tells that something was dropped, and has one word for it.",
        edited("peer.state.peer_state.PeerState.drop", "Dropped(code)", "Dropped(DropCode.IGNORED)"),
    ),
)
