"""Checks of who acts: every step has its taker, officials decide, nobody checks themselves, a vote can be won."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from permitflow.engine.definition import Definition, VoteDef
from permitflow.engine.findings import Finding
from permitflow.engine.lint_law import NEGATIVE, outcome_of
from permitflow.engine.roles import STANDARD_STAFF

OFFICIALS = frozenset(
    {
        "building_official",
        "deputy_official",
        "zoning_officer",
        "subcode_official",
        "planning_commission_clerk",
        "council_clerk",
        "city_attorney",
        "program_manager",
        "grant_manager",
        "property_manager",
    }
)
"""Who may deny, revoke or extend; a clerk records what a body decided."""

VOTE_INPUTS = ("held_on", "votes_for", "votes_against", "votes_abstained")
"""What the engine itself asks for when an action records a vote."""


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with roles, takers, officials, separation of duties, votes and buttons."""
    yield from _roles(definition)
    yield from _takers(definition)
    yield from _lanes(definition)
    yield from _officials(definition)
    yield from _separation(definition)
    yield from _votes_and_inputs(definition)
    yield from _buttons(definition)


def check_staff(definition: Definition, staff: Mapping[str, int]) -> Iterator[Finding]:
    """Yield what a city cannot do with its people; `staff` counts the members of each role."""
    for name, action in definition.actions.items():
        if _only_staff(definition, action.by) and _people(definition, action.by, staff) == 0:
            titles = " or ".join(definition.roles[role].title for role in action.by)
            message = f"nobody in the city can take the action '{name}': no member is {titles}"
            yield Finding("L136", f"actions.{name}.by", message)
    for name, lane in definition.lanes.items():
        if staff.get(lane.role, 0) == 0:
            title = definition.roles[lane.role].title
            message = f"nobody in the city can answer the lane '{name}': no member is {title}"
            yield Finding("L136", f"lanes.{name}.role", message)
    yield from _separated_staff(definition, staff)


def _separated_staff(definition: Definition, staff: Mapping[str, int]) -> Iterator[Finding]:
    for name, action in definition.actions.items():
        for place, event in enumerate(action.not_same_actor_as):
            roles = {*action.by, *_takers_of(definition, event)}
            alone = _only_staff(definition, tuple(roles)) and _people(definition, tuple(roles), staff) == 1
            if alone:
                message = f"'{name}' and '{event}' need two people, and the city has one who may do either"
                yield Finding("L137", f"actions.{name}.not_same_actor_as.{place}", message)


def _only_staff(definition: Definition, roles: tuple[str, ...]) -> bool:
    return bool(roles) and all(definition.roles[role].kind == "staff" for role in roles)


def _people(definition: Definition, roles: tuple[str, ...], staff: Mapping[str, int]) -> int:
    """Return how many people at most hold one of the roles; who holds two of them is counted twice."""
    return sum(staff.get(role, 0) for role in roles if definition.roles[role].kind == "staff")


def _takers_of(definition: Definition, event: str) -> tuple[str, ...]:
    name, dot, verb = event.partition(".")
    if not dot:
        return definition.actions[name].by
    lane = definition.lanes[name]
    waiver = lane.waived_by if verb == "waive" else None
    return (waiver or lane.role,)


def _roles(definition: Definition) -> Iterator[Finding]:
    used = {role for action in definition.actions.values() for role in action.by}
    used |= {phase.role for phase in definition.phases.values() if phase.role is not None}
    for lane in definition.lanes.values():
        used |= {lane.role} if lane.waived_by is None else {lane.role, lane.waived_by}
    if definition.one_notice is not None:
        used.add(definition.one_notice.official)
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
        if not action.by:
            message = f"nobody takes the action '{name}': it names no role under 'by'"
            yield Finding("L132", f"actions.{name}", message)
        elif not people and name not in triggered:
            message = (
                f"nobody takes the action '{name}': it is the system's, but no join, clock or phase names it"
            )
            yield Finding("L132", f"actions.{name}", message)


def _lanes(definition: Definition) -> Iterator[Finding]:
    for name, lane in definition.lanes.items():
        for key, role in (("role", lane.role), ("waived_by", lane.waived_by)):
            if role is not None and definition.roles[role].kind != "staff":
                message = f"the lane '{name}' is for '{role}', who is not of the city's staff"
                yield Finding("L133", f"lanes.{name}.{key}", message)


def _officials(definition: Definition) -> Iterator[Finding]:
    for name, action in definition.actions.items():
        negative = outcome_of(definition, name) in NEGATIVE or "revoke_permit" in action.effects
        extends = "extend_permit" in action.effects
        if not negative and not extends:
            continue
        # A part of the work that passes inspection gives a permit its time again.
        able = OFFICIALS if negative else OFFICIALS | {"inspector"}
        others = [role for role in action.by if role not in able and definition.roles[role].kind != "system"]
        if others:
            what = "decides against somebody" if negative else "extends a permit"
            message = f"the action '{name}' {what}, which only an official may do, not '{others[0]}'"
            yield Finding("L135", f"actions.{name}.by", message)


def _separation(definition: Definition) -> Iterator[Finding]:
    for name, action in definition.actions.items():
        for place, event in enumerate(action.not_same_actor_as):
            path = f"actions.{name}.not_same_actor_as.{place}"
            if event == name:
                yield Finding("L134", path, f"the action '{name}' names itself; say 'at_most: 1' instead")
            elif all(definition.roles[role].kind == "system" for role in _takers_of(definition, event)):
                message = f"the step '{event}' is never taken by a person, so it keeps nobody from '{name}'"
                yield Finding("L134", path, message)


def _votes_and_inputs(definition: Definition) -> Iterator[Finding]:
    for name, action in definition.actions.items():
        path = f"actions.{name}"
        if action.vote is not None and not _winnable(action.vote):
            message = f"the vote of '{name}' needs more than the body has: {action.vote.members} members"
            yield Finding("L139", f"{path}.vote", message)
        for key, spec in action.inputs.items():
            if action.vote is not None and key in VOTE_INPUTS:
                message = f"'{key}' is asked for by the vote of '{name}' already"
                yield Finding("L118", f"{path}.inputs.{key}", message)
            if spec.days_ahead is not None and spec.type != "date":
                message = f"only a date can be days ahead; '{key}' of '{name}' is of the type {spec.type}"
                yield Finding("L118", f"{path}.inputs.{key}.days_ahead", message)


def _winnable(vote: VoteDef) -> bool:
    return vote.quorum <= vote.members and vote.needed <= vote.members


def _buttons(definition: Definition) -> Iterator[Finding]:
    """Two buttons with one title on a person's page cannot be told apart."""
    shown: dict[tuple[str, str, str], str] = {}
    told = set()
    for name, action in definition.actions.items():
        people = [role for role in action.by if definition.roles[role].kind != "system"]
        for place in ((source, role, action.title) for source in action.from_ for role in people):
            other = shown.setdefault(place, name)
            if other != name and (other, name) not in told:
                told.add((other, name))
                message = f"the actions '{other}' and '{name}' of the phase '{place[0]}' have the same title"
                yield Finding("L138", f"actions.{name}", message)
