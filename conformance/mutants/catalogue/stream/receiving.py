"""Faults of a receiver in the order and the holding of frames: STM-1, STM-7 to STM-9, STM-11, STM-14, STM-15."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import both, edited
from ...engine.peer_patches import judged, without

STREAM = "peer.state.recv_stream.RecvStream"
RECV_STREAMS = "peer.state.recv_streams.RecvStreams"

BYTES = (
    Mutant(
        "stream-bytes-without-crc",
        "STM-1",
        "Feeds the hash before the checksum is put at the frame's end, and so leaves the checksum out.",
        edited(f"{STREAM}._count", "self._xxh3.update(datagram)", "self._xxh3.update(datagram[:-4])"),
    ),
    Mutant(
        "stream-bytes-of-every-frame",
        "STM-1",
        "Hashes all that comes on the stream, HEARTs included.",
        edited(f"{STREAM}.due", "if due.data:", "if True:"),
    ),
    Mutant(
        "stream-bytes-as-they-come",
        "STM-1",
        "Hashes on arrival, which is the right order only while the network keeps it.",
        both(
            edited(
                f"{STREAM}.take",
                "self.held[number] = held",
                "if held.data:\n    self._count(held.datagram)\nself.held[number] = held",
            ),
            edited(f"{STREAM}.due", "self._count(due.datagram)", "pass"),
        ),
    ),
)
ORDER = (
    Mutant(
        "stream-order-of-arrival",
        "STM-7",
        "Delivers what comes, when it comes.",
        edited(
            f"{STREAM}.take",
            "self.held[number] = held",
            "yield held\nself.held[number] = held",
            ("yield from self.due()", "list(self.due())"),
        ),
    ),
    Mutant(
        "stream-one-frame-a-turn",
        "STM-7",
        "Delivers one held frame for each that comes, since it asks with if and not with while.",
        edited(
            f"{STREAM}.due",
            "while not self.holding and (due := self.held.pop(self.next_seq, None)) is not None:",
            "for due in [self.held.pop(self.next_seq)] if self.next_seq in self.held else []:",
        ),
    ),
    Mutant(
        "stream-heart-fills-nothing",
        "STM-7",
        "Throws HEARTs away before they are counted, and waits for their numbers for ever.",
        edited(
            "peer.state.peer_state.PeerState.accept",
            "if self.numbered(received):",
            "if self.numbered(received) and received.kind != 'heart':",
        ),
    ),
    Mutant(
        "stream-other-sync-fills-nothing",
        "STM-7",
        "Passes by a Sync frame of a method that it does not know, number and all.",
        edited(
            "peer.state.peer_state.PeerState.accept",
            "if self.numbered(received):",
            "if self.numbered(received) and received.kind != 'other':",
        ),
    ),
)
ROOM = (
    Mutant(
        "stream-holds-1025-ahead",
        "STM-8",
        "Compares with <= and holds a frame too far ahead.",
        edited(f"{RECV_STREAMS}.has_room", "ahead < AHEAD", "ahead <= AHEAD"),
    ),
    Mutant(
        "stream-holds-1023-ahead",
        "STM-8",
        "Counts the missing number among those it has room for.",
        edited(f"{RECV_STREAMS}.has_room", "ahead < AHEAD", "ahead < AHEAD - 1"),
    ),
    Mutant(
        "stream-holds-any-bytes",
        "STM-8",
        "Counts frames and forgets that frames have bytes.",
        edited(f"{RECV_STREAMS}.has_room", " and self.waiting_bytes + len(received.datagram) <= MAX_WAITING_BYTES", ""),
    ),
    Mutant(
        "stream-16-mib-for-each",
        "STM-8",
        "Has 16 MiB for each stream, where the session has them once.",
        edited(f"{RECV_STREAMS}.has_room", "self.waiting_bytes + len", "stream.waiting_bytes + len"),
    ),
    Mutant(
        "stream-16-mib-never-given-back",
        "STM-8",
        "Adds up what it holds, and takes nothing off when it is delivered.",
        edited(f"{STREAM}.due", "self.waiting_bytes -= len(due.datagram)", "self.waiting_bytes -= 0"),
    ),
    Mutant(
        "stream-16-mib-exactly-is-too-much",
        "STM-8",
        "Compares with < and has one byte less.",
        edited(f"{RECV_STREAMS}.has_room", "<= MAX_WAITING_BYTES", "< MAX_WAITING_BYTES"),
    ),
)
AGAIN = (
    Mutant(
        "stream-held-twice",
        "STM-9",
        "Knows what it delivered, and not what it holds.",
        edited(f"{STREAM}.seen", "number < self.next_seq or number in self.held", "number < self.next_seq"),
    ),
    Mutant(
        "stream-delivered-twice",
        "STM-9",
        "Looks for the number only in its buffer.",
        edited(f"{STREAM}.seen", "number < self.next_seq or number in self.held", "number in self.held"),
    ),
    Mutant(
        "stream-old-number-is-stale",
        "STM-9",
        "Keeps the rule for single frames, by which an old number is STALE.",
        edited(
            f"{RECV_STREAMS}.judge_number",
            "return DropCode.DUPLICATE if stream.seen(number, at_once=received.kind in AT_ONCE) else None",
            "late = DropCode.STALE if stream.next_seq - number >= 1024 else DropCode.DUPLICATE\n"
            "return late if stream.seen(number) else None",
        ),
    ),
)
APART = (
    Mutant(
        "streams-share-their-turn",
        "STM-11",
        "Holds one list of missing numbers for the conversation.",
        edited(f"{RECV_STREAMS}.open", "self._open[stream_id] =", "self._open.clear()\nself._open[stream_id] ="),
    ),
    Mutant(
        "streams-close-together",
        "STM-11",
        "Ends its buffer when a stream ends, with what other streams have in it.",
        edited(f"{RECV_STREAMS}.settle", "del self._open[stream.stream_id]", "self._open.clear()"),
    ),
)
LAST = (
    Mutant(
        "stream-tail-has-to-come-again",
        "STM-14",
        "Compares only when a TAIL comes, and so waits for a second one.",
        edited("peer.handlers.streams.take", "stream.ending is not None and stream.whole()", "False"),
    ),
    Mutant(
        "stream-whole-one-early",
        "STM-14",
        "Goes on with the TAIL when one number is still missing.",
        edited(
            f"{STREAM}.whole", "self.next_seq == self.ending.frame_seq", "self.next_seq + 1 >= self.ending.frame_seq"
        ),
    ),
)
AFTER = (
    Mutant(
        "stream-takes-numbers-above-its-tail",
        "STM-15",
        "Never compares with the TAIL's number.",
        without("after_tail"),
    ),
    Mutant(
        "stream-takes-the-tails-number",
        "STM-15",
        "Compares with > and takes a data frame of the TAIL's own number.",
        edited(f"{STREAM}.after_tail", "number < self.ending.frame_seq", "number <= self.ending.frame_seq"),
    ),
    Mutant(
        "stream-takes-a-higher-tail",
        "STM-15",
        "Lets every TAIL pass, whatever its number.",
        edited(f"{STREAM}.after_tail", "tail and number == self.ending.frame_seq", "tail"),
    ),
    Mutant(
        "stream-drops-late-frames-as-room",
        "STM-15",
        "Gives what comes after the TAIL the code of a full buffer.",
        judged("after_tail", "DropCode.AFTER_TAIL", "DropCode.BUFFER_LIMIT"),
    ),
)
MUTANTS = (*BYTES, *ORDER, *ROOM, *AGAIN, *APART, *LAST, *AFTER)
