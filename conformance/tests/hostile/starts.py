"""Testees that no run can begin with."""

from __future__ import annotations

from collections.abc import Mapping

from .table import BadStart

START_S = 10.0  # adapters.driver.Limits
_HELLO = """
def hello(token):
    return {{"name": "n", "version": "1", "language": "L", "spec": "1.0", "profiles": ["frame"]}} | {change}

ops.OPS["hello"] = (ops.OPS["hello"][0], {{}}, hello)
"""

STARTS: Mapping[str, BadStart] = {
    "exits at once": BadStart("raise SystemExit(3)", "it ended before it printed its ports: exit status 3"),
    "crashes at once": BadStart("os.kill(os.getpid(), signal.SIGSEGV)", "killed by SIGSEGV"),
    "never prints its ports": BadStart("signal.pause()", "no line of ports in time; it printed nothing", START_S),
    "prints garbage first": BadStart("print('warming up…', flush=True)", "its first line is not the ports"),
    "prints bytes that are no text first": BadStart(
        "os.write(1, bytes(range(128, 256)) + b'\\n')", "its first line is not the ports"
    ),
    "prints one endless line": BadStart(
        "while True:\n    os.write(1, b'[' * 65_536)", "its first line is not the ports: it is longer than 4096 bytes"
    ),
    "prints a port that nobody can have": BadStart(
        'print(\'{"control": 1e999, "wire": 70000}\', flush=True)', "control is not a port number"
    ),
    "ignores hello": BadStart("base.answer = lambda message: signal.pause()", "no reply to hello within 10 s", START_S),
    "answers hello with a text": BadStart(
        "os.write(2, b'one line\\n')\nbase.answer = lambda message: ('hello', {'ok': 'x' * 100_000})\n",
        "ok is not an object",
    ),
    "refuses hello": BadStart(
        "base.answer = lambda message: ('hello', {'reject': {'code': 'BAD_TYPE'}})\n", "hello was answered with Reject"
    ),
    "crashes at hello": BadStart("base.answer = lambda message: os._exit(4)\n", "no reply to hello: exit status 4"),
    "is not where it says": BadStart("host = lambda given: '127.0.0.2'\n", "no reply to hello"),
    "claims a profile that does not exist": BadStart(
        _HELLO.format(change="{'profiles': ['frame', 'telepathy']}"), "no profile 'telepathy'"
    ),
    "claims a profile without the one it needs": BadStart(
        _HELLO.format(change="{'profiles': ['zstd']}"), "the testee claims zstd but not frame, which it needs (TST-12)"
    ),
    "claims a profile with a name of 100,000 characters": BadStart(
        _HELLO.format(change="{'profiles': ['frame', 'x' * 100_000]}"), "no profile 'xxx"
    ),
    "claims a hundred thousand profiles": BadStart(
        _HELLO.format(change="{'profiles': ['frame', *map(str, range(100_000))]}"), "no profile '0'"
    ),
    "speaks another version at length": BadStart(
        _HELLO.format(change="{'spec': '2' * 100_000}"), "spec of the reply to hello is '222"
    ),
}
