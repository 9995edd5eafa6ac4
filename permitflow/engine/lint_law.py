"""Checks of what the law asks everywhere: withdrawal, reasons, fees, notices, an end to every wait."""

from __future__ import annotations

from collections.abc import Iterator

from permitflow.engine.definition import Definition, PhaseDef
from permitflow.engine.findings import Finding
from permitflow.engine.lint_clocks import running
from permitflow.engine.lint_flow import by_system

NEGATIVE = frozenset({"denied", "revoked"})


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with decisions, fees, notices, outside parties and permits."""
    yield from _withdrawal(definition)
    yield from _negative_decisions(definition)
    yield from _fees(definition)
    yield from _notices(definition)
    yield from _outside_parties(definition)
    yield from _permits(definition)


def outcome_of(definition: Definition, action: str) -> str | None:
    """Return the outcome that an action brings about; a file that stays where it is gets none by it."""
    target = definition.actions[action].to
    return None if target is None else definition.phases[target].outcome


def _withdrawal(definition: Definition) -> Iterator[Finding]:
    covered = {
        phase
        for name, action in definition.actions.items()
        if outcome_of(definition, name) == "withdrawn"
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
    # A denial by lapse of time opens the way to an appeal; L144 looks at that.
    by_lapse = {clock.on_expiry for clock in definition.clocks.values() if clock.outcome == "deemed_denied"}
    for name, action in definition.actions.items():
        if outcome_of(definition, name) not in NEGATIVE or name in by_lapse:
            continue
        if not any(wanted.required and wanted.type == "text" for wanted in action.inputs.values()):
            message = f"the action '{name}' decides against somebody and must demand a written reason"
            yield Finding("L142", f"actions.{name}", message)
        if by_system(definition, name):
            message = f"the action '{name}' decides against somebody, so a person has to take it"
            yield Finding("L143", f"actions.{name}.by", message)


def _fees(definition: Definition) -> Iterator[Finding]:
    charged = {fee.assessed_in for fee in definition.fees.values()}
    for name, phase in definition.phases.items():
        if phase.party == "payment" and name not in charged:
            yield Finding("L170", f"phases.{name}", f"no fee is assessed in the payment phase '{name}'")
    for name, action in definition.actions.items():
        enters = action.to in charged and action.to not in action.from_
        if enters and "assess_fees" not in action.effects:
            message = f"the action '{name}' enters '{action.to}', where fees are due, without 'assess_fees'"
            yield Finding("L171", f"actions.{name}", message)


def _notices(definition: Definition) -> Iterator[Finding]:
    for name, action in definition.actions.items():
        if "issue_notice" in action.effects and not action.needs_items:
            message = f"the action '{name}' sends a notice and needs 'needs_items: true'"
            yield Finding("L180", f"actions.{name}", message)


def _outside_parties(definition: Definition) -> Iterator[Finding]:
    """Who is outside the office never holds a file without an end, or without somebody who is warned and may act."""
    for name, lane in definition.lanes.items():
        if lane.kind == "external" and not lane.informational and not _wait_ends(definition, name):
            message = (
                f"the lane '{name}' waits for an outside party, and no clock ends that wait by waiving it"
            )
            yield Finding("L125", f"lanes.{name}", message)
    for name, phase in definition.phases.items():
        if phase.party == "external" and not _left_in_time(definition, name):
            message = f"the phase '{name}' waits for an outside party, and no clock ends that wait"
            yield Finding("L126", f"phases.{name}", message)


def _wait_ends(definition: Definition, lane: str) -> bool:
    by_hand = definition.lanes[lane].waived_by is not None or any(
        lane in action.waives and _by_people(definition, name) for name, action in definition.actions.items()
    )
    return any(
        lane in definition.actions[clock.on_expiry].waives and (clock.verified or by_hand)
        for clock in definition.clocks.values()
        if clock.on_expiry is not None
    )


def _left_in_time(definition: Definition, phase: str) -> bool:
    """A clock that was not verified only warns, so that somebody else must be able to act on the warning."""
    leaving = {
        name
        for name, action in definition.actions.items()
        if phase in action.from_ and action.target(phase) != phase
    }
    by_hand = any(_by_people(definition, name) for name in leaving)
    return any(
        by_hand or (clock.on_expiry in leaving and clock.verified)
        for clock in definition.clocks.values()
        if phase in running(definition, clock)
    )


def _by_people(definition: Definition, action: str) -> bool:
    return any(definition.roles[role].kind == "staff" for role in definition.actions[action].by)


def _permits(definition: Definition) -> Iterator[Finding]:
    for name, action in definition.actions.items():
        touched = [effect for effect in action.effects if effect.endswith("_permit")]
        if touched and definition.permit is None:
            message = (
                f"the action '{name}' has the effect '{touched[0]}', but the file says nothing under 'permit'"
            )
            yield Finding("L145", f"actions.{name}.effects", message)
