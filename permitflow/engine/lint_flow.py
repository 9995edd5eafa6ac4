"""Checks of the flow: every phase is reached and left, every review closes, the system comes to rest."""

from __future__ import annotations

from collections.abc import Iterator

from permitflow.engine.conditions import fields_named
from permitflow.engine.definition import Definition, PhaseDef
from permitflow.engine.findings import Finding
from permitflow.engine.paths import reached, steps


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with phases, joins, lanes, automatic steps and steps that stay."""
    yield from _phases(definition)
    yield from _paths(definition)
    yield from _joins(definition)
    yield from _hold_points(definition)
    yield from _automatic(definition)
    yield from _rest(definition)
    yield from _stays(definition)
    yield from _unused(definition)


def by_system(definition: Definition, action: str) -> bool:
    """Return whether the system may take an action."""
    return any(definition.roles[role].kind == "system" for role in definition.actions[action].by)


def _phases(definition: Definition) -> Iterator[Finding]:
    initial = [name for name, phase in definition.phases.items() if phase.initial]
    if not initial:
        yield Finding("L110", "phases", "no phase is marked 'initial: true'")
    for name in initial[1:]:
        message = f"the phases '{initial[0]}' and '{name}' are both marked as initial"
        yield Finding("L110", f"phases.{name}", message)
    leaving = steps(definition.actions.values())
    for name, phase in definition.phases.items():
        path = f"phases.{name}"
        if not phase.final and not leaving.get(name, set()) - {name}:
            yield Finding("L112", path, f"the phase '{name}' is a dead end: no action leaves it")
        if phase.final and _left_for_good(definition, name):
            yield Finding("L114", path, f"the phase '{name}' is final, but an action leads out of it")
        if phase.party == "agency" and phase.role is None and not phase.lanes:
            message = f"the phase '{name}' waits for the agency, but names neither a role nor lanes"
            yield Finding("L115", path, message)


def _left_for_good(definition: Definition, phase: str) -> bool:
    """Return whether an action that does not say 'reopens' leads out of a final phase."""
    return any(
        phase in action.from_ and action.target(phase) != phase and not action.reopens
        for action in definition.actions.values()
    )


def _paths(definition: Definition) -> Iterator[Finding]:
    initial = [name for name, phase in definition.phases.items() if phase.initial]
    ends = [name for name, phase in definition.phases.items() if phase.final]
    forward = reached(steps(definition.actions.values()), initial)
    backward = reached(steps(definition.actions.values(), backwards=True), ends)
    for name in definition.phases:
        if initial and name not in forward:
            message = f"the phase '{name}' can never be reached from '{initial[0]}'"
            yield Finding("L111", f"phases.{name}", message)
        if name not in backward:
            yield Finding("L113", f"phases.{name}", f"no way leads from the phase '{name}' to a final phase")


def _joins(definition: Definition) -> Iterator[Finding]:
    for name, phase in definition.phases.items():
        if bool(phase.lanes) != (phase.join is not None):
            absent = "join" if phase.lanes else "lanes"
            yield Finding("L120", f"phases.{name}", f"the phase '{name}' has no {absent}, but needs one")
        elif phase.join is not None:
            yield from _join(definition, name, phase)
    used = {lane for phase in definition.phases.values() for lane in phase.lanes}
    for lane in definition.lanes:
        if lane not in used:
            yield Finding("L123", f"lanes.{lane}", f"no phase uses the lane '{lane}'")


def _join(definition: Definition, name: str, phase: PhaseDef) -> Iterator[Finding]:
    assert phase.join is not None
    for key in ("approved", "corrections"):
        action = getattr(phase.join, key)
        yield from _system_action("L121", f"phases.{name}.join.{key}", definition, name, action)
    if "issue_notice" not in definition.actions[phase.join.corrections].effects:
        message = (
            f"the action '{phase.join.corrections}' sends the file back without the notice of what to correct"
        )
        yield Finding("L127", f"phases.{name}.join.corrections", message)
    lanes = [definition.lanes[lane] for lane in phase.lanes]
    if not any(lane.required_when.strip() == "true" and not lane.informational for lane in lanes):
        message = f"the join of '{name}' may never close: no lane is always required"
        yield Finding("L122", f"phases.{name}.lanes", message)


def _hold_points(definition: Definition) -> Iterator[Finding]:
    waits = {name: lane.after for name, lane in definition.lanes.items()}
    for name, lane in definition.lanes.items():
        for place, other in enumerate(lane.after):
            path = f"lanes.{name}.after.{place}"
            if not any({name, other} <= set(phase.lanes) for phase in definition.phases.values()):
                yield Finding(
                    "L124", path, f"the lane '{name}' waits for '{other}', which is in no phase with it"
                )
            elif name in reached(waits, [other]):
                yield Finding("L124", path, f"the lanes '{name}' and '{other}' wait for each other")


def _stays(definition: Definition) -> Iterator[Finding]:
    """The steps that leave the file where it is, and those that take it out of a final phase."""
    for name, action in definition.actions.items():
        path = f"actions.{name}"
        if action.to is None and (action.reopen_lanes != "none" or action.next_round):
            message = f"the action '{name}' leaves the file where it is, so it cannot open lanes or a round"
            yield Finding("L128", path, message)
        early = [source for source in action.from_ if not definition.phases[source].final]
        if action.reopens and early:
            message = f"the action '{name}' reopens, but '{early[0]}' is not final"
            yield Finding("L129", f"{path}.reopens", message)
        for place, lane in enumerate(action.waives):
            if not any(lane in definition.phases[source].lanes for source in action.from_):
                message = f"the action '{name}' waives the lane '{lane}', which none of its phases has"
                yield Finding("L146", f"{path}.waives.{place}", message)


def _system_action(
    check_id: str, path: str, definition: Definition, phase: str, action: str
) -> Iterator[Finding]:
    if phase not in definition.actions[action].from_:
        yield Finding(check_id, path, f"the action '{action}' does not leave the phase '{phase}'")
    if not by_system(definition, action):
        yield Finding(check_id, path, f"the action '{action}' cannot be taken by the system")


def _automatic(definition: Definition) -> Iterator[Finding]:
    for name, phase in definition.phases.items():
        for place, action in enumerate(phase.auto):
            yield from _system_action("L161", f"phases.{name}.auto.{place}", definition, name, action)
        if phase.auto and definition.actions[phase.auto[-1]].when and not _waits_for_gate(definition, phase):
            message = f"the last automatic action of '{name}' has clauses, so a file may get stuck there"
            yield Finding("L160", f"phases.{name}.auto", message)


def _waits_for_gate(definition: Definition, phase: PhaseDef) -> bool:
    """Return whether each clause of the phase's last automatic action asks for another file of the project."""
    clauses = [definition.clauses[name] for name in definition.actions[phase.auto[-1]].when]
    return all(
        any(name.startswith("gates.") for name in fields_named(clause.expression)) for clause in clauses
    )


def _rest(definition: Definition) -> Iterator[Finding]:
    alone = {}
    for name, phase in definition.phases.items():
        joins = (phase.join.approved, phase.join.corrections) if phase.join is not None else ()
        alone[name] = {definition.actions[action].target(name) for action in (*phase.auto, *joins)}
    for name, ahead in alone.items():
        if name in reached(alone, ahead):
            message = f"the steps that the system takes from '{name}' lead back to it without end"
            yield Finding("L162", f"phases.{name}", message)


def _unused(definition: Definition) -> Iterator[Finding]:
    used = {clause for action in definition.actions.values() for clause in action.when}
    for name in definition.clauses:
        if name not in used:
            yield Finding("L140", f"clauses.{name}", f"no action uses the clause '{name}'")
