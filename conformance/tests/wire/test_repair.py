"""Repair that the suite writes by itself, against the worked examples of the specification."""

from __future__ import annotations

import zlib

from conformance.wire.repair import as_of, parities, repair_datagrams, repair_text

# specs/fec.md section 7.
FRAMES = (
    "010000003412000001000000000000000100000000000000040000000000000000010102000000003c00c0d22d353b",
    "0103000034120000020000000000000000000000000000000000000000238a9d3b",
)
REPAIR = (
    "525346313412000001000000000000000201000186007a010000fd0700007b000000000000008e000000000000000200000000"
    "ea8d80e28e8e01000000001e006069989493b2299b5f"
)


def test_parity_is_that_of_the_worked_code() -> None:
    shards = [bytes.fromhex(shard) for shard in ("0100", "0002", "0380", "ff10")]  # specs/reed-solomon.md section 4
    assert [parity.hex() for parity in parities(3, shards)] == ["3ef7", "d022", "80eb"]


def test_repair_is_that_of_the_worked_group() -> None:
    (repair,) = repair_datagrams(0x1234, 1, 1, 1, [bytes.fromhex(frame) for frame in FRAMES])
    assert repair.hex() == REPAIR
    assert repair_text(repair) == "repair 0 of 1, stream 4660, 2 frames from #1 by 1, 49 bytes of parity"


def test_repair_of_another_group_is_that_but_for_its_checksum() -> None:
    frames = [bytes.fromhex(frame) for frame in FRAMES]
    (repair,) = repair_datagrams(0x1234, 1, 1, 1, frames)
    assert as_of(repair, base=1, k=2, r=1, index=0) == repair
    changed = as_of(repair, base=9, k=3, r=2, index=1)
    assert repair_text(changed) == "repair 1 of 2, stream 4660, 3 frames from #9 by 1, 49 bytes of parity"
    assert changed[-4:] == zlib.crc32(changed[:-4]).to_bytes(4, "little")
