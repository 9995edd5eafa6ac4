"""Checks of the flow: every phase is reached and left, every review closes, every step has its taker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from permitflow.engine.definition import ActionDef, Definition, PhaseDef
from permitflow.engine.findings import Finding

STANDARD_STAFF = frozenset(
    {
        "permit_technician",
        "building_examiner",
        "electrical_examiner",
        "fire_reviewer",
        "planner",
        "accessibility_reviewer",
        "public_works_reviewer",
        "inspector",
        "building_official",
        "cashier",
        "manager",
    }
)


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with phases, joins, automatic steps and roles."""
    yield from _phases(definition)
    yield from _paths(definition)
    yield from _joins(definition)
    yield from _automatic(definition)
    yield from _rest(definition)
    yield from _roles(definition)
    yield from _takers(definition)
    yield from _unused(definition)


def by_system(definition: Definition, action: str) -> bool:
    """Return whether the system may take an action."""
    return any(definition.roles[role].kind == "system" for role in definition.actions[action].by)


def reached(steps: Mapping[str, Iterable[str]], starts: Iterable[str]) -> set[str]:
    """Return everything that can be reached from `starts`, themselves included."""
    found, ahead = set[str](), list(starts)
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            ahead.extend(steps.get(here, ()))
    return found


def _steps(actions: Iterable[ActionDef], backwards: bool = False) -> dict[str, set[str]]:
    steps: dict[str, set[str]] = {}
    for action in actions:
        for source in action.from_:
            start, end = (action.to, source) if backwards else (source, action.to)
            steps.setdefault(start, set()).add(end)
    return steps


def _phases(definition: Definition) -> Iterator[Finding]:
    initial = [name for name, phase in definition.phases.items() if phase.initial]
    if not initial:
        yield Finding("L110", "phases", "no phase is marked 'initial: true'")
    for name in initial[1:]:
        message = f"the phases '{initial[0]}' and '{name}' are both marked as initial"
        yield Finding("L110", f"phases.{name}", message)
    leaving = _steps(definition.actions.values())
    for name, phase in definition.phases.items():
        path = f"phases.{name}"
        if not phase.final and name not in leaving:
            yield Finding("L112", path, f"the phase '{name}' is a dead end: no action leaves it")
        if phase.final and name in leaving:
            yield Finding("L114", path, f"the phase '{name}' is final, but an action leads out of it")
        if phase.party == "agency" and phase.role is None and not phase.lanes:
            message = f"the phase '{name}' waits for the agency, but names neither a role nor lanes"
            yield Finding("L115", path, message)


def _paths(definition: Definition) -> Iterator[Finding]:
    initial = [name for name, phase in definition.phases.items() if phase.initial]
    ends = [name for name, phase in definition.phases.items() if phase.final]
    forward = reached(_steps(definition.actions.values()), initial)
    backward = reached(_steps(definition.actions.values(), backwards=True), ends)
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
    lanes = [definition.lanes[lane] for lane in phase.lanes]
    if not any(lane.required_when.strip() == "true" and not lane.informational for lane in lanes):
        message = f"the join of '{name}' may never close: no lane is always required"
        yield Finding("L122", f"phases.{name}.lanes", message)


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
        if phase.auto and definition.actions[phase.auto[-1]].when:
            message = f"the last automatic action of '{name}' has clauses, so a file may get stuck there"
            yield Finding("L160", f"phases.{name}.auto", message)


def _rest(definition: Definition) -> Iterator[Finding]:
    steps = {}
    for name, phase in definition.phases.items():
        joins = (phase.join.approved, phase.join.corrections) if phase.join is not None else ()
        steps[name] = {definition.actions[action].to for action in (*phase.auto, *joins)}
    for name, ahead in steps.items():
        if name in reached(steps, ahead):
            message = f"the steps that the system takes from '{name}' lead back to it without end"
            yield Finding("L162", f"phases.{name}", message)


def _roles(definition: Definition) -> Iterator[Finding]:
    used = {role for action in definition.actions.values() for role in action.by}
    used |= {phase.role for phase in definition.phases.values() if phase.role is not None}
    used |= {lane.role for lane in definition.lanes.values()}
    for name, role in definition.roles.items():
        if name not in used:
            message = f"nobody needs the role '{name}': no action, phase or lane names it"
            yield Finding("L130", f"roles.{name}", message)
        if role.kind == "staff" and name not in STANDARD_STAFF:
            message = f"'{name}' is not one of the standard staff roles, so nobody may hold it yet"
            yield Finding("L131", f"roles.{name}", message)


def _takers(definition: Definition) -> Iterator[Finding]:
    triggered = {clock.on_expiry for clock in definition.clocks.values()}
    for phase in definition.phases.values():
        triggered.update(phase.auto)
        if phase.join is not None:
            triggered.update((phase.join.approved, phase.join.corrections))
    for name, action in definition.actions.items():
        people = any(definition.roles[role].kind != "system" for role in action.by)
        if not people and name not in triggered:
            message = (
                f"nobody takes the action '{name}': it is the system's, but no join, clock or phase names it"
            )
            yield Finding("L132", f"actions.{name}", message)


def _unused(definition: Definition) -> Iterator[Finding]:
    used = {clause for action in definition.actions.values() for clause in action.when}
    for name in definition.clauses:
        if name not in used:
            yield Finding("L140", f"clauses.{name}", f"no action uses the clause '{name}'")
