"""Quantizers in every size and place: counts around blocks, a tie, a sign and a bad number in each position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..model import Case, Group, accepts, refuses
from .cases import SOURCES, dequantize_input, dequantized, f32, not_finite, quantize_input, quantized
from .dequant import ALTERNATING
from .model import BLOCK, I8, ONE, Q4, SIGN, WIDTHS, Width, dequantize, pack, unpack, words_to_bytes
from .random import numbers, tensor

COUNTS = (*range(3, 31), 34, 47, 62, 66, 95, 96, 97, 127, 128, 129, 255, 256, 257, 513, 1025)
READ_COUNTS = (*range(3, 31), 34, 62, 66, 95, 96, 97, 127, 128, 129, 255, 257, 513, 1025)
BAD = (0x7C00, 0xFC00, 0x7C01, 0x7E00, 0x7FFF, 0xFFFF)
LATE = 129
"""Blocks of a long tensor; its last one has one element."""


def groups() -> Iterator[Group]:
    """Quantizing, then dequantizing."""
    about = "Every count up to a block, and counts around blocks and powers of two."
    yield Group("quant", "quantize/counts", "quantize", about, list(_counts()))
    about = "An element at a tie in every place of a block, with both signs."
    yield Group("quant", "quantize/tie-places", "quantize", about, [*_tie_places(), *_late_ties()])
    about = "The largest element in every place of a block, and signs by turns."
    yield Group("quant", "quantize/largest-places", "quantize", about, list(_largest_places()))
    about = "A number that is none in many places."
    yield Group("quant", "quantize/non-finite-places", "quantize", about, list(_non_finite()))
    about = "binary32 and bfloat16 in many counts, and elements of every exponent."
    yield Group("quant", "quantize/source-counts", "quantize", about, [*_sources(), *_exponents()])
    about = "Every count up to a block, and counts around blocks and powers of two."
    yield Group("quant", "dequantize/counts", "dequantize", about, list(_read_counts()))
    about = "Products that overflow, vanish or are ties, in the first, a middle and the last block."
    yield Group("quant", "dequantize/places", "dequantize", about, list(_read_places()))
    about = "Scales and lengths at fault in many places and counts."
    yield Group("quant", "dequantize/faults", "dequantize", about, [*_bad_scales(), *_bad_lengths()])


def _words(count: int, seed: int) -> list[int]:
    return tensor("blockwise", seed, count)


def _counts() -> Iterator[Case]:
    for count in COUNTS:
        for width in WIDTHS:
            clauses = "QNT-1 QNT-9 QNT-10" if width is Q4 else "QNT-1 QNT-8"
            about = f"{count} elements."
            yield quantized(width, f"count-{count}", about, clauses, _words(count, 0x77 + count))


def _tie(width: Width, place: int) -> list[int]:
    """A block whose scale is 1, with code k + 1/2 in one place: 2.5 goes down, 1.5 up."""
    top = {Q4: 0x4700, I8: 0x57F0}[width]
    block = [top if i % 2 else top | SIGN for i in range(BLOCK)]
    block[place] = (0x3E00, 0x4100, 0xBE00, 0xC100)[place % 4]
    return block


def _tie_places() -> Iterator[Case]:
    for place in range(BLOCK):
        for width in WIDTHS:
            about = f"A tie in place {place}."
            yield quantized(width, f"tie-in-{place}", about, "QNT-6", _tie(width, place))


def _late_ties() -> Iterator[Case]:
    for blocks in (2, 3, 8, 9, 17, 33):
        for width in WIDTHS:
            words = [word for block in range(blocks) for word in _tie(width, block % BLOCK)]
            top = words[0]
            odd = [*words, 0x4100, top, 0xBE00]
            about = f"{len(odd)} elements: a tie in each block, and at the end of the last, which is short."
            yield quantized(width, f"ties-of-{len(odd)}", about, "QNT-6 QNT-1", odd)
    for width in WIDTHS:
        words = [0x4100 | SIGN * (i % 2) for i in range(BLOCK * (LATE - 1))]
        for i in range(0, len(words), BLOCK):
            words[i] = {Q4: 0x4700, I8: 0x57F0}[width]
        words += [0x3E00]
        about = f"{len(words)} elements, nearly all of them ties by turns of sign."
        yield quantized(width, f"ties-of-{len(words)}", about, "QNT-6 QNT-1", words)


def _largest_places() -> Iterator[Case]:
    for place in range(BLOCK):
        for width in WIDTHS:
            words = [0x2C00 + 9 * i for i in range(BLOCK)]
            words[place] = 0x4A48 | SIGN * (place % 2)
            about = f"The largest element in place {place}."
            yield quantized(width, f"largest-in-{place}", about, "QNT-4 QNT-6", words)
    for count in (2, 3, 17, 31, 33, 65):
        for width in WIDTHS:
            words = [(0x3800 + 21 * (i % 32)) | SIGN * (i % 2) for i in range(count)]
            about = f"{count} elements, the signs by turns."
            yield quantized(width, f"turns-of-{count}", about, "QNT-4 QNT-6", words)
            small = [(i * 37 % 0x400) | SIGN * (i % 3 == 0) for i in range(count)]
            about = f"{count} subnormal elements."
            yield quantized(width, f"subnormal-{count}", about, "QNT-4 QNT-6", small)
            zeros = [SIGN * (i % 2) for i in range(count)]
            yield quantized(width, f"zeros-of-{count}", "Zeros of both signs.", "QNT-5", zeros)


def _non_finite() -> Iterator[Case]:
    for count in (33, 65, 257):
        for place in sorted({0, 1, 15, 16, 31, 32, count // 2, count - 2, count - 1}):
            word = BAD[place % len(BAD)]
            width = WIDTHS[place % 2]
            good = _words(count, 0x21)
            words = [*good[:place], word, *good[place + 1 :]]
            about = f"Element {place} of {count} is 0x{word:04x}."
            yield not_finite(width, f"element-{place}-of-{count}", about, words)
    for source, bad in (("f32", (0x7F800000, 0xFF800001, 0x477FF000)), ("bf16", (0x7F80, 0xFF81, 0x4780))):
        for count in (2, 33, 65):
            for number, place in enumerate(sorted({0, count // 2, count - 1})):
                one = f32(1.5) if source == "f32" else f32(1.5) >> 16
                words = [one] * count
                words[place] = bad[number % 3]
                about = f"Element {place} of {count} of {source}."
                width = WIDTHS[(count + place) % 2]
                yield not_finite(width, f"{source}-element-{place}-of-{count}", about, words, source)


def _sources() -> Iterator[Case]:
    number = numbers(0x5A)
    for count in (2, 3, 5, 8, 15, 16, 17, 31, 32, 64, 65, 97, 129, 257):
        drawn = [next(number) for _ in range(count)]
        words = [(one & 0x807FFFFF) | (112 + (one >> 24 & 15)) << 23 for one in drawn]
        for source in ("f32", "bf16"):
            width = WIDTHS[(count + (source == "f32")) % 2]
            given = words if source == "f32" else [word >> 16 for word in words]
            about = f"{count} elements of {source}."
            yield quantized(width, f"{source}-count-{count}", about, "QNT-2 QNT-1", given, source)
            broken = quantize_input(width, given, source)
            size = 4 if source == "f32" else 2
            cut = broken | {"data": SOURCES[source][0](given)[: 1 - size].hex()}
            about = f"{count} elements of {source}, of which the last is not whole."
            yield refuses(f"{width.name}-{source}-cut-{count}", about, "QNT-15", cut, "LENGTH_MISMATCH")


def _exponents() -> Iterator[Case]:
    for start in range(0, 31, 6):
        words = [
            (exponent << 10) | 0x155 | SIGN * (i % 2) for exponent in range(start, min(start + 6, 31)) for i in range(5)
        ]
        for width in WIDTHS:
            about = f"Elements with exponents from {start}."
            yield quantized(width, f"exponents-from-{start}", about, "QNT-4 QNT-6", words)


def _scales(count: int) -> list[int]:
    return [0x2401 + 113 * block for block in range(-(-count // BLOCK))]


def _read_counts() -> Iterator[Case]:
    for count in READ_COUNTS:
        for width in WIDTHS:
            clauses = "QNT-12 QNT-9" if width is Q4 else "QNT-12 QNT-8"
            codes = ALTERNATING[width][:count]
            yield dequantized(width, f"count-{count}", f"{count} codes.", clauses, codes, _scales(count))
            if count in (3, 16, 30, 34, 96, 129, 513):
                about = f"{count} codes without scales."
                yield dequantized(width, f"count-{count}-scale-absent", about, "QNT-13", codes, None)
    for count in range(1, 34, 2):  # the pad nibble, whatever it holds
        data = bytes((i * 37 + count) % 256 for i in range(count // 2 + 1))
        data = data[:-1] + bytes([data[-1] & 15 | (count % 15 + 1) << 4])
        given = dequantize_input(Q4, count, data, words_to_bytes(_scales(count)))
        ok = {"data": dequantize(unpack(Q4, count, data), _scales(count)).hex()}
        about = f"{count} codes and a pad nibble of {count % 15 + 1}."
        yield accepts(f"q4-pad-nibble-behind-{count}", about, "QNT-10", given, ok)


def _read_places() -> Iterator[Case]:
    marks = {"overflow": 0x7BFF, "vanishing": 0x0000, "subnormal": 0x0003, "tie": 0x3803, "greatest": 0x7091}
    for name, scale in marks.items():
        for blocks in (3, 9, 17):
            for place in sorted({0, blocks // 2, blocks - 1}):
                width = WIDTHS[(place + blocks) % 2]
                scales = [ONE] * blocks
                scales[place] = scale
                codes = ALTERNATING[width][: BLOCK * (blocks - 1) + 1]
                about = f"Scale {place} of {blocks} is 0x{scale:04x}."
                yield dequantized(width, f"{name}-{place}-of-{blocks}", about, "QNT-12", codes, scales)
    for place in range(BLOCK):
        codes = [1] * BLOCK
        codes[place] = (-8, 7, -1, 0)[place % 4]
        about = f"Code {codes[place]} in place {place}."
        yield dequantized(Q4, f"code-in-{place}", about, "QNT-9 QNT-11", codes, [0x3C01])
        codes[place] = (-128, 127, -127, -1)[place % 4]
        about = f"Code {codes[place]} in place {place}."
        yield dequantized(I8, f"code-in-{place}", about, "QNT-8 QNT-11", codes, [0x3C01])


def _refused(width: Width, name: str, about: str, given: Mapping[str, object], code: str) -> Case:
    return refuses(f"{width.name}-{name}", about, "QNT-14", given, code)


def _bad_scales() -> Iterator[Case]:
    values: Sequence[int] = (0x8000, 0x8001, 0xBC00, 0x7C00, 0x7C01, 0xFC00, 0x7FFF)
    for blocks in (2, 3, 9, 33):
        count = BLOCK * (blocks - 1) + 1
        for number, place in enumerate(sorted({0, blocks // 2, blocks - 1})):
            width = WIDTHS[(number + blocks) % 2]
            for value in values[number::3]:
                scales = [ONE] * blocks
                scales[place] = value
                codes = pack(width, ALTERNATING[width][:count])
                about = f"Scale {place} of {blocks} is 0x{value:04x}."
                case_id = f"scale-{value:04x}-{place}-of-{blocks}"
                given = dequantize_input(width, count, codes, words_to_bytes(scales))
                yield _refused(width, case_id, about, given, "BAD_SCALE")


def _bad_lengths() -> Iterator[Case]:
    for count in (3, 16, 30, 31, 34, 63, 65, 97, 129, 257, 1025):
        blocks = -(-count // BLOCK)
        for width in WIDTHS:
            codes = pack(width, ALTERNATING[width][:count])
            scale = words_to_bytes(_scales(count))
            for name, wrong in {"less": codes[:-1], "more": codes + b"\0"}.items():
                about = f"{count} codes in {len(wrong)} bytes."
                given = dequantize_input(width, count, wrong, scale)
                yield _refused(width, f"count-{count}-{name}", about, given, "LENGTH_MISMATCH")
            if count < 300:
                for size in (2 * blocks - 2, 2 * blocks - 1, 2 * blocks + 1, 2 * blocks + 2):
                    about = f"{count} codes and {size} bytes of scales."
                    given = dequantize_input(width, count, codes, (scale * 2)[:size])
                    yield _refused(width, f"count-{count}-scales-{size}", about, given, "BAD_SCALE")
