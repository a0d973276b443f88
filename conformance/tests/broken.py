"""Testees that are wrong in one way each, as patches of the reference's."""

from __future__ import annotations

from collections.abc import Mapping

# Programs that change one thing in `base` or `ops`, the modules of the reference's testee, or in `adapters.testee_kit`.
# Some rules have more than one way to be broken.
REPLY = """
inner = base.answer

def answer(message):
    op, reply = inner(message)
    return op, change(op, reply)

base.answer = answer
"""
TAKE = """
take = loop.Testee.take

def changed_take(self, datagram, sender):
    return take(self, change(self, datagram), sender)

loop.Testee.take = changed_take
"""
HEAD = """
def parts(datagram):
    return loop.HEAD.unpack_from(datagram) if len(datagram) >= 12 else (b"", 0, 0, 1)
"""
BROKEN: Mapping[str, tuple[str, str]] = {
    "unknown-op: an error": (
        "def change(op, reply):\n    return {'error': op} if 'unsupported' in reply else reply\n" + REPLY,
        "unsupported, for the op",
    ),
    "unknown-op: names are not exact": (
        "REAL = dict(ops.OPS)\nclass Ops(dict):\n"
        "    def __contains__(self, op):\n        return op.strip() in REAL\n"
        "    def __getitem__(self, op):\n        return REAL[op.strip()]\nops.OPS = Ops()\n",
        "'decode '",
    ),
    "malformed-requests: capitals in hex": (
        "strict = shapes._from_hex\nshapes._from_hex = lambda text: strict(text.lower())\n",
        "upper-case hex",
    ),
    "malformed-requests: members nobody knows": (
        "members = answers.members\n"
        "def lenient(at, value, needed, optional):\n"
        "    if type(value) is dict and at == 'input':\n"
        "        value = {k: v for k, v in value.items() if k in needed | optional}\n"
        "    return members(at, value, needed, optional)\nanswers.members = lenient\n",
        "an unknown member",
    ),
    "malformed-requests: leading zeros": (
        "ops.FIELDS['frame_seq'] = lambda at, value: int(value) if value == '01' else shapes.decimal(at, value)\n",
        "frame_seq '01'",
    ),
    "malformed-requests: numbers reduced": (
        "ops.SLICE['dims'] = lambda at, value: tuple(dim % 2**32 for dim in value)\n",
        "4294967296",
    ),
    "pieces-in-any-order: only in order": (
        HEAD + "def change(self, datagram):\n"
        "    magic, request_id, index, count = parts(datagram)\n"
        "    have = len(self.pieces) if self.current and self.current[1] == request_id else 0\n"
        "    if magic != b'RTP1' or not have < index < count or not self.runner:\n        return datagram\n"
        "    self.send(loop.ask_for(request_id, have, count), self.runner)\n"
        "    return b''\n" + TAKE,
        "as for the request in one piece",
    ),
    "pieces-in-any-order: joined as they come": (
        "class Pieces(dict):\n"
        "    def __getitem__(self, at):\n        return list(self.values())[at]\n"
        "class Joining(loop.Testee):\n"
        "    pieces = property(lambda self: self.held, lambda self, new: setattr(self, 'held', Pieces()))\n"
        "loop.Testee = Joining\n",
        "as for the request in one piece",
    ),
    "long-reply: pieces too long": (
        "def cut(message, request_id):\n"
        "    parts = [message[at:at + 61_000] for at in range(0, len(message), 61_000)]\n"
        "    return [loop.HEAD.pack(b'RTP1', request_id, at, len(parts)) + part for at, part in enumerate(parts)]\n"
        "loop.cut = cut\n",
        "61000 bytes",
    ),
    "first-piece-alone: all of them at once": (
        "send = loop.Testee.send\n"
        "def burst(self, datagram, to):\n"
        "    kept = self.kept.get(loop.HEAD.unpack_from(datagram)[1], [])\n"
        "    for one in kept if kept and datagram is kept[0] else [datagram]:\n        send(self, one, to)\n"
        "loop.Testee.send = burst\n",
        "piece 0 of a reply of 2 pieces alone",
    ),
    "pieces-when-asked: never": ("loop.Testee.give = lambda self, *what: None\n", "no piece"),
    "pieces-when-asked: once": (
        "give, given = loop.Testee.give, []\n"
        "def once(self, *what):\n"
        "    if what not in given:\n        given.append(what)\n        give(self, *what)\n"
        "loop.Testee.give = once\n",
        "no piece",
    ),
    "pieces-when-asked: the one after it": (
        "give = loop.Testee.give\n"
        "def next_one(self, number, index, count, to):\n    give(self, number, min(index + 1, count - 1), count, to)\n"
        "loop.Testee.give = next_one\n",
        "no piece",
    ),
    "pieces-when-asked: of the last reply only": (
        "give = loop.Testee.give\n"
        "def of_last(self, number, *what):\n"
        "    if number == list(self.kept)[-1]:\n        give(self, number, *what)\n"
        "loop.Testee.give = of_last\n",
        "no piece",
    ),
    "asks-for-pieces: never": ("loop.Testee.ask_further = lambda self, *what: None\n", "no ask"),
    "asks-for-pieces: for the one after the last that came": (
        "def after(self, number, count):\n"
        "    self.runner and self.send(loop.ask_for(number, (list(self.pieces)[-1] + 1) % count, count), self.runner)\n"
        "loop.Testee.ask_further = after\n",
        "asks for the pieces 3 of 4",
    ),
    "asks-for-pieces: once a piece": (
        "further, told = loop.Testee.ask_further, []\n"
        "def once(self, number, count):\n"
        "    if (number, len(self.pieces)) not in told:\n"
        "        told.append((number, len(self.pieces)))\n        further(self, number, count)\n"
        "loop.Testee.ask_further = once\n",
        "asks for the pieces 0 of 4, 1 of 4, 3 of 4",
    ),
    "bad-heads: asks with something behind them": (
        "read_ask = loop.read_ask\nloop.read_ask = lambda datagram: read_ask(datagram[:12])\n",
        "silence after datagrams that must be ignored",
    ),
    "bad-heads: an ask with another count": (
        "def give(self, number, index, count, to):\n"
        "    if number in self.kept and index < len(self.kept[number]):\n"
        "        self.send(self.kept[number][index], to)\n"
        "loop.Testee.give = give\n",
        "silence after datagrams that must be ignored",
    ),
    "bad-heads: an ask for what is not kept": (
        "give = loop.Testee.give\n"
        "def told(self, number, index, count, to):\n"
        "    if number not in self.kept:\n        self.send(loop.HEAD.pack(b'RTP1', number, 0, 1), to)\n"
        "    give(self, number, index, count, to)\n"
        "loop.Testee.give = told\n",
        "silence after datagrams that must be ignored",
    ),
    "bad-heads: an index past the count": (
        HEAD + "def change(self, datagram):\n"
        "    _, request_id, index, count = parts(datagram)\n"
        "    return datagram if index < count else loop.HEAD.pack(b'RTP1', request_id, 0, 1) + datagram[12:]\n" + TAKE,
        "silence after datagrams that must be ignored",
    ),
    "bad-heads: any magic": (
        "def change(self, datagram):\n    return b'RTP1' + datagram[4:] if len(datagram) > 12 else datagram\n" + TAKE,
        "silence after datagrams that must be ignored",
    ),
    "bad-heads: pieces too long": (
        "def change(self, datagram):\n    return datagram[:60_012]\n" + TAKE,
        "silence after datagrams that must be ignored",
    ),
    "stranger-ignored: everybody is answered": (
        "greeted = []\nright = loop.shows_token\n"
        "class Open(loop.Testee):\n"
        "    runner = property(lambda self: None, lambda self, new: new and greeted.append(new))\n"
        "    def ask_further(self, number, count):\n"
        "        lacking = min({*range(count)} - {*self.pieces})\n"
        "        greeted and self.send(loop.ask_for(number, lacking, count), self.current[0])\n"
        "loop.Testee = Open\nloop.shows_token = lambda message: bool(greeted) or right(message)\n",
        "silence towards a stranger",
    ),
    "deaf-before-hello: asks before anybody said hello": (
        "further = loop.Testee.ask_further\n"
        "def asking(self, number, count):\n"
        "    if self.runner:\n        further(self, number, count)\n"
        "    else:\n        self.send(loop.ask_for(number, 1, count), self.current[0])\n"
        "loop.Testee.ask_further = asking\n",
        "the first reply to the right hello",
    ),
    "deaf-before-hello: the token is not looked at": (
        "loop.shows_token = lambda message: True\n",
        "the first reply to the right hello",
    ),
    "deaf-before-hello: part of the token is enough": (
        "import os\nright = loop.shows_token\n"
        "loop.shows_token = lambda message: right(message) or os.environ['RESONANT_TOKEN'][:-1].encode() in message\n",
        "the first reply to the right hello",
    ),
    "kept-replies: 8 of them": ("loop.KEPT_REPLIES = 8\n", "the kept reply to request"),
    "kept-replies: 63 of them": ("loop.KEPT_REPLIES = 63\n", "the kept reply to request"),
    "kept-replies: performed again": (
        "class Blind(loop.OrderedDict):\n    def __contains__(self, key):\n        return False\n"
        "loop.OrderedDict = Blind\n",
        "the kept reply to request",
    ),
    "one-reply-each: two": (
        "send = loop.Testee.send\n"
        "def twice(self, datagram, to):\n"
        "    for _ in range(2 if datagram[:4] == b'RTP1' else 1):\n        send(self, datagram, to)\n"
        "loop.Testee.send = twice\n",
        "replies to [",
    ),
    "refusal-has-a-code: a string": (
        "def change(op, reply):\n    bare = 'reject' in reply and op != 'peer_send'\n"
        "    return {'reject': reply['reject']['code']} if bare else reply\n" + REPLY,
        "reject with a code",
    ),
    "refusal-has-a-code: a code of its own": (
        "def change(op, reply):\n    return {'reject': {'code': 'SHORT'}} if 'reject' in reply else reply\n" + REPLY,
        "reject with a code",
    ),
    "hello-again: another name": (
        "import itertools\nnumbers = itertools.count()\n"
        "def change(op, reply):\n"
        "    told = {'ok': {**reply.get('ok', {}), 'version': str(next(numbers))}}\n"
        "    return told if 'ok' in reply and op == 'hello' else reply\n" + REPLY,
        "again",
    ),
    "ports-line: a second line": (
        "loop.print = lambda *what, **how: (print(*what, **how), print('ready', flush=True))\n",
        "one line of standard output",
    ),
    "stop-exits: status 1": (
        "main = base.main\n\ndef failing():\n    main()\n    sys.exit(1)\n\nbase.main = failing\n",
        "exit status 0 after stop",
    ),
    "stop-exits: runs on": (
        "import threading\nmain = base.main\n\n"
        "def staying():\n    main()\n    threading.Event().wait()\n\nbase.main = staying\n",
        "exit status 0 after stop",
    ),
    "stop-exits: an answer with content": (
        "def change(op, reply):\n    return {'ok': {'bye': 1}} if op == 'stop' else reply\n" + REPLY,
        "ok {} for stop",
    ),
    "exits-without-input: runs on": (
        "loop.exit_at_end_of_input = lambda: None\n",
        "the process exits",
    ),
}

# Testees that fail in the middle of a probe.
ENDING = HEAD + (
    "def change(self, datagram):\n"
    "    _, _, index, count = parts(datagram)\n"
    "    if index >= count:\n        os.write(2, b'no such piece')\n        os._exit(7)\n"
    "    return datagram\n" + TAKE
)
ASKED = """
give = loop.Testee.give
def changed(self, number, index, count, to):
    {} if len(self.kept.get(number, ())) == count > 1 else give(self, number, index, count, to)
loop.Testee.give = changed
"""
HANGING = "import threading\n" + ASKED.format("threading.Event().wait()")
BABBLING = ASKED.format("self.send(b'hello', to)")
MUTE = (
    "send = loop.Testee.send\n"
    "def mute(self, datagram, to):\n    None if len(datagram) > 20_000 else send(self, datagram, to)\n"
    "loop.Testee.send = mute\n"
)
NO_JSON = (
    "cut = loop.cut\n"
    "loop.cut = lambda message, number: cut(message if len(message) < 50_000 else b'x' * len(message), number)\n"
)
INCONSISTENT = (
    "cut = loop.cut\n"
    "def inconsistent(message, request_id):\n"
    "    first, *others = cut(message, request_id)\n"
    "    return [first, *(loop.HEAD.pack(b'RTP1', request_id, 1, 9) + other[12:] for other in others)]\n"
    "loop.cut = inconsistent\n"
)
# As testees were before there were asks: it sends every piece at once, and waits for the whole of a request.
OLD = (
    "loop.read_ask = lambda datagram: None\nloop.Testee.ask_further = lambda self, *what: None\n"
    "send = loop.Testee.send\n"
    "def all_at_once(self, datagram, to):\n"
    "    for one in self.kept[loop.HEAD.unpack_from(datagram)[1]]:\n        send(self, one, to)\n"
    "loop.Testee.send = all_at_once\n"
)

# The answer to one case changed, by a function `change(op, reply)` that stands before this.
ON_CASE = """
def answer(message, inner=base.answer, change=change):
    op, reply = inner(message)
    return op, change(op, reply) if b'"case":"{case}"' in message else reply

base.answer = answer
"""
FRAME_ONLY = """
ops.PROFILES = ("frame",)
ops.OPS = {{op: ops.OPS[op] for op in {kept}}}
inner = base.answer

def answer(message):
    op, reply = inner(message)
    code = reply.get("reject", {{}}).get("code")
    flags = reply.get("ok", {{}}).get("fields", {{}}).get("flags", 0)
    if op == "encode" and "ok" in reply:
        flags = int(reply["ok"]["frame"][4:6], 16)
    if flags & 3 or code in ("KEY_REQUIRED", "DECRYPT_FAILED", "BAD_COMPRESSION"):
        return op, {{"unsupported": "transforms"}}
    return op, reply

base.answer = answer
""".format(kept=("hello", "decode", "encode", "space_hash", "tail_hash", "stop"))
REPLY_BUT_HELLO = """
inner = base.answer

def answer(message):
    op, reply = inner(message)
    return op, reply if op in ("hello", "stop") else change(op, reply)

base.answer = answer
"""
