"""Drives the vectors of frame/decode with a decoder of one page: python frame_page.py FOLDER, an unpacked release.

The canary comes first: who does not report vectors that are wrong on purpose would not report a wrong decoder either.
"""

import json
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

Json = dict[str, Any]
LARGEST = 65_536
F16, I8, Q4, SPARSE = 1, 2, 3, 16


class RefusedError(Exception):
    """A frame that is refused; the text is the reject code."""


def need(condition: object, code: str) -> None:
    """Refuse the frame with this code unless the condition holds."""
    if not condition:
        raise RefusedError(code)


def decode(frame: bytes) -> Json:
    """The fields of a frame without transforms, checked in the order of specs/frame.md, section 4."""
    need(len(frame) >= 33, "FRAME_TOO_SHORT")
    need(len(frame) <= LARGEST, "FRAME_TOO_LARGE")
    need(frame[0] == 1, "BAD_VERSION")
    need(struct.unpack("<I", frame[-4:])[0] == zlib.crc32(frame[:-4]), "CRC_MISMATCH")
    _, kind, flags, stream_id, frame_seq, count = struct.unpack_from("<BBHIQQ", frame)
    need(kind <= 4, "BAD_TYPE")
    need(flags < 8, "RESERVED_FLAGS")
    need(33 + 4 * count <= len(frame), "BAD_SLICE_TABLE")
    table = struct.unpack_from(f"<{count}I", frame, 24)
    space_hash32, modality = struct.unpack_from("<IB", frame, 24 + 4 * count)
    need(modality <= 4, "BAD_MODALITY")
    need(33 + 10 * count + sum(table) <= LARGEST, "PLAIN_TOO_LARGE")
    if flags & 3:
        raise NotImplementedError("a transform, which is none of the profile frame")
    fields: Json = {"type": kind, "flags": flags, "stream_id": stream_id, "frame_seq": str(frame_seq)}
    fields |= {"space_hash32": space_hash32, "modality": modality}
    return fields | {"slices": read_slices(frame[29 + 4 * count : -4], table)}


def read_slices(body: bytes, table: tuple[int, ...]) -> list[Json]:
    """The slices of a plain body, one for each length in the table, and nothing after them."""
    slices = []
    for length in table:
        one, body = read_slice(body, length)
        slices.append(one)
    need(not body, "TRAILING_BYTES")
    return slices


def read_slice(body: bytes, length: int) -> tuple[Json, bytes]:
    """One slice and the body after it."""
    need(body, "TRUNCATED_BODY")
    need(body[0] in (F16, I8, Q4, SPARSE), "BAD_DTYPE")
    need(len(body) > 1, "TRUNCATED_BODY")
    dtype, rank = body[:2]
    need(rank, "BAD_RANK")
    head = 2 + 4 * rank
    need(len(body) >= head, "TRUNCATED_BODY")
    dims = struct.unpack_from(f"<{rank}I", body, 2)
    need(fits(dtype, dims, length), "LENGTH_MISMATCH")
    need(len(body) >= head + length, "TRUNCATED_BODY")
    one = {"dtype": dtype, "dims": list(dims), "payload": body[head : head + length].hex()}
    return one, body[head + length :]


def fits(dtype: int, dims: tuple[int, ...], length: int) -> bool:
    """Whether a payload of this length is what dtype and dims ask for."""
    elements = 1
    for dim in dims:
        elements *= dim
    if dtype == SPARSE:
        return length % 2 == 0 and length <= 2 * elements
    return length == {F16: 2 * elements, I8: elements, Q4: (elements + 1) // 2}[dtype]


def outcome(case: Json) -> Json:
    """This decoder's outcome for a case, in the form of its `expect`."""
    try:
        return {"ok": {"fields": decode(bytes.fromhex(case["input"]["frame"]))}}
    except RefusedError as refused:
        return {"reject": str(refused)}


def reported(folder: Path) -> tuple[int, set[str]]:
    """The cases of frame/decode below a folder, and the ids of those that this decoder does not pass."""
    ran, wrong = 0, set[str]()
    for path in sorted(folder.glob("frame/decode/*.json")):
        file = json.loads(path.read_text("utf-8"))
        for case in file["cases"]:
            ran += 1
            if outcome(case) != case["expect"]:
                wrong.add(f"{file['profile']}/{file['group']}/{case['id']}")
    return ran, wrong


def main(release: Path) -> int:
    """Run the canary, then the vectors; returns the exit status."""
    ran, wrong = reported(release / "canary" / "data")
    key = json.loads((release / "canary" / "key.json").read_text("utf-8"))
    due = {entry["case"] for entry in key["canaries"] if (entry["needs"], entry["op"]) == (["frame"], "decode")}
    print(f"canary: {len(wrong)} of {ran} reported")
    if not due or wrong != due:
        print("this driver is broken, it does not report:", *sorted(due - wrong), sep="\n  ")
        return 2
    ran, wrong = reported(release / "vectors" / "data")
    print(f"frame/decode: {ran - len(wrong)} of {ran} passed", *sorted(wrong), sep="\n  ")
    return 1 if wrong or not ran else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
