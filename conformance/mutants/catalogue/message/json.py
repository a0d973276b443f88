"""Faults in the form of JSON slices: MSG-13 to MSG-16."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import Change, both, edited

SLICE = "message.slots.SlotReader.json"
OBJECT = "message.json.read_object"
ENDS = 'if not (payload.startswith(b"{") and payload.endswith(b"}")):'
TEXT = 'payload.decode("utf-8")'
PARSED = "_DECODE(text)"
RANK = "if len(one.dims) != 1:"
UNIQUE = "message.json._unique"
TWICE = "if len(members) != len(pairs):"
PAIRS = "message.json._check_pairs"
HOOKS = "object_pairs_hook=_unique, parse_int=_integer, parse_float=_number, parse_constant=_no_constant"


def parser(target: str, old: str, new: str) -> Change:
    """One of the functions that the parser calls, and a parser that calls the changed one."""
    return both(edited(target, old, new), edited(OBJECT, PARSED, f"json.JSONDecoder({HOOKS}).decode(text)"))


def trimmed(how: str) -> Change:
    """A reader that takes something away from around the object first."""
    return edited(OBJECT, ENDS, f"payload = payload.{how}\n{ENDS}")


def tidied(text: str) -> Change:
    """A reader that takes more than JSON: it parses an expression of the text."""
    return edited(OBJECT, PARSED, f"_DECODE({text})")


FORM = (
    Mutant(
        "json-of-any-rank", "MSG-13", "Reads the bytes of a slice, whatever its dims.", edited(SLICE, RANK, "if False:")
    ),
    Mutant(
        "json-of-one-row",
        "MSG-13",
        "Takes dims [1, n] for [n], as its batches are of one.",
        edited(SLICE, RANK, "if len(one.dims) != 1 and one.dims[0] != 1:"),
    ),
    Mutant(
        "json-any-value",
        "MSG-14",
        "Takes any JSON value, arrays and numbers included.",
        edited(OBJECT, ENDS, "if payload != payload.strip():"),
    ),
    Mutant(
        "json-faults-as-nothing",
        "MSG-14",
        "Takes what its parser refuses for an empty object.",
        edited(
            OBJECT,
            'raise ResonantError(RejectCode.BAD_JSON, "MSG-14", f"not JSON: {error}") from error',
            "value = {}",
        ),
    ),
    Mutant("json-trimmed", "MSG-14", "Strips white space, as every parser does.", trimmed("strip()")),
    Mutant("json-ends-at-nul", "MSG-14", "Ends the text at a NUL, as C does.", trimmed('rstrip(b"\\0")')),
    Mutant(
        "json-with-mark",
        "MSG-14",
        "Skips a byte order mark, as its reader of text files does.",
        trimmed('removeprefix(b"\\xef\\xbb\\xbf")'),
    ),
    Mutant(
        "json-with-comments",
        "MSG-14",
        "Has a parser for configuration files, which knows comments.",
        tidied('re.sub(r"/\\*.*?\\*/", "", text)'),
    ),
    Mutant(
        "json-with-trailing-comma",
        "MSG-14",
        "Has a parser that takes a comma before a closing bracket.",
        tidied('re.sub(r",(?=[}\\]])", "", text)'),
    ),
    Mutant(
        "json-with-nan",
        "MSG-14",
        "Takes NaN and Infinity, as its language writes them.",
        parser("message.json._no_constant", "raise _RefusedError(", "return (None, "),
    ),
    Mutant(
        "json-first-object",
        "MSG-14",
        "Stops at the end of the first object.",
        tidied('text.partition("}{")[0] + "}" if "}{" in text else text'),
    ),
    Mutant(
        "json-with-control-characters",
        "MSG-14",
        "Takes line feeds and tabs in strings as they are.",
        edited(OBJECT, PARSED, f"json.JSONDecoder({HOOKS}, strict=False).decode(text)"),
    ),
    Mutant(
        "json-with-loose-numbers",
        "MSG-14",
        "Reads numbers with a function that takes leading zeros and a plus.",
        tidied('re.sub(r":[0+](?=[1-9])", ":", text)'),
    ),
    Mutant(
        "json-canonical-only",
        "MSG-14",
        "Wants canonical JSON, without white space anywhere.",
        edited(OBJECT, ENDS, f'if b"\\t" in payload or {ENDS[3:]}'),
    ),
)
TEXTS = (
    Mutant(
        "json-in-latin-1",
        "MSG-15",
        "Reads bytes that are not ASCII as Latin-1.",
        edited(OBJECT, TEXT, 'payload.decode("latin-1")'),
    ),
    Mutant(
        "json-repaired",
        "MSG-15",
        "Decodes with replacement characters, so that no input ever fails.",
        edited(OBJECT, TEXT, 'payload.decode("utf-8", "replace")'),
    ),
    Mutant(
        "json-with-half-pairs",
        "MSG-15",
        "Makes a replacement character of half a surrogate pair.",
        edited(OBJECT, PARSED, 'json.loads(_HALF_PAIR.sub("\\ufffd", json.dumps(_DECODE(text), ensure_ascii=False)))'),
    ),
    Mutant(
        "json-half-pairs-in-names",
        "MSG-15",
        "Looks for half a pair in values and not in names.",
        edited(PAIRS, "_check_pairs(name)", 'item = re.sub("[\\ud800-\\udfff]", "", name) and item'),
    ),
    Mutant(
        "json-half-pairs-in-twos",
        "MSG-15",
        "Counts the halves and does not look at their order.",
        edited(PAIRS, "if _HALF_PAIR.search(value):", "if len(_HALF_PAIR.findall(value)) % 2:"),
    ),
    Mutant(
        "json-without-surrogates",
        "MSG-15",
        "Refuses every escape of a surrogate, pairs included.",
        edited(OBJECT, PARSED, '_DECODE(re.sub(r"\\\\ud8", "?", text))'),
    ),
    Mutant("json-last-name-wins", "MSG-16", "Lets the last of equal names win.", parser(UNIQUE, TWICE, "if False:")),
    Mutant(
        "json-names-as-written",
        "MSG-16",
        "Compares names as they are written, before it undoes escapes.",
        tidied('text.replace("\\\\u0061", "a_")'),
    ),
    Mutant(
        "json-names-in-objects-only",
        "MSG-16",
        "Does not look into arrays for equal names.",
        edited(OBJECT, PARSED, '(json.loads(text) if "[" in text else _DECODE(text))'),
    ),
    Mutant(
        "json-names-without-case",
        "MSG-16",
        "Keeps members in a map that ignores case, as for headers of HTTP.",
        parser(UNIQUE, "members = dict(pairs)", "members = {name.lower(): value for name, value in pairs}"),
    ),
)
MUTANTS = (*FORM, *TEXTS)
