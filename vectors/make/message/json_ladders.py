"""JSON slices in every size and place: members, names, depth, lengths, and the places that they have in a Critique."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from ..model import Case, Group
from ..writer.raw_frame import I8
from ..writer.tensors import CRITIQUE, KINDS, Slice, bad, json_slice
from .json_text import M, accepted, refused

MEMBERS = (2, 3, 4, 7, 8, 9, 15, 16, 17, 32, 33, 65, 129, 257)
LENGTHS = (1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1025)
F = KINDS["f16"]


def groups() -> Iterator[Group]:
    """Names that occur twice, depth and lengths; then every rule of JSON in explanations."""
    rows = {
        "read/json-members": ("Objects of many members, their names all different or not.", _members()),
        "read/json-depth": ("Depth behind other members, and by turns.", _depth()),
        "read/json-lengths": ("Strings and objects around powers of two.", _lengths()),
        "read/json-in-explanations": ("What no JSON slice may hold, in each place of a Critique.", _in_explanations()),
    }
    for name, (about, cases) in rows.items():
        yield Group("message", name, "read_message", about, list(cases))


def _object(names: list[str]) -> str:
    return "{" + ",".join(f'"{name}":{number}' for number, name in enumerate(names)) + "}"


def _members() -> Iterator[Case]:
    for count in MEMBERS:
        names = [f"m{i}" for i in range(count)]
        if count < 40 or count == 257:
            yield accepted(f"members-{count}", f"{count} members.", "MSG-16 MSG-19", _object(names))
        for first, second in sorted({(0, 1), (0, count - 1), (count // 2, count - 1), (count - 2, count - 1)}):
            if first != second:
                twice = [*names]
                twice[second] = names[first]
                about = f"Members {first} and {second} of {count} have one name."
                yield refused(f"members-{count}-{first}-is-{second}", about, "MSG-16", _object(twice))
    for length in (1, 7, 8, 15, 16, 17, 31, 32, 33, 64, 65, 256, 257):
        name = "n" * length
        yield accepted(
            f"names-of-{length}-last-differs",
            "Names that differ in the last letter.",
            "MSG-16",
            _object([name, name[:-1] + "o"]),
        )
        yield refused(
            f"names-of-{length}-twice", f"A name of {length} letters twice.", "MSG-16", _object([name, "x", name])
        )
    alike = {
        "hex-in-another-case": (r"\u00e9", r"\u00E9"), "escape-and-letter": (r"\u00e9", "é"), "slash": ("/", r"\/"),
        "tab": (r"\t", r"\u0009"), "last-letter": ("name", r"nam\u0065"), "first-letter": (r"\u006eame", "name"),
        "pair-and-letter": (r"\ud83c\udf00", "🌀"), "pair-in-another-case": (r"\ud83c\udf00", r"\uD83C\uDF00"),
        "quote": (r"\"", r"\u0022"), "backslash": (r"\\", r"\u005c"), "nul": (r"\u0000", r"\u0000"), "empty": ("", ""),
    }  # fmt: skip
    for case_id, (one, other) in alike.items():
        yield refused(f"one-name-{case_id}", f"The names {one} and {other}.", "MSG-16", _object([one, "x", other]))
    unlike = {
        "composed-and-not": ("\u00e9", "e\u0301"), "case": ("Name", "name"), "space": ("name", "name "),
        "nul": ("a", r"a\u0000"), "sharp-s": ("ß", "ss"), "kelvin": ("K", "\u212a"), "digits": ("1", "01"),
        "empty-and-not": ("", " "), "before-and-behind-a-nul": (r"\u0000a", r"\u0000b"),
    }  # fmt: skip
    for case_id, (one, other) in unlike.items():
        yield accepted(f"two-names-{case_id}", f"The names {one} and {other}.", "MSG-16", _object([one, other]))
    for where, text in {
        "in-the-last-of-nine": '{"a":[' + "{},".join([""] * 9) + '{"b":1,"c":2,"b":3}]}',
        "behind-an-object": '{"a":{"x":1,"y":2},"b":3,"a":4}',
        "at-depth-16": '{"a":' * 15 + '{"b":1,"b":2}' + "}" * 15,
        "with-an-inner-one": '{"a":{"a":1},"a":2}',
    }.items():
        yield refused(f"twice-{where}", f"A name twice, {where}.", "MSG-16", text)
    yield accepted(
        "once-in-each-of-nine", "One name in nine objects.", "MSG-16", '{"a":[' + ",".join(['{"b":1}'] * 9) + "]}"
    )
    yield accepted("once-in-and-out", "One name outside and inside.", "MSG-16", '{"a":{"a":{"a":1}},"b":{"a":2}}')


def _depth() -> Iterator[Case]:
    def nest(kinds: str) -> str:
        opening = "".join("[" if kind == "a" else '{"k":' for kind in kinds)
        return opening + "1" + "".join("]" if kind == "a" else "}" for kind in reversed(kinds))

    for depth in range(2, 17):
        kinds = "".join("ao"[i // (1 + depth % 3) % 2] for i in range(depth - 1))
        yield accepted(
            f"depth-{depth}-by-turns",
            f"Objects and arrays by turns, {depth} deep.",
            "MSG-17",
            '{"a":' + nest(kinds) + "}",
        )
    for name, kinds in {
        "arrays": "a" * 16,
        "objects": "o" * 16,
        "by-turns": "ao" * 8,
        "objects-last": "a" * 15 + "o",
        "arrays-last": "o" * 15 + "a",
    }.items():
        yield refused(f"depth-17-{name}", "17 deep.", "MSG-17", '{"a":' + nest(kinds) + "}")
        yield refused(
            f"depth-17-{name}-behind-others",
            "17 deep, behind what is not.",
            "MSG-17",
            '{"a":[],"b":{},"c":"]]]]","d":' + nest(kinds) + "}",
        )
    for count in (2, 17, 33, 300):
        text = '{"a":[' + ",".join(["[]"] * count) + '],"b":' + nest("a" * 15) + "}"
        yield accepted(f"beside-{count}-arrays", f"{count} arrays side by side, then 16 deep.", "MSG-17", text)
        text = '{"a":[' + ",".join(["{}"] * count) + "]}"
        yield accepted(f"{count}-objects-side-by-side", f"{count} objects side by side.", "MSG-17", text)
    yield accepted(
        "brackets-escaped",
        "Brackets in strings, behind escaped quotes.",
        "MSG-17",
        '{"a":"\\"' + "[{" * 20 + '\\\\","b":"' + "[" * 20 + '"}',
    )
    yield refused("empty-arrays-17-deep", "Empty at the bottom.", "MSG-17", '{"a":' + "[" * 16 + "]" * 16 + "}")
    for name, text in {
        "array-closed-as-object": '{"a":[1}}',
        "object-closed-as-array": '{"a":{"b":1]}',
        "closed-twice": '{"a":[1]]}',
    }.items():
        yield refused(name, "Brackets of two kinds.", "MSG-14", text)


def _lengths() -> Iterator[Case]:
    for length in LENGTHS:
        text = "".join(chr(33 + (i * 7) % 90) for i in range(length)).replace('"', "~").replace("\\", "~")
        yield accepted(f"string-of-{length}", f"A string of {length} letters.", "MSG-14", f'{{"a":"{text}"}}')
        if length > 14:
            broken = f'{{"a":"{text[:-1]}\x01"}}'
            yield refused(
                f"string-of-{length}-bad-last", f"The last of {length} letters is a control.", "MSG-14", broken
            )
            yield refused(f"space-behind-{length}", "A space behind the object.", "MSG-14", f'{{"a":"{text}"}} ')
    for count in (1, 2, 31, 32, 33, 255, 256, 257):
        yield accepted(
            f"array-of-{count}",
            f"An array of {count} numbers.",
            "MSG-14",
            '{"a":' + json.dumps(list(range(count)), separators=(",", ":")) + "}",
        )
        yield refused(
            f"array-of-{count}-trailing-comma", "A comma behind the last.", "MSG-14", '{"a":[' + "0," * count + "]}"
        )
    for count in (1, 30_000):
        about = f"A string without an end, in which {count:,} quotes are escaped."
        yield refused(f"endless-string-{count}-quotes", about, "MSG-14", '{"a":"' + r"\"" * count + "}")


BROKEN: Mapping[str, tuple[str | bytes, str]] = {
    "closing-missing": ('{"note":"x"', "MSG-14"),
    "space-behind": ('{"note":"x"} ', "MSG-14"),
    "trailing-comma": ('{"note":"x",}', "MSG-14"),
    "not-utf-8": (b'{"note":"\xff"}', "MSG-15"),
    "half-a-pair": (r'{"note":"\ud800"}', "MSG-15"),
    "name-twice": ('{"note":"x","note":"x"}', "MSG-16"),
    "unknown-name-twice": ('{"note":"x","a":1,"b":2,"a":3}', "MSG-16"),
    "depth-17": ('{"a":' + "[" * 16 + "]" * 16 + "}", "MSG-17"),
    "integer-above": (f'{{"magnitude":{M + 1}}}', "MSG-18"),
    "number-beyond": ('{"magnitude":1e309}', "MSG-18"),
    "note-number": ('{"magnitude":1,"note":7}', "MSG-20"),
    "correction-null": ('{"note":"x","suggested_correction":null}', "MSG-20"),
    "magnitude-string": ('{"note":"x","magnitude":"1"}', "MSG-20"),
    "magnitude-negative": ('{"note":"x","magnitude":-1e-9}', "MSG-20"),
    "magnitude-false": ('{"magnitude":false,"note":"x"}', "MSG-20"),
}


def _in_explanations() -> Iterator[Case]:
    mask: Slice = (I8, (2, 2), bytes((1, 0, 0, 1)))
    scaled = KINDS["i8-scaled"]
    wide: Slice = (I8, (5, 8), bytes(40))
    places = {
        "behind-f16": F.slices, "behind-a-mask": (*F.slices, mask), "behind-i8": KINDS["i8"].slices,
        "behind-a-scale": scaled.slices, "behind-a-scale-and-a-mask": (*scaled.slices, wide),
    }  # fmt: skip
    for where, before in places.items():
        for case_id, (text, clause) in BROKEN.items():
            about = f"The explanation {text[:40]!r} {where.replace('-', ' ')}."
            yield bad(f"{case_id}-{where}", about, clause, CRITIQUE, (*before, json_slice(text)), "BAD_JSON")
        rank2: Slice = (I8, (1, 12), b'{"note":"x"}')
        yield bad(f"rank-2-{where}", "An explanation of rank 2.", "MSG-13", CRITIQUE, (*before, rank2), "BAD_JSON")
