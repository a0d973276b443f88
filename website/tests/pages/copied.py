"""The copies of cases as tests: made without a browser, right and wrong ones together, and run in each language."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from website.places import ROOT
from website.vectors import DIALOGUE, Group, load_groups

LIMIT_S = 300
MOST_CHARS = 3_000
"""Of a case that is compiled: longer ones have no other code, only more of it."""
WRONG = "-wrong"
_TYPESCRIPT = ROOT / "adapters" / "typescript"
_CODES = ("BAD_CRC", "BAD_TYPE")
_PROGRAM = """
import { readFileSync, writeFileSync } from "node:fs";
import { copies } from "./tests.mjs";
writeFileSync(1, JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((one) => Object.fromEntries(copies(one)))));
"""

Json = Mapping[str, Any]


def sample() -> tuple[Json, ...]:
    """A case for each op and each form of its input and result, as the page of its group takes it along."""
    found: dict[object, Json] = {}
    for group in load_groups():
        for case in group.file["cases"] if group.op != DIALOGUE else ():
            if len(json.dumps(case)) < MOST_CHARS:
                found.setdefault(_form(group.op, case), taken(group, case))
    return tuple(found.values())


def _form(op: str, case: Json) -> object:
    ok = case["expect"].get("ok", {})
    kind = ok.get("message", {}).get("kind")
    dtypes = frozenset(one for one in (1, 2, 3, 16) if f'"dtype": {one},' in json.dumps(ok))
    return op, frozenset(case["input"]), frozenset(ok), ok.get("dtype"), kind, dtypes if kind else None


def taken(group: Group, case: Json) -> Json:
    """A case as the script of the page has it."""
    file = {**group.file, "cases": [case]}
    return {**case, "id": f"{group.id}/{case['id']}", "op": group.op, "file": file}


def copies(cases: Sequence[Json], folder: Path) -> Sequence[Mapping[str, str]]:
    """The copies of each case by their labels, made by the script of the site in Node."""
    _bundled([ROOT / "website/client/copying/tests.ts"], folder, "--bundle")
    (folder / "make.mjs").write_text(_PROGRAM, "utf-8")
    made = subprocess.run(
        ["node", "make.mjs"], cwd=folder, input=json.dumps(cases).encode(), capture_output=True, check=True
    )
    result: Sequence[Mapping[str, str]] = json.loads(made.stdout)
    return result


def _bundled(sources: Sequence[Path], folder: Path, *options: str) -> None:
    esbuild = ROOT / "website/node_modules/.bin/esbuild"
    form = ("--format=esm", "--out-extension:.js=.mjs", f"--outdir={folder}", "--log-level=warning", *options)
    subprocess.run([esbuild, *sources, *form], check=True, timeout=LIMIT_S)


def spoiled(case: Json) -> Json:
    """The same case with another result, which a test of it has to notice."""
    return {**case, "id": case["id"] + WRONG, "expect": _other(case["expect"])}


def _other(expect: Json) -> Json:
    if "reject" in expect:
        return {"reject": next(code for code in _CODES if code != expect["reject"])}
    ok = dict(expect["ok"])
    if "message" in ok:
        sync = {"kind": "sync", "json": {"method": "no"}}
        return {"ok": {"message": {"kind": "heart"} if ok["message"]["kind"] != "heart" else sync}}
    name = next(one for one in ok if one != "dtype")
    return {"ok": ok | {name: _another(ok[name])}}


def _another(value: Any) -> Any:
    if isinstance(value, str):
        return value[:-1] + f"{int(value[-1], 16) ^ 1:x}" if value else "00"
    if isinstance(value, list):
        return [*value, "00"]
    return value ^ 1 if isinstance(value, int) else value | {"stream_id": value["stream_id"] ^ 1}


def _python(texts: Sequence[str], _: Path) -> Iterator[str]:
    """In this process, which has the package."""
    for text in texts:
        scope: dict[str, Any] = {}
        exec(compile(text, "copied", "exec"), scope)
        name = next(one for one in scope if one.startswith("test_"))
        try:
            scope[name]()
        except BaseException:  # also pytest's, for an error that was not raised
            yield name


def _go(texts: Sequence[str], folder: Path) -> Iterator[str]:
    """In the module itself, as nothing else may be fetched."""
    module = ROOT / "adapters" / "go"
    files = dict(_written(texts, folder, "copied{}_test.go"))
    overlay = {"Replace": {str(module / path.name): str(path) for path in files}}
    (folder / "overlay.json").write_text(json.dumps(overlay), "utf-8")
    names = "|".join(text.partition("func ")[2].partition("(")[0] for text in texts)
    found = _ended(
        ["go", "test", "-C", str(module), "-overlay", str(folder / "overlay.json"), "-run", f"^({names})$", "."]
    )
    yield from (line.split()[2] for line in found.splitlines() if line.startswith("--- FAIL: "))


def _rust(texts: Sequence[str], folder: Path) -> Iterator[str]:
    (folder / "src").mkdir()
    modules = [path.stem for path, _ in _written(texts, folder / "src", "copied{}.rs")]
    (folder / "src/lib.rs").write_text("".join(f"#[cfg(test)]\nmod {name};\n" for name in modules), "utf-8")
    crate = ROOT / "adapters/rust/resonant-protocol"
    package = '[package]\nname = "copied"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n[dependencies]\n'
    needs = f'resonant-protocol = {{ path = "{crate}" }}\nsha2 = {{ version = "0.10", default-features = false }}\n'
    (folder / "Cargo.toml").write_text(package + needs, "utf-8")
    (folder / "Cargo.lock").write_bytes((ROOT / "vectors/examples/rust/Cargo.lock").read_bytes())
    target = str(ROOT / "adapters/rust/target/copied")
    found = _ended(
        ["cargo", "test", "--offline", "--target-dir", target, "--manifest-path", str(folder / "Cargo.toml")]
    )
    for line in found.splitlines():
        if line.startswith("test ") and line.endswith("... FAILED"):
            yield line.split()[1].partition("::")[2]


def _typescript(texts: Sequence[str], folder: Path) -> Iterator[str]:
    package = (_TYPESCRIPT / "build/src/index.js").as_uri()
    here = [text.replace('"resonant-protocol"', json.dumps(package)) for text in texts]
    paths = [path for path, _ in _written(here, folder, "copied{}.ts")]
    _bundled(paths, folder)
    (folder / "all.mjs").write_text("".join(f'import "./{path.stem}.mjs";\n' for path in paths), "utf-8")
    found = _ended(["node", "--test", "--test-reporter=tap", str(folder / "all.mjs")])
    for line in map(str.strip, found.splitlines()):
        if line.startswith("not ok ") and ": " in line:
            yield line.partition(" - ")[2].partition(": ")[0]


def _written(texts: Sequence[str], folder: Path, name: str) -> Iterator[tuple[Path, str]]:
    for place, text in enumerate(texts):
        path = folder / name.format(place)
        path.write_text(text, "utf-8")
        yield path, text


def _ended(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if "FAIL" not in done.stdout and "not ok" not in done.stdout:
        raise AssertionError(f"no test failed, not even a wrong one:\n{done.stdout}\n{done.stderr}")
    return done.stdout


FAILED: Mapping[str, Callable[[Sequence[str], Path], Iterator[str]]] = {
    "Python": _python,
    "TypeScript": _typescript,
    "Go": _go,
    "Rust": _rust,
}
"""The names of those tests in a language that fail."""
