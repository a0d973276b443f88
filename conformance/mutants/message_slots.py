"""Faults in how slices fill slots: MSG-1 to MSG-12 and MSG-21, scales and masks among them."""

from __future__ import annotations

from .changes import edited
from .mutant import Mutant

TENSOR = "slots.SlotReader.tensor"
TAKE = "slots.SlotReader._take"
MASK = "slots.SlotReader.mask"
JSON = "slots.SlotReader.json"
FINISH = "slots.SlotReader.finish"
SCALE = "quant.check_scale"
CRITIQUE = "messages._critique"
AFTER = "if dtype in _SCALED and self.left and self._slices[self._next].dtype == DType.F16:  # MSG-7"
CHECKED = "check_scale(scale.payload, prod(first.dims), dims=scale.dims)"
WRONG = "if one.dtype not in dtypes:"
BLOCKS = "blocks = blocks_of(count)"
DIMS = "if len(data) != 2 * blocks or dims not in (None, (blocks,)):"
BAD = 'scale.view("<u2") >= 0x7C00'
MISSING = "        if not self.left:\n            missing"
KIND = "mask = reader.mask(divergence.dims) if reader.left and not reader.at_json() else None"

SLOTS = (
    Mutant(
        "values-before-keys",
        "MSG-1",
        "Fills the slots of Cache in the order of their names in its own struct.",
        edited(
            "messages._cache",
            'Cache(reader.tensor("keys"), reader.tensor("values"))',
            'Cache(*(reader.tensor("values"), reader.tensor("keys"))[::-1])',
        ),
    ),
    Mutant(
        "missing-values-are-keys",
        "MSG-1",
        "Uses the keys for the values where these are missing.",
        edited(
            "messages._cache",
            'return Cache(reader.tensor("keys"), reader.tensor("values"))',
            'keys = reader.tensor("keys")\n    return Cache(keys, reader.tensor("values") if reader.left else keys)',
        ),
    ),
    Mutant(
        "context-not-read",
        "MSG-1",
        "Knows no context and leaves its slice to the check of the end.",
        edited("messages._ask", 'reader.tensor("context") if reader.left else None', "None"),
    ),
    Mutant(
        "missing-slot-as-bad-json",
        "MSG-1",
        "Has one code for each kind of slot, and says BAD_SCALE where a tensor is not there.",
        edited(
            TAKE,
            MISSING,
            MISSING.replace(
                "            missing",
                "            raise ResonantError(RejectCode.BAD_SCALE, 'MSG-1', '')\n            missing",
            ),
        ),
    ),
    Mutant(
        "left-slices-ignored",
        "MSG-2",
        "Leaves slices alone that it has no slot for, as they may be extensions.",
        edited(FINISH, "if self.left:", "if False:"),
    ),
    Mutant(
        "one-left-slice-ignored",
        "MSG-2",
        "Compares the number of slices left with > 1.",
        edited(FINISH, "if self.left:", "if self.left > 1:"),
    ),
    Mutant(
        "left-text-ignored",
        "MSG-2",
        "Takes an I8 slice at the end for a comment.",
        edited(FINISH, "if self.left:", "if self.left and self._slices[-1].dtype != DType.I8:"),
    ),
    Mutant(
        "slot-takes-any-dtype",
        "MSG-3",
        "Checks the dtype of no slot.",
        edited(TAKE, WRONG, 'if clause != "MSG-3" and one.dtype not in dtypes:'),
    ),
    Mutant(
        "divergence-of-q4",
        "MSG-3",
        "Takes a divergence of Q4, since every other tensor may be of it.",
        edited(CRITIQUE, "(DType.F16, DType.I8)", "(DType.F16, DType.I8, DType.Q4)"),
    ),
    Mutant(
        "divergence-sparse",
        "MSG-3",
        "Takes a sparse divergence, since differences are often sparse.",
        edited(CRITIQUE, "(DType.F16, DType.I8)", "(DType.F16, DType.I8, DType.SPARSE_COO)"),
    ),
    Mutant(
        "json-of-q4",
        "MSG-3",
        "Reads JSON from a slice of packed bytes as well.",
        edited(JSON, "(DType.I8,)", "(DType.I8, DType.Q4)"),
    ),
    Mutant(
        "json-of-f16",
        "MSG-3",
        "Reads JSON from any slice, whatever its dtype.",
        edited(JSON, "(DType.I8,)", "tuple(DType)"),
    ),
    Mutant("mask-of-q4", "MSG-3", "Takes a mask of half-bytes.", edited(MASK, "(DType.I8,)", "(DType.I8, DType.Q4)")),
    Mutant(
        "mask-of-f16",
        "MSG-3",
        "Takes a mask of any dtype and looks at its dims alone.",
        edited(MASK, "(DType.I8,)", "tuple(DType)"),
    ),
    Mutant(
        "heart-refused",
        "MSG-4",
        "Wants a JSON slice in every Sync frame.",
        edited("messages._sync", "if reader.left else Heart()", "if True else Heart()"),
    ),
    Mutant(
        "heart-is-empty-object",
        "MSG-4",
        "Reads a Sync frame without slices as an empty object.",
        edited("messages._sync", "Heart()", "Sync({})"),
    ),
    Mutant(
        "explanation-by-bracket",
        "MSG-5",
        "Takes every payload that begins like JSON, [ included, for an explanation.",
        edited("slots.SlotReader.at_json", "startswith(_JSON_START)", "startswith((b'{', b'['))"),
    ),
    Mutant(
        "explanation-by-rank",
        "MSG-5",
        "Tells mask and explanation apart by rank, one dim being text.",
        edited(
            "slots.SlotReader.at_json",
            "payload.startswith(_JSON_START)",
            "payload.startswith(_JSON_START) or len(self._slices[self._next].dims) == 1",
        ),
    ),
    Mutant(
        "mask-by-position",
        "MSG-5",
        "Takes the first I8 slice after the divergence for the mask.",
        edited(CRITIQUE, KIND, KIND.replace(" and not reader.at_json()", "")),
    ),
    Mutant(
        "explanation-by-number",
        "MSG-5",
        "Takes a single I8 slice after the divergence for the explanation.",
        edited(CRITIQUE, "not reader.at_json()", "reader.left > 1"),
    ),
    Mutant(
        "mask-by-dims",
        "MSG-5",
        "Takes an I8 slice with the dims of the divergence for the mask, whatever it starts with.",
        edited(
            CRITIQUE,
            "not reader.at_json()",
            "(not reader.at_json() or reader._slices[reader._next].dims == divergence.dims)",
        ),
    ),
    Mutant(
        "slots-before-contents",
        "MSG-6",
        "Matches all slices with slots first and reads their contents later.",
        edited(
            "messages.read_message",
            "    message = _READERS",
            "    if len(frame.slices) > 3:\n        raise __import__('resonant').ResonantError('BAD_SLOTS', 'MSG-2', '')\n    message = _READERS",
        ),
    ),
    Mutant(
        "json-before-tensors",
        "MSG-6",
        "Reads JSON slices first, as they say what the tensors are for.",
        edited(
            CRITIQUE,
            "    divergence = ",
            "    if reader._slices and reader._slices[-1].payload.startswith(b'{'):\n        __import__('resonant.strict_json').strict_json.read_object(reader._slices[-1].payload)\n    divergence = ",
        ),
    ),
    Mutant(
        "scales-last",
        "MSG-6",
        "Looks at the scales when the tensor is used.",
        edited(TENSOR, f"            {CHECKED}\n", ""),
    ),
)
SCALES = (
    Mutant("scale-not-taken", "MSG-7", "Has no scale slices.", edited(TENSOR, AFTER, "if False:")),
    Mutant(
        "scale-if-one-more",
        "MSG-7",
        "Takes an F16 slice for the next tensor where otherwise a slot would stay without.",
        edited(TENSOR, AFTER, AFTER.replace("self.left and", "(self.left > 1 or slot not in ('keys', 'query')) and")),
    ),
    Mutant(
        "scale-if-dims-fit",
        "MSG-7",
        "Takes an F16 slice for the scale only if it has the dims of one.",
        edited(
            TENSOR,
            AFTER,
            AFTER.replace(
                "DType.F16:", "DType.F16 and self._slices[self._next].dims == (-(-prod(first.dims) // 32),):"
            ),
        ),
    ),
    Mutant(
        "scale-of-i8-only", "MSG-7", "Knows scales of I8 only.", edited(TENSOR, "dtype in _SCALED", "dtype == DType.I8")
    ),
    Mutant(
        "scale-blocks-rounded-down",
        "MSG-8",
        "Divides n by 32 without rounding up.",
        edited(SCALE, BLOCKS, "blocks = count // BLOCK"),
    ),
    Mutant(
        "scale-blocks-one-more",
        "MSG-8",
        "Counts n / 32 + 1 blocks, which is right unless 32 divides n.",
        edited(SCALE, BLOCKS, "blocks = count // BLOCK + 1"),
    ),
    Mutant(
        "scale-blocks-by-row",
        "MSG-8",
        "Takes the blocks of each row of the last dim.",
        edited(TENSOR, "prod(first.dims), dims", "32 * prod(first.dims[:-1]) * -(-first.dims[-1] // 32), dims"),
    ),
    Mutant(
        "scale-of-any-rank",
        "MSG-8",
        "Compares the number of scales and not their dims.",
        edited(SCALE, DIMS, "if len(data) != 2 * blocks:"),
    ),
    Mutant(
        "scale-of-any-length",
        "MSG-8",
        "Reads as many scales as there are.",
        edited(SCALE, DIMS, "if len(data) < 2 * blocks:"),
    ),
    Mutant(
        "scale-nan-accepted",
        "MSG-9",
        "Finds negative and infinite scales with comparisons, which NaN passes.",
        edited(SCALE, BAD, f"({BAD}) & ~np.isnan(scale)"),
    ),
    Mutant(
        "scale-infinite-accepted", "MSG-9", "Looks for NaN only.", edited(SCALE, BAD, f"({BAD}) & ~np.isposinf(scale)")
    ),
    Mutant(
        "scale-minus-zero-accepted",
        "MSG-9",
        "Compares scales with < 0, and −0 is not.",
        edited(SCALE, BAD, f"({BAD}) & (scale != 0)"),
    ),
    Mutant(
        "scale-negative-accepted",
        "MSG-9",
        "Looks at the exponent alone.",
        edited(SCALE, BAD, "scale.view('<u2') & 0x7C00 == 0x7C00"),
    ),
    Mutant(
        "scale-zero-refused",
        "MSG-9",
        "Refuses a scale of 0, by which it cannot divide.",
        edited(SCALE, BAD, f"({BAD}) | (scale == 0)"),
    ),
    Mutant(
        "scale-subnormal-refused",
        "MSG-9",
        "Takes subnormal scales for damage.",
        edited(SCALE, BAD, f"({BAD}) | ((scale.view('<u2') < 0x400) & (scale != 0))"),
    ),
    Mutant("scale-first-only", "MSG-9", "Checks the first scale.", edited(SCALE, BAD, f"({BAD})[:1]")),
)
MASKS = (
    Mutant(
        "mask-dims-not-checked",
        "MSG-11",
        "Takes a mask of any dims.",
        edited(MASK, "if one.dims != tuple(dims):", "if False:"),
    ),
    Mutant(
        "mask-of-same-size",
        "MSG-11",
        "Compares the number of elements.",
        edited(MASK, "if one.dims != tuple(dims):", "if prod(one.dims) != prod(dims):"),
    ),
    Mutant(
        "mask-of-rank-one",
        "MSG-11",
        "Also takes a flat mask.",
        edited(MASK, "if one.dims != tuple(dims):", "if one.dims not in (tuple(dims), (prod(dims),)):"),
    ),
    Mutant(
        "mask-without-leading-ones",
        "MSG-11",
        "Compares dims after dims of 1 are removed.",
        edited(
            MASK,
            "if one.dims != tuple(dims):",
            "if [dim for dim in one.dims if dim != 1] != [dim for dim in dims if dim != 1]:",
        ),
    ),
    Mutant(
        "mask-any-byte",
        "MSG-12",
        "Takes every byte that is not 0 for true.",
        edited(MASK, 'if one.payload.translate(None, b"\\x00\\x01"):', "if False:"),
    ),
    Mutant(
        "mask-255-is-true",
        "MSG-12",
        "Takes 255 for true as well.",
        edited(MASK, 'one.payload.translate(None, b"\\x00\\x01")', 'one.payload.translate(None, b"\\x00\\x01\\xff")'),
    ),
    Mutant(
        "mask-2-accepted",
        "MSG-12",
        "Compares with > 2.",
        edited(MASK, 'one.payload.translate(None, b"\\x00\\x01")', 'one.payload.translate(None, b"\\x00\\x01\\x02")'),
    ),
    Mutant(
        "mask-first-byte-only",
        "MSG-12",
        "Looks at the first byte of the mask.",
        edited(MASK, "one.payload.translate(", "one.payload[:1].translate("),
    ),
    Mutant(
        "mask-last-byte-not-checked",
        "MSG-12",
        "Stops one byte early.",
        edited(MASK, "one.payload.translate(", "one.payload[:-1].translate("),
    ),
)
DECODED = (
    Mutant(
        "crc-not-needed-for-messages",
        "MSG-21",
        "Reads messages through a shorter way in, which checks no CRC.",
        edited("header.check_envelope", "if sent != computed:", "if False:"),
    ),
    Mutant(
        "lengths-left-to-messages",
        "MSG-21",
        "Leaves the lengths of payloads to the message layer, which says BAD_SLOTS.",
        edited("slices.check_payload_length", "RejectCode.LENGTH_MISMATCH", "RejectCode.BAD_SLOTS"),
    ),
)
MUTANTS = (*SLOTS, *SCALES, *MASKS, *DECODED)
