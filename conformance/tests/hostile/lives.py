"""Testees that crash, hang, write without end, will not leave, or leave something behind."""

from __future__ import annotations

from collections.abc import Mapping

from reports.outcome import Outcome

from .table import REPLY_S, Hostile

_STAYS = "import subprocess, sys\nstays = [sys.executable, '-c', 'import signal; signal.pause()']\n"
_FAR = (
    "def far():\n"  # a daemon: no child of the testee, in a session of its own
    "    if os.fork() == 0:\n        os.setsid()\n        os.fork() and os._exit(0)\n        signal.pause()\n\n"
)
_DIE = "def reply(op, right):\n    {}\n"
_CRASHED = "the testee ended instead of answering"

LIVES: Mapping[str, Hostile] = {
    "crashes on one case": Hostile(_DIE.format("os._exit(134)"), Outcome.CRASH, "exit status 134"),
    "crashes on every case": Hostile(_DIE.format("os._exit(9)"), Outcome.CRASH, _CRASHED, always=True),
    "is killed on one case": Hostile(
        _DIE.format("os.kill(os.getpid(), signal.SIGSEGV)"), Outcome.CRASH, "killed by SIGSEGV"
    ),
    "exits with 0 in place of an answer": Hostile(_DIE.format("os._exit(0)"), Outcome.CRASH, "exit status 0"),
    "raises on one case": Hostile(_DIE.format("raise ArithmeticError('so it goes')"), Outcome.CRASH, "so it goes"),
    "hangs on one case": Hostile(
        _DIE.format("signal.pause()"), Outcome.TIMEOUT, "no reply within 5.0 s", waits_s=REPLY_S
    ),
    "stops itself": Hostile(
        _DIE.format("os.kill(os.getpid(), signal.SIGSTOP)"), Outcome.TIMEOUT, "no reply within 5.0 s", waits_s=REPLY_S
    ),
    "closes its sockets and lives": Hostile(
        _DIE.format("import gc; [one.close() for one in gc.get_objects() if type(one) is Sending]; signal.pause()"),
        Outcome.CRASH, "its control port is closed",
    ),
    "does not start a second time": Hostile(
        _DIE.format("os.unlink(__file__); os._exit(1)"), Outcome.CRASH, "exit status 1", after=Outcome.HARNESS_ERROR
    ),
    "claims something else after a restart": Hostile(
        "if os.path.exists('again'):\n    ops.PROFILES = ('frame', 'zstd')\nPath('again').touch()\n"
        + _DIE.format("os._exit(1)"),
        Outcome.CRASH, "exit status 1", after=Outcome.HARNESS_ERROR,
    ),
    "writes megabytes to standard error": Hostile(
        "def reply(op, right):\n    os.write(2, b'x' * 9_000_000)\n    return right\n", always=True
    ),
    "writes to standard error without end, and crashes": Hostile(
        "def write():\n    while True:\n        os.write(2, os.urandom(4_096))\n\n"
        "threading.Thread(target=write, daemon=True).start()\n" + _DIE.format("os._exit(1)"),
        Outcome.CRASH, "exit status 1",
    ),
    "writes to standard output without end": Hostile(
        "def write():\n    while True:\n        os.write(1, b'ready\\n' * 999)\n\n"
        "def reply(op, right):\n    os.write(1, b'ready\\n' * 99)\n"
        "    threading.Thread(target=write, daemon=True).start()\n    return right\n",
        probes={"ports-line": Outcome.FAIL},
    ),
    "closes its outputs": Hostile("def reply(op, right):\n    os.close(1)\n    os.close(2)\n    return right\n"),
    "is bound on every interface": Hostile(
        "host = lambda given: '0.0.0.0'\n", probes={"ports-line": Outcome.FAIL}
    ),
    "answers before it is greeted": Hostile(
        "class Early(Noted):\n"
        "    def recvfrom(self, size):\n"
        "        datagram, sender = super().recvfrom(size)\n"
        "        if b'no_such_op' in datagram:\n            self.sendto(datagram[:12] + b'{\"ok\": {}}', sender)\n"
        "        return datagram, sender\n\n"
        "Noted = Early\n",
        probes={"deaf-before-hello": Outcome.FAIL},
    ),
    "will not leave": Hostile(
        "os.read = lambda *given: signal.pause()\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "main = base.main\nbase.main = lambda: (main(), signal.pause())\n",
        probes={"stop-exits": Outcome.FAIL}, waits_s=3 * REPLY_S,
    ),
    "leaves a child": Hostile(_STAYS + "subprocess.Popen(stays)\n"),
    "crashes and leaves children": Hostile(
        _STAYS + _DIE.format("[subprocess.Popen(stays) for _ in range(3)]; os._exit(1)"), Outcome.CRASH, "exit status 1"
    ),
    "leaves a child in a session of its own": Hostile(
        _STAYS + "subprocess.Popen(stays, start_new_session=True)\n", always=True
    ),
    "leaves a daemon on every case": Hostile(
        _FAR + "def reply(op, right):\n    far()\n    return right\n", always=True
    ),
    "crashes on every case and leaves a daemon": Hostile(
        _FAR + _DIE.format("far(); os._exit(1)"), Outcome.CRASH, "exit status 1", always=True
    ),
    "is replaced by a child that holds its sockets": Hostile(
        _DIE.format("os.fork() and os._exit(5); signal.pause()"), Outcome.CRASH, "exit status 5"
    ),
}  # fmt: skip
