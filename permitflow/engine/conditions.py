"""Named CEL conditions: pass, fail or unknown, each with the reason a person can act on.

An expression names facts by dotted paths (`site.flood_zone`), compares, adds, chooses with `? :` and may call
`has(path)` and `size(path)`. Loops over lists (`all`, `exists`, `map`, `filter`), indexing with brackets and all
other functions are refused, so that the facts an expression depends on can be read off its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import cel

from permitflow.engine.definition import Definition
from permitflow.engine.errors import UnknownFacts
from permitflow.engine.vocabulary import title_of

MAX_LENGTH = 1000
MAX_NESTING = 20
MAX_TOKENS = 300
FUNCTIONS = frozenset({"has", "size"})

Outcome = Literal["pass", "fail", "unknown"]

# What CEL raises when data is missing or of the wrong kind; the answer is then not known.
_UNDECIDED = (KeyError, RuntimeError, TypeError, ArithmeticError)

_TOKEN = re.compile(
    r"""\s+
    |(?P<text>[rRbB]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<path>[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)(?P<call>\s*\()?
    |(?P<number>\d+)
    |(?P<sign>&&|\|\||[=!<>]=|[-+*/%<>!?:,()\[\]])""",
    re.VERBOSE,
)
_WORDS = frozenset({"true", "false", "in"})
_OPENING, _CLOSING = ("(", "["), (")", "]")
_INDEXABLE = ("name", ")", "]")


class UnreadableExpression(ValueError):
    """An expression is not valid; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """What one clause said about one application, fit for the record and for the page."""

    clause: str
    outcome: Outcome
    message: str
    citation: str
    fix_by: str
    where: str
    expression: str


@dataclass(frozen=True, slots=True)
class _Condition:
    program: cel.Program
    names: tuple[tuple[str, ...], ...]


def fields_named(expression: str) -> frozenset[str]:
    """Return the dotted names of the facts an expression uses. Raises UnreadableExpression."""
    names, depth, before = set(), 0, ""
    for token in _tokens(expression):
        sign = "(" if token["call"] else token["sign"] or ""
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if depth > MAX_NESTING:
            raise UnreadableExpression(f"brackets are nested more than {MAX_NESTING} deep")
        if sign == "[" and before in _INDEXABLE:
            raise UnreadableExpression("brackets after a name cannot be used; write a.b instead")
        if token["path"]:
            names |= _names(re.sub(r"\s", "", token["path"]), bool(token["call"]))
        before = "name" if token["path"] and token["path"] not in _WORDS and not token["call"] else sign
    return frozenset(names)


def _tokens(expression: str) -> list[re.Match[str]]:
    """Return the tokens without blanks; bounded, because the parser underneath works recursively."""
    if len(expression) > MAX_LENGTH:
        raise UnreadableExpression(f"the expression is longer than {MAX_LENGTH} characters")
    tokens, position = [], 0
    while position < len(expression):
        token = _TOKEN.match(expression, position)
        if token is None:
            raise UnreadableExpression(f"{expression[position]!r} cannot be used here")
        position = token.end()
        if not token[0].isspace():
            tokens.append(token)
    if len(tokens) > MAX_TOKENS:
        raise UnreadableExpression(f"the expression has more than {MAX_TOKENS} parts")
    return tokens


def _names(path: str, called: bool) -> set[str]:
    if called and path != "in":
        if path not in FUNCTIONS:
            raise UnreadableExpression(f"the function '{path}' cannot be used")
        return set()
    return set() if path in _WORDS else {path}


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> _Condition:
    names = fields_named(expression)
    try:
        program = cel.compile(expression)
    except ValueError as error:
        raise UnreadableExpression("the expression is not valid: " + _first_line(error)) from error
    return _Condition(program, tuple(tuple(name.split(".")) for name in sorted(names)))


def _first_line(error: ValueError) -> str:
    found = re.search(r"error: (.*)", str(error))
    return (found[1] if found else str(error)).splitlines()[0]


def check_readable(expression: str) -> None:
    """Raise UnreadableExpression when an expression cannot be compiled or uses what is not allowed."""
    _compiled(expression)


def value_of(expression: str, facts: Mapping[str, object]) -> object:
    """Return the value of an expression, or None when missing or unfit data leaves it undecided.

    Only the facts that the expression names are handed over: it is faster than handing over all of them, and
    a fact that is absent or None is then missing for CEL as well, so that `true || missing` is true and
    `missing == 1` is not decided.
    """
    condition = _compiled(expression)
    context: dict[str, Any] = {}
    for path in condition.names:
        _copy(path, facts, context)
    try:
        return condition.program.execute(context)
    except _UNDECIDED:
        return None


def _copy(path: tuple[str, ...], facts: Mapping[str, object], context: dict[str, Any]) -> None:
    """Put one fact into the context; the group around it is always there, so that CEL misses only the member."""
    source: object = facts
    target: Any = context
    for part in path[:-1]:
        source = source.get(part) if isinstance(source, Mapping) else None
        target = target.setdefault(part, {})
        if not isinstance(target, dict):
            return
    value = source.get(path[-1]) if isinstance(source, Mapping) else None
    if value is not None and not isinstance(value, Mapping):
        target[path[-1]] = value


def known(facts: Mapping[str, object], name: str) -> bool:
    """Return whether the fact with a dotted name is there."""
    value: object = facts
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value is not None


def holds(expression: str, facts: Mapping[str, object]) -> bool | None:
    """Return whether a condition holds; None when missing or unfit data leaves it undecided."""
    value = value_of(expression, facts)
    return value if isinstance(value, bool) else None


def compute_integer(expression: str, facts: Mapping[str, object]) -> int:
    """Return a whole number, such as a clock's length in days or a fee in cents.

    Raises UnknownFacts when facts are missing or the result is not a whole number.
    """
    value = value_of(expression, facts)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    missing = [name for name in sorted(fields_named(expression)) if not known(facts, name)]
    raise UnknownFacts(expression, missing)


def evaluate(
    definition: Definition, names: Iterable[str], facts: Mapping[str, object]
) -> tuple[ClauseResult, ...]:
    """Return the result of each named clause, in the given order.

    `facts` is nested by the parts of the dotted names. A clause that cannot be decided is 'unknown', never
    'pass', and its message names what is not known yet. Raises KeyError for a clause nobody defined.
    """
    return tuple(_result(definition, name, facts) for name in names)


def _result(definition: Definition, name: str, facts: Mapping[str, object]) -> ClauseResult:
    clause = definition.clauses[name]
    value = holds(clause.expression, facts)
    if value is None:
        outcome: Outcome = "unknown"
        message = _unknown(definition, clause.expression, facts)
    else:
        outcome = "pass" if value else "fail"
        message = "" if value else clause.message
    return ClauseResult(
        name, outcome, message, clause.citation, clause.fix_by, clause.where, clause.expression
    )


def _unknown(definition: Definition, expression: str, facts: Mapping[str, object]) -> str:
    missing = [name for name in sorted(fields_named(expression)) if not known(facts, name)]
    if not missing:
        return "The answers on file cannot be compared here; check them."
    titles = [title_of(definition, name) for name in missing]
    if len(titles) == 1:
        return f"{titles[0]} is not known yet."
    rest = "; ".join(title[0].lower() + title[1:] for title in titles[1:])
    return f"Not known yet: {titles[0]}; {rest}."
