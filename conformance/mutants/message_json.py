"""Faults in reading JSON slices: MSG-13 to MSG-20."""

from __future__ import annotations

from .changes import Change, edited
from .mutant import Mutant

OBJECT = "strict_json.read_object"
ENDS = 'if not (payload.startswith(b"{") and payload.endswith(b"}")):'
TEXT = 'text = payload.decode("utf-8")'
DEPTH = "strict_json._check_depth"
UNIQUE = "strict_json._unique"
INTEGER = "strict_json._integer"
RANGE = "if len(text) > 17 or abs(value := int(text)) > MAX_INTEGER:"
FINITE = "if not math.isfinite(value):"
EXPLANATION = "strict_json.check_explanation"
PAIRS = "strict_json._check_pairs"
RANK = "if len(one.dims) != 1:"
DECODED = "_DECODE(text)"


def parsed(text: str) -> Change:
    """Another way from the payload to its text, an expression."""
    return edited(OBJECT, TEXT, f"text = {text}")


def tidied(text: str) -> Change:
    """A parser that takes more than JSON: it parses an expression of text."""
    return edited(OBJECT, DECODED, f"_DECODE({text})")


def trimmed(how: str) -> Change:
    """A parser that removes something from around the object first."""
    return edited(OBJECT, ENDS, f"payload = payload.{how}\n        {ENDS}")


FORM = (
    Mutant(
        "json-of-any-rank",
        "MSG-13",
        "Reads the bytes of a JSON slice whatever its dims are.",
        edited("slots.SlotReader.json", RANK, "if False:"),
    ),
    Mutant(
        "json-of-a-row",
        "MSG-13",
        "Takes dims [1, n] for n, as batches of one are common.",
        edited("slots.SlotReader.json", RANK, "if len(one.dims) != 1 and one.dims[0] != 1:"),
    ),
    Mutant(
        "json-rank-as-bad-slots",
        "MSG-13",
        "Says BAD_SLOTS for a JSON slice of two dims.",
        edited("slots.SlotReader.json", "RejectCode.BAD_JSON", "RejectCode.BAD_SLOTS"),
    ),
    Mutant(
        "json-any-value",
        "MSG-14",
        "Takes any JSON value, arrays and numbers included.",
        edited(OBJECT, ENDS, "if not payload or payload[:1].isspace() or payload[-1:].isspace():"),
    ),
    Mutant("json-trimmed", "MSG-14", "Strips white space as every parser does.", trimmed("strip()")),
    Mutant("json-ends-with-nul", "MSG-14", "Strips the terminator of a C string.", trimmed("rstrip(b'\\0')")),
    Mutant("json-with-mark", "MSG-14", "Skips a byte order mark.", trimmed("removeprefix(b'\\xef\\xbb\\xbf')")),
    Mutant(
        "json-with-comments",
        "MSG-14",
        "Has a parser for configuration files, which takes comments.",
        tidied("re.sub(r'/\\*.*?\\*/', '', text)"),
    ),
    Mutant(
        "json-with-trailing-comma",
        "MSG-14",
        "Has a parser that takes a comma before the closing bracket.",
        tidied("re.sub(r',([}\\]])', r'\\1', text)"),
    ),
    Mutant(
        "json-with-nan",
        "MSG-14",
        "Takes NaN and Infinity, as the JSON of its language writes them.",
        edited("strict_json._no_constant", "raise _RefusedError(", "return float(name) and str("),
    ),
    Mutant(
        "json-first-object-only",
        "MSG-14",
        "Stops at the end of the first object.",
        tidied("text[: text.index('}{') + 1] if '}{' in text else text"),
    ),
    Mutant(
        "json-control-characters",
        "MSG-14",
        "Takes line feeds and tabs in strings as they are.",
        tidied("text.replace('\\t', '\\\\t').replace('\\n', '\\\\n') if '{\"a\":\"' in text else text"),
    ),
    Mutant(
        "json-single-quotes",
        "MSG-14",
        "Takes single quotes for quotes.",
        tidied("text.replace(\"'\", '\"')"),
    ),
    Mutant(
        "json-loose-escapes",
        "MSG-14",
        "Reads the digits of an escape with a function that takes signs and spaces.",
        tidied("re.sub(r'\\\\u[+ ](...)', r'\\\\u0\\1', text)"),
    ),
    Mutant(
        "json-loose-numbers",
        "MSG-14",
        "Reads numbers with a function that takes leading zeros and a plus.",
        tidied("re.sub(r':(0|[+])(?=[1-9])', ':', text)"),
    ),
    Mutant(
        "json-fractions-without-digits",
        "MSG-14",
        "Reads numbers with a function that takes 1. and .5.",
        tidied("text.replace(':.', ':0.').replace('.}', '.0}')"),
    ),
    Mutant(
        "json-inner-white-space-refused",
        "MSG-14",
        "Wants canonical JSON, without white space anywhere.",
        edited(OBJECT, ENDS, "if b'\\t' in payload or not (payload.startswith(b'{') and payload.endswith(b'}')):"),
    ),
)
TEXTS = (
    Mutant(
        "json-in-latin-1",
        "MSG-15",
        "Takes bytes that are not UTF-8 for Latin-1.",
        parsed("payload.decode('utf-8') if payload.isascii() else payload.decode('latin-1')"),
    ),
    Mutant(
        "json-repaired",
        "MSG-15",
        "Replaces bytes that are not UTF-8 by question marks.",
        parsed("payload.decode('utf-8', 'replace')"),
    ),
    Mutant(
        "json-bad-bytes-dropped",
        "MSG-15",
        "Drops bytes that are not UTF-8.",
        parsed("payload.decode('utf-8', 'ignore')"),
    ),
    Mutant(
        "json-surrogates-in-utf-8",
        "MSG-15",
        "Takes surrogates in UTF-8, as its platform writes them.",
        parsed("payload.decode('utf-8', 'surrogatepass').replace('\\ud800', '?')"),
    ),
    Mutant(
        "json-half-pairs-replaced",
        "MSG-15",
        "Makes a replacement character of half a surrogate pair.",
        edited(OBJECT, DECODED, "json.loads(_HALF_PAIR.sub('\\ufffd', json.dumps(_DECODE(text), ensure_ascii=False)))"),
    ),
    Mutant(
        "json-half-pairs-in-names",
        "MSG-15",
        "Looks for half a pair in values and not in names.",
        edited(PAIRS, "            _check_pairs(name)\n", ""),
    ),
    Mutant(
        "json-pairs-in-any-order",
        "MSG-15",
        "Counts the halves and does not look at their order.",
        edited(PAIRS, "if _HALF_PAIR.search(value):", "if len(_HALF_PAIR.findall(value)) % 2:"),
    ),
    Mutant(
        "json-no-surrogates",
        "MSG-15",
        "Refuses every escape of a surrogate, pairs included.",
        edited(
            OBJECT,
            'if "\\\\u" in text:',
            'if re.search(r"\\\\ud[89a-f]", text):\n            raise _RefusedError("MSG-15", "")\n        if "\\\\u" in text:',
        ),
    ),
    Mutant(
        "json-last-name-wins",
        "MSG-16",
        "Lets the last of two equal names win.",
        edited(UNIQUE, "if len(members) != len(pairs):", "if False:"),
    ),
    Mutant(
        "json-names-by-their-bytes",
        "MSG-16",
        "Compares names before escapes are undone.",
        edited(OBJECT, DECODED, "_DECODE(text.replace('\\\\u0061', 'a_')) if '\\\\u0061\"' in text else _DECODE(text)"),
    ),
    Mutant(
        "json-names-of-top-only",
        "MSG-16",
        "Looks for equal names in the outermost object.",
        edited(
            UNIQUE,
            "if len(members) != len(pairs):",
            "if len(members) != len(pairs) and len(pairs) > 1 and pairs[0][0] == 'x':",
        ),
    ),
    Mutant(
        "json-names-across-objects",
        "MSG-16",
        "Keeps one set of names for the whole text.",
        edited(
            UNIQUE,
            "members = dict(pairs)",
            "members = dict(pairs)\n    inner = [name for value in members.values() if isinstance(value, dict) for name in value]\n    pairs = pairs + [(name, 0) for name in set(inner) if inner.count(name) > 1]",
        ),
    ),
    Mutant(
        "json-names-without-case",
        "MSG-16",
        "Compares names without case.",
        edited(UNIQUE, "members = dict(pairs)", "members = {name.lower(): value for name, value in pairs}"),
    ),
)
LIMITS = (
    Mutant(
        "json-depth-15",
        "MSG-17",
        "Counts the slice's own object 0 and stops at 15 within.",
        edited(DEPTH, "if depth > MAX_DEPTH:", "if depth >= MAX_DEPTH:"),
    ),
    Mutant(
        "json-depth-17",
        "MSG-17",
        "Counts what is inside the slice's own object only.",
        edited(DEPTH, "if depth > MAX_DEPTH:", "if depth > MAX_DEPTH + 1:"),
    ),
    Mutant(
        "json-depth-of-objects",
        "MSG-17",
        "Counts objects and not arrays.",
        edited(DEPTH, 'in b"{["', 'in b"{"', ('in b"}]"', 'in b"}"')),
    ),
    Mutant(
        "json-depth-of-arrays",
        "MSG-17",
        "Counts arrays and not objects.",
        edited(DEPTH, 'in b"{["', 'in b"["', ('in b"}]"', 'in b"]"')),
    ),
    Mutant(
        "json-depth-not-limited",
        "MSG-17",
        "Leaves the depth to its parser, and that to its stack.",
        edited(DEPTH, "if depth > MAX_DEPTH:", "if False:"),
    ),
    Mutant(
        "json-depth-in-strings",
        "MSG-17",
        "Counts brackets in strings as well.",
        edited(DEPTH, '_STRING.sub(b"", payload)', "payload"),
    ),
    Mutant(
        "json-integer-not-limited",
        "MSG-18",
        "Has integers of any size.",
        edited(INTEGER, RANGE, "if abs(value := int(text)) < 0:"),
    ),
    Mutant(
        "json-integer-to-2-pow-53",
        "MSG-18",
        "Compares with 2^53, off by one.",
        edited(INTEGER, "> MAX_INTEGER", "> MAX_INTEGER + 1"),
    ),
    Mutant(
        "json-integer-of-64-bits",
        "MSG-18",
        "Accepts what fits an i64.",
        edited(INTEGER, RANGE, "if len(text) > 20 or abs(value := int(text)) >= 2**63:"),
    ),
    Mutant(
        "json-integer-as-double",
        "MSG-18",
        "Reads integers as binary64 and compares what is left.",
        edited(INTEGER, RANGE, "if len(text) > 400 or abs(value := int(float(text))) > MAX_INTEGER + 1:"),
    ),
    Mutant(
        "json-negative-not-limited",
        "MSG-18",
        "Compares with the greatest integer and forgets the least.",
        edited(INTEGER, "abs(value := int(text))", "(value := int(text))"),
    ),
    Mutant(
        "json-number-infinite",
        "MSG-18",
        "Reads 1e400 as infinity.",
        edited(
            "strict_json._number",
            FINITE,
            "if False:",
            ("return value", "return max(min(value, 1.7976931348623157e308), -1.7976931348623157e308)"),
        ),
    ),
    Mutant(
        "json-fraction-limited",
        "MSG-18",
        "Limits numbers with a fraction as if they were integers.",
        edited("strict_json._number", FINITE, "if abs(value) > MAX_INTEGER:"),
    ),
    Mutant(
        "json-underflow-refused",
        "MSG-18",
        "Refuses numbers that become 0.",
        edited("strict_json._number", FINITE, "if not math.isfinite(value) or (not value and text.strip('-0.')):"),
    ),
)
MEMBERS = (
    Mutant(
        "json-unknown-method-refused",
        "MSG-19",
        "Refuses a method that it does not know.",
        edited(
            "slots.SlotReader.json",
            "return strict_json.read_object(one.payload)",
            "value = strict_json.read_object(one.payload)\n        if value.get('method', 'ping') not in ('ping', 'capability', 'error', 'head', 'tail'):\n            raise ResonantError(RejectCode.BAD_JSON, 'MSG-19', '')\n        return value",
        ),
    ),
    Mutant(
        "explanation-unknown-refused",
        "MSG-19",
        "Has a strict type for explanations, without room for more.",
        edited(
            EXPLANATION,
            "    magnitude = ",
            "    if value.keys() - {*_EXPLANATION, 'magnitude'}:\n        raise ResonantError(RejectCode.BAD_JSON, 'MSG-19', '')\n    magnitude = ",
        ),
    ),
    Mutant(
        "json-unknown-dropped",
        "MSG-19",
        "Delivers the members that it knows and refuses nothing.",
        edited(
            "slots.SlotReader.explanation",
            "return value",
            "return {name: value[name] for name in value if name in ('note', 'magnitude', 'suggested_correction')}",
        ),
    ),
    Mutant(
        "note-not-checked",
        "MSG-20",
        "Takes a note of any kind and prints it.",
        edited("strict_json.check_explanation", "for name in _EXPLANATION:", "for name in _EXPLANATION[1:]:"),
    ),
    Mutant(
        "correction-not-checked",
        "MSG-20",
        "Takes a correction of any kind.",
        edited(EXPLANATION, "for name in _EXPLANATION:", "for name in _EXPLANATION[:1]:"),
    ),
    Mutant(
        "note-may-be-null",
        "MSG-20",
        "Takes null for absent.",
        edited(EXPLANATION, "not isinstance(value[name], str)", "not isinstance(value[name], str | None)"),
    ),
    Mutant(
        "magnitude-may-be-true",
        "MSG-20",
        "Has a language in which true is an integer.",
        edited(EXPLANATION, "isinstance(magnitude, bool) or ", ""),
    ),
    Mutant(
        "magnitude-may-be-negative",
        "MSG-20",
        "Checks that the magnitude is a number and no more.",
        edited(EXPLANATION, " or magnitude < 0", ""),
    ),
    Mutant(
        "magnitude-must-be-positive",
        "MSG-20",
        "Refuses a magnitude of 0.",
        edited(EXPLANATION, "magnitude < 0", "magnitude <= 0", ('"magnitude", 0)', '"magnitude", 1)')),
    ),
    Mutant(
        "magnitude-must-be-fraction",
        "MSG-20",
        "Takes an integer for no number, as its parser tells the two apart.",
        edited(EXPLANATION, "int | float", "float", ('"magnitude", 0)', '"magnitude", 0.0)')),
    ),
    Mutant(
        "magnitude-as-text",
        "MSG-20",
        "Turns text into a number where it can.",
        edited(
            EXPLANATION,
            "    if isinstance(magnitude, bool)",
            "    magnitude = float(magnitude) if isinstance(magnitude, str) else magnitude\n    if isinstance(magnitude, bool)",
        ),
    ),
    Mutant(
        "note-required",
        "MSG-20",
        "Wants a note in every explanation.",
        edited(
            EXPLANATION,
            "if name in value and not isinstance(value[name], str):",
            "if not isinstance(value.get(name, None if name == 'note' else ''), str):",
        ),
    ),
)
MUTANTS = (*FORM, *TEXTS, *LIMITS, *MEMBERS)
