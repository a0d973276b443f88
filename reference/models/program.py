"""Common to the programs of this folder: how they start, the space of their model, and the sentences that they read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps

from minilm import HIDDEN
from resonant import space_hash32
from resonant.asyncio import ALL_FEATURES
from resonant.console import command
from weights import ModelError

CONFIG = replace(
    ALL_FEATURES,
    embedding_space_id="all-MiniLM-L6-v2",
    space_hash32=space_hash32("all-MiniLM-L6-v2", "bert-6x384", "1b-sentence-pairs"),
    d_model=HIDDEN,
    modality=("text",),
)
TOPICS: Mapping[str, str] = {
    "medicine": "illness, symptoms, treatment and medical advice",
    "law": "contracts, tenants and landlords, courts and legal rights",
    "birds": "birds, their songs, nests and migration",
    "engines": "car engines, repair, fuel and noises of machines",
}
"""The subject of each specialist, in words."""
SENTENCES: Mapping[str, str] = {
    "My throat has been sore for a week and I have a fever.": "medicine",
    "How many hours apart should these tablets be taken?": "medicine",
    "The doctor wants to see the X-ray of my knee again.": "medicine",
    "May my landlord keep the deposit after I move out?": "law",
    "She signed the agreement, but nobody witnessed it.": "law",
    "The judge postponed the hearing until the appeal is decided.": "law",
    "Something warbles in the hedge every morning before dawn.": "birds",
    "The swallows left for the south early this year.": "birds",
    "Two chicks fell out of the nest under our roof.": "birds",
    "It rattles when it is cold, and stops once it has warmed up.": "engines",
    "The oil light stays on although I filled it up yesterday.": "engines",
    "Diesel smells different from petrol when it burns.": "engines",
}
"""Questions and remarks, and the topic of each by a person's judgement."""
UNABLE = 2
"""The exit status without the model, or without the other process."""


def program(main: Callable[[], None]) -> Callable[[], int]:
    """Make a `main` a command without arguments, which ends with a sentence and status 2 where it cannot run."""

    @command
    @wraps(main)
    def run() -> int:
        argparse.ArgumentParser(description=main.__globals__["__doc__"]).parse_args()
        try:
            main()
        except (ModelError, ConnectionError, TimeoutError) as error:
            print(error, file=sys.stderr)
            return UNABLE
        return 0

    return run
