"""Made-up answers with which two expressions can be compared: around every number and word that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from typing import Any

from permitflow.engine.conditions import fields_named
from permitflow.engine.definition import Definition
from permitflow.engine.vocabulary import field_named

MOST = 4000
"""So many combinations are tried at most."""

_NUMBER = re.compile(r"(?<![\w.])\d{1,9}(?![\w.])")
_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_COUNTS = (0, 1, 2, 10, 200)


def samples(definition: Definition, *expressions: str) -> Iterator[dict[str, object]]:
    """Yield facts, nested by dotted name, that walk through what the expressions distinguish.

    Whole numbers are tried at each number that an expression names and beside it, choices and answers all, texts at
    each word named. Lists of more than MOST combinations are cut.
    """
    names = sorted({name for text in expressions for name in fields_named(text)})
    values = [_values(definition, name, expressions) for name in names]
    for combination in islice(product(*values), MOST):
        facts: dict[str, object] = {}
        for name, value in zip(names, combination, strict=True):
            _place(facts, name.split("."), value)
        yield facts


def _values(definition: Definition, name: str, expressions: Iterable[str]) -> Sequence[object]:
    field = field_named(definition, name)
    kind = field.type if field is not None else "text"
    if kind == "boolean":
        return [False, True]
    if kind == "choice" and field is not None:
        return list(field.choices)
    if kind == "integer":
        numbers = {int(found) for text in expressions for found in _NUMBER.findall(text)}
        around = {number + step for number in numbers for step in (-1, 0, 1)}
        return sorted(number for number in around.union(_COUNTS) if number >= 0)
    words = {first or second for text in expressions for first, second in _WORD.findall(text)}
    return ["another", *sorted(words)]


def _place(facts: dict[str, Any], path: list[str], value: object) -> None:
    for part in path[:-1]:
        inner = facts.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        facts = inner
    facts[path[-1]] = value
