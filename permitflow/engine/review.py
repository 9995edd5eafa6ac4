"""One lane's own small machine: a reviewer starts, answers, or says why the review does not apply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from permitflow.engine.definition import LaneDef
from permitflow.engine.errors import ConflictOfInterest, MissingInput, Refusal, WrongPhase, WrongRole
from permitflow.engine.lanes import LANE_STATES, LaneAnswer, LaneStanding
from permitflow.engine.machine import Actor, Machine, Situation, conflict, flat_events, move

_TARGETS = {
    "approve": "approved",
    "approve_with_conditions": "approved_with_conditions",
    "request_corrections": "corrections_requested",
    "mark_not_applicable": "not_applicable",
}
_ARROWS = [
    ("start_review", "waiting", "in_review"),
    ("release", "in_review", "waiting"),
    *((action, source, target) for action, target in _TARGETS.items() for source in ("waiting", "in_review")),
]
_EVENTS = flat_events(LANE_STATES, _ARROWS)
_SOURCES = {action: frozenset(source for name, source, _ in _ARROWS if name == action) for action in _EVENTS}

LANE_ACTIONS = tuple(_EVENTS)

_ENTRIES = {
    "start_review": "Review started",
    "release": "Review released",
    "approve": "Approved",
    "approve_with_conditions": "Approved with conditions",
    "request_corrections": "Corrections requested",
    "mark_not_applicable": "Marked as not applicable",
}
_STANDINGS: dict[LaneStanding, str] = {
    "waiting": "waiting",
    "in_review": "in review",
    "approved": "approved",
    "approved_with_conditions": "approved with conditions",
    "corrections_requested": "corrections requested",
    "not_applicable": "not applicable",
}


@dataclass(frozen=True, slots=True)
class LaneStep:
    """One allowed step in a lane; `entry` is the log entry in the past tense."""

    lane: str
    action: str
    entry: str
    from_state: LaneStanding
    to_state: LaneStanding
    role: str


def fire_lane(machine: Machine, answer: LaneAnswer, actor: Actor, situation: Situation) -> LaneStep:
    """Return the step that a reviewer's answer takes in its lane, or raise the reason why it cannot.

    Checked in this order: the phase has the lane and the lane awaits an answer (WrongPhase), the lane's role
    (WrongRole), conflict of interest (ConflictOfInterest), then what the answer needs (MissingInput).
    """
    state = _awaiting(machine, answer, situation)
    spec = machine.definition.lanes[answer.lane]
    _check_actor(machine, answer.action, spec, actor, situation)
    refusals = _NEEDS[answer.action](answer, spec) if answer.action in _NEEDS else []
    if refusals:
        raise MissingInput(answer.action, refusals)
    to_state = cast(LaneStanding, move(_EVENTS[answer.action], state))
    return LaneStep(answer.lane, answer.action, _ENTRIES[answer.action], state, to_state, spec.role)


def why_not_lane(
    machine: Machine, answer: LaneAnswer, actor: Actor, situation: Situation
) -> tuple[Refusal, ...]:
    """Return every reason why a lane cannot be answered so now; empty when it can."""
    try:
        fire_lane(machine, answer, actor, situation)
    except (WrongPhase, WrongRole, ConflictOfInterest, MissingInput) as refused:
        return refused.refusals
    return ()


def _awaiting(machine: Machine, answer: LaneAnswer, situation: Situation) -> LaneStanding:
    lane = situation.lanes.get(answer.lane)
    if lane is None or answer.lane not in machine.definition.phases[situation.phase].lanes:
        phase = machine.definition.phases[situation.phase].title
        message = "This review cannot be answered now: the application stands at “{phase}”."
        raise WrongPhase(answer.action, [Refusal("wrong_phase", message, {"phase": phase})])
    if answer.action not in _EVENTS:
        message = "A review has no step called {action}."
        raise WrongPhase(answer.action, [Refusal("unknown_action", message, {"action": answer.action})])
    if lane.state not in _SOURCES[answer.action]:
        message = "This review stands at “{state}”, so this step does not fit."
        refusal = Refusal("wrong_lane_state", message, {"state": _STANDINGS[lane.state]})
        raise WrongPhase(answer.action, [refusal])
    return lane.state


def _check_actor(machine: Machine, action: str, spec: LaneDef, actor: Actor, situation: Situation) -> None:
    if spec.role not in actor.roles:
        title = machine.definition.roles[spec.role].title
        message = "“{lane}” can only be answered by: {roles}."
        refusal = Refusal("wrong_role", message, {"lane": spec.title, "roles": title}, spec.role)
        raise WrongRole(action, [refusal])
    if situation.company_id in actor.company_ids:
        raise ConflictOfInterest(action, [conflict(spec.role)])


def _approve(answer: LaneAnswer, spec: LaneDef) -> list[Refusal]:
    if answer.open_items == 0:
        return []
    message = "Correction items are still open in this review: send them, or remove them before approving."
    return [Refusal("items_open", message, who_can_fix=spec.role, where="corrections")]


def _approve_with_conditions(answer: LaneAnswer, spec: LaneDef) -> list[Refusal]:
    refusals = _approve(answer, spec)
    if answer.conditions == 0:
        message = "Write at least one condition first."
        refusals.append(Refusal("missing_conditions", message, who_can_fix=spec.role, where="conditions"))
    return refusals


def _request_corrections(answer: LaneAnswer, spec: LaneDef) -> list[Refusal]:
    if answer.open_items > 0:
        return []
    message = (
        "Write at least one correction item first: what is wrong, the code section, and what would fix it."
    )
    return [Refusal("missing_items", message, who_can_fix=spec.role, where="corrections")]


def _mark_not_applicable(answer: LaneAnswer, spec: LaneDef) -> list[Refusal]:
    if answer.reason.strip():
        return []
    message = "Say why this review does not apply."
    return [Refusal("missing_reason", message, who_can_fix=spec.role, where="reason")]


_NEEDS = {
    "approve": _approve,
    "approve_with_conditions": _approve_with_conditions,
    "request_corrections": _request_corrections,
    "mark_not_applicable": _mark_not_applicable,
}
