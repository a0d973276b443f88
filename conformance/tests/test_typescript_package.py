"""The npm package has the codes and limits of the registry, and runs in browsers; its kit can be copied."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from resonant.describe.registry import registry

from adapters.driver import build_adapter, load_adapter
from conformance.tests.support import ADAPTERS, ROOT

PACKAGE = ROOT / "adapters/typescript"
SOURCE = PACKAGE / "src"
KIT = PACKAGE / "testee-kit"
IMPORTED = re.compile(r'\bfrom "([^"]+)"|\bimport "([^"]+)"|\bimport\("([^"]+)"\)')


def text_of(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob("*.ts")))


def imports(path: Path) -> set[str]:
    return {"".join(found) for found in IMPORTED.findall(path.read_text("utf-8"))}


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    return found


def test_codes_are_those_of_the_registry_with_their_clauses() -> None:
    table = (SOURCE / "errors.ts").read_text("utf-8").split("} as const")[0]
    found = dict(re.findall(r'^  ([A-Z0-9_]+): "([A-Z]+-\d+)",$', table, re.MULTILINE))
    assert found == {name: code.clause for name, code in registry().codes.items()}


@pytest.mark.parametrize(
    ("name", "where", "text"),
    [
        ("min_frame_bytes", SOURCE, "MIN_FRAME_BYTES"),
        ("max_frame_bytes", SOURCE, "MAX_FRAME_BYTES"),
        ("max_plain_bytes", SOURCE, "MAX_PLAIN_BYTES"),
        ("max_datagram_bytes", SOURCE, "MAX_DATAGRAM_BYTES"),
        ("max_slice_dims", SOURCE, "MAX_RANK"),
        ("key_bytes", SOURCE, "KEY_BYTES"),
        ("nonce_bytes", SOURCE, "NONCE_BYTES"),
        ("tag_bytes", SOURCE, "TAG_BYTES"),
        ("scale_block_elements", SOURCE, "SCALE_BLOCK"),
        ("max_dense_elements", SOURCE, "MAX_DENSE_ELEMENTS"),
        ("max_data_shards", SOURCE, "MAX_DATA_SHARDS"),
        ("max_parity_shards", SOURCE, "MAX_PARITY_SHARDS"),
        ("max_tolerance", SOURCE, "MAX_TOLERANCE"),
        ("max_budget_bytes", SOURCE, "MAX_BUDGET_BYTES"),
        ("min_repair_bytes", SOURCE, "MIN_REPAIR_BYTES"),
        ("max_protected_bytes", SOURCE, "MAX_PROTECTED_BYTES"),
        ("max_step_numbers", SOURCE, "MAX_STEP"),
        ("known_groups", SOURCE, "KNOWN_GROUPS"),
        ("min_recovery_frames", SOURCE, "RECOVERY_FRAMES"),
        ("min_recovery_bytes", SOURCE, "RECOVERY_BYTES"),
        ("max_kept_repair_bytes", SOURCE, "MAX_KEPT_REPAIR_BYTES"),
        ("flush_ms", SOURCE, "FLUSH_MS"),
        ("max_waiting_frames", SOURCE, "MAX_WAITING_FRAMES"),
        ("max_waiting_to_go_bytes", SOURCE, "MAX_WAITING_TO_GO_BYTES"),
        ("blocked_every_ms", SOURCE, "BLOCKED_EVERY_MS"),
        ("reset_counts_ms", SOURCE, "RESET_COUNTS_MS"),
        ("max_json_levels", SOURCE, "MAX_LEVELS"),
        ("max_message_pieces", KIT, "MAX_PIECES"),
        ("max_piece_bytes", KIT, "PIECE_BYTES"),
        ("kept_replies", KIT, "KEPT_REPLIES"),
    ],
)
def test_a_limit_is_that_of_the_registry(name: str, where: Path, text: str) -> None:
    (value,) = re.findall(rf"^(?:export )?const {text} = ([0-9_]+);", text_of(where), re.MULTILINE)
    assert int(value) == registry().limit(name)


def test_the_kit_needs_node_alone() -> None:
    """As it is copied: it imports modules of Node and its own files."""
    files = list(KIT.rglob("*.ts"))
    assert len(files) > 5
    for path in files:
        assert {name for name in imports(path) if not name.startswith("node:")} <= {
            f"./{other.stem}.js" for other in files
        }, path


ALONE = """\
const { mkdirSync, rmdirSync, appendFileSync } = require("node:fs");
mkdirSync("busy"); // fails where another one builds
require("node:child_process").spawnSync(process.execPath, ["-e", ""]);
rmdirSync("busy");
appendFileSync("built", "x");
"""
"""A build that fails if it is not alone."""


@pytest.fixture
def buildable(tmp_path: Path) -> Path:
    """A folder with that build, and a folder for what builds tell each other."""
    folder = tmp_path / "mine"
    (folder / "node_modules").mkdir(parents=True)
    (tmp_path / "tmp").mkdir()
    (folder / "build.cjs").write_text(ALONE, "utf-8")
    (folder / "package.json").write_text(json.dumps({"scripts": {"build": "node build.cjs"}}), "utf-8")
    for name in ("package-lock.json", "node_modules/.installed-lock"):
        (folder / name).write_text("{}", "utf-8")
    return folder


def begin_build(folder: Path) -> subprocess.Popen[bytes]:
    temporary = {name: str(folder.parent / "tmp") for name in ("TMPDIR", "TEMP", "TMP")}
    return subprocess.Popen(["node", str(KIT / "build.mjs")], cwd=folder, env={**os.environ, **temporary})


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_builds_that_are_started_at_once_wait_for_each_other(buildable: Path) -> None:
    builds = [begin_build(buildable) for _ in range(3)]
    assert [build.wait(60) for build in builds] == [0, 0, 0]
    assert (buildable / "built").read_text("utf-8") == "xxx"
    assert list((buildable.parent / "tmp").glob("testee-build-*")) == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_a_build_takes_over_from_one_that_was_killed(buildable: Path) -> None:
    ended = subprocess.Popen(["node", "-e", ""])
    ended.wait(60)
    name = hashlib.sha256(os.fsencode(buildable.resolve())).hexdigest()[:16]
    (buildable.parent / "tmp" / f"testee-build-{name}").write_text(str(ended.pid), "utf-8")
    assert begin_build(buildable).wait(60) == 0
    assert (buildable / "built").read_text("utf-8") == "x"
    assert list((buildable.parent / "tmp").glob("testee-build-*")) == []


def test_browsers_have_all_that_the_package_imports() -> None:
    """Dependencies run in browsers; only `src/node` imports modules of Node."""
    needed = set(manifest()["dependencies"])
    for path in SOURCE.rglob("*.ts"):
        outside = {name for name in imports(path) if not name.startswith(".")}
        packages = {"/".join(name.split("/")[: 2 if name.startswith("@") else 1]) for name in outside}
        if SOURCE / "node" not in path.parents:
            assert packages <= needed, path


def test_versions_are_exact_and_locked_without_a_registry() -> None:
    wanted = manifest()
    lock = json.loads((PACKAGE / "package-lock.json").read_text("utf-8"))["packages"]
    for kind in ("dependencies", "devDependencies"):
        assert lock[""][kind] == wanted[kind]
        for name, version in wanted[kind].items():
            assert lock[f"node_modules/{name}"]["version"] == version
    for path, package in lock.items():
        assert path == "" or package["integrity"].startswith("sha512-")
        assert "resolved" not in package, path


@pytest.mark.late("packs the package and installs it twice, each time with all that it needs")
@pytest.mark.slow
def test_the_packed_package_runs_the_quick_start_in_an_empty_folder(tmp_path: Path) -> None:
    """Each block of README's prints what its comments say."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    build_adapter(load_adapter("typescript", ADAPTERS))
    run("npm", "pack", "--silent", "--pack-destination", str(tmp_path), folder=PACKAGE)
    (archive,) = tmp_path.glob("resonant-protocol-*.tgz")
    empty = tmp_path / "empty"
    empty.mkdir()
    optional = f"node-datachannel@{manifest()['devDependencies']['node-datachannel']}"
    run("npm", "install", "--silent", "--prefer-offline", "--no-audit", "--no-fund", str(archive), folder=empty)
    assert not (empty / "node_modules/node-datachannel").exists()
    run("npm", "install", "--silent", "--prefer-offline", "--no-audit", "--no-fund", optional, folder=empty)
    assert (empty / "node_modules/resonant-protocol/dist/LICENSE").read_text("utf-8").startswith("MIT License")
    blocks = re.findall(r"```js\n(.*?)```", (PACKAGE / "README.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 9
    for number, block in enumerate(blocks):
        (empty / f"block{number}.mjs").write_text(block, "utf-8")
        said = re.findall(r"console\.log\(.*\); // (.*)$", block, re.MULTILINE)
        assert said
        if "webrtc" in block:
            assert answered(f"block{number}.mjs", empty, said)
        else:
            assert run("node", f"block{number}.mjs", folder=empty).splitlines() == said


def answered(block: str, folder: Path, said: list[str]) -> bool:
    """Whether a block with two ends of libdatachannel prints this, in one of three runs.

    On one machine the answer can take effect before the end that gets it has noted whose certificate it names.
    """
    command = ["node", block]
    runs = (
        subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False) for _ in range(3)
    )
    return any(done.stdout.splitlines() == said for done in runs)


def run(*command: str, folder: Path) -> str:
    """Run a program, which has to succeed; gives what it printed."""
    environment = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "NODE_OPTIONS")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
