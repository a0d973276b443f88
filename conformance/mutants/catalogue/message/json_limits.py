"""Faults in the limits and members of JSON slices: MSG-17 to MSG-20 and MSG-23."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, refusing
from .json import parser

DEPTH = "message.json._check_depth"
DEEP = "if depth > MAX_DEPTH:"
INTEGER = "message.json._integer"
RANGE = "if len(text) > 17 or abs(value := int(text)) > MAX_INTEGER:"
NUMBER = "message.json._number"
FINITE = "if not math.isfinite(value):"
EXPLANATION = "message.json.check_explanation"
NAMES = "for name in _EXPLANATION:"

LIMITS = (
    Mutant(
        "json-depth-15",
        "MSG-17",
        "Compares the depth with >= and stops one level early.",
        edited(DEPTH, DEEP, "if depth >= MAX_DEPTH:"),
    ),
    Mutant(
        "json-depth-17",
        "MSG-17",
        "Counts only what is inside the slice's own object.",
        edited(DEPTH, DEEP, "if depth > MAX_DEPTH + 1:"),
    ),
    Mutant(
        "json-depth-of-objects",
        "MSG-17",
        "Counts nested objects and forgets that arrays nest as well.",
        edited(DEPTH, 'b"{["', 'b"{"', ('b"}]"', 'b"}"')),
    ),
    Mutant(
        "json-depth-not-limited", "MSG-17", "Leaves the depth to its parser's stack.", edited(DEPTH, DEEP, "if False:")
    ),
    Mutant(
        "json-depth-in-strings",
        "MSG-17",
        "Counts every bracket it sees, those in strings included.",
        edited(DEPTH, '_STRING.sub(b"", payload)', "payload"),
    ),
    Mutant(
        "json-integer-of-any-size",
        "MSG-18",
        "Has integers of any size in its language, and no limit.",
        parser(INTEGER, RANGE, "value = int(text)\nif False:"),
    ),
    Mutant(
        "json-integer-2-pow-53",
        "MSG-18",
        "Compares with 2^53, the first integer that is not safe.",
        parser(INTEGER, "> MAX_INTEGER", "> MAX_INTEGER + 1"),
    ),
    Mutant(
        "json-integer-of-64-bits",
        "MSG-18",
        "Accepts every integer that fits the i64 of its parser.",
        parser(INTEGER, RANGE, "if len(text) > 20 or abs(value := int(text)) >= 2**63:"),
    ),
    Mutant(
        "json-integer-below-not-limited",
        "MSG-18",
        "Compares with the greatest integer and forgets the least.",
        parser(INTEGER, "abs(value := int(text))", "(value := int(text))"),
    ),
    Mutant(
        "json-number-limited",
        "MSG-18",
        "Limits numbers with a fraction as if they were integers.",
        parser(NUMBER, FINITE, "if abs(value) > MAX_INTEGER:"),
    ),
    Mutant(
        "json-number-saturates",
        "MSG-18",
        "Takes the greatest number for one that is greater.",
        parser(NUMBER, FINITE, "value = max(min(value, 1.7e308), -1.7e308)\nif False:"),
    ),
    Mutant(
        "json-underflow-refused",
        "MSG-18",
        "Refuses a number that becomes 0, as it does one that becomes infinite.",
        parser(NUMBER, FINITE, 'if not math.isfinite(value) or (not value and "e-" in text):'),
    ),
)
MEMBERS = (
    Mutant(
        "unknown-method-refused",
        "MSG-19",
        "Refuses a method that it does not know where it reads the object.",
        inserted(
            "message.messages._sync",
            "return Sync",
            refusing("reader.left and b'dance' in reader._slices[0].payload", "BAD_JSON"),
        ),
    ),
    Mutant(
        "unknown-members-refused",
        "MSG-19",
        "Has a closed type for explanations, which its library enforces.",
        inserted(
            EXPLANATION,
            "magnitude = ",
            refusing('value.keys() - {*_EXPLANATION, "magnitude"}', "BAD_JSON"),
        ),
    ),
    Mutant(
        "note-not-checked",
        "MSG-20",
        "Only prints a note, and so takes whatever it is.",
        edited(EXPLANATION, NAMES, "for name in _EXPLANATION[1:]:"),
    ),
    Mutant(
        "correction-not-checked",
        "MSG-20",
        "Checks the note and forgets the other text.",
        edited(EXPLANATION, NAMES, "for name in _EXPLANATION[:1]:"),
    ),
    Mutant(
        "note-may-be-null",
        "MSG-20",
        "Takes null for absent, as its library writes fields that are not set.",
        edited(EXPLANATION, "not isinstance(value[name], str)", "not isinstance(value[name], str | None)"),
    ),
    Mutant(
        "note-required",
        "MSG-20",
        "Has a type for explanations in which the note is not optional.",
        edited(
            EXPLANATION,
            "if name in value and",
            'if name == "note" and name not in value:\n    value = {"note": 1}\nif name in value and',
        ),
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
        "magnitude-without-minus-zero",
        "MSG-23",
        "Looks at the sign of the magnitude, as for scales.",
        edited(EXPLANATION, "magnitude < 0", "__import__('math').copysign(1, magnitude) < 0"),
    ),
    Mutant(
        "magnitude-with-fraction-only",
        "MSG-20",
        "Takes an integer for no number, as its parser tells the two apart.",
        edited(EXPLANATION, "int | float", "float", ('"magnitude", 0)', '"magnitude", 0.0)')),
    ),
)
MUTANTS = (*LIMITS, *MEMBERS)
