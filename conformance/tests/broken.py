"""Programs that change the reference's testee as a test says.

Wrong testees with names of their own are in conformance/mutants/testees/. A test that needs one for the very case it is
about puts it together here: a function `change(op, reply)`, and one of these behind it.
"""

from __future__ import annotations

REPLY = """
inner = base.answer

def answer(message):
    op, reply = inner(message)
    return op, change(op, reply)

base.answer = answer
"""

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
