"""Faults in what a peer refuses to send as an adaptive message: ADA-13."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

ADAPTIVE = "peer.handlers.adaptive"
SEND = f"{ADAPTIVE}.send"
CHOSEN = f"{ADAPTIVE}._chosen"
ALLOW = "allow = [form for form in able if form in agreed]"
CHECKED = "requests.check_data(state, stream_id)"
NO_OWN_VALUE = "if state.config.adaptive is None:"
AGREED = 'requests.check_agreed(state, Received(b"", frame, Kind.DATA), ASKED_ADAPTIVE)'

MUTANTS = (
    Mutant(
        "f16-as-a-way-out",
        "ADA-13",
        "Sends binary16 where no form passes, though it is not agreed.",
        edited(CHOSEN, ALLOW, 'allow = [form for form in able if form in agreed and form != "f16"] or ["f16"]'),
    ),
    Mutant(
        "chooses-without-an-own-value",
        "ADA-13",
        "Takes 0 for a tolerance that nobody has named.",
        edited(
            SEND,
            NO_OWN_VALUE,
            "if state.config.adaptive is None:\n"
            "    from types import SimpleNamespace\n"
            "    state.tolerances = SimpleNamespace(of=lambda *_: 0, hear=lambda *_: None, double=lambda *_: None)\n"
            "if False:",
        ),
    ),
    Mutant(
        "modality-before-the-own-value",
        "ADA-13",
        "Looks at the modality before its own value.",
        edited(
            SEND,
            NO_OWN_VALUE,
            "early = Frame(type, Flags.NONE, stream_id, 0, state.config.space_hash32, modality, ())\n"
            'requests.check_agreed(state, Received(b"", early, Kind.DATA), ASKED_ADAPTIVE)\n' + NO_OWN_VALUE,
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "own-value-before-the-stream",
        "ADA-13",
        "Asks for the own value before anything else.",
        edited(
            SEND,
            CHECKED,
            "if state.config.adaptive is None:\n"
            '    refuse(RejectCode.UNSUPPORTED_FEATURE, "", "by a mutant")\n' + CHECKED,
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "tensors-before-the-state",
        "ADA-13",
        "Looks at the tensors before it asks whether anything can be sent.",
        edited(
            SEND,
            CHECKED,
            "for one in tensors:\n    adapt(one.source, one.data, one.dims, allow=FORMS, tolerance=0)\n" + CHECKED,
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "tensors-before-what-is-agreed",
        "ADA-13",
        "Looks at the tensors before the modality.",
        edited(SEND, AGREED, ""),
        Kind.COMBINATION,
    ),
    Mutant(
        "number-of-tensors-first",
        "ADA-13",
        "Counts the tensors before it looks at them.",
        edited(
            SEND,
            "chosen = [",
            "if not (1, 2, 1, 0, 1)[type] <= len(tensors) <= (1, 2, 2, 0, 1)[type]:\n"
            '    refuse(RejectCode.BAD_SLOTS, "", "by a mutant")\n'
            "chosen = [",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "lengths-before-tolerances",
        "ADA-13",
        "Looks at the lengths of all tensors before it chooses for the first.",
        edited(
            SEND,
            "chosen = [",
            "for one in tensors:\n    adapt(one.source, one.data, one.dims, allow=FORMS, tolerance=0)\nchosen = [",
        ),
        Kind.COMBINATION,
    ),
)
