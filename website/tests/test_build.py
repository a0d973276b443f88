"""A whole site of a few vectors: it is there completely or not at all, and its pages lead to each other."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from shutil import copy
from zipfile import ZipFile

import pytest

from conformance.tests.report.runs import EXAMPLE
from website import build
from website.__main__ import main
from website.checks import faults
from website.pages.downloads import MOST_BYTES
from website.pages.plots import dark

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stand-ins for the bundles, so that this needs no npm."""
    folder = tmp_path_factory.mktemp("scripts")
    for name in ("theme", "site", "browse", "group"):
        (folder / f"{name}.js").write_text("", "utf-8")
    return folder


@pytest.fixture(scope="module")
def site(scripts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with the run of an example, a mutant that survives, and an older version of the specification."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "older/spec/0.9").mkdir(parents=True)
    (folder / "older/spec/0.9/index.html").write_text("<!doctype html><title>old</title>", "utf-8")
    (folder / "resonant-vectors-1.0.0.tar.zst").write_bytes(b"small")
    with ZipFile(folder / "resonant-vectors-1.0.0.zip", "w") as archive:
        archive.writestr("resonant-vectors-1.0.0/release.json", bytes(MOST_BYTES))
    mutants = {"format": 1, "spec": "1.0", "full": False, "faults": [], "testees": {}, "unjudged": [], "codes": {}}
    one = {"id": "qnt-lost", "kind": "rule", "story": "Forgets <b>it</b>.", "killer": None}
    (folder / "mutants.json").write_text(json.dumps({**mutants, "clauses": {"QNT-4": [one]}}), "utf-8")
    for name in ("first", "second"):
        (folder / "runs" / name).mkdir(parents=True)
        copy(EXAMPLE, folder / "runs" / name / "run.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "BUNDLES", scripts)
        patch.setattr(build, "PLAYGROUND", scripts / "site.js")
        asked = [EXAMPLE, "--example", EXAMPLE, "--mutants", folder / "mutants.json", "--older", folder / "older"]
        asked += [
            "--release",
            folder,
            "--history",
            folder / "runs",
            "--profile",
            "quant",
            "--profile",
            "tcp",
            "-o",
            folder / "out",
        ]
        assert main(list(map(str, asked))) == 0
    return folder / "out"


def test_every_link_leads_somewhere_and_no_page_asks_for_anything_else(site: Path) -> None:
    assert [one for one in faults(site) if "spec/0.9" not in one] == []


def test_beside_a_clause_are_its_cases_its_mutants_and_who_passes(site: Path) -> None:
    text = (site / "spec/1.0/quant.html").read_text("utf-8").partition('id="QNT-4"')[2].partition("</li>\n<li class")[0]
    assert "../../vectors/quant/quantize/" in text
    assert "qnt-lost" in text
    assert "survives" in text
    assert "<b>it</b>" not in text


def test_versions_of_the_specification_stay(site: Path) -> None:
    assert (site / "spec/0.9/index.html").is_file()
    assert "../0.9/index.html" in (site / "spec/1.0/index.html").read_text("utf-8")


def test_an_implementation_that_fails_has_its_causes(site: Path) -> None:
    pages = list(site.glob("matrix/*/index.html"))
    assert len(pages) == 1
    assert 'class="card cause"' in pages[0].read_text("utf-8")
    assert {path.name for path in pages[0].parent.iterdir()} == {
        "index.html",
        "report.html",
        "badge.svg",
        "statement.json",
    }


def test_an_implementation_with_several_runs_has_a_history(site: Path) -> None:
    text = next(site.glob("matrix/*/index.html")).read_text("utf-8")
    assert "2 runs from" in text
    assert "<polyline" in text


def test_without_scripts_there_is_no_site_and_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out/assets").mkdir(parents=True)
    (tmp_path / "out/assets/mark.svg").write_text("", "utf-8")
    (tmp_path / "out/index.html").write_text("old", "utf-8")
    monkeypatch.setattr(build, "BUNDLES", tmp_path / "none")
    assert main(["-o", str(tmp_path / "out"), "--profile", "sparse"]) == 2
    assert (tmp_path / "out/index.html").read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_something_else_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    for target in (tmp_path, tmp_path / "notes.txt"):
        assert main(["-o", str(target)]) == 2
        assert "holds something else" in capsys.readouterr().err
    assert main(["-o", str(tmp_path / "notes.txt/site"), "--profile", "sparse"]) == 2
    assert "notes.txt/site: cannot be written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("option", ["--history", "--older", "--release", "--plot", "--mutants", "--profile"])
def test_what_is_named_has_to_be_there(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([option, str(tmp_path / "none"), "-o", str(tmp_path / "out")])
    assert "none" in capsys.readouterr().err.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_a_plot_changes_its_colours_for_the_dark() -> None:
    svg = (
        '<style type="text/css">*{}</style><path style="fill: #ffffff; stroke: #000000"/><path style="fill: #1f78b4"/>'
    )
    turned = dark(svg)
    assert "#ffffff" not in turned
    assert "#1f78b4" in turned


def test_an_archive_that_few_hosts_take_is_named_with_its_hash_and_not_copied(site: Path) -> None:
    assert {path.name for path in (site / "downloads").glob("resonant-vectors-*")} == {"resonant-vectors-1.0.0.tar.zst"}
    text = (site / "downloads/index.html").read_text("utf-8")
    assert sha256((site.parent / "resonant-vectors-1.0.0.zip").read_bytes()).hexdigest() in text
    assert 'href="resonant-vectors-1.0.0.tar.zst"' in text
    assert "not on this site" in text
