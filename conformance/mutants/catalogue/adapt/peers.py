"""Faults in the forms that a peer chooses, and in the tolerances that it chooses by: ADA-11 and ADA-12."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

ADAPTIVE = "peer.handlers.adaptive"
SEND = f"{ADAPTIVE}.send"
CHOSEN = f"{ADAPTIVE}._chosen"
TOLERANCES = "peer.state.tolerances"
OF = f"{TOLERANCES}.Tolerances.of"
ALLOW = "allow = [form for form in able if form in agreed]"
SENT = "requests.send_data(state, type, (*chosen, *slices), stream_id, modality)"
OWN = "own = _OF_CACHE[place] if type == MessageType.CACHE and place < len(_OF_CACHE) else Slot.ANY"

MUTANTS = (
    Mutant(
        "forms-of-no-agreement",
        "ADA-11",
        "Chooses among all forms, whatever is agreed.",
        edited(CHOSEN, ALLOW, "allow = list(able)"),
    ),
    Mutant(
        "forms-of-the-own-list",
        "ADA-11",
        "Chooses among the own dtypes, whatever the other end has.",
        edited(CHOSEN, "() if state.agreement is None else state.agreement.dtype", "state.config.dtype"),
    ),
    Mutant(
        "first-agreed-dtype",
        "ADA-11",
        "Takes the dtype that it likes best, not the smallest.",
        edited(CHOSEN, ALLOW, "allow = [form for form in agreed if form in able][:1]"),
    ),
    Mutant(
        "sparse-never-chosen",
        "ADA-11",
        "Does not think of sparse tensors.",
        edited(CHOSEN, ALLOW, "allow = [form for form in able if form in agreed and form != 'sparse']"),
        Kind.COMBINATION,
    ),
    Mutant(
        "divergence-of-any-form",
        "ADA-11",
        "Chooses a form for a divergence that no receiver takes.",
        replaced(f"{ADAPTIVE}.OF_DIVERGENCE", ("f16", "sparse", "i8", "q4")),
        Kind.COMBINATION,
    ),
    Mutant(
        "divergence-of-f16-alone",
        "ADA-11",
        "Sends every divergence as binary16, whatever is agreed.",
        replaced(f"{ADAPTIVE}.OF_DIVERGENCE", ("f16",)),
        Kind.COMBINATION,
    ),
    Mutant(
        "values-behind-the-second",
        "ADA-12",
        "Takes every tensor of a Cache behind its keys for values, also one too many.",
        edited(
            CHOSEN,
            OWN,
            OWN.replace("_OF_CACHE[place] if", "_OF_CACHE[min(place, 1)] if").replace(
                " and place < len(_OF_CACHE)", ""
            ),
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "further-slices-left-out",
        "ADA-11",
        "Loses the mask and the explanation.",
        edited(SEND, SENT, "requests.send_data(state, type, tuple(chosen), stream_id, modality)"),
    ),
    Mutant(
        "further-slices-first",
        "ADA-11",
        "Puts the other slices before the tensors.",
        edited(SEND, SENT, "requests.send_data(state, type, (*slices, *chosen), stream_id, modality)"),
    ),
    Mutant(
        "second-tensor-first",
        "ADA-11",
        "Puts the tensors in another order than they came.",
        edited(SEND, "in enumerate(tensors) for one", "in reversed(list(enumerate(tensors))) for one"),
    ),
    Mutant(
        "one-form-for-all-tensors",
        "ADA-11",
        "Chooses once, and sends every tensor of the message in the form of the first.",
        edited(
            SEND,
            SENT,
            "if len(tensors) > 1:\n"
            "    first = _chosen(state, type, 0, tensors[0], stream_id).dtype\n"
            "    names = {1: 'f16', 2: 'i8', 3: 'q4', 16: 'sparse'}\n"
            "    chosen = [part for one in tensors for part in Tensor.chosen(adapt(one.source, one.data, one.dims,\n"
            "        allow=[names[int(first)]], tolerance=MAX_TOLERANCE), one.dims).slices()]\n" + SENT,
        ),
    ),
    Mutant(
        "modality-forgotten",
        "ADA-11",
        "Sends every adaptive message as text.",
        edited(SEND, SENT, SENT.replace("modality)", "0)")),
        Kind.COMBINATION,
    ),
    Mutant(
        "sources-of-16-bits-alone",
        "ADA-11",
        "Takes the elements of every source for binary16.",
        edited(CHOSEN, "adapt(tensor.source, tensor.data", 'adapt("f16", tensor.data'),
        Kind.COMBINATION,
    ),
    Mutant(
        "own-tolerance-not-looked-at",
        "ADA-12",
        "Goes by what the other end says alone.",
        edited(OF, "max(self._own[slot], quality)", "quality if stream_id in self._qualities else 0"),
    ),
    Mutant(
        "quality-in-place-of-the-own",
        "ADA-12",
        "Lets a quality lower the tolerance.",
        edited(OF, "max(self._own[slot], quality)", "quality if stream_id in self._qualities else self._own[slot]"),
    ),
    Mutant(
        "quality-beside-the-own",
        "ADA-12",
        "Adds the two tolerances, in place of the greater.",
        edited(OF, "max(self._own[slot], quality)", "min(self._own[slot] + quality, 16_777_216)"),
    ),
    Mutant(
        "the-lesser-counts",
        "ADA-12",
        "Takes the lesser of the two.",
        edited(
            OF,
            "max(self._own[slot], quality)",
            "min(self._own[slot], quality) if stream_id in self._qualities else self._own[slot]",
        ),
    ),
    Mutant(
        "keys-as-all-others",
        "ADA-12",
        "Has no tolerance of its own for keys.",
        edited(CHOSEN, OWN, OWN.replace("_OF_CACHE[place]", "(Slot.ANY, Slot.VALUES)[place]")),
        Kind.COMBINATION,
    ),
    Mutant(
        "values-as-all-others",
        "ADA-12",
        "Has no tolerance of its own for values.",
        edited(CHOSEN, OWN, OWN.replace("_OF_CACHE[place]", "(Slot.KEYS, Slot.ANY)[place]")),
        Kind.COMBINATION,
    ),
    Mutant(
        "keys-and-values-mixed-up",
        "ADA-12",
        "Takes the tolerance of keys for values.",
        replaced(f"{ADAPTIVE}._OF_CACHE", ("values", "keys")),
        Kind.COMBINATION,
    ),
    Mutant(
        "query-as-keys",
        "ADA-12",
        "Takes the tolerances of a Cache for every message of two tensors.",
        edited(CHOSEN, OWN, OWN.replace("type == MessageType.CACHE", "type != MessageType.THINK")),
        Kind.COMBINATION,
    ),
    Mutant(
        "keys-only-where-greater",
        "ADA-12",
        "Never goes below the general tolerance in a Cache.",
        edited(f"{TOLERANCES}._of", "own.tolerance if given is None else given", "max(own.tolerance, given or 0)"),
        Kind.COMBINATION,
    ),
    Mutant(
        "keys-of-no-error-not-seen",
        "ADA-12",
        "Takes a tolerance of 0 for keys for one that is missing.",
        edited(f"{TOLERANCES}._of", "own.tolerance if given is None else given", "given or own.tolerance"),
        Kind.NARROW,
    ),
)
