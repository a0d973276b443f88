"""Inputs that rs_encode and rs_decode refuse (RSC-4, RSC-5), and the order in which they look (RSC-8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model import Case, Group
from .model import MAX_K, MAX_R, code_of, refused, rs_input

RANGE, LENGTH = "FIELD_RANGE", "LENGTH_MISMATCH"
COUNTS = {  # name -> k, r, how many shards of data come
    "k-0": (0, 2, 0),
    "k-0-and-a-shard": (0, 2, 1),
    "r-0": (2, 0, 2),
    "both-0": (0, 0, 0),
    "k-129": (MAX_K + 1, 1, MAX_K + 1),
    "k-129-r-32": (MAX_K + 1, MAX_R, 3),
    "r-33": (2, MAX_R + 1, 2),
    "k-255-r-1": (255, 1, 255),
    "k-129-r-33": (MAX_K + 1, MAX_R + 1, 2),
    "k-3-in-a-byte": (259, 2, 3),
    "r-2-in-a-byte": (3, 258, 3),
    "k-3-in-two-bytes": (65_539, 2, 3),
    "r-2-in-two-bytes": (3, 65_538, 3),
    "k-minus-1-in-32-bits": (2**32 - 1, 2, 1),
    "r-minus-1-in-32-bits": (2, 2**32 - 1, 2),
    "k-and-r-exchanged": (32, 128, 32),
}


def groups() -> Iterator[Group]:
    """Both ops."""
    for op in ("rs_encode", "rs_decode"):
        folder = op.removeprefix("rs_")
        about = "Numbers of shards that no code has, at the limits and where a narrow integer wraps."
        yield Group("rs", f"{folder}/range", op, about, list(_range(op)))
        about = "Another number of shards than k and r say, and shards that differ in length."
        yield Group("rs", f"{folder}/length", op, about, list(_length(op)))
        yield Group("rs", f"{folder}/order", op, "Inputs with two faults.", list(_order(op)))


def _range(op: str) -> Iterator[Case]:
    for name, (k, r, count) in COUNTS.items():
        shards: list[bytes | None] = [bytes([number & 0xFF]) for number in range(count)]
        if op == "rs_decode":
            shards += [b"\0"] * min(r, 40)
        about = f"k is {k} and r is {r}."
        yield refused(name, about, "RSC-4", RANGE, rs_input(k, r, shards))


def _shards(op: str, k: int, r: int, size: int) -> list[bytes]:
    return code_of(k, r, size)[: k if op == "rs_encode" else k + r]


def _length(op: str) -> Iterator[Case]:
    k, r = 4, 3
    whole = _shards(op, k, r, 3)
    right = len(whole)
    for count in (0, 1, right - 1, right + 1, k if op == "rs_decode" else k + r, 2 * right):
        shards = (whole * 2)[:count]
        about = f"{count} shards in place of {right}."
        yield refused(f"shards-{count}", about, "RSC-5", LENGTH, rs_input(k, r, shards))
    for place in sorted({0, 1, right // 2, right - 1}):
        for size in (0, 2, 4, 6):
            shards = [*whole[:place], whole[place][:size].ljust(size, b"\x5a"), *whole[place + 1 :]]
            about = f"Shard {place} has {size} bytes, and the others have 3."
            yield refused(f"shard-{place}-of-{size}", about, "RSC-5", LENGTH, rs_input(k, r, shards))
    sizes = [2, 4, *[3] * (right - 2)]
    about = "One shard is as much too long as another is too short."
    yield refused("as-long-in-all", about, "RSC-5", LENGTH, rs_input(k, r, [bytes(size) for size in sizes]))
    if op == "rs_decode":
        yield from _length_with_losses(whole, k, r)


def _length_with_losses(whole: Sequence[bytes], k: int, r: int) -> Iterator[Case]:
    shards = [None, *whole[1:-1], whole[-1] + b"\0"]
    about = "The last shard is longer, and would not be needed."
    yield refused("spare-longer", about, "RSC-5", LENGTH, rs_input(k, r, shards))
    about = "A shard of no bytes does not stand for a missing one."
    yield refused("empty-for-missing", about, "RSC-5", LENGTH, rs_input(k, r, [b"", *whole[1:]]))
    about = "Missing shards are left out of the list."
    yield refused("missing-left-out", about, "RSC-5", LENGTH, rs_input(k, r, whole[1:]))
    about = "A missing shard too many."
    yield refused("missing-behind-all", about, "RSC-5", LENGTH, rs_input(k, r, [*whole, None]))


def _order(op: str) -> Iterator[Case]:
    for name, k, r in (("k-0", 0, 3), ("k-129", 129, 3), ("r-0", 4, 0), ("r-33", 4, 33)):
        about = f"k is {k}, r is {r}, and shards differ in length."
        yield refused(f"{name}-and-lengths", about, "RSC-8 RSC-4", RANGE, rs_input(k, r, [b"", b"\0", b"\0\0"]))
        about = f"k is {k}, r is {r}, and there are no shards."
        yield refused(f"{name}-and-none", about, "RSC-8 RSC-4", RANGE, rs_input(k, r, []))
    if op == "rs_encode":
        return
    about = "k is out of range, and no shard is there."
    yield refused("k-129-and-missing", about, "RSC-8 RSC-4", RANGE, rs_input(129, 3, [None] * 132))
    for name, k, r, shards in (
        ("count-and-missing", 4, 3, [b"\0", *[None] * 5]),
        ("count-more-and-missing", 4, 3, [b"\0", *[None] * 7]),
        ("none-at-all", 4, 3, []),
        ("lengths-and-missing", 4, 3, [b"\0", b"\0\0", *[None] * 5]),
        ("empty-and-missing", 4, 3, [b"\0", b"", *[None] * 5]),
    ):
        there = sum(shard is not None for shard in shards)
        about = f"{there} of {k + r} shards are there, and their number or length is wrong."
        yield refused(name, about, "RSC-8 RSC-5", LENGTH, rs_input(k, r, shards))
