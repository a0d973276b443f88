"""The pack: vector files of canaries only, laid out as vectors/ is, and a key that states the fault of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from ...make.manifest import manifest_text
from ...make.model import Case, Group
from ..cases import DIALOGUE, ReleasedCase, VectorFile
from ..tree import CANARY, CANARY_KEY, ReleaseError
from .codes import RS
from .dialogues import ADAPTIVE, HANDSHAKE, MUX, STREAM
from .frames import CANARIES as FRAME
from .lies import Canary
from .payloads import ADAPT, MESSAGE, QUANT, SPARSE
from .repairs import FEC
from .transforms import XCHACHA, ZSTD
from .transports import QUIC, TCP, WEBRTC

CANARIES = (
    *FRAME,
    *ZSTD,
    *XCHACHA,
    *MESSAGE,
    *SPARSE,
    *QUANT,
    *HANDSHAKE,
    *STREAM,
    *TCP,
    *QUIC,
    *WEBRTC,
    *MUX,
    *RS,
    *FEC,
    *ADAPT,
    *ADAPTIVE,
)
UDP = ("udp",)
ABOUT = (
    "Every case in canary/data is wrong on purpose. A driver has to report each one that it runs, and what it runs "
    "depends on the profiles of the implementation alone. kind code cannot be seen by who names no reject codes."
)


def canary_files(
    cases: Sequence[ReleasedCase], schema: bytes, canaries: Sequence[Canary] = CANARIES
) -> dict[str, bytes]:
    """The files below canary/, by name. schema: vectors/schema.json, which the copies fit as well.

    Raises ReleaseError for a canary whose case is not there any more, or that changes nothing.
    """
    by_id = {case.id: case for case in cases}
    groups: dict[VectorFile, list[Case]] = {}
    for canary in canaries:
        original = by_id.get(canary.case)
        if original is None:
            raise ReleaseError(f"the canary {canary.case} has no case to be a copy of")
        groups.setdefault(original.file, []).append(_wrong(original, canary))
    made = [_group(file, wrong) for file, wrong in groups.items()]
    texts = {str(group.path): group.text() for group in made}
    files = {f"{CANARY}data/{path}": text.encode() for path, text in texts.items()}
    manifest = manifest_text(made, texts, schema).encode()
    own = {f"{CANARY}schema.json": schema, f"{CANARY}manifest.json": manifest, CANARY_KEY: _key(by_id, canaries)}
    return files | own


def _group(file: VectorFile, wrong: Sequence[Case]) -> Group:
    """Copies of cases of one file; dialogues are played over one transport alone, as each is to be reported once."""
    over = file.transports or (UDP if file.op == DIALOGUE else ())
    transports = UDP if UDP[0] in over else over[:1]
    return Group(file.profile, file.group, file.op, file.about, wrong, file.requires, transports)


def _wrong(original: ReleasedCase, canary: Canary) -> Case:
    """The case with the lie in it: id, about and clauses are those of the original, so that nothing gives it away."""
    entry = deepcopy({"input": dict(original.input), "expect": dict(original.expect)})
    before = deepcopy(entry)
    canary.lie.change(entry)
    if entry == before:
        raise ReleaseError(f"the canary {canary.case} is not wrong")
    return Case(original.name, original.about, original.clauses, entry["input"], entry["expect"])


def _key(by_id: Mapping[str, ReleasedCase], canaries: Sequence[Canary]) -> bytes:
    lines = ",\n".join(f"  {json.dumps(_entry(by_id[canary.case], canary))}" for canary in canaries)
    return f'{{\n "about": {json.dumps(ABOUT)},\n "canaries": [\n{lines}\n ]\n}}\n'.encode()


def _entry(original: ReleasedCase, canary: Canary) -> dict[str, Any]:
    file = original.file
    return {
        "case": canary.case,
        "file": f"{CANARY}data/{file.profile}/{file.group}.json",
        "op": file.op,
        "needs": [file.profile, *file.requires],
        "kind": str(canary.lie.kind),
        "wrong": canary.wrong,
    }
