"""Inputs that nobody would write: shipped files and expressions, changed at random in their bytes or in their structure."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterable
from typing import Any

YAML_PIECES = (
    "!!python/object/apply:os.system ['true']",
    "!!python/name:os.system",
    "!include /etc/passwd",
    "&a",
    "*a",
    "<<: *a",
    "%YAML 1.1",
    "%TAG ! tag:x,2000:",
    "---",
    "...",
    "? ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "|",
    ">",
    "|2-",
    ">+",
    "#",
    "'",
    '"',
    "\\",
    "\\x",
    "\\uD800",
    "\x00",
    "\ud800",
    "\u2028",
    "\u0085",
    "\ufeff",
    "\t",
    "\r",
    "\r\n",
    "\n",
    "  ",
    ".inf",
    ".nan",
    "0x10",
    "0o7",
    "1_000",
    "1e999",
    "9" * 40,
    "-0",
    "2026-02-30",
    "~",
    "null",
    "yes",
    "@",
    "`",
    "extends: ../../../etc/passwd.yaml",
    "extends: ../us-ca/commercial-ab970.yaml",
    "from: [any_open]",
    "legacy: true",
    "[" * 40,
    "{a: " * 40,
    "a" * 3000,
    "\U0001f50c",
    "é",
    "=",
    "<",
    "key: value\n",
)
EXPRESSIONS = (
    "a",
    "a.b",
    "a.b.c",
    "site.flood_zone",
    "equipment.station_count > 12",
    "has(site.parcel)",
    "size(site.parcel) > 3",
    "a.all(x, x)",
    "[1, 2, 3].map(x, x * 2)",
    "'a'.matches('(a+)+$')",
    "site.parcel.matches('(a|a)*b')",
    "a[0]",
    "{'a': 1}",
    "b'\\xff'",
    "r'\\d'",
    "'\\u0000'",
    "9223372036854775807 + 1",
    "-9223372036854775808 / -1",
    "1 / 0",
    "5 % 0",
    "1.0",
    "1u",
    "timestamp('2026-01-01T00:00:00Z')",
    "duration('1h')",
    "type(a)",
    "dyn(a)",
    "string(a)",
    "__import__('os')",
    "a.__class__",
    "getattr(a, 'b')",
    "true || missing",
    "missing == 1",
    "a in [1, 2]",
    "a ? b : c",
    "!!a",
    "- - 1",
    "a\n.b",
    "'\U0001f50c' + site.parcel",
    "site.parcel + site.parcel == site.parcel",
    "null",
    "",
)
TOKENS = (
    "&&",
    "||",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "!",
    "?",
    ":",
    ",",
    "(",
    ")",
    "[",
    "]",
    ".",
    "true",
    "false",
    "in",
    "has(",
    "size(",
    "0",
    "1",
    "12",
    "9223372036854775807",
    "'x'",
    '"y"',
    "'",
    "\\",
    "a",
    "b.c",
    "equipment.station_count",
    "site.parcel",
    "project.type",
    "clocks.decision.lapsed",
    "taken.submit",
    "{",
    "}",
    ";",
    "\n",
    " ",
    "\x00",
    "\ud800",
    "é",
    "@",
    "$",
    "`",
    "e10",
    "0x1f",
    "1.5",
    "null",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**53,
    10**30,
    "",
    "x",
    "a.b",
    "true",
    "1 / 0",
    "9" * 400,
    [],
    {},
    [[]],
    {"a": {}},
    [None],
    ["submit"],
    {"x": 1},
    "any_open",
    ["any_open"],
    "2026-02-30",
    "../../etc/passwd",
    "us-ca-ab970/completeness",
    "\ud800",
    "\x00",
    "é" * 300,
    "a" * 5000,
)


def bytes_of(rng: random.Random, corpus: list[str]) -> bytes:
    """Bytes that may not even be text."""
    raw = bytearray(_window(rng, corpus, 600).encode("utf-8", "surrogatepass"))
    for _ in range(rng.randint(1, 12)):
        place = rng.randrange(len(raw) + 1)
        choice = rng.random()
        if choice < 0.4 and place < len(raw):
            raw[place] = rng.randrange(256)
        elif choice < 0.7:
            raw[place:place] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 5)))
        else:
            del raw[place : place + rng.randint(1, 20)]
    return bytes(raw)


def snippet(rng: random.Random, corpus: list[str]) -> str:
    """A few lines of some file with pieces inserted, lines lost, doubled or swapped."""
    return text(rng, _window(rng, corpus, 500))


def text(rng: random.Random, whole: str) -> str:
    """A text with some of its characters and lines changed."""
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        choice, place = rng.random(), rng.randrange(len(whole) + 1)
        if choice < 0.45:
            whole = whole[:place] + rng.choice(YAML_PIECES) + whole[place:]
        elif choice < 0.6:
            whole = whole[:place] + whole[place + rng.randint(1, 30) :]
        elif choice < 0.75:
            whole = (
                whole[:place]
                + chr(rng.choice((rng.randrange(128), rng.randrange(0x110000))))
                + whole[place + 1 :]
            )
        else:
            lines = whole.split("\n")
            first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[first] = rng.choice((lines[second], "", "  " + lines[first], lines[first].strip()))
            whole = "\n".join(lines)
    return whole


def structure(rng: random.Random, value: Any, donor: Any) -> str:
    """A file's content with some of its parts replaced, moved, renamed or taken away, as flow-style YAML."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice((1, 1, 2, 4))):
        holder, key = _somewhere(rng, value)
        if holder is None:
            break
        choice = rng.random()
        if choice < 0.35:
            holder[key] = copy.deepcopy(rng.choice(VALUES))
        elif choice < 0.55:
            other, name = _somewhere(rng, donor)
            holder[key] = copy.deepcopy(other[name]) if other is not None else None
        elif choice < 0.7:
            del holder[key]
        elif choice < 0.85 and isinstance(holder, dict):
            holder[rng.choice((f"{key}x", "extends", "any_open", "A", "", "a.b", "x" * 80))] = holder[key]
        elif isinstance(holder[key], str):
            holder[key] = text(rng, holder[key])
    return json.dumps(value, ensure_ascii=rng.random() < 0.5)


def expression(rng: random.Random, corpus: list[str]) -> str:
    """A condition: grown from a grammar, or a known one with its tokens changed."""
    choice = rng.random()
    if choice < 0.35:
        return _grown(rng, rng.randint(1, 7))
    whole = rng.choice(corpus) if choice < 0.8 else rng.choice(EXPRESSIONS)
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        place = rng.randrange(len(whole) + 1)
        cut = rng.choice((0, 0, 1, 3))
        whole = whole[:place] + rng.choice(TOKENS) + whole[place + cut :]
    if rng.random() < 0.03:
        whole = rng.choice((" + ", " && ", ") ? (")).join([whole] * rng.choice((5, 40, 140)))
    return whole


def facts(rng: random.Random) -> dict[str, Any]:
    """Facts of any kind under the names that expressions use."""

    def some(depth: int) -> Any:
        kinds = [
            True,
            False,
            0,
            1,
            12,
            -7,
            2**53,
            2**70,
            "",
            "x",
            "a" * 2000,
            "é\U0001f50c",
            None,
            1.5,
            [1, 2],
            [],
            b"x",
        ]
        return (
            {n: some(depth - 1) for n in rng.sample(NAMES, 3)}
            if depth and rng.random() < 0.3
            else rng.choice(kinds)
        )

    return {
        group: {name: some(1) for name in rng.sample(NAMES, 8)} if rng.random() < 0.9 else some(0)
        for group in GROUPS
    }


def filled(rng: random.Random, known: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Facts with values under most of the names that an expression uses."""
    filled_in = copy.deepcopy(known)
    for name in names:
        holder: Any = filled_in
        *groups, last = name.split(".")
        for group in groups:
            holder = holder.setdefault(group, {}) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and rng.random() < 0.8:
            holder[last] = rng.choice(
                (True, False, True, 0, 1, 12, 2**53, "x", "DC", "a" * 2000, [1, 2], None, 1.5)
            )
    return filled_in


GROUPS = (
    "a",
    "b",
    "c",
    "site",
    "equipment",
    "project",
    "electrical",
    "attestations",
    "clocks",
    "taken",
    "fees",
    "missing",
)
NAMES = (
    "a",
    "b",
    "c",
    "parcel",
    "station_count",
    "type",
    "flood_zone",
    "signed",
    "decision",
    "lapsed",
    "submit",
    "balance_cents",
    "level",
    "occupancy",
    "valuation_cents",
    "service_amps",
)


def _grown(rng: random.Random, depth: int) -> str:
    if depth <= 0 or rng.random() < 0.15:
        atoms = (
            "true",
            "false",
            "null",
            "0",
            "7",
            "9223372036854775807",
            "'x'",
            "''",
            f"{rng.choice(GROUPS)}.{rng.choice(NAMES)}",
        )
        return rng.choice(atoms)
    left, right = _grown(rng, depth - 1), _grown(rng, depth - rng.randint(1, 3))
    shapes = (
        f"({left} {rng.choice(('&&', '||', '==', '!=', '<', '>=', '+', '-', '*', '/', '%'))} {right})",
        f"!{left}",
        f"-{left}",
        f"({left} ? {right} : {left})",
        f"size({left})",
        f"has({left})",
        f"{left} in [{right}, 1]",
        f"[{left}, {right}]",
        f"({left})",
    )
    return rng.choice(shapes)


def _window(rng: random.Random, corpus: list[str], longest: int) -> str:
    whole = rng.choice(corpus)
    lines = whole.split("\n")
    first = rng.randrange(len(lines))
    return "\n".join(lines[first : first + rng.randint(1, 14)])[:longest]


def _somewhere(rng: random.Random, value: Any) -> tuple[Any, Any]:
    """A random place in a value: what holds it, and its key."""
    holder, key = None, None
    while isinstance(value, (dict, list)) and value:
        holder, key = value, rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        value = holder[key]
        if rng.random() < 0.25:
            break
    return holder, key
