"""One lane's own small machine: a reviewer starts, answers, or says why the review does not apply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from permitflow.engine.definition import LaneDef
from permitflow.engine.duties import Actor, Situation, conflict
from permitflow.engine.errors import ConflictOfInterest, MissingInput, Refusal, WrongPhase, WrongRole
from permitflow.engine.lanes import LANE_STATES, OPEN_STATES, LaneAnswer, LaneStanding, waits_for
from permitflow.engine.machine import Machine, flat_events, move

_TARGETS = {
    "approve": "approved",
    "approve_with_conditions": "approved_with_conditions",
    "request_corrections": "corrections_requested",
    "mark_not_applicable": "not_applicable",
    "waive": "waived",
}
_ARROWS = [
    ("start_review", "waiting", "in_review"),
    ("release", "in_review", "waiting"),
    *((action, source, target) for action, target in _TARGETS.items() for source in ("waiting", "in_review")),
]
_EVENTS = flat_events(LANE_STATES, _ARROWS)
_SOURCES = {action: frozenset(source for name, source, _ in _ARROWS if name == action) for action in _EVENTS}

LANE_ACTIONS = tuple(_EVENTS)
# A lane that waits for another one may still be given back, and whoever has the authority may waive it.
_AT_ANY_TIME = frozenset({"release", "waive"})

_ENTRIES = {
    "start_review": "Review started",
    "release": "Review released",
    "approve": "Approved",
    "approve_with_conditions": "Approved with conditions",
    "request_corrections": "Corrections requested",
    "mark_not_applicable": "Marked as not applicable",
    "waive": "Waived",
}
_STANDINGS: dict[LaneStanding, str] = {
    "waiting": "waiting",
    "in_review": "in review",
    "approved": "approved",
    "approved_with_conditions": "approved with conditions",
    "corrections_requested": "corrections requested",
    "not_applicable": "not applicable",
    "waived": "waived",
}


@dataclass(frozen=True, slots=True)
class LaneStep:
    """One allowed step in a lane; `entry` is the log entry in the past tense.

    `acting_for` is the id of whoever lent the role, or empty.
    """

    lane: str
    action: str
    entry: str
    from_state: LaneStanding
    to_state: LaneStanding
    role: str
    acting_for: str = ""

    @property
    def events(self) -> frozenset[str]:
        """What the step is called where clocks and the separation of duties name it."""
        names = {f"{self.lane}.{self.action}"}
        return frozenset(names if self.to_state in OPEN_STATES else names | {f"{self.lane}.answered"})


def fire_lane(machine: Machine, answer: LaneAnswer, actor: Actor, situation: Situation) -> LaneStep:
    """Return the step that a reviewer's answer takes in its lane, or raise the reason why it cannot.

    Checked in this order: the phase has the lane and the lane awaits an answer (WrongPhase), its role, or for a
    waiver the authority's (WrongRole), conflict of interest (ConflictOfInterest), the reviews that come first
    (WrongPhase), then what the answer needs (MissingInput).
    """
    state = _awaiting(machine, answer, situation)
    spec = machine.definition.lanes[answer.lane]
    role = _role_for(machine, answer.action, spec, actor, situation)
    if spec.after and answer.action not in _AT_ANY_TIME:
        _check_hold_points(machine, answer, spec, situation)
    refusals = _NEEDS[answer.action](answer, spec) if answer.action in _NEEDS else []
    if refusals:
        raise MissingInput(answer.action, refusals)
    to_state = cast(LaneStanding, move(_EVENTS[answer.action], state))
    entry = _ENTRIES[answer.action]
    return LaneStep(answer.lane, answer.action, entry, state, to_state, role, actor.acting_for(role))


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


def _role_for(machine: Machine, action: str, spec: LaneDef, actor: Actor, situation: Situation) -> str:
    """Return the role in which the actor answers: the lane's, or the authority's for a waiver."""
    role = spec.waived_by if action == "waive" else spec.role
    if role is None:
        refusal = Refusal("not_waivable", "“{lane}” cannot be waived by anybody.", {"lane": spec.title})
        raise WrongRole(action, [refusal])
    if role not in actor.roles:
        params = {"lane": spec.title, "roles": machine.definition.roles[role].title}
        message = "“{lane}” can only be answered by: {roles}."
        if action == "waive":
            message = "“{lane}” can only be waived by: {roles}."
        raise WrongRole(action, [Refusal("wrong_role", message, params, role)])
    if situation.company_id in actor.company_ids:
        raise ConflictOfInterest(action, [conflict(role)])
    return role


def _check_hold_points(machine: Machine, answer: LaneAnswer, spec: LaneDef, situation: Situation) -> None:
    waiting = waits_for(spec.after, situation.lanes)
    if waiting:
        titles = ", ".join(machine.definition.lanes[name].title for name in waiting)
        message = "“{lane}” comes after: {others}. It can be answered when they are done."
        params = {"lane": spec.title, "others": titles}
        raise WrongPhase(answer.action, [Refusal("hold_point", message, params, where="reviews")])


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


def _waive(answer: LaneAnswer, spec: LaneDef) -> list[Refusal]:
    refusals = _approve(answer, spec)
    if not answer.reason.strip():
        message = "Say why this review is waived, and on what authority."
        refusals.append(Refusal("missing_reason", message, who_can_fix=spec.waived_by or "", where="reason"))
    return refusals


_NEEDS = {
    "approve": _approve,
    "approve_with_conditions": _approve_with_conditions,
    "request_corrections": _request_corrections,
    "mark_not_applicable": _mark_not_applicable,
    "waive": _waive,
}
