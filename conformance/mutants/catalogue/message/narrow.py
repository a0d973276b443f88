"""Faults of messages in one narrow place or in cost: MSG-1 to MSG-20."""

from __future__ import annotations

from collections.abc import Callable

from ...engine.mutant import Kind, Mutant
from ...engine.narrow import lost
from ...engine.patches import edited, inserted, replaced
from .json import parser

OBJECT = "message.json.read_object"
UNIQUE = "message.json._unique"
DEPTH = "message.json._check_depth"
TWICE = "if len(members) != len(pairs):"
MASK = "message.slots.SlotReader.mask"
MASK_BYTES = 'if one.payload.translate(None, b"\\x00\\x01"):'
SCALE = "tensor.quant.check_scale"
EXPLAIN = "message.json.check_explanation"

SIZE = (
    Mutant(
        "names-unseen-among-64",
        "MSG-16",
        "Compares names in objects of up to 64 members.",
        parser(UNIQUE, TWICE, "if len(members) != len(pairs) and len(pairs) <= 64:"),
        Kind.SIZE,
    ),
    Mutant(
        "names-of-32-letters",
        "MSG-16",
        "Compares the first 32 letters of names.",
        parser(UNIQUE, TWICE, "if len({name[:32] for name, _ in pairs}) != len(pairs):"),
        Kind.SIZE,
    ),
    Mutant(
        "only-neighbours-compared",
        "MSG-16",
        "Compares each name with the one before it.",
        parser(UNIQUE, TWICE, "if any(one[0] == other[0] for one, other in zip(pairs, pairs[1:])):"),
        Kind.SIZE,
    ),
    Mutant(
        "utf-8-of-first-64-bytes",
        "MSG-15",
        "Checks the encoding of the first 64 bytes.",
        edited(
            OBJECT,
            'payload.decode("utf-8")',
            '(payload[:64].decode("utf-8", "ignore"), payload.decode("utf-8", "replace"))[1]',
        ),
        Kind.SIZE,
    ),
    Mutant(
        "depth-behind-30-brackets",
        "MSG-17",
        "Counts nesting wrong once it has seen 300 arrays, in a counter that is never taken back.",
        edited(DEPTH, "if depth > MAX_DEPTH:", "if depth > MAX_DEPTH or payload.count(b'[') > 290:"),
        Kind.SIZE,
    ),
    Mutant(
        "scales-behind-the-eighth",
        "MSG-9",
        "Looks at the values of eight scales.",
        edited(SCALE, 'scale.view("<u2") >= 0x7C00', 'scale.view("<u2")[:8] >= 0x7C00'),
        Kind.SIZE,
    ),
    Mutant(
        "mask-behind-64-bytes",
        "MSG-12",
        "Looks at the first 64 bytes of a mask.",
        edited(MASK, MASK_BYTES, MASK_BYTES.replace("payload.", "payload[:64].")),
        Kind.SIZE,
    ),
)
DIGIT = (
    Mutant(
        "mask-without-bit-5",
        "MSG-12",
        "Tests mask bytes with a constant that lacks a bit.",
        edited(MASK, MASK_BYTES, "if any(byte & 0xDE for byte in one.payload):"),
        Kind.DIGIT,
    ),
    Mutant(
        "escapes-in-capitals-differ",
        "MSG-16",
        "Compares names before it decodes escapes with capital digits.",
        inserted(OBJECT, "text = payload", 'payload = payload.replace(b"\\\\u00E9", b"?")'),
        Kind.DIGIT,
    ),
    Mutant(
        "one-control-character",
        "MSG-14",
        "Takes 0x1f for a letter in strings, with < 0x1f in place of <= 0x1f.",
        inserted(OBJECT, "text = payload", 'payload = payload.replace(b"x\\x1fy", b"xy")'),
        Kind.DIGIT,
    ),
    Mutant(
        "form-feed-is-a-space",
        "MSG-14",
        "Skips whatever its library calls white space, form feeds among it.",
        inserted(OBJECT, "text = payload", 'payload = payload.replace(b":\\x0c", b":")'),
        Kind.DIGIT,
    ),
    Mutant(
        "half-pairs-in-capitals",
        "MSG-15",
        "Looks for halves of pairs by their lower-case digits.",
        edited(OBJECT, 'if "\\\\u" in text:', 'if "\\\\ud" in text:'),
        Kind.DIGIT,
    ),
    Mutant(
        "integers-of-16-digits",
        "MSG-18",
        "Counts the digits of integers and lets all of 16 pass.",
        parser(
            "message.json._integer",
            "abs(value := int(text)) > MAX_INTEGER",
            "abs(value := int(text)) > 9999999999999999",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "magnitude-of-tiny-negatives",
        "MSG-20",
        "Rounds magnitude before it looks at the sign.",
        edited(EXPLAIN, "or magnitude < 0", "or round(magnitude, 6) < 0"),
        Kind.DIGIT,
    ),
)


def _slot(names: str) -> Callable[..., bool]:
    return lambda _reader, slot, *_: slot in names.split()


COMBINATION = (
    Mutant(
        "scales-of-values",
        "MSG-9",
        "Checks the scales of keys and never those of values.",
        lost("message.slots.SlotReader.tensor", "BAD_SCALE", _slot("values"), lambda *_: None),
        Kind.COMBINATION,
    ),
    Mutant(
        "scale-counts-of-contexts",
        "MSG-8",
        "Never checks the scale slice of a context.",
        lost("message.slots.SlotReader.tensor", "BAD_SCALE", _slot("context"), lambda *_: None),
        Kind.COMBINATION,
    ),
    Mutant(
        "explanations-behind-masks",
        "MSG-20",
        "Checks an explanation where there is no mask, and forgets it behind one.",
        inserted("message.slots.SlotReader.explanation", "strict_json.check", "if self._next > 2:\n    return value"),
        Kind.COMBINATION,
    ),
    Mutant(
        "depth-of-explanations",
        "MSG-17",
        "Has no bound for nesting in explanations.",
        lost(
            "message.slots.SlotReader.explanation",
            "BAD_JSON",
            lambda reader: reader._slices[-1].payload[:5] == b'{"a":',
            {},
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "masks-before-explanations",
        "MSG-11",
        "Compares the dims of a mask only where it is the last slice.",
        edited(MASK, "if one.dims != tuple(dims):", "if one.dims != tuple(dims) and not self.left:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "left-over-behind-audio-thinks",
        "MSG-2",
        "Ignores a second tensor behind a hidden state of two rows.",
        edited("message.slots.SlotReader.finish", "if self.left:", "if self.left and self._next != 3:"),
        Kind.COMBINATION,
    ),
)


COST = (
    Mutant(
        "depth-by-recursion",
        "MSG-17",
        "Bounds nesting only once a parser that calls itself has come back.",
        replaced(DEPTH, lambda payload: _recursion(payload, payload.count(b"[{"[:1]))),
        Kind.COST,
    ),
)


def _recursion(payload: bytes, depth: int) -> None:
    if depth > 16:
        _recursion(payload, depth - 1)


MUTANTS = (*SIZE, *DIGIT, *COMBINATION, *COST)
