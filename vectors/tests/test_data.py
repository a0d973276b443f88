"""The committed vectors: fresh, of the right form, and as complete as they claim to be."""

from __future__ import annotations

import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from resonant.describe.registry import registry

import vectors.make.__main__
from vectors.make.__main__ import DATA, main
from vectors.make.catalogue import GROUP_MAKERS

ROOT = DATA.parent.parent
MANIFEST = DATA.parent / "manifest.json"
BASE = "json-schema:///"
"""The place of schemas without one."""
DESCRIBED = {
    "header",
    "plain_body",
    "codes_sha256",
    "data_sha256",
    "dense_sha256",
    "plain_sha256",
}  # results that are not given as such
CODES = {*registry().codes_of("frame", "message", "other"), "BAD_REPAIR", "REPAIR_MISMATCH", "DUPLICATE"}
"""The codes with which cases of ops can be rejected."""


@cache
def files() -> dict[str, dict[str, Any]]:
    return {path.relative_to(DATA).as_posix(): json.loads(path.read_bytes()) for path in sorted(DATA.rglob("*.json"))}


def cases() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for file in files().values():
        for case in file["cases"]:
            yield file, case


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """The quick one: there are ten megabytes of vectors."""
    ops = (ROOT / "specs" / "ops").glob("*.json")
    resources = [(f"{BASE}{path.name}", json.loads(path.read_bytes())) for path in ops]
    return jsonschema_rs.Draft202012Validator(schema, registry=jsonschema_rs.Registry(resources))


@pytest.mark.slow
def test_data_is_what_the_generator_makes(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--check"])
    assert status == 0, capsys.readouterr().err


def test_check_names_changed_missing_and_extra_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the frame layer alone. The recipes of CONTRIBUTING.md, followed in copies of the project, have all written."""
    makers = [make for make in GROUP_MAKERS if ".frame." in make.__module__]
    monkeypatch.setattr(vectors.make.__main__, "GROUP_MAKERS", makers)
    data = tmp_path / "data"
    shutil.copytree(DATA / "frame", data / "frame")
    (data / "frame/decode/crc.json").write_text("{}")
    (data / "frame/decode/version.json").unlink()
    (data / "frame/extra.json").write_text("{}")
    (tmp_path / "manifest.json").write_bytes(MANIFEST.read_bytes() + b"\n")
    assert main(["--data", str(data), "--check"]) == 1
    told = capsys.readouterr().err
    assert "frame/decode/crc.json: differs" in told
    assert told.count(": differs") == 2
    assert "frame/decode/version.json: missing" in told
    assert "frame/extra.json: no group makes this file" in told
    assert "manifest.json: differs" in told


def test_the_files_have_at_most_ten_megabytes_and_a_little_for_later_profiles() -> None:
    """Consumers clone it and CI reads it: large inputs are for cases whose subject is a size.

    The ten megabytes are those of the eight profiles from `frame` to `stream`, without the activations of a real model;
    the fifth of one above is for a JSON text as long as a frame can have, whose subject is how long it takes to read.
    """
    sizes = {path: path.stat().st_size for path in DATA.rglob("*.json")}
    real = [path for path in sizes if path.name == "real.json"]
    assert sum(sizes.pop(path) for path in real) <= 240_000
    apart = {
        "tcp": 500_000,
        "quic": 360_000,
        "webrtc": 300_000,
        "rs": 300_000,
        "adapt": 1_000_000,
        "fec": 1_060_000,  # half of it for the largest frame in a group and the longest repair, and one byte more
        "mux": 700_000,
    }
    rest = sum(sizes.values())
    for profile, most in apart.items():
        size = sum(size for path, size in sizes.items() if path.is_relative_to(DATA / profile))
        assert size <= most, profile
        rest -= size
    assert rest <= 10_200_000


def test_the_manifest_has_every_file_its_cases_and_its_hash() -> None:
    text = MANIFEST.read_bytes()
    manifest = json.loads(text)
    assert manifest["spec"] == "1.0"
    assert manifest["schema"] == sha256((DATA.parent / "schema.json").read_bytes()).hexdigest()
    assert manifest["sha256"] == sha256(text.replace(manifest["sha256"].encode(), b"0" * 64)).hexdigest()
    assert list(manifest["files"]) == sorted(files())
    for name, file in files().items():
        found = {"sha256": sha256((DATA / name).read_bytes()).hexdigest(), "cases": len(file["cases"])}
        assert manifest["files"][name] == found, name


def test_every_file_fits_the_schema() -> None:
    schema = validator(json.loads((ROOT / "vectors/schema.json").read_bytes()))
    assert not schema.is_valid({**next(iter(files().values())), "op": "other"})
    for name, file in files().items():
        schema.validate(file)
        assert name == f"{file['profile']}/{file['group']}.json"
        assert (DATA / name).parent.joinpath(file["$schema"]).resolve() == ROOT / "vectors/schema.json"


def test_inputs_and_results_fit_the_schema_of_their_op() -> None:
    schemas = {path.stem: json.loads(path.read_bytes()) for path in (ROOT / "specs/ops").glob("*.json")}
    parts = {
        (op, part): validator(schema["$defs"][part])
        for op, schema in schemas.items()
        for part in schema.get("$defs", ())
    }
    assert not parts["decode", "input"].is_valid({"frame": "0"})
    assert not parts["decode", "ok"].is_valid({"fields": {}})
    for file, case in cases():
        op = file["op"]
        if op == "dialogue":  # no op of a testee: the schema of vector files has its input
            continue
        parts[op, "input"].validate(case["input"])
        ok = case["expect"].get("ok")
        if ok is not None and not DESCRIBED & ok.keys() and op != "compress":
            parts[op, "ok"].validate(ok)


@pytest.mark.parametrize("op", ["decode", "encode"])
def test_the_product_of_types_dtypes_flags_and_modalities_is_complete(op: str) -> None:
    seen: Counter[tuple[int, ...]] = Counter()
    for file, case in cases():
        if file["op"] == op and file["group"] in (f"{op}/product", f"{op}/product-zstd"):
            fields = case["expect"]["ok"]["fields"] if op == "decode" else case["input"]["fields"]
            (one,) = fields["slices"]
            seen[fields["type"], one["dtype"], fields["flags"], fields["modality"]] += 1
    known = registry()
    types, dtypes = known.types.values(), [one.value for one in known.dtypes.values()]
    flags, modalities = range(2 ** len(known.flags)), [one.value for one in known.modalities.values()]
    wanted = list(product(types, dtypes, flags, modalities))
    assert len(wanted) >= 800
    assert seen == Counter(wanted)


def test_every_reject_code_has_six_causes() -> None:
    causes = defaultdict(set)
    for file, case in cases():
        if "reject" in case["expect"]:
            causes[case["expect"]["reject"]].add((file["group"], case["id"]))
    assert sorted(causes) == sorted(CODES)
    assert {code: len(ids) for code, ids in causes.items() if len(ids) < 6} == {}


def test_transform_flags_stay_within_their_profiles() -> None:
    before_flags = ("FRAME_TOO_SHORT", "CRC_MISMATCH", "RESERVED_FLAGS")
    for file, case in cases():
        if case["expect"].get("reject") in before_flags:
            continue
        frame = case["input"].get("frame", "")
        flags = int(frame[4:6], 16) if frame else case["input"].get("fields", {}).get("flags", 0)
        needed = {name for name, bit in (("zstd", 1), ("xchacha", 2)) if flags & bit}
        assert needed <= {file["profile"], *file.get("requires", ())}, (file["group"], case["id"])


def test_at_least_forty_frames_are_assembled_by_hand() -> None:
    hand = [case["id"] for file, case in cases() if file["op"] == "decode" and file["group"].startswith("decode/hand-")]
    assert len(hand) >= 40


def test_no_input_has_two_outcomes() -> None:
    seen: dict[str, str] = {}
    for file, case in cases():
        name = f"{file['profile']}/{file['group']}/{case['id']}"
        key = json.dumps([file["op"], case["input"]], sort_keys=True)
        expect = json.dumps(case["expect"], sort_keys=True)
        if key in seen:
            assert seen[key] == expect, f"{name}: an input with two different outcomes"
        seen[key] = expect
