"""Where a workflow's clocks run, and their lengths in words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from permitflow.engine.clock_def import ClockDef
from permitflow.engine.definition import Definition

UNITS: Mapping[str, tuple[str, str]] = {
    "business_day": ("business day", "business days"),
    "calendar_day": ("calendar day", "calendar days"),
    "month": ("month", "months"),
    "year": ("year", "years"),
}
_RESULT = re.compile(r"[?:]\s*\(?\s*(\d+)")
_LANE_STEP = "."


def clocks_in(definition: Definition) -> dict[str, tuple[str, ...]]:
    """Return for each phase the clocks that may run while a file stands there, in the order of the file.

    A clock that a step starts runs from the phase the step leads to, along every action that does not stop it, until
    a phase that is final.
    """
    found: dict[str, list[str]] = {phase: [] for phase in definition.phases}
    for name, clock in definition.clocks.items():
        for phase in _runs(definition, clock):
            found[phase].append(name)
    return {phase: tuple(clocks) for phase, clocks in found.items()}


def length_words(clock: ClockDef) -> str:
    """Return a clock's length for people: '5 or 10 business days', or the expression when it is not a plain choice."""
    expression = clock.length.strip()
    one, many = UNITS[clock.unit]
    if expression.isdigit():
        return f"{expression} {one if expression == '1' else many}"
    results = list(dict.fromkeys(_RESULT.findall(expression)))
    if results and expression.count("?") == len(results) - 1:
        return f"{' or '.join([', '.join(results[:-1]), results[-1]])} {many}"
    return f"{many}: {expression}"


def _runs(definition: Definition, clock: ClockDef) -> list[str]:
    stops = set(clock.stops)
    waiting = [phase for event in clock.starts for phase in _after(definition, event)]
    seen: set[str] = set()
    while waiting:
        phase = waiting.pop()
        if phase in seen or definition.phases[phase].final:
            continue
        seen.add(phase)
        waiting += [
            spec.target(phase)
            for name, spec in definition.actions.items()
            if phase in spec.from_ and name not in stops
        ]
    return [phase for phase in definition.phases if phase in seen]


def _after(definition: Definition, event: str) -> list[str]:
    """Return the phases a file may stand in once an event has happened."""
    lane, dot, _verb = event.partition(_LANE_STEP)
    if dot:
        return [name for name, phase in definition.phases.items() if lane in phase.lanes]
    spec = definition.actions.get(event)
    return [spec.target(source) for source in spec.from_] if spec else []
