"""The reason why there is no session, in plain words: the code, the address, and what a person can do."""

from __future__ import annotations

from collections.abc import Mapping

from .addresses import Address, host_port, printable

LOST, ENDED = "LOST", "ENDED"
ADVICE: Mapping[str, str] = {
    "HANDSHAKE_TIMEOUT": "no answer in 15 s; start a server there, or see whether UDP gets through",
    "SPACE_MISMATCH": "its embedding space is another one; choose a server of this model's space",
    "UNSUPPORTED_VERSION": "it speaks another version of the protocol; update the older end",
    "CRYPTO_REQUIRED": "one end insists on sealed frames; give both the same key, and let both offer xchacha20poly1305",
    "ENCRYPTION_REQUIRED": "it takes only sealed frames; give both the same key, and offer xchacha20poly1305",
    "HANDSHAKE_REQUIRED": "it knows of no session, perhaps because it was started anew; connect again",
    "FRAME_TOO_SHORT": "what came is no frame; see whether a Resonant peer listens there, without TLS",
    "FRAME_TOO_LARGE": "what came is no frame; see whether a Resonant peer listens there, without TLS",
    "TRUNCATED_FRAME": "the connection ended inside a frame; connect again",
    "FRAME_TIMEOUT": "a frame was not whole after 10 s; connect again",
    "CONNECTION_RESET": "the other end broke the connection off; connect again",
    ENDED: "the other end closed the connection; connect again",
    LOST: "nothing was heard for 45 s; connect again",
}


class SessionError(ConnectionError):
    """A session did not come about, ended, or refuses what was sent.

    code: from the registry in specs/README.md, LOST or ENDED. trouble: what the network said meanwhile, if anything.
    """

    def __init__(self, code: str, address: Address, trouble: OSError | None = None) -> None:
        advice = ADVICE.get(code, "specs/README.md says what the code means")
        because = f" ({trouble.strerror})" if trouble else ""
        super().__init__(f"{host_port(address)}: {printable(code)}{because}: {advice}")
        self.code = code
