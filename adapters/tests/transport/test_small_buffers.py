"""Long messages where the system grants small receive buffers, as Linux does by default: nothing is lost on the way."""

from __future__ import annotations

import socket
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from adapters.driver import RESEND_S, Channel, Limits, Ok, Testee, load_adapter, open_udp
from adapters.driver.transport import channel as driver_channel
from adapters.tests.doubles import small_buffers
from adapters.tests.doubles.small_buffers import LEAST_BYTES
from adapters.tests.made_testees import ADAPTERS

COUNT = 250_000
REQUEST_PIECES, REPLY_PIECES = 9, 17  # with two digits an element there and four back, 60,000 a piece


class Resent(Channel):
    """A channel that counts what it sends."""

    sent = 0

    def send_raw(self, datagrams: Any) -> None:
        self.sent += len(datagrams)
        super().send_raw(datagrams)


def shrink(sock: socket.socket) -> None:
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        sock.setsockopt(socket.SOL_SOCKET, option, LEAST_BYTES)


@pytest.fixture(params=["runner", "testee", "both"])
def testee(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Testee:
    reference = str(ADAPTERS / "reference" / "testee.py")
    words = [reference]
    if request.param != "runner":
        words.insert(0, small_buffers.__file__)
    if request.param != "testee":
        monkeypatch.setattr(driver_channel, "enlarge_buffers", shrink)
    monkeypatch.setattr("adapters.driver.session.Channel", Resent)
    run = ", ".join(f'"{word}"' for word in ("{python}", *words))
    text = f'name = "small"\nlaunch = "process"\nrun = [{run}]\n'
    (tmp_path / "adapter.toml").write_text(text, "utf-8")
    return Testee(load_adapter(str(tmp_path / "adapter.toml"), tmp_path), Limits(reply_s=30))


def test_a_long_request_and_a_long_reply_arrive_at_once(testee: Testee) -> None:
    with testee:
        testee.start()
        fields = {"bits": 8, "count": COUNT, "codes": "00" * COUNT}
        began = monotonic()
        answer = testee.ask("dequantize", fields)
        assert answer == Ok({"data": "0000" * COUNT})
        channel = testee.channel
        assert isinstance(channel, Resent)
        # hello, the request, and an ask for all but the first of the reply: nothing twice, unless this machine slept
        assert channel.sent == 1 + REQUEST_PIECES + REPLY_PIECES - 1 or monotonic() - began > RESEND_S[0]


def test_open_udp_is_what_the_buffers_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the tests above shrink what is used."""
    shrunk = list[socket.socket]()
    monkeypatch.setattr(driver_channel, "enlarge_buffers", shrunk.append)
    with open_udp(None) as other:
        other.bind(("127.0.0.1", 0))
        channel = Channel(other.getsockname())
        channel.close()
    assert len(shrunk) == 1
