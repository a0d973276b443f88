"""Faults of a client in what it agrees, chooses and gives up: HSK-25 to HSK-30."""

from __future__ import annotations

from resonant.peer.state.machine import Standing, Turn

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted
from ...engine.peer_patches import moved, of_kinds, rows, without

CLIENT = "peer.state.machine.CLIENT"
PING = "peer.state.agreement.ping_of"
HEAR = "peer.handlers.client.hear_capability"
UNUSABLE = "peer.state.agreement.unusable"
CHOOSE = "peer.state.agreement._choose"

MUTANTS = (
    Mutant(
        "agreed-is-what-the-server-says",
        "HSK-25",
        "Believes the lists of a capability, whatever it has itself.",
        edited(
            "peer.state.agreement._agreement",
            '_common(config, name, getattr(said, name)) for name in ("compress", "crypto", "dtype", "modality")',
            "getattr(said, name) if getattr(said, name) is not None else _common(config, name, None)\n"
            '    for name in ("compress", "crypto", "dtype", "modality")',
        ),
    ),
    Mutant(
        "agreed-modality-missing-is-none",
        "HSK-25",
        "Takes a capability without modality for one that agrees on none.",
        edited(
            "peer.state.agreement.client_agreement",
            "return _agreement(config, capability,",
            "import dataclasses\n"
            "capability = dataclasses.replace(capability, modality=capability.modality or ())\n"
            "return _agreement(config, capability,",
        ),
    ),
    Mutant(
        "agreed-critique-of-the-server",
        "HSK-25",
        "Holds critique for agreed where the server says so.",
        edited("peer.state.agreement._agreement", "config.critique and said.critique", "said.critique"),
    ),
    Mutant(
        "agreed-critique-of-the-client",
        "HSK-25",
        "Holds critique for agreed where it wants it itself.",
        edited("peer.state.agreement._agreement", "config.critique and said.critique", "config.critique"),
    ),
    Mutant(
        "chooses-the-other-ends-first",
        "HSK-26",
        "Chooses the last of the agreed names, as if the other end's order were the reverse.",
        edited(CHOOSE, "chosen[0]", "chosen[-1]"),
    ),
    Mutant(
        "chooses-crypto-always",
        "HSK-26",
        "Seals wherever sealing is agreed, whatever comes first in its list.",
        edited(CHOOSE, "others or able if pass_over_none else able", "others or able"),
    ),
    Mutant(
        "chooses-none-where-the-other-requires",
        "HSK-26",
        "Goes by its own require_crypto alone.",
        edited("peer.state.agreement._agreement", "config.require_crypto or other_requires", "config.require_crypto"),
    ),
    Mutant(
        "chooses-none-where-it-requires-itself",
        "HSK-26",
        "Goes by the other end's require_crypto alone.",
        edited("peer.state.agreement._agreement", "config.require_crypto or other_requires", "other_requires"),
    ),
    Mutant(
        "required-crypto-of-its-own-alone",
        "HSK-27",
        "Looks at its own require_crypto, and not at the capability's.",
        edited(UNUSABLE, "config.require_crypto or capability.require_crypto", "config.require_crypto"),
    ),
    Mutant(
        "required-crypto-of-the-server-alone",
        "HSK-27",
        "Looks at the capability's require_crypto, and not at its own.",
        edited(UNUSABLE, "config.require_crypto or capability.require_crypto", "capability.require_crypto"),
    ),
    Mutant(
        "error-of-any-ref",
        "HSK-28",
        "Takes every error for one about its ping.",
        edited(
            "peer.handlers.client.hear_error",
            "state.waiting is not None and state.waiting.ping == error.ref",
            "state.waiting is not None",
        ),
    ),
    Mutant(
        "error-for-the-ping-unheard",
        "HSK-28",
        "Waits for a capability, and hears nothing else.",
        edited("peer.handlers.client.hear_error", "state.turn(Turn.REFUSED)", "pass"),
    ),
    Mutant(
        "failed-client-answers",
        "HSK-29",
        "Goes on judging what it receives after its handshake has failed.",
        without("failed"),
    ),
    Mutant(
        "failed-client-looks-at-pings",
        "HSK-29",
        "Is silent to data, and hears capabilities and errors.",
        of_kinds("failed", less=("capability", "error")),
    ),
    Mutant(
        "failed-client-judges-first",
        "HSK-29",
        "Looks for reflections and duplicates before it remembers that it has failed.",
        moved("failed", "no_session"),
    ),
    Mutant(
        "ping-on-a-used-stream",
        "HSK-30",
        "Pings wherever it is asked to.",
        inserted(
            "peer.handlers.client.ping",
            "datagram = state.post(",
            "sync_draft = lambda action, *more: globals()['sync_draft'](Action.REPLY, *more)",
        ),
    ),
    Mutant(
        "ping-ends-the-session",
        "HSK-30",
        "Begins anew with each ping, and has no agreement until it is answered.",
        rows(CLIENT, {(Standing.IN_SESSION, Turn.PING): Standing.PINGING}),
    ),
)
