"""What a definition names: read once when it is compiled, so that a transition fetches only what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from permitflow.engine.conditions import UnreadableExpression, fields_named
from permitflow.engine.definition import Definition


@dataclass(frozen=True, slots=True)
class Named:
    """The names a definition uses.

    `facts` are the dotted names in its expressions; `taken` the actions whose number of takes it asks for, `gates`
    the gates and `lapsed` the clocks that it asks about; `clock_events` what turns a clock, `on_expiry` the steps
    taken when one runs out. `hold_points` says that some lane waits for another.
    """

    facts: frozenset[str]
    taken: frozenset[str]
    gates: frozenset[str]
    lapsed: frozenset[str]
    clock_events: frozenset[str]
    on_expiry: frozenset[str]
    hold_points: bool


def named_in(definition: Definition) -> Named:
    """Return what a definition names; an expression that cannot be read names nothing and is lint's to report."""
    facts = frozenset(name for expression in expressions(definition) for name in _names(expression))
    return Named(
        facts=facts,
        taken=_second(facts, "taken"),
        gates=_second(facts, "gates"),
        lapsed=frozenset(name.split(".")[1] for name in facts if _is_lapse(name)),
        clock_events=frozenset(_clock_events(definition)),
        on_expiry=frozenset(clock.on_expiry for clock in definition.clocks.values() if clock.on_expiry),
        hold_points=any(lane.after for lane in definition.lanes.values()),
    )


def expressions(definition: Definition) -> Iterator[str]:
    """Yield every expression of a definition."""
    for clause in definition.clauses.values():
        yield clause.expression
    for document in definition.documents.values():
        yield document.required_when
    for lane in definition.lanes.values():
        yield lane.required_when
    for fee in definition.fees.values():
        yield fee.cents
    for clock in definition.clocks.values():
        yield clock.length
        for extension in clock.extended_by.values():
            yield extension.length


def _names(expression: str) -> Iterable[str]:
    try:
        return fields_named(expression)
    except UnreadableExpression:
        return ()


def _second(facts: Iterable[str], group: str) -> frozenset[str]:
    parts = (name.split(".") for name in facts)
    return frozenset(name[1] for name in parts if name[0] == group and len(name) == 2)


def _is_lapse(name: str) -> bool:
    parts = name.split(".")
    return len(parts) == 3 and parts[0] == "clocks" and parts[2] == "lapsed"


def _clock_events(definition: Definition) -> Iterator[str]:
    for clock in definition.clocks.values():
        yield from (*clock.starts, *clock.stops, *clock.pauses, *clock.resumes, *clock.extended_by)
        if clock.on_expiry is not None:
            yield clock.on_expiry
