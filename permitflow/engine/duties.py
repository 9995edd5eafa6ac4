"""Who may act: roles held and lent, conflicts of interest, and the separation of duties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from permitflow.engine.definition import ActionDef, Definition
from permitflow.engine.errors import ConflictOfInterest, Refusal, WrongRole
from permitflow.engine.lanes import LaneState

_NOBODY: Mapping[str, str] = MappingProxyType({})
_NEVER: Mapping[str, int] = MappingProxyType({})
_BY_NOBODY: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the workflow roles held for this application and the companies the person belongs to.

    Services add the applicant role when the person belongs to the applying company; `system` stands for
    clocks and automatic steps. `delegated` names the roles that are only lent, each with the id of the person who
    lent it; they are among `roles`.
    """

    id: str
    roles: frozenset[str]
    company_ids: frozenset[str] = frozenset()
    delegated: Mapping[str, str] = field(default_factory=lambda: _NOBODY, hash=False)

    def acting_for(self, role: str) -> str:
        """Return the id of the person for whom this one acts in a role; empty for a role of their own."""
        return self.delegated.get(role, "")


@dataclass(frozen=True, slots=True)
class Situation:
    """Where one application stands: phase, applying company, facts (nested by dotted name) and lanes.

    `on` is the legal date of what is done now; without it no input is compared with a calendar. `taken` says how
    often a step was taken on this file and `done_by` by whom (the person, and whom they acted for); a step is an
    action, or a lane's as `lane.verb`.
    """

    phase: str
    company_id: str | None
    facts: Mapping[str, object]
    lanes: Mapping[str, LaneState] = field(default_factory=dict)
    on: date | None = None
    taken: Mapping[str, int] = field(default_factory=lambda: _NEVER)
    done_by: Mapping[str, frozenset[str]] = field(default_factory=lambda: _BY_NOBODY)


def acting_role(
    definition: Definition, action: str, spec: ActionDef, actor: Actor, situation: Situation
) -> str:
    """Return the role in which the actor takes the action; a role of their own comes before a lent one.

    Somebody of the applying company may still act for it, but not for the city: staff roles are then ignored.
    Raises WrongRole or ConflictOfInterest.
    """
    held = [role for role in spec.by if role in actor.roles]
    if not held:
        raise WrongRole(action, [_not_theirs(definition, spec)])
    if situation.company_id in actor.company_ids:
        held = [role for role in held if definition.roles[role].kind != "staff"]
    if not held:
        raise ConflictOfInterest(action, [conflict(spec.by[0])])
    role = held[0]
    if actor.delegated:
        role = next((one for one in held if one not in actor.delegated), role)
    if spec.not_same_actor_as and definition.roles[role].kind != "system":
        refusals = list(_done_before(definition, spec, role, actor, situation))
        if refusals:
            raise ConflictOfInterest(action, refusals)
    return role


def conflict(role: str) -> Refusal:
    """Return the refusal for somebody who belongs to the applying company."""
    message = "You belong to the company that filed this application, so a colleague has to do this."
    return Refusal("conflict_of_interest", message, who_can_fix=role)


def titles_of(definition: Definition, roles: Iterable[str]) -> str:
    """Return the titles of roles, as a sentence lists them."""
    return " / ".join(definition.roles[role].title for role in roles)


def _not_theirs(definition: Definition, spec: ActionDef) -> Refusal:
    if not spec.by:
        message = "Nobody can do “{action}”: the workflow names no role for it."
        return Refusal("wrong_role", message, {"action": spec.title})
    message = "“{action}” can only be done by: {roles}."
    params = {"action": spec.title, "roles": titles_of(definition, spec.by)}
    return Refusal("wrong_role", message, params, spec.by[0])


def _done_before(
    definition: Definition, spec: ActionDef, role: str, actor: Actor, situation: Situation
) -> Iterator[Refusal]:
    """Yield a refusal for each step that the person, or whoever they act for, has taken on this file."""
    principal = actor.acting_for(role)
    for step in spec.not_same_actor_as:
        people = situation.done_by.get(step, frozenset())
        params = {"action": spec.title, "step": _title_of_step(definition, step)}
        if actor.id in people:
            message = "You did “{step}” on this file yourself, so a colleague has to do “{action}”."
            yield Refusal("same_actor", message, params, role)
        elif principal and principal in people:
            message = (
                "The colleague you act for did “{step}” on this file, so somebody else has to do “{action}”."
            )
            yield Refusal("same_actor", message, params, role)


def _title_of_step(definition: Definition, step: str) -> str:
    if step in definition.actions:
        return definition.actions[step].title
    lane, _dot, verb = step.partition(".")
    title = definition.lanes[lane].title if lane in definition.lanes else lane
    return f"{title}: {verb.replace('_', ' ')}"
