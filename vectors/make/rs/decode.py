"""rs_decode (specs/reed-solomon.md section 3): every loss of small codes, large codes, and shards that disagree."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..model import Case, Group
from .encode import WORKED
from .model import MAX_K, MAX_R, code_of, decoded, listed, refused, rs_input, without
from .plain import parity_of

LENGTHS = (0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129)


def groups() -> Iterator[Group]:
    """Losses that are made good, shards that disagree, and losses that are too many."""
    for r in (1, 2, 3):
        about = f"Every loss that {r} of parity make good, of up to 6 of data."
        yield _group(f"losses-r{r}", about, _losses(r))
    yield _group("large", "Losses of large codes.", _large())
    yield _group("lengths", "Lengths of shards around powers of two.", _lengths())
    yield _group("damaged", "Shards that disagree: which of them are used, and which come back.", _damaged())
    yield _group("too-few", "One loss more than there is parity.", _too_few())


def _group(name: str, about: str, cases: Iterator[Case]) -> Group:
    return Group("rs", f"decode/{name}", "rs_decode", about, list(cases))


def _losses(r: int) -> Iterator[Case]:
    for k in range(1, 7):
        shards = code_of(k, r, 1 if r == 3 else 2)
        for count in range(r + 1):
            for lost in combinations(range(k + r), count):
                case_id = f"k{k}-r{r}-lost-{'-'.join(map(str, lost)) or 'none'}"
                about = f"Lost: {listed(lost) if lost else 'none'} of {k + r}."
                clauses = "RSC-7 RSC-6" if count == r else "RSC-7"
                yield decoded(case_id, about, clauses, k, without(shards, lost))


def _large() -> Iterator[Case]:
    worked = list(map(bytes.fromhex, WORKED))
    about = "The code that the specification works out."
    yield decoded("worked", about, "RSC-7", 4, without([*worked, *parity_of(4, 3, worked)], (0, 2, 5)))
    k, r = MAX_K, MAX_R
    shards = code_of(k, r, 1)
    losses = {
        "none": (),
        "first": tuple(range(r)),
        "last-of-data": tuple(range(k - r, k)),
        "parity": tuple(range(k, k + r)),
        "every-fifth": tuple(range(0, k + r, 5)),
        "around-the-end-of-data": tuple(range(k - r // 2, k + r // 2)),
        "one-of-data": (77,),
    }
    for name, lost in losses.items():
        yield decoded(f"k{k}-r{r}-{name}", f"{len(lost)} of {k + r} are lost.", "RSC-7 RSC-4", k, without(shards, lost))
    for k, r in ((1, MAX_R), (32, 8), (64, 1), (MAX_K, 1), (3, 32)):
        shards = code_of(k, r, 3)
        for name, lost in (("first", tuple(range(r))), ("spread", tuple(range(0, k + r, (k + r) // r))[:r])):
            case_id = f"k{k}-r{r}-{name}"
            yield decoded(case_id, f"{len(lost)} of {k + r} are lost.", "RSC-7", k, without(shards, lost))


def _lengths() -> Iterator[Case]:
    for size in LENGTHS:
        shards = code_of(2, 2, size)
        yield decoded(f"bytes-{size}", f"Shards of {size} bytes.", "RSC-7", 2, without(shards, (0, 3)))
    yield decoded("empty-and-whole", "Shards of no bytes, none of them lost.", "RSC-7", 2, [b""] * 3)
    about = "A shard of no bytes is there, and so are shards enough."
    yield decoded("empty-is-there", about, "RSC-7 RSC-6", 2, [b"", None, None, b""])


def _damaged() -> Iterator[Case]:
    k, r = 4, 3
    for number in range(k + r):
        shards = code_of(k, r, 3, "damaged")
        shards[number] = bytes([shards[number][0] ^ 0x40, *shards[number][1:]])
        for lost in ((), (0,), (3,), (5,), (1, 6), (2, 4), (0, 1), (4, 5, 6)):
            if number in lost:
                continue
            what = f"{listed(lost)} {'is' if len(lost) == 1 else 'are'} lost" if lost else "none is lost"
            case_id = f"shard-{number}-lost-{'-'.join(map(str, lost)) or 'none'}"
            about = f"Shard {number} has a changed byte, and {what}."
            yield decoded(case_id, about, "RSC-7", k, without(shards, lost))


def _too_few() -> Iterator[Case]:
    for k in range(1, 7):
        for r in (1, 2, 3):
            shards = code_of(k, r, 2)
            spread = tuple(range(0, k + r, max(1, (k + r) // (r + 1))))[: r + 1]
            losses = {tuple(range(r + 1)): "first", tuple(range(k - 1, k + r)): "last", spread: "spread"}
            losses[tuple(range(k + r))] = "all"
            for lost, name in losses.items():
                about = f"Of {k + r} shards {listed(lost)} are lost, and {k} are needed."
                given = rs_input(k, r, without(shards, lost))
                yield refused(f"k{k}-r{r}-{name}", about, "RSC-6", "NOT_RECOVERABLE", given)
    k, r = MAX_K, MAX_R
    shards = code_of(k, r, 1)
    for name, few in (("first", range(r + 1)), ("parity-and-one", range(k - 1, k + r)), ("all", range(k + r))):
        about = f"{len(few)} of {k + r} shards are lost."
        given = rs_input(k, r, without(shards, few))
        yield refused(f"k{k}-r{r}-{name}", about, "RSC-6", "NOT_RECOVERABLE", given)
