"""Faults in reading Sync objects and in judging pings: HSK-7 to HSK-11."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, replaced
from ...engine.peer_patches import judged, moved, without

ANSWER = "peer.state.agreement.capability_for"
COMMON = "peer.state.agreement._common"
SYNC = "peer.received.frame._read_sync"
SPACE = "peer.state.agreement.names_another_space"

MUTANTS = (
    Mutant(
        "agrees-on-lz4",
        "HSK-7",
        "Agrees on every name that both ends know, lz4 included, which no frame can have.",
        replaced("peer.state.agreement.NEVER", frozenset({"aes256gcm"})),
    ),
    Mutant(
        "agrees-on-aes256gcm",
        "HSK-7",
        "Agrees on every name that both ends know, aes256gcm included, which no frame can have.",
        replaced("peer.state.agreement.NEVER", frozenset({"lz4"})),
    ),
    Mutant(
        "agrees-on-xchacha-without-key",
        "HSK-7",
        "Agrees on sealing and finds out with the first frame that it has no key.",
        edited(COMMON, " and (one != XCHACHA or config.key is not None)", ""),
    ),
    Mutant(
        "unknown-name-refused",
        "HSK-8",
        "Takes a name that it does not know for an error of the list.",
        edited(
            "peer.handlers.server.answer",
            "sent = state.reply(",
            'if {*(received.sync.compress or ())} - {"none", "zstd", "lz4"}:\n    return\nsent = state.reply(',
        ),
    ),
    Mutant(
        "unknown-member-refused",
        "HSK-8",
        "Validates with a schema that admits no further members.",
        edited(
            "peer.sync.objects.read_sync",
            "values = {}",
            "values = {}\n"
            'if set(members) - {"method", *(member.path[0] for member in MEMBERS[cls])}:\n'
            '    malformed("a member too many")',
        ),
    ),
    Mutant(
        "unknown-supports-refused",
        "HSK-8",
        "Knows what may stand in supports, and nothing else may.",
        edited(
            "peer.sync.objects.read_sync",
            "values = {}",
            "values = {}\n"
            'if {*(members.get("supports") or ())} - {member.path[-1] for member in MEMBERS[cls]}:\n'
            '    malformed("a member too many")',
        ),
    ),
    Mutant(
        "unknown-method-answered",
        "HSK-9",
        "Answers a method that it does not know with BAD_MESSAGE.",
        edited(
            SYNC,
            "if method not in METHODS:",
            'if method not in METHODS:\n    fault = ResonantError(RejectCode.BAD_JSON, "HSK-9", "unknown")\n'
            "    return Received(datagram, frame, Kind.UNREADABLE, message, fault=fault)\n"
            "if method not in METHODS:",
        ),
    ),
    Mutant(
        "unknown-method-dropped",
        "HSK-9",
        "Drops what it does not know, number and all, and so takes the same frame again.",
        edited("peer.state.peer_state.PeerState.accept", "if self.numbered(received):", "if received.kind != 'other':"),
    ),
    Mutant(
        "ping-to-a-client-answered",
        "HSK-9",
        "Has one table of methods for both roles, and a client that finds a ping malformed.",
        edited(
            SYNC,
            "if method == _OTHER_ROLES[role]:",
            'if method == _OTHER_ROLES[role]:\n    fault = ResonantError(RejectCode.BAD_JSON, "HSK-9", "other role")\n'
            "    return Received(datagram, frame, Kind.UNREADABLE, message, fault=fault)\n"
            "if method == _OTHER_ROLES[role]:",
        ),
    ),
    Mutant(
        "member-null-is-missing",
        "HSK-10",
        "Reads null as a member that is not there.",
        edited("peer.sync.objects._find", "if name not in inner:", "if inner.get(name) is None:"),
    ),
    Mutant(
        "member-true-is-1",
        "HSK-10",
        "Has a language in which true is an integer.",
        edited(
            "peer.sync.objects._find",
            "value = member.shape.read(inner)",
            "value = member.shape.read(int(inner) if inner is True else inner)",
        ),
    ),
    Mutant(
        "member-missing-is-0",
        "HSK-10",
        "Fills in a default for what has to be there.",
        edited("peer.sync.objects._find", "if member.required:", "if member.required and name != 'ts':"),
    ),
    Mutant(
        "member-list-of-anything",
        "HSK-10",
        "Looks whether a list is a list, and not what is in it.",
        edited(
            "peer.sync.objects._find",
            "value = member.shape.read(inner)",
            "value = tuple(map(str, inner)) if isinstance(inner, list) else member.shape.read(inner)",
        ),
    ),
    Mutant(
        "member-of-no-object",
        "HSK-10",
        "Takes supports for absent where it is no object.",
        edited("peer.sync.objects._find", 'malformed(f"what holds {name} is not an object")', "return None"),
    ),
    Mutant(
        "member-u32-of-33-bits",
        "HSK-10",
        "Masks an integer that is out of range.",
        edited(
            "peer.sync.objects._find",
            "value = member.shape.read(inner)",
            "value = member.shape.read(inner & 0xFFFFFFFF if type(inner) is int and inner > 0xFFFFFFFF else inner)",
        ),
    ),
    Mutant(
        "ping-answered-on-stream-0",
        "HSK-11",
        "Has one stream_id for its answers.",
        edited("peer.handlers.server.answer", "Action.REPLY, received.frame.stream_id,", "Action.REPLY, 0,"),
    ),
    Mutant(
        "ping-of-version-0-answered",
        "HSK-11",
        "Answers the lower of two versions, even if that is 0.",
        without("version"),
    ),
    Mutant(
        "ping-of-version-0-forgiven",
        "HSK-11",
        "Compares with 0 in place of 1.",
        judged("version", ">= 1:", ">= 0:"),
    ),
    Mutant(
        "ping-version-asked-last",
        "HSK-11",
        "Compares the spaces before the versions.",
        moved("version", ""),
    ),
    Mutant(
        "ping-malformed-unanswered",
        "HSK-11",
        "Drops a ping that it cannot read.",
        edited(
            "peer.handlers.dispatch._refuse",
            "ref = refusal.about or ref_of(received)",
            "if received.kind is Kind.PING and refusal.code is RejectCode.BAD_MESSAGE:\n"
            "    state.drop(refusal.code)\n    return\nref = ref_of(received)",
        ),
    ),
    Mutant(
        "ping-id-compared-alone",
        "HSK-11",
        "Compares the ids of spaces and not their hashes.",
        edited(SPACE, "(config.space_hash32, said.space_hash32),", ""),
    ),
    Mutant(
        "ping-hash-compared-alone",
        "HSK-11",
        "Compares the hashes of spaces and not their ids.",
        edited(SPACE, "(config.embedding_space_id, said.embedding_space_id),", ""),
    ),
    Mutant(
        "ping-empty-id-is-another",
        "HSK-11",
        "Compares an empty id like any other.",
        edited(SPACE, "own and other and own != other", "own and other is not None and own != other"),
    ),
    Mutant(
        "ping-of-own-empty-id-is-another",
        "HSK-11",
        "Has no id of its own, and refuses whoever has one.",
        edited(SPACE, "own and other and own != other", "other and own != other"),
    ),
    Mutant(
        "ping-both-have-to-differ",
        "HSK-11",
        "Refuses where id and hash differ, and not where one of them does.",
        edited(SPACE, "return any(", "return all("),
    ),
)
