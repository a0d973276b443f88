"""What a failure means to the people who use an implementation."""

from __future__ import annotations

from collections.abc import Mapping

from .read import Entry

BY_PROFILE: Mapping[str, str] = {
    "frame": "Frames of others are not read as they were meant, or others do not read the frames of this one.",
    "zstd": "Compressed frames are lost between implementations, or a small datagram takes more memory than it may.",
    "xchacha": "Sealed frames cannot be opened by others, or are taken although they should not be.",
    "message": "The other end understands another message than was sent, or takes one that has no meaning.",
    "sparse": "Sparse tensors arrive with other values, or at other places, than they were sent with.",
    "quant": "Tensors get other values than with every other implementation, so that models at two ends differ.",
    "handshake": "The two ends do not agree on the same things, or one of them waits for what never comes.",
    "stream": "Streams end incomplete, in the wrong order or unnoticed, where others would repair or report them.",
    "testee": "The testee does not keep the protocol by which it is judged, so other verdicts may be wrong as well.",
}
BY_OUTCOME: Mapping[str, str] = {
    "crash": "What was sent ends the process: anybody who can reach it can stop it.",
    "timeout": "What was sent keeps the implementation busy or silent: whoever waits for it waits in vain.",
    "unsupported": "What is claimed is not there: those who rely on the claim fail later, and elsewhere.",
}


def meaning(entry: Entry) -> str:
    """One or two sentences for an entry that did not pass."""
    return " ".join(text for text in (BY_OUTCOME.get(entry.outcome), BY_PROFILE.get(entry.profile)) if text)
