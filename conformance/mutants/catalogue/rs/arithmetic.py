"""Faults in the arithmetic of Reed-Solomon codes and in their matrix: RSC-1 to RSC-3."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from resonant.lazy_numpy import np
from resonant.reed_solomon.field import POLYNOMIAL, Bytes, all_inverses, all_products

from ...engine.mutant import Kind, Mutant
from ...engine.patches import Change, both, edited, replaced

FIELD = "reed_solomon.field"
CODE = "reed_solomon.code"
MATRIX = f"{CODE}.coefficients"
CAUCHY = "field.inverses()[parities[:, None] ^ data]"


def tabled(products: Callable[[], Bytes], inverses: Callable[[], Bytes]) -> Change:
    """Other tables of products and inverses."""
    return both(replaced(f"{FIELD}.products", cache(products)), replaced(f"{FIELD}.inverses", cache(inverses)))


def over(polynomial: int) -> Change:
    """The field modulo another polynomial."""
    return tabled(lambda: all_products(polynomial), lambda: all_inverses(all_products(polynomial)))


def right_products() -> Bytes:
    """Products as they are in the reference."""
    return all_products(POLYNOMIAL)


def right_inverses() -> Bytes:
    """Inverses as they are in the reference."""
    return all_inverses(right_products())


def without_zero() -> Bytes:
    """The table of products by logarithms in which that of 0 is 0 as that of 1 is."""
    products = right_products()
    products[0], products[:, 0] = np.arange(256), np.arange(256)
    return products


def exponents_unreduced() -> Bytes:
    """The same with exponents of 255 and more, which are not taken modulo 255, giving 0."""
    products, logarithms, power = right_products(), np.zeros(256, int), 1
    for exponent in range(255):
        logarithms[power] = exponent
        power = int(products[power, 2])
    late = (logarithms[:, None] + logarithms[None, :]) > 255
    return np.where(late, 0, products).astype(np.uint8)


MUTANTS = (
    Mutant(
        "field-of-aes",
        "RSC-1",
        "Takes the polynomial of AES, 0x11B, which comes first in every search.",
        over(0x11B),
    ),
    Mutant(
        "field-of-ccsds",
        "RSC-1",
        "Takes the polynomial 0x187, with which satellites send.",
        over(0x187),
    ),
    Mutant(
        "polynomial-reversed",
        "RSC-1",
        "Writes the polynomial with its lowest power first: 0x171.",
        over(0x171),
    ),
    Mutant(
        "sums-with-carry",
        "RSC-1",
        "Adds bytes as numbers modulo 256.",
        edited(f"{FIELD}.times", "result ^= ", "result += "),
    ),
    Mutant(
        "logarithm-of-zero",
        "RSC-1",
        "Looks up the logarithm of 0, which there is none of, and goes on with what stands there.",
        tabled(without_zero, right_inverses),
    ),
    Mutant(
        "exponents-unreduced",
        "RSC-1",
        "Adds logarithms and looks up the sum in a table that ends at 255.",
        tabled(exponents_unreduced, right_inverses),
        Kind.DIGIT,
    ),
    Mutant(
        "matrix-vandermonde",
        "RSC-2",
        "Takes powers of the numbers of parities for the matrix: the other one that textbooks have.",
        edited(
            MATRIX,
            f"found: Bytes = {CAUCHY}",
            "found = np.ones((r, k), np.uint8)\n"
            "for j in range(1, k):\n    found[:, j] = field.products()[found[:, j - 1], np.arange(1, r + 1)]",
        ),
    ),
    Mutant(
        "matrix-not-inverted",
        "RSC-2",
        "Takes the xor of two numbers for their coefficient, without inv.",
        edited(MATRIX, CAUCHY, "(parities[:, None] ^ data).astype(np.uint8)"),
    ),
    Mutant(
        "parities-numbered-from-0",
        "RSC-2",
        "Numbers parities from 0, and finds 0 without an inverse in the sums.",
        edited(MATRIX, "k + np.arange(r), np.arange(k)", "np.arange(r), np.arange(k)"),
    ),
    Mutant(
        "parities-numbered-first",
        "RSC-2",
        "Numbers parities before data, as Cauchy matrices of other libraries do.",
        edited(MATRIX, "k + np.arange(r), np.arange(k)", "np.arange(r), r + np.arange(k)"),
    ),
    Mutant(
        "parities-numbered-from-1",
        "RSC-2",
        "Counts shards from 1, those of data and those of parity.",
        edited(MATRIX, "k + np.arange(r), np.arange(k)", "k + 1 + np.arange(r), 1 + np.arange(k)"),
    ),
    Mutant(
        "numbers-added",
        "RSC-2",
        "Reads xor as a sum of numbers.",
        edited(MATRIX, "parities[:, None] ^ data", "(parities[:, None] + data) & 255"),
    ),
    Mutant(
        "numbers-of-seven-bits",
        "RSC-2",
        "Keeps numbers of shards in a signed byte, where 128 and more do not fit.",
        edited(MATRIX, "parities[:, None] ^ data", "(parities[:, None] ^ data) & 127"),
        Kind.SIZE,
    ),
    Mutant(
        "data-reversed",
        "RSC-2",
        "Numbers data shards from the last.",
        edited(MATRIX, "np.arange(r), np.arange(k)", "np.arange(r), np.arange(k)[::-1]"),
    ),
    Mutant(
        "parities-reversed",
        "RSC-2",
        "Gives the parities in order from the last to the first.",
        edited(MATRIX, "return found", "return found[::-1]"),
    ),
    Mutant(
        "first-parity-is-the-sum",
        "RSC-2",
        "Scales columns so that the first parity is the XOR of the data, which is quick to compute.",
        edited(MATRIX, "return found", "return field.products()[found, field.inverses()[found[0]]]"),
    ),
    Mutant(
        "last-bytes-left-out",
        "RSC-3",
        "Computes words of 16 bytes, and not what is left behind the last.",
        edited(
            f"{FIELD}.times",
            "return result",
            "size = rows.shape[1]\nif size > 16:\n    result[:, size // 16 * 16 :] = 0\nreturn result",
        ),
        Kind.SIZE,
    ),
    Mutant(
        "equal-shards-cancelled",
        "RSC-3",
        "XORs equal shards away before it multiplies.",
        edited(
            f"{FIELD}.times",
            "return result",
            "return np.zeros_like(result) if len(rows) > 1 and (rows == rows[0]).all() else result",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "empty-shards-refused",
        "RSC-3",
        "Refuses shards of no bytes, as libraries do.",
        edited(
            f"{CODE}._checked_length",
            "if len(lengths) > 1:",
            "if len(lengths) > 1 or lengths == {0}:",
        ),
    ),
    Mutant(
        "one-parity-by-xor",
        "RSC-3",
        "Takes the XOR of the data for a single parity, which recovers as well.",
        edited(MATRIX, "return found", "return found if r > 1 else np.ones_like(found)"),
        Kind.NARROW,
    ),
)
