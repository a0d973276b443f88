"""Judging frames and bodies that are not canonical: one right frame, then one fault each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import zstandard

from adapters.driver import Ok
from conformance.checks.judge import judge_answer
from conformance.checks.transformed import check_compressed, check_frame
from conformance.model.verdict import Verdict
from conformance.tests.support import (
    KEY,
    NONCE,
    XCHACHA,
    ZSTD,
    case_of,
    closed,
    header_bytes,
    sealed,
    slice_bytes,
)
from reports.outcome import Outcome

PLAIN = slice_bytes(0x02, [32], bytes(32))
HEADER = header_bytes(ZSTD, [32])
SEALED_HEADER = header_bytes(ZSTD | XCHACHA, [32])
FIELDS = {"type": 0, "flags": ZSTD}  # of encode's input only the flags matter to the judge
GIVEN = {"fields": FIELDS}
SEALED_GIVEN = {"fields": {"flags": ZSTD | XCHACHA}, "key": KEY.hex(), "nonce": NONCE.hex()}


def squeeze(plain: bytes, *, size: bool = True, checksum: bool = False) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=size, write_checksum=checksum).compress(plain)


ZSTD_BODY = squeeze(PLAIN)
STORED = bytes.fromhex("28b52ffd2026" + "310100") + PLAIN  # one last raw block of 38 bytes: 38 << 3 | 1


def expected(header: bytes = HEADER, plain: bytes = PLAIN) -> Mapping[str, str]:
    return {"header": header.hex(), "plain_body": plain.hex()}


def frame(body: bytes = ZSTD_BODY, header: bytes = HEADER) -> bytes:
    return closed(header + body)


def judged(data: bytes) -> Verdict:
    return check_frame(GIVEN, expected(), {"frame": data.hex()})


def judged_sealed(data: bytes) -> Verdict:
    return check_frame(SEALED_GIVEN, expected(SEALED_HEADER), {"frame": data.hex()})


@pytest.mark.parametrize("level", [1, 3, 19, 22])
def test_a_right_frame_passes_at_any_level(level: int) -> None:
    assert judged(frame(zstandard.ZstdCompressor(level=level).compress(PLAIN))).passed


def test_a_right_frame_that_stores_its_body_passes() -> None:
    assert judged(frame(STORED)).passed


def test_a_content_size_in_a_longer_field_passes() -> None:
    assert STORED[4:6] == b"\x20\x26"
    assert judged(frame(STORED[:4] + bytes.fromhex("a026000000") + STORED[6:])).passed


def test_a_right_sealed_frame_passes() -> None:
    assert judged_sealed(frame(sealed(ZSTD_BODY, SEALED_HEADER), SEALED_HEADER)).passed


def test_an_empty_plain_body_passes() -> None:
    header = header_bytes(ZSTD)
    right = {"frame": frame(squeeze(b""), header).hex()}
    assert check_frame(GIVEN, expected(header, b""), right).passed


def changed(data: bytes, at: int, value: int) -> bytes:
    assert data[at] != value
    return data[:at] + bytes([value]) + data[at + 1 :]


# STORED's parts: magic 0 to 3, descriptor 4, content size 5, block header 6 to 8, content from 9.
FAULTS: Mapping[str, tuple[bytes, str]] = {
    "a header byte": (closed(changed(HEADER, 4, 0x35) + ZSTD_BODY), "FRM-32"),
    "the last header byte": (closed(changed(HEADER, 32, 1) + ZSTD_BODY), "FRM-32"),
    "a frame shorter than its header": (HEADER[:20], "FRM-32"),
    "a header and no CRC": (HEADER, "FRM-24"),
    "the CRC": (frame()[:-1] + bytes([frame()[-1] ^ 1]), "FRM-24"),
    "the CRC of the plain form": (HEADER + ZSTD_BODY + closed(HEADER + PLAIN)[-4:], "FRM-24"),
    "no body": (frame(b""), "ZST-1"),
    "a body that was not compressed": (frame(PLAIN), "ZST-1"),
    "a skippable frame before it": (frame(bytes.fromhex("502a4d1800000000") + ZSTD_BODY), "ZST-1"),
    "a checksum": (frame(squeeze(PLAIN, checksum=True)), "ZST-2"),
    "no content size": (frame(squeeze(PLAIN, size=False)), "ZST-2"),
    "a content size over the limit": (frame(STORED[:4] + bytes.fromhex("a0e0ff0000") + STORED[6:]), "ZST-4"),
    "a byte after it": (frame(ZSTD_BODY + b"\0"), "ZST-6"),
    "two Zstandard frames": (frame(ZSTD_BODY + squeeze(b"")), "ZST-6"),
    "the plain body over two Zstandard frames": (frame(squeeze(PLAIN[:9]) + squeeze(PLAIN[9:])), "ZST-6"),
    "a truncated one": (frame(STORED[:-1]), "ZST-8"),
    "a reserved block type": (frame(changed(STORED, 6, 0x37)), "ZST-8"),
    "a content size too large": (frame(changed(STORED, 5, 39)), "ZST-"),
    "a content size too small": (frame(changed(STORED, 5, 37)), "ZST-"),
    "another plain body": (frame(squeeze(PLAIN[:-1] + b"\1")), "plain_body, byte 37"),
    "a plain body too short": (frame(squeeze(PLAIN[:-1])), "plain_body, byte 37"),
    "a sealed frame that was not to be": (frame(sealed(ZSTD_BODY, HEADER)), "ZST-1"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_fails_with_its_clause(name: str) -> None:
    data, named = FAULTS[name]
    verdict = judged(data)
    assert verdict.outcome is Outcome.FAIL
    assert named in verdict.summary
    assert verdict.produced == data.hex()


SEALED_FAULTS: Mapping[str, tuple[bytes, str]] = {
    "another nonce": (sealed(ZSTD_BODY, SEALED_HEADER, nonce=bytes(24)), "XCH-2"),
    "no nonce": (sealed(ZSTD_BODY, SEALED_HEADER)[24:], "XCH-2"),
    "another key": (sealed(ZSTD_BODY, SEALED_HEADER, key=bytes(32)), "XCH-2"),
    "no associated data": (sealed(ZSTD_BODY, b""), "XCH-3"),
    "a header without its last byte": (sealed(ZSTD_BODY, SEALED_HEADER[:-1]), "XCH-3"),
    "the header without the flag": (sealed(ZSTD_BODY, HEADER), "XCH-3"),
    "a nonce and nothing else": (NONCE, "XCH-2"),
    "a plain body that was not compressed": (sealed(PLAIN, SEALED_HEADER), "ZST-1"),
    "a byte after the Zstandard frame": (sealed(ZSTD_BODY + b"\0", SEALED_HEADER), "ZST-6"),
    "compressed after the seal": (squeeze(sealed(PLAIN, SEALED_HEADER)), "XCH-2"),
    "another plain body": (sealed(squeeze(bytes(38)), SEALED_HEADER), "plain_body, byte 0"),
}


@pytest.mark.parametrize("name", SEALED_FAULTS)
def test_one_fault_in_the_seal_fails_with_its_clause(name: str) -> None:
    body, named = SEALED_FAULTS[name]
    verdict = judged_sealed(frame(body, SEALED_HEADER))
    assert verdict.outcome is Outcome.FAIL
    assert named in verdict.summary


def test_a_header_that_differs_is_marked_at_its_byte() -> None:
    difference = judged(closed(changed(HEADER, 4, 0x35) + ZSTD_BODY)).difference
    assert difference is not None
    assert (difference.path, difference.byte) == (("header",), 4)


def test_a_frame_over_the_limit_fails() -> None:
    content = bytes(range(256)) * 255  # 65,280 bytes of content in raw blocks, of at most 65,280 bytes each
    block = (len(content) << 3 | 1).to_bytes(3, "little")
    size = (len(content)).to_bytes(8, "little")
    body = bytes.fromhex("28b52ffde0") + size + bytes(3) * 80 + block + content  # with 80 empty raw blocks before it
    header = header_bytes(ZSTD)
    assert len(header + body) + 4 == 29 + 13 + 240 + 3 + 65_280 + 4 == 65_569
    verdict = check_frame(GIVEN, expected(header, content), {"frame": frame(body, header).hex()})
    assert verdict.outcome is Outcome.FAIL
    assert "65,569 bytes (ZST-11)" in verdict.summary


@pytest.mark.parametrize(
    "got",
    [
        {},
        {"frame": frame().hex(), "more": 1},
        {"frame": frame().hex().upper()},
        {"frame": frame().hex(" ")},
        {"frame": frame().hex() + "0"},
        {"frame": "0g"},
        {"frame": 7},
        {"frame": None},
        {"Frame": frame().hex()},
    ],
    ids=["nothing", "extra", "upper", "spaces", "half a byte", "no hex", "number", "null", "other name"],
)
def test_the_answer_is_one_member_in_lower_case_hex(got: Mapping[str, Any]) -> None:
    verdict = check_frame(GIVEN, expected(), got)
    assert verdict.outcome is Outcome.FAIL
    assert "lower-case hex" in verdict.summary


def test_compressed_output_is_judged_in_the_same_way() -> None:
    wanted = {"plain": PLAIN.hex()}
    assert check_compressed(wanted, {"zstd": ZSTD_BODY.hex()}).passed
    wrong = check_compressed(wanted, {"zstd": (ZSTD_BODY + b"\0").hex()})
    assert wrong.outcome is Outcome.FAIL
    assert "ZST-6" in wrong.summary
    assert not check_compressed(wanted, {"frame": ZSTD_BODY.hex()}).passed
    assert not check_compressed(wanted, {"zstd": squeeze(PLAIN + b"\0").hex()}).passed


def test_encode_with_a_header_in_place_of_a_frame_comes_to_this_judge() -> None:
    case = case_of("encode", GIVEN, expected(), profile="zstd")
    assert judge_answer(case, Ok({"frame": frame(STORED).hex()})).passed
    assert not judge_answer(case, Ok({"frame": frame(PLAIN).hex()})).passed
