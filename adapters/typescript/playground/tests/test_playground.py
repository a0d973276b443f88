"""The playground in Chromium against `resonant explain`: the same fields, verdicts and clauses.

`make playground-tests` builds what this needs.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from resonant.describe.annotate import annotate
from resonant.describe.annotate_repair import judge_repair
from resonant.describe.explain import judge
from resonant.errors import ResonantError
from resonant.fec.datagram import is_repair

from conformance.model.cases import load_cases

HERE = Path(__file__).parents[1]
PACKAGE = HERE.parent
FRAMES = 300
"""About how many frames of the vectors are asked."""
DAMAGED = 300
LONGEST_BYTES = 10_000
POLICY = "default-src 'none'; script-src 'self' file: 'wasm-unsafe-eval'"
PAGE = f"""<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">
{{fragment}}<script src="playground.js"></script>"""

Question = dict[str, str]


@cache
def seed() -> int:
    """The seed of what is damaged."""
    value = int(os.environ.get("RESONANT_SEED", "1"))
    print(f"seed {value}")
    return value


def frames() -> list[Question]:
    """Every n-th frame and repair datagram of the vectors."""
    given = [_question(case.input["frame"], case.input.get("key")) for case in load_cases() if "frame" in case.input]
    repair = [_question(hex) for case in load_cases() for hex in case.input.get("repair", [])]
    short = [one for one in given + repair if len(one["hex"]) <= 2 * LONGEST_BYTES]
    return short[:: len(short) // FRAMES]


def damaged() -> list[Question]:
    """Frames that are cut, or have one byte changed and a new CRC or not, and noise."""
    chance = random.Random(seed())
    originals = [bytes.fromhex(one["hex"]) for one in frames()]
    return [_question(_damaged(chance, chance.choice(originals)).hex()) for _ in range(DAMAGED)]


def _question(hex: str, key: str | None = None) -> Question:
    return {"hex": hex} if key is None else {"hex": hex, "key": key}


def _damaged(chance: random.Random, frame: bytes) -> bytes:
    kind = chance.randrange(4)
    if kind == 0:
        return frame[: chance.randrange(len(frame) + 1)]
    if kind == 1:
        return b"\x01" + chance.randbytes(chance.randrange(80))
    changed = bytearray(frame or b"\x01")
    changed[chance.randrange(min(len(changed), 64))] = chance.randrange(256)
    if kind == 2 and len(changed) > 4:
        changed[-4:] = zlib.crc32(changed[:-4]).to_bytes(4, "little")
    return bytes(changed)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The playground alone on a page, under a policy that forbids every request."""
    folder = tmp_path_factory.mktemp("playground")
    shutil.copy(PACKAGE / "build" / "playground" / "playground.js", folder)
    file = folder / "page.html"
    file.write_text(PAGE.format(fragment=(HERE / "playground.html").read_text("utf-8")), "utf-8")
    return file


def answers(page: Path, questions: list[Question]) -> list[dict[str, Any]]:
    """The page's answer to each question."""
    asked = page.with_name("questions.json")
    asked.write_text(json.dumps(questions), "utf-8")
    command: list[str | Path] = ["node", PACKAGE / "build" / "playground" / "drive.js", page, asked]
    told = subprocess.run(command, text=True, capture_output=True, timeout=120, check=False)
    assert told.returncode == 0, told.stderr
    answered: list[dict[str, Any]] = json.loads(told.stdout)
    return answered


def expected(question: Question) -> dict[str, Any]:
    """The answer of `resonant explain`."""
    data, key = bytes.fromhex(question["hex"]), bytes.fromhex(question.get("key", "")) or None
    outcome = judge_repair(data) if is_repair(data) else judge(data, key)
    code, clause = (str(outcome.code), outcome.clause) if isinstance(outcome, ResonantError) else (None, None)
    fields = [[str(field.part), field.offset, len(field.data), field.name] for field in annotate(data, key=key)]
    return {"fields": fields, "code": code, "clause": clause}


@pytest.mark.slow
@pytest.mark.parametrize("make", [frames, damaged])
def test_the_page_says_what_explain_says(page: Path, make: Callable[[], list[Question]]) -> None:
    questions = make()
    assert len(questions) >= FRAMES
    told = answers(page, questions)
    differing = []
    for question, answer in zip(questions, told, strict=True):
        shown = {
            "fields": [field[:4] for field in answer["fields"]],
            "code": answer["code"],
            "clause": answer["clause"],
        }
        if shown != (wanted := expected(question)):
            differing.append((question, shown, wanted))
    assert not differing, f"{len(differing)} of {len(questions)} differ, first:\n" + "\n".join(map(str, differing[0]))


@pytest.mark.slow
def test_a_rejected_frame_has_a_field_at_fault(page: Path) -> None:
    told = [one for one in answers(page, damaged()) if one["code"] is not None]
    pointed = [one for one in told if one["code"] in {field[4] for field in one["fields"]}]
    # What is not there cannot be pointed at: a frame that ends between two fields.
    others = {one["code"] for one in told} - {one["code"] for one in pointed}
    assert len(pointed) > DAMAGED // 2
    assert others <= {"FRAME_TOO_SHORT", "TRUNCATED_BODY", "BAD_REPAIR"}
