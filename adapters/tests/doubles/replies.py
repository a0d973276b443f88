"""Testees that are told apart by what they answer."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from .kit import ID, Reply, good, head, serve


def sound() -> None:
    """Perform nothing, and say that it was."""
    serve(good)


def one_of_each_kind() -> None:
    """The ops a to d have answers of each kind."""
    replies: Mapping[str, Reply] = {
        "a": {"ok": {"n": 1}},
        "b": {"reject": {"code": "BAD_TYPE"}},
        "c": {"unsupported": "c"},
        "d": {"error": "no"},
        "stop": {"ok": {}},
    }
    serve(lambda op, given: replies[op])


def whole_request() -> None:
    """The answer has the request that came."""

    def read(message: bytes) -> Mapping[str, Any]:
        request = json.loads(message)
        return {**request, "input": {**request["input"], "whole": request}}

    serve(lambda op, given: {"ok": {"request": dict(given)}}, read=read)


def whatever_came() -> None:
    """Anything that is no request gets an answer with its text."""

    def read(message: bytes) -> Mapping[str, Any]:
        if message.startswith(b"{"):
            request: Mapping[str, Any] = json.loads(message)
            return request
        return {"op": "raw", "input": {"got": message.decode()}}

    serve(lambda op, given: {"ok": {"got": given["got"]}} if op == "raw" else {"ok": {}}, read=read)


def own_pid() -> None:
    """The answer has the number of the process."""
    serve(lambda op, given: {"ok": {"pid": os.getpid()}})


def own_ids() -> None:
    """The answer has the secret, and whether group and session are the process's own."""
    ids = {"token": os.environ["RESONANT_TOKEN"], "group": os.getpgrp() == os.getsid(0) == os.getpid()}
    serve(lambda op, given: {"ok": ids})


def no_reply() -> None:
    """Nothing is answered."""
    serve(lambda op, given: [])


def next_id() -> None:
    """The answers have the id of the next request."""
    serve(lambda op, given: [head(given[ID] + 1) + b'{"ok": {}}'])


BAD_REPLIES: Mapping[str, Callable[[int], Reply]] = {
    "no JSON": lambda request_id: b"well",
    "no object": lambda request_id: b"[]",
    "two members": lambda request_id: {"ok": {}, "error": "both"},
    "a member of its own": lambda request_id: {"crash": {}},
    "a code in small letters": lambda request_id: {"reject": {"code": "bad"}},
    "two counts": lambda request_id: [head(request_id, 0, 2), head(request_id, 1, 3)],
    "a piece too long": lambda request_id: [head(request_id) + bytes(60_001)],
}


def bad_reply(fault: str) -> None:
    """Every op but good has this reply, which is none."""

    def perform(op: str, given: Mapping[str, Any]) -> Reply:
        print("oops", file=sys.stderr, flush=True)
        return {"ok": {}} if op == "good" else BAD_REPLIES[fault](given[ID])

    serve(perform)


def megabytes_of_errors() -> None:
    """Each op writes 4 MB to standard error; crash ends it as well."""

    def perform(op: str, _given: Mapping[str, Any]) -> Reply:
        sys.stderr.write("x" * 4_000_000 + "the end")
        sys.stderr.flush()
        if op == "crash":
            os._exit(1)
        return {"ok": {}}

    serve(perform)


def noise() -> None:
    """Each op writes half a megabyte to standard output."""

    def perform(_op: str, _given: Mapping[str, Any]) -> Reply:
        print("noise" * 100_000, flush=True)
        return {"ok": {}}

    serve(perform)


def counting(settings: str) -> None:
    """Each request has its number as the answer; seen says which ops were asked for.

    settings: JSON with known (whether it has the op batch), dies_of (a number, or null) and odd (replies by number).
    """
    given: Mapping[str, Any] = json.loads(settings)
    asked: list[str] = []

    def one(said: Mapping[str, Any]) -> Any:
        number = said.get("n")
        if number is not None and number == given["dies_of"]:
            os._exit(9)
        return given["odd"].get(str(number), {"ok": {"n": number}})

    def perform(op: str, said: Mapping[str, Any]) -> Reply:
        asked.append(op)
        if op == "seen":
            return {"ok": {"asked": asked}}
        if op == "batch" and not given["known"]:
            return {"unsupported": "batch"}
        if op == "batch":
            return {"ok": {"replies": [one(each["input"]) for each in said["requests"]]}}
        reply: Reply = one(said)
        return reply

    serve(perform)
