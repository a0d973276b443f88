"""Small testees for the tests of the driver, good ones and bad ones, and a search for what they left behind."""

from __future__ import annotations

import os
import select
import textwrap
from pathlib import Path
from time import monotonic

from adapters.driver import Adapter, load_adapter

ADAPTERS = Path(__file__).resolve().parents[1]
END_S = 5.0

# A testee whose ops are `perform(op, input)`: a reply as an object or as bytes, or a list of whole datagrams.
PRELUDE = """\
import json, os, signal, socket, struct, sys, threading
HEAD = struct.Struct("<4sIHH")
HELLO = {"name": "made", "version": "1", "language": "Python", "spec": "1.0", "profiles": ["frame"]}
control, wire = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(2))
control.bind(("127.0.0.1", 0)), wire.bind(("127.0.0.1", 0))

def exit_at_end_of_input():
    while os.read(0, 4096):
        pass
    os._exit(0)

def head(request_id, index=0, count=1):
    return HEAD.pack(b"RTP1", request_id, index, count)

def print_ports():
    print(json.dumps({"control": control.getsockname()[1], "wire": wire.getsockname()[1]}), flush=True)

def serve(perform, hello=HELLO, watch_input=True):
    if watch_input:
        threading.Thread(target=exit_at_end_of_input, daemon=True).start()
    print_ports()
    while True:
        datagram, sender = control.recvfrom(65536)
        if not datagram.startswith(b"RTP1"):
            continue
        request_id = HEAD.unpack_from(datagram)[1]
        request = json.loads(datagram[12:])
        op, input = request["op"], request["input"]
        reply = {"ok": hello} if op == "hello" else perform(op, {**input, "id": request_id})
        if isinstance(reply, dict):
            reply = json.dumps(reply).encode()
        for one in [head(request_id) + reply] if isinstance(reply, bytes) else reply:
            control.sendto(one, sender)
        if op == "stop" and reply:
            os._exit(0)

def good(op, input):
    return {"ok": {}}

"""


def made(folder: Path, body: str, *, name: str = "made") -> Adapter:
    """An adapter whose testee is the prelude and this body."""
    (folder / "testee.py").write_text(PRELUDE + textwrap.dedent(body), "utf-8")
    file = folder / "adapter.toml"
    file.write_text(f'name = "{name}"\nlaunch = "process"\nrun = ["{{python}}", "-IS", "testee.py"]\n', "utf-8")
    return load_adapter(str(file), folder)


def left_in(folder: Path) -> list[int]:
    """The processes that still work in a folder, once those that are just ending have had the time to."""
    if not Path("/proc/self/cwd").exists():
        return []
    found = [int(link.parent.name) for link in Path("/proc").glob("[0-9]*/cwd") if _works_in(link, folder)]
    return [pid for pid in found if not _ends(pid, monotonic() + END_S)]


def _works_in(link: Path, folder: Path) -> bool:
    try:
        return link.readlink() == folder
    except OSError:
        return False


def _ends(pid: int, deadline: float) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], max(0.0, deadline - monotonic()))[0])
    finally:
        os.close(descriptor)
