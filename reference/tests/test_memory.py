"""Memory: a header or body that announces much does not make decode take much (FRM-31)."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from resonant import ResonantError, decode

from reference.tests.support import I8, KEY, ROOT, XCHACHA, ZSTD, raw_frame, raw_header, raw_slice, sealed, with_crc

LIMIT_BYTES = 2 * 1024 * 1024
RLE_BLOCKS = bytes.fromhex("02001055") * 16_000 + bytes.fromhex("010000")
"""16,000 blocks that say to repeat one byte 131,072 times each: 2 GB in 64,003 bytes."""


def zstd(head: str) -> bytes:
    return raw_frame(bytes.fromhex("28b52ffd" + head) + RLE_BLOCKS, flags=ZSTD)


def sealed_bomb() -> bytes:
    header = raw_header(flags=ZSTD | XCHACHA)
    return with_crc(header + sealed(bytes.fromhex("28b52ffda0dfff0000") + RLE_BLOCKS, header))


HOSTILE = {
    "2^64-1 slices": raw_frame(num_slices=2**64 - 1),
    "a table that fills the frame": raw_frame(slice_len=[2**32 - 1] * 16_375),
    "a slice of 4 GiB": raw_frame(raw_slice(I8, [2**32 - 1], b""), slice_len=[2**32 - 1]),
    "a product of 2^8160": raw_frame(raw_slice(I8, [2**32 - 1] * 255, b""), slice_len=[0]),
    "content size 0, 2 GB of blocks": zstd("2000"),
    "content size 65,503, 2 GB of blocks": zstd("a0dfff0000"),
    "content size 2^64-1, 2 GB of blocks": zstd("e0ffffffffffffffff"),
    "sealed, 2 GB of blocks": sealed_bomb(),
    "4 MiB of input": bytes(4 * 1024 * 1024),
}

# Reads frames as lines of hexadecimal, and prints by how many bytes decoding them all raised the process's peak memory.
CHILD = """
import re, sys
from pathlib import Path
from resonant import ResonantError, decode

def peak_bytes():
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

def run(frames, times):
    for frame in frames * times:
        try:
            decode(frame, key=bytes(range(32)))
        except ResonantError:
            pass

first, *frames = [bytes.fromhex(line) for line in sys.stdin]
run([first], 1)
before = peak_bytes()
run(frames, 20)
print(peak_bytes() - before)
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_pythons_own_memory_stays_small(name: str) -> None:
    data = HOSTILE[name]
    tracemalloc.start()
    try:
        with pytest.raises(ResonantError):
            decode(data, key=KEY)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < LIMIT_BYTES


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from Linux's /proc")
def test_the_memory_of_the_whole_process_stays_small_what_the_c_libraries_take_included() -> None:
    # tracemalloc does not see what libzstd allocates. VmHWM does, in a process of its own that decoded one frame of the
    # greatest size before, so that the libraries' working memory is there already.
    ordinary = raw_frame(raw_slice(I8, [65_493], bytes(65_493)), slice_len=[65_493])
    text = "\n".join(frame.hex() for frame in (ordinary, *HOSTILE.values()))
    child = subprocess.run(
        [sys.executable, "-c", CHILD], input=text, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    assert int(child.stdout) < LIMIT_BYTES
