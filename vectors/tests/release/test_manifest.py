"""The manifest, and with it what a release holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import jsonschema
import pytest
from resonant.describe.vector_files import whole_cases

from vectors.release.canonical import canonical
from vectors.release.cases import is_vector_file
from vectors.release.manifest import read_manifest
from vectors.release.tree import ROOT, ReleaseError
from vectors.tests.release.releases import few_released

OWN = {"release.json", "release.sig"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(few_released()["release.json"])
    return read


def test_it_fits_its_schema(manifest: dict[str, Any]) -> None:
    schema = json.loads(few_released()["release.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(manifest)


def test_it_has_the_sum_and_size_of_every_file(manifest: dict[str, Any]) -> None:
    due = {
        name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in few_released().items()
        if name not in OWN
    }
    assert manifest["files"] == due


def test_it_has_the_sum_of_every_case(manifest: dict[str, Any]) -> None:
    due = {}
    for data in (data for name, data in few_released().items() if is_vector_file(name)):
        file = json.loads(data)
        for case in whole_cases(file):
            name = f"{file['profile']}/{file['group']}/{case['id']}"
            due[name] = sha256(canonical(case).encode()).hexdigest()
    assert len(due) > 1000
    assert manifest["cases"] == due


def test_generators_are_what_shapes_bytes_and_a_lock_file_pins(manifest: dict[str, Any]) -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = dict(re.findall(r"^([a-z]+)==(\S+)", lock, re.MULTILINE))
    generators = dict(manifest["generators"])
    assert generators.pop("resonant-conformance") == manifest["version"]
    assert re.fullmatch(r"1\.\d+\.\d+", generators.pop("zstd"))
    assert generators == {name: pinned[name] for name in ("numpy", "zstandard")}


def test_data_schemas_and_specs_are_those_of_the_repository() -> None:
    released = {name: data for name, data in few_released().items() if name.startswith(("vectors/data/", "specs/"))}
    assert {name.partition("/")[0] for name in released} == {"vectors", "specs"}
    for name, data in released.items():
        assert data == (ROOT / name).read_bytes()
    specs = {path.relative_to(ROOT).as_posix() for path in (ROOT / "specs").rglob("*.*") if path.is_file()}
    assert specs == {name for name in released if name.startswith("specs/")}
    assert few_released()["vectors/schema.json"] == (ROOT / "vectors/schema.json").read_bytes()
    assert few_released()["README.md"] == (ROOT / "vectors/README.md").read_bytes()


def test_every_path_that_the_readme_names_is_there() -> None:
    readme = few_released()["README.md"].decode()
    rows = re.findall(r"^\| (`.*?) \|", readme, re.MULTILINE)
    named = [name for row in rows for name in re.findall("`([^`]*)`", row)]
    assert len(named) > 10
    only_sometimes = {"captures/PROFILE.pcapng", "CHANGES.md", "changes.json"}
    for name in set(named) - only_sometimes:
        there = [path for path in few_released() if path == name or path.startswith(name.partition("PROFILE")[0])]
        assert there, name


# A release takes a moment to make, which no run should spend while it only collects tests.
NO_MANIFESTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda manifest: b"",
    "array": lambda manifest: b"[]",
    "format": lambda manifest: b'{"format": 2, "name": "resonant-vectors"}',
    "repeated": lambda manifest: manifest.replace(b' "spec"', b' "version": "9.9.9",\n "spec"', 1),
    "deep": lambda manifest: b"[" * 100_000,
    "no-hash": lambda manifest: manifest.replace(b'"sha256": "', b'"sha256": "x', 1),
}


@pytest.mark.parametrize("change", NO_MANIFESTS.values(), ids=NO_MANIFESTS)
def test_what_is_no_manifest_is_refused(change: Callable[[bytes], bytes]) -> None:
    manifest = few_released()["release.json"]
    text = change(manifest)
    assert text != manifest
    with pytest.raises(ReleaseError, match="not a release manifest"):
        read_manifest(text)
