"""Checks of what the law asks: withdrawal, reasons, clocks, fees, notices, and California's limits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from permitflow.engine.definition import ClockDef, Definition, PhaseDef
from permitflow.engine.findings import Finding
from permitflow.engine.lint_flow import by_system, reached

NEGATIVE = frozenset({"denied", "revoked"})
LEGAL_OUTCOMES = frozenset({"deemed_complete", "deemed_approved", "deemed_denied", "void", "expired"})

_ASSOCIATION = re.compile(r"\bhoa\b|home ?owners?|owners'? association|association approval", re.IGNORECASE)
_LOOKS = re.compile(r"aesthetic|design[ _]review|architectural|appearance|landscap", re.IGNORECASE)


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with decisions, clocks, fees and notices."""
    yield from _withdrawal(definition)
    yield from _negative_decisions(definition)
    for name, clock in definition.clocks.items():
        yield from _clock(definition, name, clock)
    yield from _fees(definition)
    yield from _notices(definition)
    if definition.pack.startswith("us-ca"):
        yield from _california(definition)


def _outcome(definition: Definition, action: str) -> str | None:
    return definition.phases[definition.actions[action].to].outcome


def _withdrawal(definition: Definition) -> Iterator[Finding]:
    covered = {
        phase
        for name, action in definition.actions.items()
        if _outcome(definition, name) == "withdrawn"
        and any(definition.roles[role].kind == "applicant" for role in action.by)
        for phase in action.from_
    }
    for name, phase in definition.phases.items():
        if _undecided(phase) and name not in covered:
            message = f"the applicant cannot withdraw from the phase '{name}'"
            yield Finding("L141", f"phases.{name}", message)


def _undecided(phase: PhaseDef) -> bool:
    return not phase.final and phase.outcome is None


def _negative_decisions(definition: Definition) -> Iterator[Finding]:
    for name, action in definition.actions.items():
        if _outcome(definition, name) not in NEGATIVE:
            continue
        if not any(wanted.required for wanted in action.inputs.values()):
            message = f"the action '{name}' decides against somebody and must demand a written reason"
            yield Finding("L142", f"actions.{name}", message)
        if by_system(definition, name):
            message = f"the action '{name}' decides against somebody, so a person has to take it"
            yield Finding("L143", f"actions.{name}.by", message)


def _clock(definition: Definition, name: str, clock: ClockDef) -> Iterator[Finding]:
    path = f"clocks.{name}"
    if bool(clock.pauses) != bool(clock.resumes):
        absent = "resumes" if clock.pauses else "pauses"
        yield Finding("L150", path, f"the clock '{name}' names nothing under '{absent}'")
    if not clock.stops:
        yield Finding("L154", path, f"the clock '{name}' never stops")
    if clock.on_expiry is not None:
        yield from _expiry(definition, name, clock, clock.on_expiry)
    elif clock.outcome in LEGAL_OUTCOMES:
        message = f"the clock '{name}' ends with '{clock.outcome}', but names no action for it"
        yield Finding("L153", path, message)


def _expiry(definition: Definition, name: str, clock: ClockDef, action: str) -> Iterator[Finding]:
    path = f"clocks.{name}.on_expiry"
    if not by_system(definition, action):
        yield Finding("L151", path, f"the action '{action}' cannot be taken by the system")
    if not clock.verified:
        message = (
            f"the clock '{name}' was not verified, so it will only warn; '{action}' is not taken by itself"
        )
        yield Finding("L152", path, message)
    running = _running(definition, clock)
    outside = sorted(running - set(definition.actions[action].from_))
    if outside:
        message = f"the clock '{name}' can end in {', '.join(outside)}, from where '{action}' cannot be taken"
        yield Finding("L155", path, message)


def _running(definition: Definition, clock: ClockDef) -> set[str]:
    """Return the phases in which a clock may still run: after a start, before any stop."""
    ends = {*clock.stops, clock.on_expiry}
    steps: dict[str, set[str]] = {}
    for name, action in definition.actions.items():
        for source in action.from_ if name not in ends else ():
            steps.setdefault(source, set()).add(action.to)
    found = reached(steps, (definition.actions[name].to for name in clock.starts))
    return {name for name in found if not definition.phases[name].final}


def _fees(definition: Definition) -> Iterator[Finding]:
    charged = {fee.assessed_in for fee in definition.fees.values()}
    for name, phase in definition.phases.items():
        if phase.party == "payment" and name not in charged:
            yield Finding("L170", f"phases.{name}", f"no fee is assessed in the payment phase '{name}'")
    for name, action in definition.actions.items():
        if action.to in charged and action.to not in action.from_ and "assess_fees" not in action.effects:
            message = f"the action '{name}' enters '{action.to}', where fees are due, without 'assess_fees'"
            yield Finding("L171", f"actions.{name}", message)


def _notices(definition: Definition) -> Iterator[Finding]:
    for name, action in definition.actions.items():
        if "issue_notice" in action.effects and not action.needs_items:
            message = f"the action '{name}' sends a notice and needs 'needs_items: true'"
            yield Finding("L180", f"actions.{name}", message)


def _california(definition: Definition) -> Iterator[Finding]:
    for name, document in definition.documents.items():
        if _ASSOCIATION.search(f"{name.replace('_', ' ')} {document.title}"):
            message = "approval by an owners' association may not be asked for (Civ. Code 4080)"
            yield Finding("L190", f"documents.{name}", message)
    for name, lane in definition.lanes.items():
        if _LOOKS.search(f"{name} {lane.title}"):
            message = "only health and safety may be reviewed, not looks or design (Gov. Code 65850.7(b))"
            yield Finding("L191", f"lanes.{name}", message)
    senders: dict[str, list[str]] = {}
    for name, action in definition.actions.items():
        for phase in action.from_ if "issue_notice" in action.effects else ():
            senders.setdefault(phase, []).append(name)
    for phase, names in senders.items():
        if len(names) > 1:
            message = f"the phase '{phase}' has more than one notice ({', '.join(names)}); the law allows one"
            yield Finding("L192", f"actions.{names[1]}", message)
