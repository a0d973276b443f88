"""Faults of scales and masks: MSG-7 to MSG-9, MSG-11 and MSG-12."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited

TENSOR = "message.slots.SlotReader.tensor"
MASK = "message.slots.SlotReader.mask"
SCALE = "tensor.quant.check_scale"
AFTER = "if dtype in _SCALED and self.left and self._slices[self._next].dtype == DType.F16:"
BLOCKS = "blocks = blocks_of(count)"
DIMS = "if len(data) != 2 * blocks or dims not in (None, (blocks,)):"
BAD = 'scale.view("<u2") >= 0x7C00'
MASK_DIMS = "if one.dims != tuple(dims):"
MASK_BYTES = 'one.payload.translate(None, b"\\x00\\x01")'

SCALES = (
    Mutant(
        "scale-not-known",
        "MSG-7",
        "Was written before there were scales, and takes every slice for a tensor.",
        edited(TENSOR, AFTER, "if False:"),
    ),
    Mutant(
        "scale-if-one-slice-more",
        "MSG-7",
        "Leaves an F16 slice to the next slot where that would otherwise be empty.",
        edited(TENSOR, AFTER, AFTER.replace("self.left", '(self.left > 1 or slot not in ("keys", "query"))')),
    ),
    Mutant(
        "scale-if-dims-fit",
        "MSG-7",
        "Takes an F16 slice for the scale only if it has the dims of one.",
        edited(TENSOR, AFTER, AFTER[:-1] + " and self._slices[self._next].dims == (-(-prod(first.dims) // 32),):"),
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
        "Computes n / 32 + 1, which is right unless 32 divides n.",
        edited(SCALE, BLOCKS, "blocks = count // BLOCK + 1"),
    ),
    Mutant(
        "scale-blocks-of-rows",
        "MSG-8",
        "Begins a new block with each row.",
        edited(TENSOR, "prod(first.dims), dims", "32 * prod(first.dims[:-1]) * -(-first.dims[-1] // 32), dims"),
    ),
    Mutant(
        "scale-of-any-rank",
        "MSG-8",
        "Compares the number of scales and not their dims.",
        edited(SCALE, DIMS, "if len(data) != 2 * blocks:"),
    ),
    Mutant(
        "scale-nan-accepted",
        "MSG-9",
        "Compares scales with 0 and with the greatest number, which NaN passes.",
        edited(SCALE, BAD, f"({BAD}) & ~np.isnan(scale)"),
    ),
    Mutant(
        "scale-infinite-accepted",
        "MSG-9",
        "Looks for NaN and forgets that infinity is no number either.",
        edited(SCALE, BAD, f"({BAD}) & ~np.isposinf(scale)"),
    ),
    Mutant(
        "scale-minus-zero-accepted",
        "MSG-9",
        "Compares with < 0, and −0 is not.",
        edited(SCALE, BAD, f"({BAD}) & (scale != 0)"),
    ),
    Mutant(
        "scale-negative-accepted",
        "MSG-9",
        "Looks at the exponent alone, and so never sees the sign.",
        edited(SCALE, BAD, '(scale.view("<u2") & 0x7C00) == 0x7C00'),
    ),
    Mutant(
        "scale-zero-refused",
        "MSG-9",
        "Refuses a scale by which it cannot divide.",
        edited(SCALE, BAD, f"({BAD}) | (scale == 0)"),
    ),
    Mutant(
        "scale-first-checked",
        "MSG-9",
        "Looks at the first scale and takes the others to be like it.",
        edited(SCALE, BAD, f"({BAD})[:1]"),
    ),
)
MASKS = (
    Mutant(
        "mask-of-any-dims",
        "MSG-11",
        "Takes a mask of any dims and lets the application find out.",
        edited(MASK, MASK_DIMS, "if False:"),
    ),
    Mutant(
        "mask-of-equal-size",
        "MSG-11",
        "Compares the number of elements in place of the dims.",
        edited(MASK, MASK_DIMS, "if prod(one.dims) != prod(dims):"),
    ),
    Mutant(
        "mask-flat-accepted",
        "MSG-11",
        "Takes a flat mask as well, since its bytes are the same.",
        edited(MASK, MASK_DIMS, "if one.dims not in (tuple(dims), (prod(dims),)):"),
    ),
    Mutant(
        "mask-of-any-bytes",
        "MSG-12",
        "Takes every byte but 0 for true.",
        edited(MASK, f"if {MASK_BYTES}:", "if False:"),
    ),
    Mutant(
        "mask-255-accepted",
        "MSG-12",
        "Takes 255 for true as well, as vector units do.",
        edited(MASK, MASK_BYTES, MASK_BYTES.replace("x01", "x01\\xff")),
    ),
    Mutant(
        "mask-2-accepted",
        "MSG-12",
        "Compares bytes with > 2 where > 1 is meant.",
        edited(MASK, MASK_BYTES, MASK_BYTES.replace("x01", "x01\\x02")),
    ),
    Mutant(
        "mask-end-not-checked",
        "MSG-12",
        "Stops one byte early when it walks over the mask.",
        edited(MASK, MASK_BYTES, MASK_BYTES.replace("payload", "payload[:-1]")),
    ),
)
MUTANTS = (*SCALES, *MASKS)
