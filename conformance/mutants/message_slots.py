"""Faults in how slices fill slots: MSG-1 to MSG-6, and MSG-21."""

from __future__ import annotations

from .changes import edited, inserted, refusing
from .mutant import Mutant

READ = "messages.message_of"
CACHE = "messages._cache"
CRITIQUE = "messages._critique"
TENSOR = "slots.SlotReader.tensor"
TAKE = "slots.SlotReader._take"
MASK = "slots.SlotReader.mask"
JSON = "slots.SlotReader.json"
AT_JSON = "slots.SlotReader.at_json"
FINISH = "slots.SlotReader.finish"
PAIR = 'Cache(reader.tensor("keys"), reader.tensor("values"))'
LEFT = "if self.left:"
DIVERGENCE = "(DType.F16, DType.I8)"
ONLY_I8 = "(DType.I8,)"
STARTS = "self._slices[self._next].payload.startswith(_JSON_START)"
NOT_JSON = "not reader.at_json()"
CHECKED = "check_scale(scale.payload, prod(first.dims), dims=scale.dims)"

FILLED = (
    Mutant(
        "values-before-keys",
        "MSG-1",
        "Has the slots of Cache in another order in its own struct.",
        edited(CACHE, PAIR, 'Cache(*(reader.tensor("keys"), reader.tensor("values"))[::-1])'),
    ),
    Mutant(
        "missing-values-are-keys",
        "MSG-1",
        "Uses the keys for the values where these are missing.",
        edited(
            CACHE,
            f"return {PAIR}",
            'keys = reader.tensor("keys")\nreturn Cache(keys, reader.tensor("values") if reader.left else keys)',
        ),
    ),
    Mutant(
        "context-not-known",
        "MSG-1",
        "Was written for Ask with a query alone and knows no context.",
        edited("messages._ask", 'reader.tensor("context") if reader.left else None', "None"),
    ),
    Mutant(
        "payloads-not-delivered",
        "MSG-1",
        "Delivers the shapes of tensors and forgets to attach their bytes.",
        edited("tensor_ops.tensor", "value.payload.hex()", '""'),
    ),
    Mutant(
        "empty-slots-accepted",
        "MSG-1",
        "Takes a slice that is missing for an empty one.",
        edited(TAKE, "if not self.left:", "if not self.left:\n    return Slice(DType.F16, (0,), b'')\nif False:"),
    ),
    Mutant(
        "left-slices-ignored",
        "MSG-2",
        "Leaves slices alone for which it has no slot, as they may be extensions.",
        edited(FINISH, LEFT, "if False:"),
    ),
    Mutant(
        "left-slice-ignored",
        "MSG-2",
        "Lets one slice too many pass, off by one.",
        edited(FINISH, LEFT, "if self.left > 1:"),
    ),
    Mutant(
        "left-text-ignored",
        "MSG-2",
        "Takes an I8 slice at the end for a comment.",
        edited(FINISH, LEFT, "if self.left and self._slices[-1].dtype != DType.I8:"),
    ),
    Mutant(
        "divergence-of-q4",
        "MSG-3",
        "Takes a divergence of Q4, as every other tensor may be of it.",
        edited(CRITIQUE, DIVERGENCE, "(DType.F16, DType.I8, DType.Q4)"),
    ),
    Mutant(
        "divergence-sparse",
        "MSG-3",
        "Takes a sparse divergence, as differences often are.",
        edited(CRITIQUE, DIVERGENCE, "(DType.F16, DType.I8, DType.SPARSE_COO)"),
    ),
    Mutant(
        "json-of-any-dtype",
        "MSG-3",
        "Reads the bytes of any slice as JSON, whatever its dtype.",
        edited(JSON, ONLY_I8, "tuple(DType)"),
    ),
    Mutant("mask-of-any-dtype", "MSG-3", "Looks at the dims of a mask alone.", edited(MASK, ONLY_I8, "tuple(DType)")),
    Mutant(
        "heart-refused",
        "MSG-4",
        "Wants a JSON slice in every Sync frame.",
        edited("messages._sync", "if reader.left else Heart()", "if True else Heart()"),
    ),
    Mutant(
        "heart-is-an-empty-object",
        "MSG-4",
        "Reads a Sync frame without slices as an empty object.",
        edited("messages._sync", "Heart()", "Sync({})"),
    ),
)
TOLD_APART = (
    Mutant(
        "mask-by-position",
        "MSG-5",
        "Takes the first I8 slice after the divergence for the mask.",
        edited(CRITIQUE, f" and {NOT_JSON}", ""),
    ),
    Mutant(
        "explanation-by-rank",
        "MSG-5",
        "Tells mask and explanation apart by the rank, one dim being text.",
        edited(AT_JSON, STARTS, f"{STARTS} or len(self._slices[self._next].dims) == 1"),
    ),
    Mutant(
        "explanation-by-number",
        "MSG-5",
        "Takes a single I8 slice after the divergence for the explanation.",
        edited(CRITIQUE, NOT_JSON, "reader.left > 1"),
    ),
    Mutant(
        "explanation-by-any-brace",
        "MSG-5",
        "Looks for a brace anywhere in the payload.",
        edited(AT_JSON, STARTS, "_JSON_START in self._slices[self._next].payload"),
    ),
    Mutant(
        "slots-before-contents",
        "MSG-6",
        "Matches all slices with slots, and reads their contents later.",
        inserted(
            READ,
            "message = _READERS",
            refusing("len(frame.slices) > 3 or (frame.type == 1 and len(frame.slices) < 3)", "BAD_SLOTS"),
        ),
    ),
    Mutant(
        "explanation-before-mask",
        "MSG-6",
        "Reads JSON slices first, as they say what the tensors are for.",
        inserted(
            CRITIQUE,
            "divergence = ",
            "from resonant import strict_json\n"
            "last = reader._slices[-1].payload\n"
            'if last.startswith(b"{"):\n'
            "    strict_json.read_object(last)",
        ),
    ),
    Mutant("scales-not-checked", "MSG-6", "Leaves scales to whoever uses the tensor.", edited(TENSOR, CHECKED, "")),
)
DECODED = (
    Mutant(
        "message-without-crc",
        "MSG-21",
        "Reads messages by a shorter way, which leaves the CRC out.",
        edited("header.check_envelope", "if sent != computed:", "if False:"),
    ),
    Mutant(
        "lengths-as-slots",
        "MSG-21",
        "Finds a payload of the wrong length when the slot is filled, and says BAD_SLOTS.",
        edited("slices.check_payload_length", "RejectCode.LENGTH_MISMATCH", "RejectCode.BAD_SLOTS"),
    ),
)
MUTANTS = (*FILLED, *TOLD_APART, *DECODED)
