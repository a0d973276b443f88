"""The reference and the Rust crate side by side: on whatever input, the same value or the same reject code."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt

from adapters.driver import Answer, Ok, Reject, Testee, build_adapter, load_adapter
from conformance.model.cases import Accept, load_cases
from conformance.tests.support import ADAPTERS, KEY, XCHACHA, ZSTD, closed, sealed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("agreement")]

SEED = 20_240_601
COUNT, MANY = 1000, 3000  # inputs of each kind
LONGER = pytest.mark.nightly("test_both_say_the_same tries the first thousand of them without it")
INTERESTING = (0, 1, 2, 3, 4, 0x10, 0x20, 0x60, 0x7F, 0x80, 0xA0, 0xE0, 0xFF)


@dataclass(frozen=True, slots=True)
class Golden:
    """A valid frame of the vectors, its header apart from its body."""

    header: bytes
    body: bytes
    key: str | None

    @property
    def flags(self) -> int:
        return self.header[2]


def _golden() -> list[Golden]:
    found = []
    for case in load_cases():
        if case.op != "decode" or not isinstance(case.expect, Accept):
            continue  # before its input is asked for: a dialogue would be written out
        frame = bytes.fromhex(case.input["frame"])
        if len(frame) < 600:
            header = 29 + 4 * int.from_bytes(frame[16:24], "little")
            found.append(Golden(frame[:header], frame[header:-4], case.input.get("key")))
    return found


GOLDEN = _golden()
BODIES = [bytes.fromhex(c.input["zstd"]) for c in load_cases() if c.op == "decompress" and len(c.input["zstd"]) < 1200]


def damage(draw: random.Random, data: bytes, times: int) -> bytes:
    """Some bytes changed, cut out or put in."""
    made = bytearray(data)
    for _ in range(times):
        at = draw.randrange(len(made) + 1)
        match draw.randrange(6):
            case 0 if at < len(made):
                made[at] ^= 1 << draw.randrange(8)
            case 1 if at < len(made):
                made[at] = draw.choice(INTERESTING)
            case 2:
                del made[at:]
            case 3:
                del made[at : at + draw.randrange(1, 5)]
            case 4:
                made[at:at] = draw.randbytes(draw.randrange(1, 5))
            case _:
                made[at : at + 4] = draw.choice((0, 1, 5, 2**16, 2**31, 2**32 - 1)).to_bytes(4, "little")
    return bytes(made)


def decode_input(draw: random.Random, frame: bytes, key: str | None = None) -> Mapping[str, Any]:
    """With the key, without it, or with another one."""
    chosen = draw.choice((key, key, key, None, KEY.hex(), "00" * 32))
    return {"frame": frame.hex()} | ({"key": chosen} if chosen else {})


def damaged_headers(draw: random.Random) -> tuple[str, Mapping[str, Any]]:
    golden = draw.choice(GOLDEN)
    data = damage(draw, golden.header, draw.randrange(1, 3)) + golden.body
    return "decode", decode_input(draw, closed(data), golden.key)


def damaged_frames(draw: random.Random) -> tuple[str, Mapping[str, Any]]:
    golden = draw.choice(GOLDEN)
    data = damage(draw, golden.header + golden.body, draw.randrange(1, 4))
    return "decode", decode_input(draw, closed(data) if draw.randrange(8) else data, golden.key)


def damaged_plain_bodies(draw: random.Random) -> tuple[str, Mapping[str, Any]]:
    golden = draw.choice([one for one in GOLDEN if not one.flags & (ZSTD | XCHACHA)])
    return "decode", {"frame": closed(golden.header + damage(draw, golden.body, draw.randrange(1, 3))).hex()}


def damaged_zstd_bodies(draw: random.Random) -> tuple[str, Mapping[str, Any]]:
    golden = draw.choice([one for one in GOLDEN if one.flags & 3 == ZSTD])
    return "decode", {"frame": closed(golden.header + damage(draw, golden.body, 1)).hex()}


def damaged_inside_the_seal(draw: random.Random) -> tuple[str, Mapping[str, Any]]:
    golden = draw.choice([one for one in GOLDEN if one.flags & XCHACHA and one.key])
    nonce, key = golden.body[:24], bytes.fromhex(golden.key or "")
    inside = crypto_aead_xchacha20poly1305_ietf_decrypt(golden.body[24:], golden.header, nonce, key)
    body = sealed(damage(draw, inside, draw.randrange(1, 3)), golden.header, nonce, key)
    return "decode", decode_input(draw, closed(golden.header + body), golden.key)


def damaged_compressed_bodies(draw: random.Random) -> tuple[str, Mapping[str, Any]]:
    return "decompress", {"zstd": damage(draw, draw.choice(BODIES), draw.randrange(1, 3)).hex()}


def noise(draw: random.Random) -> tuple[str, Mapping[str, Any]]:
    """Bytes without meaning, some behind the beginning of a valid frame."""
    begin = draw.choice(GOLDEN).header[: draw.randrange(30)] if draw.randrange(2) else b""
    return "decode", decode_input(draw, closed(begin + draw.randbytes(draw.randrange(80))))


def hashes(draw: random.Random) -> tuple[str, Mapping[str, Any]]:
    if draw.randrange(2):
        return "tail_hash", {"data": draw.randbytes(draw.randrange(600)).hex()}
    parts = ("space_id", "arch", "data_sig")
    return "space_hash", {part: "".join(draw.choices("ab:é水\0 ", k=draw.randrange(1, 5))) for part in parts}


def _spoil(draw: random.Random, given: dict[str, Any], fields: dict[str, Any], one: dict[str, Any]) -> None:
    fault = draw.choice((None, None, "type", "flags", "modality", "dtype", "dims", "payload", "key", "nonce"))
    match fault:
        case "type" | "modality":
            fields[fault] = draw.choice((5, 7, 255))
        case "flags":
            fields["flags"] |= 1 << draw.randrange(3, 16)
        case "dtype":
            one["dtype"] = draw.choice((0, 4, 15, 17, 255))
        case "dims":
            one["dims"] = []
        case "payload":
            one["payload"] += "000000"  # by three bytes it fits no dtype's dims
        case "key" | "nonce":
            del given[fault]


def fields_with_one_fault(draw: random.Random) -> tuple[str, Mapping[str, Any]]:
    """One at most: an encoder may name any one of several faults."""
    dtype, elements = draw.choice((1, 2, 3, 16)), draw.randrange(9)
    size = {1: 2 * elements, 2: elements, 3: (elements + 1) // 2, 16: 2 * draw.randrange(elements + 1)}[dtype]
    one: dict[str, Any] = {"dtype": dtype, "dims": [elements, 1], "payload": draw.randbytes(size).hex()}
    fields: dict[str, Any] = {
        "type": draw.randrange(5),
        "flags": draw.choice((0, XCHACHA)) | draw.choice((0, 4)),
        "stream_id": draw.getrandbits(32),
        "frame_seq": str(draw.getrandbits(64)),
        "space_hash32": draw.getrandbits(32),
        "modality": draw.randrange(5),
        "slices": [one] * draw.randrange(4),
    }
    given: dict[str, Any] = {"fields": fields, "key": KEY.hex(), "nonce": draw.randbytes(24).hex()}
    _spoil(draw, given, fields, one)
    return "encode", given


KINDS: tuple[Callable[[random.Random], tuple[str, Mapping[str, Any]]], ...] = (
    damaged_headers,
    damaged_frames,
    damaged_plain_bodies,
    damaged_zstd_bodies,
    damaged_inside_the_seal,
    damaged_compressed_bodies,
    noise,
    hashes,
    fields_with_one_fault,
)


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Testee, Testee]]:
    adapters = [load_adapter(name, ADAPTERS) for name in ("reference", "rust")]
    for adapter in adapters:
        build_adapter(adapter)
    with Testee(adapters[0]) as reference, Testee(adapters[1]) as rust:
        yield reference, rust


def outcome(answer: Answer) -> object:
    """The part of an answer that must agree: the value, or the code without its detail."""
    return answer.code if isinstance(answer, Reject) else answer


@pytest.mark.parametrize("count", [COUNT, pytest.param(MANY, marks=LONGER)])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_both_say_the_same(
    kind: Callable[[random.Random], tuple[str, Mapping[str, Any]]], both: tuple[Testee, Testee], count: int
) -> None:
    print(f"seed {SEED}")
    draw = random.Random(f"{SEED} {kind.__name__}")
    outcomes: Counter[str] = Counter()
    differing = []
    for _ in range(count):
        op, given = kind(draw)
        left, right = (testee.ask(op, given, case=kind.__name__) for testee in both)
        assert isinstance(left, Ok | Reject), f"{op} {given}: {left}"
        outcomes[left.code if isinstance(left, Reject) else "ok"] += 1
        if outcome(left) != outcome(right):
            differing.append(f"{op} {given}\n  reference {left}\n  rust      {right}")
    assert differing == [], "\n".join(differing[:5])
    assert outcomes["ok"] or kind is noise, f"nothing was accepted: {outcomes}"
    assert len(outcomes) > 1, f"nothing was refused: {outcomes}"


COMPRESSED = [
    c for c in load_cases() if c.op == "encode" and isinstance(c.expect, Accept) and "header" in c.expect.value
]


def test_each_reads_what_the_other_compressed(both: tuple[Testee, Testee]) -> None:
    assert len(COMPRESSED) > 100
    for case in COMPRESSED:
        key = {"key": case.input["key"]} if "key" in case.input else {}
        for writer, reader in (both, reversed(both)):
            written = writer.ask("encode", case.input, case=case.id)
            assert isinstance(written, Ok), f"{case.id}: {written}"
            assert reader.ask("decode", written.value | key) == Ok({"fields": case.input["fields"]}), case.id
