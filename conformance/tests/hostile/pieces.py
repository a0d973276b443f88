"""Testees whose replies are right and come in wrong pieces, or to the wrong question, or in a flood."""

from __future__ import annotations

from collections.abc import Mapping

from reports.outcome import Outcome

from .table import REPLY_S, Hostile, sending

_NO_REPLY = Outcome.TIMEOUT
_WRONG = Outcome.HARNESS_ERROR


def _full(whole: str) -> str:
    """A program that sends 18,000,000 bytes, the most that pieces carry, slowly enough for all to arrive."""
    return (
        "def datagrams(number, message, to):\n"
        f"    whole = {whole}\n"
        "    for at in range(300):\n"
        "        yield HEAD.pack(b'RTP1', number, at, 300) + whole[at * 60_000:(at + 1) * 60_000]\n"
        "        time.sleep(0.001)\n"
    )


PIECES: Mapping[str, Hostile] = {
    "answers twice": Hostile(
        sending("[head(number, 0, 1) + message] * 2"), always=True, probes={"one-reply-each": Outcome.FAIL}
    ),
    "answers with another id": Hostile(
        sending("[head(number + 1, 0, 1) + message]"), _NO_REPLY, "its request_id is", waits_s=REPLY_S
    ),
    "answers what was not asked yet": Hostile(
        sending("[head(number + more, 0, 1) + b'{\"error\": \"early\"}' for more in range(9)]"),
        Outcome.REQUEST_ERROR, "error early", after=Outcome.REQUEST_ERROR,
    ),
    "sends half the pieces": Hostile(
        sending("[head(number, 0, 2) + message[:9]]"), _NO_REPLY, "no reply within 5.0 s", waits_s=REPLY_S
    ),
    "sends the pieces out of order": Hostile(
        sending("[head(number, at, 9) + message[at:at + 1 if at < 8 else None] for at in (8, 3, 0, 1, 7, 2, 6, 5, 4)]"),
        always=True,
    ),
    "sends pieces that overlap": Hostile(
        sending("[head(number, 0, 2) + message[:20], head(number, 1, 2) + message[9:]]"), _WRONG, "not UTF-8 JSON"
    ),
    "sends a piece twice, with another content": Hostile(
        sending("[head(number, 0, 2) + message[:9], head(number, 0, 2), head(number, 1, 2) + message[9:]]"), always=True
    ),
    "sends pieces that contradict each other": Hostile(
        sending("[head(number, 0, 2) + message[:9], head(number, 1, 3) + message[9:]]"), _WRONG, "announce 2 and 3"
    ),
    "sends a piece of 65,000 bytes": Hostile(sending("[head(number, 0, 1) + bytes(65_000)]"), _WRONG, "65000 bytes"),
    "counts 0 pieces": Hostile(
        sending("[head(number, 0, 0) + message]"), _NO_REPLY, "its index is 0 and its count 0", waits_s=REPLY_S
    ),
    "counts 65,535 pieces": Hostile(
        sending("[head(number, 0, 65_535) + message]"), _NO_REPLY, "its count 65535", waits_s=REPLY_S
    ),
    "answers without a head": Hostile(
        sending("[message, b'', b'R']"), _NO_REPLY, "shorter than a head", waits_s=REPLY_S
    ),
    "answers with 100 MB": Hostile(
        sending("(head(number, at, 1_667) + bytes(60_000) for at in range(1_667))"),
        _NO_REPLY, "its count 1667", waits_s=REPLY_S,
    ),
    "answers with all that pieces hold": Hostile(
        _full("(b'{\"ok\": {\"xxhash3_64\": \"').ljust(17_999_997, b'x') + b'\"}}'"), Outcome.FAIL, "(17,999,9"
    ),
    "answers with six million lists": Hostile(
        _full("(b'{\"ok\": {\"xxhash3_64\": [' + b'[],' * 5_999_990 + b'[]]}}').ljust(18_000_000)"),
        _WRONG, "500,000 is the limit",
    ),
    "answers with half a million objects": Hostile(
        _full("(b'{\"ok\": {\"xxhash3_64\": [' + b'{\"a\":{}},' * 160_000 + b'0]}}').ljust(18_000_000)"),
        Outcome.FAIL, "xxhash3_64: expected",
    ),
    # As many as the smallest receive buffer holds: of more, some are lost, and which ones depends on the machine.
    "sends 200 datagrams before its answer": Hostile(
        sending("[head(number + 9, 0, 1)] * 200 + [head(number, 0, 1) + message]")
    ),
    "sends datagrams for ever in place of an answer": Hostile(
        sending("iter(lambda: head(number + 9, 0, 1) + bytes(1_000), None)"),
        _NO_REPLY, "datagrams are not part of the reply", waits_s=REPLY_S,
    ),
    # In bursts: a flood without a pause fills the queue of the loopback interface, which then loses the reply as well.
    "floods the runner from another port": Hostile(
        "def flood(to):\n"
        "    other = Noted(type=socket.SOCK_DGRAM)\n"
        "    for _ in range(500):\n"
        "        for _ in range(100):\n"
        "            other.sendto(HEAD.pack(b'RTP1', 2, 0, 1) + b'{\"error\": \"not me\"}', to)\n"
        "        time.sleep(0.002)\n\n"
        "def datagrams(number, message, to):\n"
        "    threading.Thread(target=flood, args=(to,), daemon=True).start()\n"
        "    return [HEAD.pack(b'RTP1', number, 0, 1) + message]\n",
    ),
}  # fmt: skip
