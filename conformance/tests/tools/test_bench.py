"""The account of what things cost: compared with the last one, drawn, and written in the form that its schema has."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # of a picture that we drew

import jsonschema
import pytest

from conformance.campaign.spent import Spent
from conformance.model.cases import DIALOGUE, load_cases
from conformance.tests.support import ROOT
from conformance.tools.bench import __main__ as bench
from conformance.tools.bench.account import WORSE_BY, Account, Measured, machine, read_last, write
from conformance.tools.bench.benches import BENCHES, LESS, MORE, Bench, Figure
from conformance.tools.bench.campaign import figures as campaign_figures
from conformance.tools.bench.plot import BAD, GOOD, LAST, svg
from conformance.tools.bench.rates import kinds_of
from conformance.tools.bench.suite import Cost, Round, account

SCHEMA = json.loads((ROOT / "reports" / "bench.schema.json").read_bytes())


def figure(name: str, value: float, better: str = LESS, *, ratio: bool = True, limit: float | None = None) -> Measured:
    return Measured(f"made/{name}", value, better, ratio, limit)


def made(*figures: Measured) -> Account:
    return Account(figures, {"made": {"ratio": 1}}, {})


def last(**values: float) -> dict[str, Any]:
    return {"machine": machine(), "figures": [{"id": f"made/{name}", "value": value} for name, value in values.items()]}


def test_a_ratio_that_got_worse_is_named_and_one_within_noise_is_not() -> None:
    figures = (figure("up", 1.2), figure("same", 1.1), figure("down", 0.8, MORE), figure("faster", 9.0, MORE))
    found = made(*figures).beside(last(up=1.0, same=1.0, down=1.0, faster=1.0))
    assert [one.id for one in found.figures if one.worse] == ["made/up", "made/down"]
    up, down = found.lines_of_text()
    assert up == "WORSE by 20% than in the last run: made/up is 1.2, was 1"
    assert down == "WORSE by 25% than in the last run: made/down is 0.8, was 1"
    assert f"{WORSE_BY:.0%}".replace("%", " %") in SCHEMA["properties"]["figures"]["items"]["properties"]["worse"][
        "description"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "before",
    [None, {**last(up=1.0), "machine": {**machine(), "cores": 4096}}, last(other=1.0)],
    ids=["first run", "another machine", "new figure"],
)
def test_without_a_last_run_of_such_a_machine_nothing_is_worse(before: Mapping[str, Any] | None) -> None:
    (one,) = made(figure("up", 9.0)).beside(before).figures
    assert (one.last, one.worse) == (None, False)


def test_what_is_no_ratio_is_held_to_its_limit_and_to_no_last_run() -> None:
    figures = figure("slow_s", 21.0, limit=20, ratio=False), figure("per_s", 3000.0, MORE, limit=3000, ratio=False)
    found = made(*figures).beside(last(slow_s=1.0, per_s=9000.0))
    assert [one.worse for one in found.figures] == [False, False]
    assert list(found.lines_of_text()) == ["BEYOND ITS LIMIT: made/slow_s is 21, 20 is due"]


def test_its_data_fits_the_schema_and_the_last_account_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    assert read_last(path) is None
    write(made(figure("up", 1.0, limit=2)), path)
    second = Account([figure("up", 1.5)], {}, {"go-frame": "go is not installed"}).beside(read_last(path))
    write(second, path)
    for name in ("bench.json", "bench.last.json"):
        jsonschema.validate(json.loads((tmp_path / name).read_bytes()), SCHEMA)
    kept = json.loads(path.read_bytes())
    assert [(one["value"], one["last"], one["worse"]) for one in kept["figures"]] == [(1.5, 1.0, True)]
    assert kept["skipped"] == {"go-frame": "go is not installed"}
    assert list(second.lines_of_text())[-1] == "not measured: go-frame: go is not installed"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"format": 0}', '{"format": 1}', '{"format": 1, "figures": [{}]}', "[" * 100_000]
)
def test_a_damaged_account_of_the_last_run_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bench.json"
    path.write_text(text, "utf-8")
    assert made(figure("up", 1.0)).beside(read_last(path)).figures[0].last is None


def test_the_plot_has_a_bar_for_each_ratio_and_one_for_its_last_value() -> None:
    figures = figure("up", 2.0), figure("new", 1.0, limit=2), figure("seconds", 5.0, ratio=False)
    drawn = ET.fromstring(svg(made(*figures).beside(last(up=1.0))))
    bars = [(one.get("fill"), float(one.get("width", ""))) for one in drawn.findall("{*}rect") if one.get("x")]
    assert [colour for colour, _ in bars] == [BAD, LAST, GOOD]
    assert bars[0][1] == 2 * bars[1][1] == 2 * bars[2][1]
    assert [text.text for text in drawn.findall("{*}text")][2::2] == ["made/up", "made/new"]


def test_the_plot_shows_what_has_a_limit_though_it_is_no_ratio_and_says_what_is_asked() -> None:
    figures = figure("rate", 1192.4, MORE, ratio=False, limit=3000), figure("share", 0.024789010675023152, MORE)
    texts = [text.text for text in ET.fromstring(svg(made(*figures))).findall("{*}text")][2:]
    assert texts == ["made/rate", "1192 (at least 3000)", "made/share", "0.0248 (more is better)"]


def line(text: str) -> Bench:
    code = f"print('first'); print({text!r})"
    return Bench("made", "made by a test", (sys.executable, "-c", code), {"ratio": Figure(LESS, limit=1)})


def test_a_bench_is_a_program_whose_last_line_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    missing = Bench("other", "never", ("no-such-program-here",), {})
    found = bench.run([line('{"ratio": 1.5, "more": "x"}'), missing])
    assert [(one.id, one.value, one.missed) for one in found.figures] == [("made/ratio", 1.5, True)]
    assert found.lines == {"made": {"ratio": 1.5, "more": "x"}}
    assert found.skipped == {"other": "no-such-program-here is not installed"}
    assert capsys.readouterr().out == 'made by a test: {"ratio": 1.5, "more": "x"}\n'


@pytest.mark.parametrize("text", ["no json", "7", '{"other": 1}', '{"ratio": "fast"}'])
def test_a_line_without_its_figures_ends_the_run(text: str) -> None:
    with pytest.raises(bench.BenchError, match="made"):
        bench.run([line(text)])


def test_a_program_that_fails_ends_the_run() -> None:
    with pytest.raises(bench.BenchError, match="ended with 3"):
        bench.run([Bench("made", "", (sys.executable, "-c", "print('{}'); raise SystemExit(3)"), {})])


def test_every_bench_is_there() -> None:
    assert len({one.name for one in BENCHES}) == len(BENCHES)
    for one in BENCHES:
        if one.command[1] == "-m":
            assert find_spec(one.command[2]) is not None
        elif one.command[0] == sys.executable:
            assert (ROOT / one.command[1]).is_file()
        elif one.command[0] == "cargo":
            assert (one.folder / "resonant-protocol" / "benches" / f"{one.command[-1]}.rs").is_file()
        elif one.command[0] == "node":
            source = Path(one.command[1]).relative_to("build").with_suffix(".ts")
            assert (one.folder / source).is_file()
        else:
            assert (one.folder / one.command[2]).is_dir()


def test_an_unknown_name_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--only", "nothing"]) == bench.USAGE
    assert "there are reference-codec, " in capsys.readouterr().err


def test_the_ratios_of_whole_runs_are_medians_of_pairs() -> None:
    rounds = [
        Round(Cost(2.0, 4.0), Cost(4.0, 4.0), Cost(1.0, 8.0), Cost(2.0, 4.0)),
        Round(Cost(9.0, 9.0), Cost(3.0, 3.0), Cost(9.0, 9.0), Cost(9.0, 9.0)),
        Round(Cost(3.0, 6.0), Cost(2.0, 3.0), Cost(3.0, 9.0), Cost(4.0, 6.0)),
    ]
    found = account(rounds)
    assert (found["suite_s"], found["empty_s"], found["two_s"], found["one_s"]) == (3.0, 3.0, 3.0, 4.0)
    assert (found["ratio"], found["cpu_ratio"], found["two_ratio"], found["two_cpu_ratio"]) == (1.5, 2.0, 0.75, 1.5)
    assert found["lanes_ratio"] == 1.0
    (suite,) = [one for one in BENCHES if one.name == "suite"]
    assert suite.figures.keys() <= found.keys()


def test_the_kinds_of_cases_are_all_those_without_state_and_each_op() -> None:
    kinds = kinds_of(load_cases())
    assert len(kinds["all"]) == len(load_cases())
    assert {case.op for case in kinds["stateless"]} == {*kinds} - {"all", "stateless", DIALOGUE}
    assert sum(len(cases) for kind, cases in kinds.items() if kind not in ("all", "stateless")) == len(kinds["all"])


def test_a_campaign_is_measured_by_sort_of_input_with_every_process_that_took_part() -> None:
    spent = Spent(
        Counter(stateless=100, dialogues=10),
        {("stateless", "making inputs"): 0.1, ("stateless", "asking a"): 0.3, ("dialogues", "asking a"): 2.0},
        {("stateless", "workers"): 0.1, ("stateless", "a"): 0.02, ("dialogues", "a"): 1.0},
    )
    assert campaign_figures(spent) == {
        "campaign_stateless_per_s": 250,
        "campaign_stateless_us": 1_200,
        "campaign_dialogues_per_s": 5,
        "campaign_dialogues_us": 100_000,
    }
