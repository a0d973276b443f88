"""Testees whose ops on peers are wrong in one way each, as patches of the reference's endpoint."""

from __future__ import annotations

from collections.abc import Mapping

ENDPOINT = "import peer_endpoint\nEndpoint = peer_endpoint.Endpoint\n"

# As BROKEN of broken.py: the probe that must fail, what is changed, and what the verdict then says.
BROKEN_PEERS: Mapping[str, tuple[str, str]] = {
    "waiting-in-order: newest first": (
        ENDPOINT + "waiting = Endpoint._waiting\nEndpoint._waiting = lambda self: iter(list(waiting(self))[::-1])\n",
        "'capability 9', 'capability 2', 'capability 7'",
    ),
    "waiting-before-time: the clock moves first": (
        ENDPOINT + "advance, drain = Endpoint.advance, Endpoint._drain\n"
        "def late(self, ms):\n"
        "    Endpoint._drain = lambda self: self._need_open()\n"
        "    advance(self, ms)\n"
        "    Endpoint._drain = drain\n"
        "    self._drain()\n"
        "Endpoint.advance = late\n",
        "['capability 1']",
    ),
    "clock-by-advance: each poll moves it": (
        ENDPOINT + "poll = Endpoint.poll\n"
        "def moving(self):\n"
        "    self.advance(125)\n"
        "    return poll(self)\n"
        "Endpoint.poll = moving\n",
        "([1, 1, ",
    ),
    "clock-by-advance: it jumps over deadlines": (
        ENDPOINT + "advance, send = Endpoint.advance, Endpoint._send\n"
        "def jump(self, ms):\n"
        "    self._drain()\n"
        "    kept = []\n"
        "    Endpoint._send = lambda self, *what: kept.append(what)\n"
        "    advance(self, ms)\n"
        "    Endpoint._send = send\n"
        "    for what in kept[-1:]:\n"
        "        send(self, *what)\n"
        "Endpoint.advance = jump\n",
        "([1, 0, 0, 1, 1]",
    ),
    "clock-by-advance: reset leaves it where it is": (
        ENDPOINT + "reset = Endpoint.reset\n"
        "def going_on(self):\n"
        "    now_ms = getattr(self, '_now_ms', 0)\n"
        "    reset(self)\n"
        "    self._now_ms = now_ms\n"
        "Endpoint.reset = going_on\n",
        "([1, 0, 0, 1, 2]",
    ),
    "sent-before-the-reply: sent with the next op": (
        ENDPOINT + "request, send, poll = Endpoint.request, Endpoint._send, Endpoint.poll\n"
        "kept = []\n"
        "def keeping(self, to, ask):\n"
        "    Endpoint._send = lambda self, *what: kept.append(what)\n"
        "    try:\n        request(self, to, ask)\n    finally:\n        Endpoint._send = send\n"
        "def sending(self):\n"
        "    while kept:\n        send(self, *kept.pop(0))\n"
        "    return poll(self)\n"
        "advance = Endpoint.advance\n"
        "def advancing(self, ms):\n"
        "    while kept:\n        send(self, *kept.pop(0))\n"
        "    advance(self, ms)\n"
        "Endpoint.request, Endpoint.poll, Endpoint.advance = keeping, sending, advancing\n",
        "one HEART, sent before the reply",
    ),
    "sent-before-the-reply: a refusal is an error": (
        "inner = base.answer\n"
        "def answer(message):\n"
        "    op, reply = inner(message)\n"
        "    refused = op == 'peer_send' and 'reject' in reply\n"
        "    return op, {'error': reply['reject']['code']} if refused else reply\n"
        "base.answer = answer\n",
        "reject, for a TAIL without HEAD",
    ),
    "events-once: told twice": (
        ENDPOINT + "poll, told = Endpoint.poll, []\n"
        "def twice(self):\n"
        "    found = poll(self)\n"
        "    again, told[:] = list(told), found if len(self._peers.links) > 1 else []\n"
        "    return again + found\n"
        "Endpoint.poll = twice\n",
        "'established')",
    ),
    "events-once: the last peer's alone": (
        ENDPOINT + "poll = Endpoint.poll\n"
        "Endpoint.poll = lambda self: [one for one in poll(self) if one[0] == self._peers.links[-1][1]]\n",
        "'established')",
    ),
    "open-once: opened over what is open": (
        ENDPOINT + "opened = Endpoint.open\n"
        "def again(self, *how):\n    self.close()\n    opened(self, *how)\n"
        "Endpoint.open = again\n",
        "error, for peer_open while peers are open",
    ),
    "open-once: a poll of nothing is no error": (
        ENDPOINT + "poll = Endpoint.poll\nEndpoint.poll = lambda self: poll(self) if self._peers is not None else []\n",
        "error, for peer_poll while no peers are open",
    ),
    "open-once: nothing to close is an error": (
        ENDPOINT + "close, reset = Endpoint.close, Endpoint.reset\n"
        "def closing(self):\n"
        "    if self._peers is None:\n        raise shapes.BadRequestError('nothing is open')\n"
        "    close(self)\n"
        "def resetting(self):\n    Endpoint.close = close\n    reset(self)\n    Endpoint.close = closing\n"
        "Endpoint.close, Endpoint.reset = closing, resetting\n",
        "nothing is open",
    ),
}

INCOMING = "import resonant.peer.state.recv_stream as incoming\nStream = incoming.IncomingStream\n"

# Faults of the peers themselves, in streams: what is changed, and a pattern of what the law then says.
STREAM_FAULTS: Mapping[str, tuple[str, str]] = {
    "delivered backwards": (
        INCOMING + "take = Stream.take\nStream.take = lambda self, *what: reversed(list(take(self, *what)))\n",
        r"events\[\d+\]\.frame_seq",
    ),
    "delivered twice": (
        INCOMING + "Stream.seen = lambda self, number: number in self.held\n",
        r"DUPLICATE",
    ),
    "nothing compared": (
        INCOMING + "Stream.difference = lambda self, ending: None\n",
        r"STREAM_CORRUPT|no datagram came",
    ),
    "one missing number kept back": (
        INCOMING + "missing = Stream.missing\nStream.missing = lambda self, below: missing(self, below)[:1]\n",
        r"missing\[1\]",
    ),
}
