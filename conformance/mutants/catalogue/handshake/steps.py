"""Faults in the limits of members and in the steps of a received frame: HSK-47, HSK-48 and HSK-50 to HSK-56."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited
from ...engine.peer_patches import moved

JUDGE = "peer.handlers.dispatch._judge"
ACT = "peer.handlers.dispatch._act_on"
CAPABILITY = "peer.state.agreement.capability_for"
FIND = "peer.sync.objects._find"
READ = "value = member.shape.read(inner)"
TENSORS = "peer.handlers.checks._tensors"


def _longer(text: str) -> str:
    return (
        'if member.path == ("embedding_space_id",) and isinstance(inner, str):\n'
        f'    if len({text}) > 1024:\n        malformed("too long")\n{READ}'
    )


MUTANTS = (
    Mutant(
        "space-id-in-bytes",
        "HSK-47",
        "Measures an embedding_space_id in bytes, as it keeps it.",
        edited(FIND, READ, _longer("inner.encode()")),
    ),
    Mutant(
        "space-id-in-utf-16",
        "HSK-47",
        "Measures an embedding_space_id in units of UTF-16, as the strings of its language have them.",
        edited(FIND, READ, _longer('inner.encode("utf-16-le")[::2]')),
    ),
    Mutant(
        "space-id-composed",
        "HSK-47",
        "Counts a letter and its accent for one character.",
        edited(
            FIND,
            READ,
            'if member.path == ("embedding_space_id",) and isinstance(inner, str):\n'
            "    import unicodedata\n"
            '    inner = unicodedata.normalize("NFC", inner)\n'
            f"{READ}",
        ),
    ),
    Mutant(
        "missing-unread",
        "HSK-48",
        "Reads what an error says of missing numbers when it needs it, and then takes whatever is there.",
        edited(FIND, READ, f'if member.path == ("missing",):\n    return None\n{READ}'),
    ),
    Mutant(
        "missing-of-any-strings",
        "HSK-48",
        "Asks for a list of strings, and passes by those that are no numbers.",
        edited(
            FIND,
            READ,
            'if member.path == ("missing",) and isinstance(inner, list):\n'
            f"    inner = [one for one in inner if member.shape.read([one])]\n{READ}",
        ),
    ),
    Mutant(
        "capability-without-modality",
        "HSK-50",
        "Leaves the modalities out where they are all of its own, since that is what their absence means.",
        edited(
            "peer.handlers.server.answer",
            "sent = state.reply(",
            "from dataclasses import replace\n"
            "said = capability\n"
            "capability = replace(said, modality=None) if said.modality == state.config.modality else said\n"
            "sent = state.reply(",
        ),
    ),
    Mutant(
        "capability-without-require-crypto",
        "HSK-50",
        "Says that it requires crypto where it does, and nothing where it does not.",
        edited(CAPABILITY, "require_crypto=config.require_crypto,", "require_crypto=config.require_crypto or None,"),
    ),
    Mutant(
        "ts-rounded-to-the-nearest",
        "HSK-51",
        "Rounds its clock to the nearest second.",
        edited("peer.state.agreement.ping_of", "now_ms // 1000", "(now_ms + 500) // 1000"),
    ),
    Mutant(
        "ts-of-the-start",
        "HSK-51",
        "Says when it was started, in every ping.",
        edited("peer.state.agreement.ping_of", "now_ms // 1000", "0"),
    ),
    Mutant(
        "numbers-judged-behind-the-session",
        "HSK-52",
        "Asks for the number when it knows that the frame may come.",
        moved("number", "strong"),
    ),
    Mutant(
        "failure-behind-reflection",
        "HSK-52",
        "Looks for duplicates before it knows that nobody is to hear them.",
        moved("failed", "heart_without_session"),
    ),
    Mutant(
        "rejected-frames-count-as-heard",
        "HSK-53",
        "Takes a frame that it rejects for a sign of life, since somebody must have sent it.",
        edited(
            "peer.handlers.dispatch._refuse",
            "ref = refusal.about or ref_of(received)",
            "ref = ref_of(received)\nstate.touch()",
        ),
    ),
    Mutant(
        "dropped-duplicates-count-as-heard",
        "HSK-54",
        "Takes a duplicate for a sign of life.",
        edited(ACT, "case Drop(code):", "case Drop(code):\n    state.touch()"),
    ),
    Mutant(
        "unknown-methods-not-heard",
        "HSK-55",
        "Passes by what has no meaning to it, and does not take it for a sign of life.",
        edited(
            JUDGE,
            "if found is None:",
            'if found is None and received.kind == "other":\n    return\nif found is None:',
        ),
    ),
    Mutant(
        "scales-are-tensors",
        "HSK-56",
        "Judges every slice by the list of dtypes, scales included.",
        edited(
            TENSORS,
            "case Think(hidden):",
            "case Think(hidden) if getattr(hidden, 'scale', None) is not None:\n"
            "    from types import SimpleNamespace\n"
            "    from ...wire_values import DType\n"
            "    return (hidden, SimpleNamespace(dtype=DType.F16))\n"
            "case Think(hidden):",
        ),
    ),
)
