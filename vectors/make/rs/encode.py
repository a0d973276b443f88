"""rs_encode (specs/reed-solomon.md sections 1 and 2): coefficients, arithmetic, numbers and lengths of shards."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Case, Group
from .model import MAX_K, MAX_R, encoded
from .plain import drawn

LENGTHS = (*range(10), 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1025)
DATA_COUNTS = (7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128)
LARGEST = ((MAX_K, MAX_R), (MAX_K, 1), (1, MAX_R), (127, 31), (64, 16), (32, 8), (16, 4), (10, 4))
WORKED = ("0100", "0002", "0380", "ff10")
EVERY_BYTE = bytes(range(256))


def groups() -> Iterator[Group]:
    """Coefficients one by one, then sums of products, then counts and lengths."""
    yield _group("small", "The worked code, and every k and r up to 6 and 3.", _small())
    yield _group("columns", "One data shard of 1 among zeros: the parity is its column of the matrix.", _columns())
    yield _group("products", "Every byte times the coefficients of small and large codes.", _products())
    yield _group("bits", "Data of one bit, where a product is a power of x.", _bits())
    yield _group("counts", "Numbers of shards around powers of two, and the greatest.", _counts())
    yield _group("lengths", "Lengths of shards around powers of two.", _lengths())


def _group(name: str, about: str, cases: Iterator[Case]) -> Group:
    return Group("rs", f"encode/{name}", "rs_encode", about, list(cases))


def _small() -> Iterator[Case]:
    about = "The code that the specification works out."
    yield encoded("worked", about, "RSC-1 RSC-2 RSC-3", list(map(bytes.fromhex, WORKED)), 3)
    for k in range(1, 7):
        for r in range(1, 4):
            data = drawn(k, 5, f"small {k} {r}")
            yield encoded(f"k{k}-r{r}", f"{k} of data, {r} of parity.", "RSC-1 RSC-2 RSC-3", data, r)


def _columns() -> Iterator[Case]:
    for k, r in ((4, 3), (6, 3), (16, 16), (MAX_K, MAX_R)):
        for j in sorted({0, 1, k // 2 - 1, k // 2, k - 2, k - 1}):
            data = [bytes([number == j]) for number in range(k)]
            about = f"The coefficients of data shard {j} of {k} in {r} parities."
            yield encoded(f"k{k}-r{r}-shard-{j}", about, "RSC-2", data, r)


def _products() -> Iterator[Case]:
    about = "Every byte times inv(1), inv(2) and so on up to inv(32)."
    yield encoded("k1", about, "RSC-1 RSC-3", [EVERY_BYTE], MAX_R)
    about = "Every byte times two coefficients, that of the other shard being XORed to it."
    yield encoded("k2", about, "RSC-1 RSC-3", [EVERY_BYTE, EVERY_BYTE[::-1]], 4)
    for k in (2, 3, 5, 100):
        data = [bytes([value]) * 2 for value in range(255, 255 - k, -1)]
        yield encoded(f"high-bytes-k{k}", f"{k} shards of bytes from 255 down.", "RSC-1 RSC-3", data, 4)


def _bits() -> Iterator[Case]:
    for bit in range(8):
        about = f"Bytes of bit {bit} alone."
        yield encoded(f"bit-{bit}", about, "RSC-1 RSC-3", [bytes([1 << bit]), bytes(1), bytes([1 << bit])], 4)
        about = f"Two equal shards: their sum is not twice but the XOR of two products, bit {bit}."
        yield encoded(f"equal-bit-{bit}", about, "RSC-1 RSC-3", [bytes([1 << bit])] * 2, 2)


def _counts() -> Iterator[Case]:
    for k in DATA_COUNTS:
        yield encoded(f"k{k}-r2", f"{k} of data, 2 of parity.", "RSC-2 RSC-3", drawn(k, 2, f"counts {k}"), 2)
    for r in range(1, MAX_R + 1):
        yield encoded(f"k3-r{r}", f"3 of data, {r} of parity.", "RSC-2 RSC-3", drawn(3, 2, f"counts r {r}"), r)
    for k, r in LARGEST:
        about = f"{k} of data, {r} of parity."
        yield encoded(f"large-k{k}-r{r}", about, "RSC-2 RSC-3 RSC-4", drawn(k, 3, f"large {k} {r}"), r)


def _lengths() -> Iterator[Case]:
    for size in LENGTHS:
        data = drawn(2, size, f"lengths {size}")
        yield encoded(f"bytes-{size}", f"Shards of {size} bytes.", "RSC-3", data, 2)
    for k, r in ((1, 1), (MAX_K, MAX_R)):
        yield encoded(f"empty-k{k}-r{r}", f"{k} shards of no bytes.", "RSC-3", [b""] * k, r)
