"""The recipe for a profile, followed for `parity`, which has one clause and one op and needs no other profile.

Its op is added as the recipe for an op says: the steps `op` and `performer` are that recipe.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from resonant.describe.registry import registry

from conformance.tests.recipes.workshop import (
    DOCS,
    LATE,
    REGISTRY,
    VECTORS,
    Edit,
    Recipe,
    apply,
    before,
    command,
    judging,
    left_out,
    new_file,
    own_tests,
    project,
)

PAGE = """\
# Parity

- `PAR-1` The parity of bytes MUST be 1 if an odd number of their bits is set, and 0 otherwise.
"""
PROFILE = """\
[profiles.parity]
families = ["PAR"]
ops = ["parity"]
meaning = "Bits that were lost on the way are not noticed."
"""
FILE = "| [parity.md](parity.md) | `PAR` | the parity of bytes |"
STEP = "| any time | [parity.md](parity.md) | parity | about 4 | `--profile parity` |"
SCHEMA = """\
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "parity.json",
  "title": "parity",
  "description": "The parity of bytes (PAR-1).",
  "$defs": {
    "input": {
      "type": "object",
      "properties": {"data": {"type": "string", "pattern": "^([0-9a-f]{2})*$"}},
      "required": ["data"],
      "additionalProperties": false
    },
    "ok": {
      "type": "object",
      "properties": {"parity": {"enum": [0, 1]}},
      "required": ["parity"],
      "additionalProperties": false
    }
  }
}
"""
CODE = '''\
"""The parity of bytes: specs/parity.md."""


def parity(data: bytes) -> int:
    """Whether an odd number of bits is set (PAR-1)."""
    return sum(map(int.bit_count, data)) % 2
'''
VECTORS_OF_IT = '''\
"""The parity of bytes (specs/parity.md)."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Case, Group, accepts

DATA = {"nothing": ("", 0), "one-bit": ("80", 1), "two-bits": ("81", 0), "two-bytes": ("8001", 0)}


def groups() -> Iterator[Group]:
    """The one group."""
    yield Group("parity", "parity/values", "parity", "Bits that are set.", list(_values()))


def _values() -> Iterator[Case]:
    for name, (data, parity) in DATA.items():
        yield accepts(name, f"The bytes '{data}'.", "PAR-1", {"data": data}, {"parity": parity})
'''
CANARY = '''\
"""Canaries of the profile parity."""

from .lies import Canary, value

PARITY = (Canary("parity/parity/values/one-bit", value("parity", 0), "one bit is an odd number"),)
'''
MUTANT = '''\
"""Faults of the profile parity: PAR-1."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited

MUTANTS = (
    Mutant(
        "parity-of-bytes",
        "PAR-1",
        "Counts the bytes that are not zero in place of the bits that are set.",
        edited("parity.parity.parity", "map(int.bit_count, data)", "map(bool, data)"),
    ),
)
'''
ASK = '    Offer("parity", tuple(_request("parity", data=data) for data in ("00", "01"))),'

NAMES = ", ".join(f'"{name}"' for name in registry().profiles)
PROFILES = f'"profile": {{"enum": [{NAMES}]}}'
OPS = '"quantize", "dequantize", '

RECIPE: Recipe = {
    "registry": [before("specs/registry.toml", "[testee]", PROFILE)],
    "page": [
        new_file("specs/parity.md", PAGE),
        before("specs/README.md", "| [handshake.md](handshake.md) | `HSK`", FILE),
        before("specs/README.md", "| 6. handshakes |", STEP),
    ],
    "op": [
        before("specs/testee.md", "| `stop` |", "| `parity` | `parity` | data | parity |"),
        new_file("specs/ops/parity.json", SCHEMA),
        Edit("vectors/schema.json", OPS, f'{OPS}"parity", '),
    ],
    "schema": [
        Edit("vectors/schema.json", PROFILES, PROFILES.replace("]", ', "parity"]')),
    ],
    "room": [
        new_file("reference/resonant/parity/__init__.py", '"""The profile parity."""\n'),
        new_file("reference/resonant/parity/parity.py", CODE),
        Edit(
            "reference/resonant/__init__.py",
            "from .tensor.quant",
            "from .parity.parity import parity\nfrom .tensor.quant",
        ),
        Edit("reference/resonant/__init__.py", '    "open_sealed",\n', '    "open_sealed",\n    "parity",\n'),
    ],
    "testee": [
        Edit("adapters/reference/ops.py", '"fec", "adapt"),', '"fec", "adapt", "parity"),'),
        before(
            "adapters/reference/ops.py",
            '    "stop": STOP',
            '    "parity": Op({"data": DATA}, {}, lambda data: {"parity": resonant.parity(data)}),',
        ),
    ],
    "vectors": [
        new_file("vectors/make/parity/__init__.py", '"""Vectors of the profile parity."""\n'),
        new_file("vectors/make/parity/parity.py", VECTORS_OF_IT),
        Edit("vectors/make/catalogue.py", "from .sources import", "from .parity import parity\nfrom .sources import"),
        before("vectors/make/catalogue.py", "    dialogue.groups,", "    parity.groups,"),
    ],
    "canary": [
        new_file("vectors/release/canary/parity.py", CANARY),
        Edit(
            "vectors/release/canary/pack.py",
            "from .payloads import",
            "from .parity import PARITY\nfrom .payloads import",
        ),
        Edit("vectors/release/canary/pack.py", "    *ADAPT,", "    *ADAPT,\n    *PARITY,"),
    ],
    "question": [before("conformance/probes/claims.py", '    Offer("", _ANYBODY),', ASK)],
    "mutants": [
        new_file("conformance/mutants/catalogue/parity/__init__.py", '"""Mutants of the profile parity."""\n'),
        new_file("conformance/mutants/catalogue/parity/parity.py", MUTANT),
        Edit(
            "conformance/mutants/catalogue/table.py",
            "from .quant import codes",
            "from .parity import parity\nfrom .quant import codes",
        ),
        before("conformance/mutants/catalogue/table.py", "            quant_input,", "            parity,"),
        before(
            "conformance/mutants/general/schedule.py",
            '    "tensor/quant":',
            '    "parity/__init__": (),\n    "parity/parity": ("parity",),',
        ),
    ],
    "layers": [
        Edit("conformance/tests/test_imports.py", 'layer("reed_solomon trans', 'layer("parity reed_solomon trans'),
        Edit("conformance/tests/test_imports.py", 'layer("sparse zstd",', 'layer("parity sparse zstd",'),
        Edit("ARCHITECTURE.md", "› reed_solomon tensor transform ", "› parity reed_solomon tensor transform "),
        Edit("ARCHITECTURE.md", "› sparse zstd ›", "› parity sparse zstd ›"),
    ],
}
COPIES = own_tests(*REGISTRY, "conformance/tests/test_clauses.py", "conformance/tests/test_build_order.py")
ROOMS = own_tests("conformance/tests/test_imports.py", "conformance/tests/test_architecture.py", choose="room or house")
JUDGED = judging("--profile=parity")
CANARIES = own_tests("vectors/tests/release/test_canary.py", choose="every_profile_and_op")
MUTANTS = ("-m", "conformance.mutants", "--only", "PAR-1")
SCHEDULE = own_tests("conformance/tests/mutants/general/test_judge.py", choose="every_module")
# The command that is green when all is done, and red when this step is left out.
FOUND_BY = {
    "registry": COPIES,
    "page": COPIES,
    "op": COPIES,
    "schema": COPIES,
    "room": JUDGED,
    "testee": JUDGED,
    "vectors": COPIES,
    "canary": CANARIES,
    "question": COPIES,
    "mutants": SCHEDULE,
    "layers": ROOMS,
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return project(tmp_path)


@pytest.mark.nightly("test_a_profile follows every step on each submission; those of other recipes are left out by day")
@LATE
@pytest.mark.parametrize("step", left_out(FOUND_BY, "test_a_profile"))
def test_a_step_of_a_profile_that_is_left_out_is_found(copy: Path, step: str) -> None:
    apply(RECIPE, copy, without=step)
    assert any(command(copy, *one).returncode for one in dict.fromkeys((DOCS, VECTORS, FOUND_BY[step])))
