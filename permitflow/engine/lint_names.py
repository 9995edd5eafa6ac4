"""Checks of names and expressions: whatever a definition names must exist and fit."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from permitflow.engine.conditions import UnreadableExpression, check_readable, fields_named, value_of
from permitflow.engine.definition import Definition
from permitflow.engine.findings import Finding
from permitflow.engine.review import LANE_ACTIONS
from permitflow.engine.vocabulary import STANDARD, field_named

LANE_VERBS = frozenset({*LANE_ACTIONS, "answered"})
"""What can follow a lane's name in an event; `answered` stands for every answer that ends the review."""

_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_TEXT = r"\"[^\"]*\"|'[^']*'"
_NAME = r"[a-z_][\w.]*"
_COMPARED = re.compile(
    rf"(?P<left>{_TEXT})\s*[=!]=\s*(?P<after>{_NAME})"
    rf"|(?P<before>{_NAME})\s*(?:[=!]=\s*(?P<right>{_TEXT})|in\s*\[(?P<listed>[^\]]*)\])"
)


class _Reference(NamedTuple):
    check: str
    path: str
    name: str


class _Expression(NamedTuple):
    path: str
    text: str
    kind: type


def check(definition: Definition) -> Iterator[Finding]:
    """Yield unknown roles, phases, clauses, lanes, actions and fields, and expressions that do not work."""
    tables: dict[str, tuple[str, Collection[str]]] = {
        "L101": ("role", definition.roles),
        "L102": ("phase", definition.phases),
        "L103": ("clause", definition.clauses),
        "L104": ("lane", definition.lanes),
        "L105": ("action", definition.actions),
        "L116": ("step of a review", LANE_VERBS),
        "L117": ("fee", definition.fees),
    }
    for reference in _references(definition):
        kind, known = tables[reference.check]
        if reference.name not in known:
            message = f"there is no {kind} called '{reference.name}'{_meant(reference.name, known)}"
            yield Finding(reference.check, reference.path, message)
    for expression in _expressions(definition):
        yield from _expression_findings(definition, expression)


def _meant(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def _references(definition: Definition) -> Iterator[_Reference]:
    yield from _action_references(definition)
    yield from _phase_references(definition)
    yield from _clock_references(definition)
    for name, lane in definition.lanes.items():
        yield _Reference("L101", f"lanes.{name}.role", lane.role)
        yield from _maybe("L101", f"lanes.{name}.waived_by", lane.waived_by)
        yield from _listed("L104", f"lanes.{name}.after", lane.after)
    for name, clause in definition.clauses.items():
        yield _Reference("L101", f"clauses.{name}.fix_by", clause.fix_by)
    for name, fee in definition.fees.items():
        yield _Reference("L102", f"fees.{name}.assessed_in", fee.assessed_in)
    if definition.one_notice is not None:
        yield _Reference("L101", "one_notice.official", definition.one_notice.official)


def _action_references(definition: Definition) -> Iterator[_Reference]:
    for name, action in definition.actions.items():
        path = f"actions.{name}"
        yield from _maybe("L102", f"{path}.to", action.to)
        yield from _listed("L102", f"{path}.from", action.from_)
        yield from _listed("L101", f"{path}.by", action.by)
        yield from _listed("L103", f"{path}.when", action.when)
        yield from _listed("L104", f"{path}.waives", action.waives)
        yield from _events(f"{path}.not_same_actor_as", action.not_same_actor_as)


def _phase_references(definition: Definition) -> Iterator[_Reference]:
    for name, phase in definition.phases.items():
        path = f"phases.{name}"
        yield from _maybe("L101", f"{path}.role", phase.role)
        yield from _listed("L104", f"{path}.lanes", phase.lanes)
        yield from _listed("L105", f"{path}.auto", phase.auto)
        if phase.join is not None:
            yield _Reference("L105", f"{path}.join.approved", phase.join.approved)
            yield _Reference("L105", f"{path}.join.corrections", phase.join.corrections)


def _clock_references(definition: Definition) -> Iterator[_Reference]:
    for name, clock in definition.clocks.items():
        path = f"clocks.{name}"
        for key in ("starts", "stops", "pauses", "resumes"):
            yield from _events(f"{path}.{key}", getattr(clock, key))
        for event in clock.extended_by:
            yield from _event(f"{path}.extended_by.{event}", event)
        yield from _maybe("L105", f"{path}.on_expiry", clock.on_expiry)
        if clock.remedy is not None:
            yield from _listed("L117", f"{path}.remedy.fees", clock.remedy.fees)


def _maybe(check_id: str, path: str, name: str | None) -> Iterator[_Reference]:
    if name is not None:
        yield _Reference(check_id, path, name)


def _events(path: str, names: tuple[str, ...]) -> Iterator[_Reference]:
    for place, name in enumerate(names):
        yield from _event(f"{path}.{place}", name)


def _event(path: str, name: str) -> Iterator[_Reference]:
    """An event is an action, or a step in a lane written as lane.verb."""
    lane, dot, verb = name.partition(".")
    if not dot:
        yield _Reference("L105", path, name)
        return
    yield _Reference("L104", path, lane)
    yield _Reference("L116", path, verb)


def _listed(check_id: str, path: str, names: tuple[str, ...]) -> Iterator[_Reference]:
    for place, name in enumerate(names):
        yield _Reference(check_id, f"{path}.{place}", name)


def _expressions(definition: Definition) -> Iterator[_Expression]:
    for name, clause in definition.clauses.items():
        yield _Expression(f"clauses.{name}.expression", clause.expression, bool)
    for name, document in definition.documents.items():
        yield _Expression(f"documents.{name}.required_when", document.required_when, bool)
    for name, lane in definition.lanes.items():
        yield _Expression(f"lanes.{name}.required_when", lane.required_when, bool)
    for name, fee in definition.fees.items():
        yield _Expression(f"fees.{name}.cents", fee.cents, int)
    for name, clock in definition.clocks.items():
        yield _Expression(f"clocks.{name}.length", clock.length, int)
        for event, extension in clock.extended_by.items():
            yield _Expression(f"clocks.{name}.extended_by.{event}.length", extension.length, int)


def _expression_findings(definition: Definition, expression: _Expression) -> Iterator[Finding]:
    try:
        check_readable(expression.text)
        names = fields_named(expression.text)
    except UnreadableExpression as error:
        yield Finding("L107", expression.path, f"{error} in: {expression.text}")
        return
    unknown = sorted(name for name in names if field_named(definition, name) is None)
    for name in unknown:
        known = [*definition.fields, *STANDARD, *_brought_along(definition)]
        yield Finding("L106", expression.path, f"there is no field called '{name}'{_meant(name, known)}")
    if unknown:
        return
    yield from _wrong_choices(definition, expression)
    if not all(_gives(definition, expression, sample) for sample in (0, 1)):
        wanted = "a yes or no" if expression.kind is bool else "a whole number"
        message = f"the expression does not give {wanted} when its fields are filled in: {expression.text}"
        yield Finding("L108", expression.path, message)


def _brought_along(definition: Definition) -> Iterator[str]:
    """Yield the facts that the parts of a definition bring along."""
    yield from (f"documents.{kind}" for kind in definition.documents)
    yield from (f"gates.{gate}" for gate in definition.gates)
    yield from (f"taken.{action}" for action in definition.actions)
    yield from (f"clocks.{clock}.lapsed" for clock in definition.clocks)


def _wrong_choices(definition: Definition, expression: _Expression) -> Iterator[Finding]:
    for compared in _COMPARED.finditer(expression.text):
        name = compared["before"] or compared["after"]
        field = field_named(definition, name)
        if field is None or field.type != "choice":
            continue
        texts = compared["left"] or compared["right"] or compared["listed"] or ""
        for word in (first or second for first, second in _QUOTED.findall(texts)):
            if word not in field.choices:
                message = f"'{word}' is not a choice of {name}{_meant(word, field.choices)}"
                yield Finding("L109", expression.path, message)


def _gives(definition: Definition, expression: _Expression, sample: int) -> bool:
    """Return whether the expression gives its kind for made-up answers; two samples walk both sides of an 'or'."""
    facts: dict[str, object] = {}
    for name in sorted(fields_named(expression.text)):
        field = field_named(definition, name)
        kind = field.type if field is not None else "text"
        value: object = {"integer": sample + 1, "boolean": bool(sample)}.get(kind, "text")
        _place(facts, name.split("."), value)
    found = value_of(expression.text, facts)
    return isinstance(found, bool) if expression.kind is bool else type(found) is int


def _place(facts: dict[str, object], path: list[str], value: object) -> None:
    for part in path[:-1]:
        inner = facts.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        facts = inner
    facts[path[-1]] = value
