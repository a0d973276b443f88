"""A plugin for runs of testees that hang: a reply may take a second, and hangs in a row three."""

from __future__ import annotations

from functools import partial

from adapters.driver import Limits, testee

REPLY_S = 1.0
vars(testee)["Limits"] = partial(Limits, reply_s=REPLY_S, silent_s=3 * REPLY_S)
