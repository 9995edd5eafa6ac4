"""A workflow in tables: as a plain machine under the names of another system, and in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from permitflow.engine.clock_places import length_words
from permitflow.engine.definition import ActionDef, Definition


def as_machine(definition: Definition) -> dict[str, Any]:
    """Return name, first state, states, ends and transitions of a workflow.

    A part that carries a `code` goes by it, others by their id. Each action gives one transition for each phase it
    leads from, in the order of the file; steps inside lanes are no transitions.
    """
    states = {name: phase.code or name for name, phase in definition.phases.items()}
    return {
        "name": definition.title,
        "initial": states[definition.initial()],
        "states": list(states.values()),
        "terminal": [states[name] for name, phase in definition.phases.items() if phase.final],
        "transitions": [
            _transition(definition, (name, spec), source, states)
            for name, spec in definition.actions.items()
            for source in spec.from_
        ],
    }


def _transition(
    definition: Definition, action: tuple[str, ActionDef], source: str, states: dict[str, str]
) -> dict[str, Any]:
    name, spec = action
    return {
        "from": states[source],
        "event": spec.code or name,
        "to": states[spec.target(source)],
        "roles": [definition.roles[role].code or role for role in spec.by],
        "guards": [definition.clauses[clause].code or clause for clause in spec.when],
    }


@dataclass(frozen=True, slots=True)
class Way:
    """One way from phase to phase, in words; `stays` when the file does not move."""

    source: str
    action: str
    target: str
    stays: bool
    by: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock in words: what it counts, what moves it, what its end means, and where its number comes from."""

    title: str
    length: str
    starts: tuple[str, ...]
    pauses: tuple[str, ...]
    resumes: tuple[str, ...]
    stops: tuple[str, ...]
    outcome: str
    authority: str
    source: str
    level: str
    verified: bool


def ways(definition: Definition) -> tuple[Way, ...]:
    """Return every way through the workflow in the order of the phases: the same as the picture, in words."""
    rows = []
    for phase, spec in definition.phases.items():
        for action in definition.actions.values():
            if phase in action.from_:
                target = action.target(phase)
                by = tuple(definition.roles[role].title for role in action.by)
                clauses = tuple(definition.clauses[name].message for name in action.when)
                words = (spec.title, action.title, definition.phases[target].title)
                rows.append(Way(*words, target == phase, by, clauses))
    return tuple(rows)


def clocks(definition: Definition) -> tuple[ClockLine, ...]:
    """Return every clock in words, in the order of the file."""
    return tuple(
        ClockLine(
            spec.title,
            length_words(spec),
            _titles(definition, spec.starts),
            _titles(definition, spec.pauses),
            _titles(definition, spec.resumes),
            _titles(definition, spec.stops),
            spec.outcome,
            spec.authority,
            spec.source,
            spec.level,
            spec.verified,
        )
        for spec in definition.clocks.values()
    )


def _titles(definition: Definition, events: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(event_title(definition, event) for event in events)


def event_title(definition: Definition, event: str) -> str:
    """Return the words for what turns a clock: an action's title, or a step in a lane."""
    lane, dot, verb = event.partition(".")
    if dot:
        spec = definition.lanes.get(lane)
        return f"{spec.title if spec else lane}: {verb.replace('_', ' ')}"
    return definition.actions[event].title if event in definition.actions else event
