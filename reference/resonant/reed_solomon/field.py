"""GF(2^8), the field whose elements are bytes (RSC-1): tables of all products and inverses, and matrices."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

from ..lazy_numpy import NDArray, np

POLYNOMIAL = 0x11D  # x^8 + x^4 + x^3 + x^2 + 1
Bytes: TypeAlias = NDArray["np.uint8"]


def all_products(polynomial: int) -> Bytes:
    """The product of each two bytes, as polynomials modulo this one."""
    left, right = np.arange(256, dtype=np.uint16)[:, None], np.arange(256, dtype=np.uint16)
    table = np.zeros((256, 256), np.uint16)
    for bit in range(8):
        table ^= left * (right >> bit & 1)
        left <<= 1  # times x
        left ^= (left >> 8) * np.uint16(polynomial)
    return table.astype(np.uint8)


def all_inverses(table: Bytes) -> Bytes:
    """For each byte the one whose product with it is 1 in this table; 0 for 0, which has none."""
    found: Bytes = (table == 1).argmax(axis=1).astype(np.uint8)
    return found


@cache
def products() -> Bytes:
    """The table of this field's products, shape (256, 256)."""
    return all_products(POLYNOMIAL)


@cache
def inverses() -> Bytes:
    """The table of its inverses, shape (256,)."""
    return all_inverses(products())


def times(matrix: Bytes, rows: Bytes) -> Bytes:
    """The product of two matrices. A sum is the XOR of its terms."""
    table, result = products(), np.zeros((len(matrix), rows.shape[1]), np.uint8)
    for column, row in zip(matrix.T, rows, strict=True):
        result ^= table[column[:, None], row]
    return result


def inverted(matrix: Bytes) -> Bytes:
    """The inverse of a square matrix that has one, by Gauss-Jordan elimination."""
    table, size = products(), len(matrix)
    rows = np.hstack((matrix, np.eye(size, dtype=np.uint8)))
    for place in range(size):
        pivot = place + int(np.argmax(rows[place:, place] != 0))
        rows[[place, pivot]] = rows[[pivot, place]]
        rows[place] = table[inverses()[rows[place, place]], rows[place]]
        factors = rows[:, place].copy()
        factors[place] = 0
        rows ^= table[factors[:, None], rows[place]]
    return rows[:, size:]
