"""The display of a running build, on a terminal and elsewhere."""

from __future__ import annotations

import io
import threading

import pytest

from adapters.driver.launch import build_log
from adapters.driver.launch.build_log import BuildLog, cells, cut, printable


class Screen(io.TextIOWrapper):
    """A terminal that tells when a word was written to it."""

    def __init__(self, word: str, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="", write_through=True)
        self._word = word
        self.seen = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._word in text:
            self.seen.set()
        return super().write(text)

    def text(self) -> str:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.encoding)


def lines_on(screen: Screen) -> list[str]:
    return screen.text().split("\r")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_log, "_REDRAW_S", 0.001)
    monkeypatch.setattr(build_log, "_SAY_S", 0.001)


def test_a_terminal_has_one_line_that_goes_in_the_end() -> None:
    screen = Screen("Compiling")
    with BuildLog("mine", "cargo build", screen, clock=iter([0.0, *[75.5] * 100_000]).__next__) as log:
        log.add(b"Fetching\nCompiling serde\n")
        assert screen.seen.wait(30)
    drawn = [line for line in lines_on(screen) if line.strip()]
    assert set(drawn) <= {"building mine: 75 s", "building mine: 75 s | Compiling serde"}
    assert "\n" not in screen.text()
    assert lines_on(screen)[-2].strip() == ""  # written over with blanks
    assert screen.text().endswith("\r")


def test_a_line_is_cut_to_the_terminal_and_fits_its_encoding() -> None:
    screen = Screen("?", "cp1252")
    with BuildLog("mine", "make", screen) as log:
        log.add("\u6f22 ".encode() * 400)
        assert screen.seen.wait(30)
    assert max(map(len, lines_on(screen))) < 80  # one that cannot say how wide it is


def test_what_is_no_terminal_has_a_line_at_both_ends_and_now_and_then() -> None:
    class File(Screen):
        def isatty(self) -> bool:
            return False

    file = File(" | step 2")
    with BuildLog("mine", "make \x1b[31mall", file) as log:
        log.add(b"step 1\rstep 2")
        assert file.seen.wait(30)
    first, *between, last, end = file.text().split("\n")
    assert first == "building mine: make all"
    assert last.startswith("built mine in ")
    assert end == ""
    assert between
    assert all(line.startswith("building mine: 0 s") for line in between)


def test_a_reader_that_has_gone_costs_nothing() -> None:
    screen = Screen("building")
    log = BuildLog("mine", "make", screen)
    screen.close()
    with log:
        log.add(b"x")
    with BuildLog("mine", "make", None):
        pass


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("a\x1b(Bb", "ab"),
        ("\x9b2Ja\x07\x00b", "2Jab"),
        ("right\u202eleft\u2028next", "rightleftnext"),
        ("a\tb", "a    b"),
        ("caf\u00e9 \u6f22", "caf\u00e9 \u6f22"),
    ],
)
def test_nothing_that_moves_a_cursor_is_shown(said: str, shown: str) -> None:
    assert printable(said) == shown


def test_wide_letters_take_two_columns() -> None:
    assert cells("a\u6f22e\u0301") == 4
    assert cut("a\u6f22b", 2) == "a"
    assert cut("a\u6f22b", 3) == "a\u6f22"
    assert cut("ab", 5) == "ab"
