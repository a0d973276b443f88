from __future__ import annotations

import os
import signal
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from adapters.driver import AdapterError, build_adapter, load_adapter
from adapters.driver.launch.build_log import BuildLog


def write(folder: Path, build: str) -> None:
    (folder / "mine").mkdir()
    adapter = f'name = "mine"\nlaunch = "process"\nrun = ["{{python}}", "testee.py"]\n{build}'
    (folder / "mine" / "adapter.toml").write_text(adapter, "utf-8")


def built(folder: Path, build: str) -> None:
    write(folder, f"build = {build}\n")
    build_adapter(load_adapter("mine", folder))


def test_a_build_runs_in_the_folder_of_the_adapter(tmp_path: Path) -> None:
    built(tmp_path, """["{python}", "-c", "open('built', 'w').write('yes')"]""")
    assert (tmp_path / "mine" / "built").read_text() == "yes"


def test_a_failed_build_shows_the_end_of_its_output(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="failed with 7") as raised:
        built(tmp_path, """["{python}", "-c", "for i in range(99): print('line', i)\\nraise SystemExit(7)"]""")
    assert "line 98" in str(raised.value)
    assert "line 60\n" not in str(raised.value)


def test_a_build_program_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="is no-such-program installed"):
        built(tmp_path, '["no-such-program"]')


def test_a_build_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.driver.build._BUILD_LIMIT_S", 0.2)
    with pytest.raises(AdapterError, match=r"the build of mine .* did not finish in 0 s"):
        built(tmp_path, '["{python}", "-c", "import signal; signal.pause()"]')


def test_nothing_to_build_is_nothing_done(tmp_path: Path) -> None:
    write(tmp_path, "")
    build_adapter(load_adapter("mine", tmp_path))


def sh(folder: Path, script: str) -> None:
    """A build by a shell script, which is a file, so that no quoting is in the way."""
    write(folder, 'build = ["sh", "build.sh"]\n')
    (folder / "mine" / "build.sh").write_text(script, "utf-8")
    build_adapter(load_adapter("mine", folder))


def runs(pid: int) -> bool:
    """Whether there is such a process. One that has ended and that nobody has waited for yet is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Path]:
    """The file in which a build notes the process id of a process that it leaves running."""
    path = tmp_path / "daemon"
    yield path
    if path.exists() and runs(int(path.read_text())):
        os.kill(int(path.read_text()), signal.SIGKILL)


def test_a_daemon_that_holds_the_output_does_not_hold_the_run_and_is_left_alone(
    tmp_path: Path, daemon: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.driver.build._BUILD_LIMIT_S", 30)  # which such a build used to wait for
    sh(tmp_path, f"sleep 600 &\necho $! > '{daemon}'\necho built\n")
    assert runs(int(daemon.read_text()))


def test_what_a_failed_build_said_is_shown_although_a_daemon_holds_the_output(tmp_path: Path, daemon: Path) -> None:
    with pytest.raises(AdapterError, match="failed with 3; the end of its output:\nno such header"):
        sh(tmp_path, f"sleep 600 &\necho $! > '{daemon}'\necho no such header >&2\nexit 3\n")


def test_a_build_that_closed_its_output_is_waited_for(tmp_path: Path) -> None:
    sh(tmp_path, "exec >&- 2>&-\nsleep 0.2\necho yes > built\n")
    assert (tmp_path / "mine" / "built").exists()


def ends(pid: int) -> bool:
    """Whether a process that was killed is gone; a busy machine takes its time."""
    until = time.monotonic() + 10
    while runs(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not runs(pid)


class Stop(BaseException):
    """Raised by a signal handler."""


@pytest.fixture
def stopped() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stop

    before = signal.signal(signal.SIGUSR1, stop)
    yield
    signal.signal(signal.SIGUSR1, before)


# The signal may fall into the very start of the build, whose Popen nobody then has: its process is ended all the same.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <function Popen:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("start", ["sleep 600", "setsid sleep 600", "sh -c 'trap : TERM; while :; do sleep 600; done'"])
def test_a_signal_ends_the_build_with_everything_that_it_started(tmp_path: Path, daemon: Path, start: str) -> None:
    script = f"{start} &\necho $! > '{daemon}'\nkill -USR1 {os.getpid()}\nwait\n"
    with pytest.raises(Stop):
        sh(tmp_path, script)
    assert ends(int(daemon.read_text()))


def test_a_build_may_clear_up_before_it_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_log: BuildLog, _data: bytes) -> None:
        raise Stop

    monkeypatch.setattr(BuildLog, "add", stop)
    with pytest.raises(Stop):
        sh(tmp_path, "trap 'echo yes > cleared; exit 1' TERM\necho ready\nwhile :; do sleep 0.01; done\n")
    assert (tmp_path / "mine" / "cleared").exists()


def test_a_build_is_announced_where_nobody_sees_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sh(tmp_path, "echo noise\n")
    told = capsys.readouterr()
    assert told.err == "building mine: sh build.sh\nbuilt mine in 0 s\n"
    assert told.out == ""


def test_a_build_may_write_more_than_fits_and_anything(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(AdapterError) as raised:
            sh(
                tmp_path,
                "head -c 20000000 /dev/zero\nprintf '\\377\\033[31mred\\033[0m \\342\\200\\256end\\n'\nexit 1\n",
            )
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
    text = str(raised.value)
    assert text.isprintable() or text.replace("\n", "").isprintable()
    assert len(text) < 20_000
