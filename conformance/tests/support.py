"""Helpers for the suite's tests: frames made by hand, testees made wrong, and runs of the suite in a process."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from adapters.driver import Adapter, load_adapter
from conformance.model.cases import Accept, Case, Refuse
from conformance.session.implementations import find_adapter
from conformance.tests.forks.client import OF_SUITE

ROOT = Path(__file__).resolve().parents[2]
ADAPTERS = ROOT / "adapters"
KEY = bytes(range(32))  # a test key
NONCE = bytes(range(0x40, 0x58))
ZSTD, XCHACHA = 1, 2
RUN_LIMIT_S = 300


def write_adapter(folder: Path, run: Sequence[str] = ("{python}", "testee.py"), **changes: str) -> Path:
    """An adapter in `folder` that runs this command, or of what the changes say; the path of its adapter.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = {"name": '"made"', "launch": '"process"', "run": json.dumps(run) if run else "", **changes}
    path = folder / "adapter.toml"
    path.write_text("".join(f"{key} = {value}\n" for key, value in keys.items() if value), "utf-8")
    return path


def write_wrong(folder: Path, name: str) -> Path:
    """An adapter in `folder` whose testee is wrong:NAME, as if it were somebody's own."""
    return write_adapter(folder, find_adapter(f"wrong:{name}").run)


def adapter_at(path: Path) -> Adapter:
    return load_adapter(str(path), ADAPTERS)


def case_of(
    op: str,
    given: Mapping[str, Any],
    expect: Mapping[str, Any] | str,
    *,
    profile: str = "frame",
    clauses: tuple[str, ...] = ("FRM-1",),
    requires: tuple[str, ...] = (),
) -> Case:
    """A case with an expectation of ok, or of reject if it is a code."""
    expected = Refuse(expect) if isinstance(expect, str) else Accept(expect)
    return Case(f"{profile}/{op}/made", profile, requires, op, "made by a test", clauses, given, expected)


def slice_bytes(dtype: int, dims: Sequence[int], payload: bytes) -> bytes:
    """A slice by section 2 of specs/frame.md."""
    return struct.pack(f"<BB{len(dims)}I", dtype, len(dims), *dims) + payload


def header_bytes(flags: int = 0, slice_len: Sequence[int] = (), **fields: int) -> bytes:
    """A header by section 1 of specs/frame.md."""
    values = {"type": 0, "stream_id": 0x1234, "frame_seq": 1, "space_hash32": 0, "modality": 0} | fields
    fixed = struct.pack("<BBHIQQ", 1, values["type"], flags, values["stream_id"], values["frame_seq"], len(slice_len))
    table = struct.pack(f"<{len(slice_len)}I", *slice_len)
    return fixed + table + struct.pack("<IB", values["space_hash32"], values["modality"])


def closed(data: bytes) -> bytes:
    """A frame without its CRC, and the CRC."""
    return data + struct.pack("<I", zlib.crc32(data))


def sealed(plain: bytes, header: bytes, nonce: bytes = NONCE, key: bytes = KEY) -> bytes:
    """nonce, ciphertext and tag by XCH-2 and XCH-3."""
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plain, header, nonce, key)


@dataclass(frozen=True, slots=True)
class Ran:
    """A run of the suite that has ended."""

    status: int
    out: str
    """Standard output and standard error."""
    report: Mapping[str, Any]
    """run.json, empty if the run wrote none."""

    @property
    def outcomes(self) -> dict[str, str]:
        """Case id to outcome."""
        return {case["id"]: case["outcome"] for case in self.report["cases"]}

    @property
    def failed(self) -> dict[str, str]:
        """Those that are not passed."""
        return {case: outcome for case, outcome in self.outcomes.items() if outcome != "pass"}


@cache
def _run_schema() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads((ROOT / "reports" / "run.schema.json").read_bytes()))


def check_run_json(report: Mapping[str, Any]) -> None:
    """Raises jsonschema_rs.ValidationError where the contents of a run.json do not fit reports/run.schema.json."""
    _run_schema().validate(report)


def run_pytest(arguments: Sequence[str], env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """pytest with these arguments in the repository; exit status and output."""
    given = ["-m", "pytest", *arguments, "-p", "no:cacheprovider"]
    done = OF_SUITE.run(given, cwd=ROOT, env=inherited() | dict(env or {}), timeout=RUN_LIMIT_S, merged=True)
    return done.returncode, done.stdout


def inherited() -> dict[str, str]:
    """The environment without what concerns the run that these tests are in."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "RESONANT_"))}


def run_suite(
    impl: str | Path, report: Path, *arguments: str, what: str = "conformance", env: Mapping[str, str] | None = None
) -> Ran:
    """`pytest conformance` of an implementation, its run.json written below the folder `report`."""
    status, out = run_pytest([what, f"--impl={impl}", "--report", str(report), "-q", *arguments], env)
    path = report / "run.json"
    return Ran(status, out, json.loads(path.read_bytes()) if path.exists() else {})


def replays(out: str) -> list[str]:
    """The commands that the failures of a run print, once each: in CI pytest prints a failure twice."""
    return list(dict.fromkeys(line.split(None, 1)[1] for line in out.splitlines() if line.startswith("replay ")))


def run_line(line: str, folder: Path = ROOT, path: str = os.environ["PATH"]) -> tuple[int, str]:
    """A line of shell as a person gives it in `folder`; exit status and output. path: the variable PATH."""
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env=inherited() | {"PATH": path, "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUN_LIMIT_S,
        check=False,
    )
    return done.returncode, done.stdout


def run_words(line: str, folder: Path = ROOT, path: str = os.environ["PATH"]) -> tuple[int, str]:
    """The same of a line that is one call of one of our programs; the shell says what its words are."""
    env = inherited() | {"PATH": path, "COLUMNS": "120"}
    said = subprocess.run(
        ["/bin/sh", "-c", f"set -- {line} &&\nprintf '%s\\0' \"$@\""],
        cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stderr == "", said.stderr
    program, *words = said.stdout.split("\0")[:-1]
    found = shutil.which(folder / program if os.sep in program else program, path=path)
    assert found is not None, f"no {program} on PATH"
    if Path(found).parent != Path(sys.executable).parent:  # the program of another Python
        return run_line(line, folder, path)
    given = words if Path(found) == Path(sys.executable) else [str(found), *words]
    done = OF_SUITE.run(given, cwd=folder, env=env, timeout=RUN_LIMIT_S, merged=True)
    return done.returncode, done.stdout


def replayed(line: str, folder: Path = ROOT, path: str = os.environ["PATH"], *, fresh: bool = False) -> Ran:
    """The same of a command that runs the suite, with its run.json. fresh: in a shell and an interpreter of its own."""
    with tempfile.TemporaryDirectory() as report:
        status, out = (run_line if fresh else run_words)(f"{line} -q --report {shlex.quote(report)}", folder, path)
        file = Path(report) / "run.json"
        return Ran(status, out, json.loads(file.read_bytes()) if file.exists() else {})
