"""Checks of the clocks: they end, their pauses end, and what happens at their end can happen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from permitflow.engine.clock_def import ClockDef, RemedyDef
from permitflow.engine.definition import Definition
from permitflow.engine.findings import Finding
from permitflow.engine.lint_flow import by_system
from permitflow.engine.paths import reached, steps

LEGAL_OUTCOMES = frozenset({"deemed_complete", "deemed_approved", "deemed_denied", "void", "expired"})


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with the clocks of a definition and with its rule of receipt."""
    for name, clock in definition.clocks.items():
        yield from _ends(name, clock)
        yield from _pauses(definition, name, clock)
        yield from _remedy(name, clock)
        yield from _receipt(definition, name, clock)
        if clock.on_expiry is not None:
            yield from _expiry(definition, name, clock, clock.on_expiry)


def running(definition: Definition, clock: ClockDef) -> set[str]:
    """Return the phases in which a clock may still run: after a start, before any stop, not final."""
    ends = {*clock.stops, clock.on_expiry, *_joins_after(definition, clock.stops)}
    actions = {name: action for name, action in definition.actions.items() if name not in ends}
    starts = {phase for event in clock.starts for phase in phases_after(definition, event)}
    found = reached(steps(actions.values()), starts)
    return {name for name in found if not definition.phases[name].final}


def phases_after(definition: Definition, event: str) -> set[str]:
    """Return the phases in which a file can stand after an event: an action, or a step in a lane."""
    lane, dot, _ = event.partition(".")
    if dot:
        return {name for name, phase in definition.phases.items() if lane in phase.lanes}
    action = definition.actions[event]
    return {action.target(source) for source in action.from_}


def _phases_before(definition: Definition, event: str) -> set[str]:
    return phases_after(definition, event) if "." in event else set(definition.actions[event].from_)


def _joins_after(definition: Definition, events: tuple[str, ...]) -> Iterator[str]:
    """Yield the actions that a round ends with once the named lanes have answered."""
    for event in events:
        for name in phases_after(definition, event) if "." in event else ():
            join = definition.phases[name].join
            if join is not None:
                yield from (join.approved, join.corrections)


def _ends(name: str, clock: ClockDef) -> Iterator[Finding]:
    path = f"clocks.{name}"
    if not clock.stops:
        yield Finding("L154", path, f"the clock '{name}' never stops")
    if clock.on_expiry is None and clock.outcome in LEGAL_OUTCOMES:
        message = f"the clock '{name}' ends with '{clock.outcome}', but names no action for it"
        yield Finding("L153", path, message)


def _pauses(definition: Definition, name: str, clock: ClockDef) -> Iterator[Finding]:
    path = f"clocks.{name}"
    if bool(clock.pauses) != bool(clock.resumes):
        absent = "resumes" if clock.pauses else "pauses"
        yield Finding("L150", path, f"the clock '{name}' names nothing under '{absent}'")
        return
    resumed_in = {phase for event in clock.resumes for phase in _phases_before(definition, event)}
    ahead = steps(definition.actions.values())
    limited = {
        phase
        for other in definition.clocks.values()
        if other.on_expiry is not None
        for phase in definition.actions[other.on_expiry].from_
    }
    for place, event in enumerate(clock.pauses):
        for phase in sorted(phases_after(definition, event)):
            where = f"{path}.pauses.{place}"
            if resumed_in.isdisjoint(reached(ahead, [phase])):
                message = f"the clock '{name}' is paused in '{phase}', from where nothing resumes it"
                yield Finding("L158", where, message)
            waiting = definition.phases[phase].party == "applicant" and "." not in event
            if waiting and definition.actions[event].to is not None and phase not in limited:
                message = (
                    f"the clock '{name}' is paused while the applicant has the file in '{phase}', "
                    "but no clock ends that wait"
                )
                yield Finding("L159", where, message)


def _remedy(name: str, clock: ClockDef) -> Iterator[Finding]:
    path = f"clocks.{name}"
    if (clock.outcome == "remedy") != (clock.remedy is not None):
        lack = "no 'remedy' says which" if clock.remedy is None else "its outcome is another"
        yield Finding("L156", path, f"the clock '{name}' gives the applicant a right, but {lack}")
    if clock.remedy is not None and not _rising(clock.remedy):
        message = f"the refunds of the clock '{name}' must rise with the delay, from tier to tier"
        yield Finding("L157", f"{path}.remedy.refund", message)


def _rising(remedy: RemedyDef) -> bool:
    return all(
        low.late_percent < high.late_percent and low.refund_percent <= high.refund_percent
        for low, high in pairwise(remedy.refund)
    )


def _receipt(definition: Definition, name: str, clock: ClockDef) -> Iterator[Finding]:
    if clock.received and definition.receipt is None:
        message = f"the clock '{name}' starts when something is received, but there is no rule of 'receipt'"
        yield Finding("L163", f"clocks.{name}.received", message)
    gated = definition.receipt is not None and definition.receipt.fee_gates_clock
    if clock.holder == "agency" and not gated and all(_paying(definition, event) for event in clock.starts):
        message = (
            f"the agency's clock '{name}' only starts with a payment, "
            "though no rule of receipt says that a fee holds a clock back"
        )
        yield Finding("L164", f"clocks.{name}.starts", message)


def _paying(definition: Definition, event: str) -> bool:
    """Return whether an event is a payment before the decision."""
    if "." in event:
        return False
    action = definition.actions[event]
    return all(definition.phases[source].party == "payment" for source in action.from_) and all(
        definition.phases[phase].outcome is None for phase in phases_after(definition, event)
    )


def _expiry(definition: Definition, name: str, clock: ClockDef, action: str) -> Iterator[Finding]:
    path = f"clocks.{name}.on_expiry"
    if not by_system(definition, action):
        yield Finding("L151", path, f"the action '{action}' cannot be taken by the system")
    if not clock.verified:
        message = (
            f"the clock '{name}' was not verified, so it will only warn; '{action}' is not taken by itself"
        )
        yield Finding("L152", path, message)
    outside = sorted(running(definition, clock) - set(definition.actions[action].from_))
    if outside:
        message = f"the clock '{name}' can end in {', '.join(outside)}, from where '{action}' cannot be taken"
        yield Finding("L155", path, message)
    yield from _appeal(definition, name, clock, action)


def _appeal(definition: Definition, name: str, clock: ClockDef, action: str) -> Iterator[Finding]:
    if clock.outcome != "deemed_denied":
        return
    for phase in sorted(phases_after(definition, action)):
        appeals = [
            spec
            for spec in definition.actions.values()
            if phase in spec.from_ and any(definition.roles[role].kind == "applicant" for role in spec.by)
        ]
        if not any(spec.target(phase) != phase for spec in appeals):
            message = (
                f"the clock '{name}' denies by lapse of time, but the applicant cannot appeal from '{phase}'"
            )
            yield Finding("L144", f"clocks.{name}.on_expiry", message)
