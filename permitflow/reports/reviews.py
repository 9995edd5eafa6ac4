"""What reviews answered: which actions approve, which ask for corrections, and which send a file back to its applicant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from permitflow.engine.definition import ActionDef, Definition
from permitflow.reports.scope import Workflows

LANE_ASKS = "request_corrections"
LANE_PASSES = ("approve", "approve_with_conditions")
REFUSED = "denied"

ANSWERS = """answers AS (
    SELECT visit, file, step, lane, role, opened_at, closed_at, closed_by, list_contains($asks::VARCHAR[], closing_action) AS asked,
        round = 1 AND NOT list_contains($returns::VARCHAR[], coalesce(why, '')) AS first
    FROM stays WHERE in_period(closed_at) AND before_decision
        AND (lane IS NOT NULL OR list_contains($checks::VARCHAR[], step))
        AND (list_contains($asks::VARCHAR[], closing_action) OR list_contains($passes::VARCHAR[], closing_action)))"""
"""Reviews answered in the period: whether corrections were asked for, and whether it was the first time."""
CYCLES = f"""sent AS (
    SELECT file, min(opened_at) AS sent_at FROM stays
    WHERE party = 'applicant' AND before_decision AND list_contains($sends::VARCHAR[], why) GROUP BY file),
cycles AS (
    SELECT file, workflow, company, submitted_at, state, coalesce(sent_at, decided_at) AS ended_at,
        sent_at IS NULL AND outcome IS DISTINCT FROM '{REFUSED}' AS approved
    FROM chosen LEFT JOIN sent USING (file)
    WHERE (sent_at IS NOT NULL OR by_city) AND in_period(coalesce(sent_at, decided_at)))"""
"""Files whose first cycle ended in the period, by the decision or by the first corrections, and whether it approved.

A file that waits for its second cycle is in it; so the newest months do not look better than they are.
"""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The actions of a city's workflows by what they say of a review.

    `asks` send items, `passes` let a file go on; `checks` are phases outside lanes where either can happen and
    `completeness` those of them that only look whether everything is there. `returns` bring a file back to such a
    check, and `sends` give the corrections of a review cycle to the applicant.
    """

    asks: tuple[str, ...]
    passes: tuple[str, ...]
    checks: tuple[str, ...]
    completeness: tuple[str, ...]
    returns: tuple[str, ...]
    sends: tuple[str, ...]

    def within(self, sql: str, **more: object) -> Mapping[str, object]:
        """Return the parameters that a statement names, of these and of more."""
        known = {one.name: list(getattr(self, one.name)) for one in fields(self)} | more
        return {name: value for name, value in known.items() if f"${name}" in sql}


def verdicts(workflows: Workflows) -> Verdicts:
    """Return the verdicts that the definitions of a city know; those of lanes are the same everywhere."""
    found: dict[str, set[str]] = {one.name: set() for one in fields(Verdicts)}
    found["asks"].add(LANE_ASKS)
    found["passes"].update(LANE_PASSES)
    found["sends"].add(LANE_ASKS)
    for definition in workflows.definitions.values():
        for name, action, phase in _notices(definition):
            _learn(found, definition, name, action, phase)
    return Verdicts(**{name: tuple(sorted(words)) for name, words in found.items()})


def _notices(definition: Definition) -> Iterator[tuple[str, ActionDef, str]]:
    for name, action in definition.actions.items():
        if "issue_notice" in action.effects:
            for phase in action.from_:
                yield name, action, phase


def _learn(
    found: dict[str, set[str]], definition: Definition, name: str, action: ActionDef, phase: str
) -> None:
    """One action that sends a notice out of a phase, and what follows from it."""
    target = action.target(phase)
    back = {
        one: known
        for one, known in definition.actions.items()
        if target in known.from_ and definition.phases[known.target(target)].party == "agency"
    }
    by_lanes = bool(definition.phases[phase].lanes)
    is_cycle = by_lanes or any(known.next_round for known in back.values())
    found["asks"].add(name)
    if is_cycle:
        found["sends"].add(name)
    else:
        found["completeness"].add(phase)
        found["returns"].update(back)
    if not by_lanes:
        found["checks"].add(phase)
        found["passes"].update(_exits(definition, phase) - {name})


def _exits(definition: Definition, phase: str) -> set[str]:
    """Actions by which staff let a file go on from a phase."""
    return {
        name
        for name, action in definition.actions.items()
        if phase in action.from_
        and action.target(phase) != phase
        and definition.phases[action.target(phase)].outcome in (None, "issued")
        and "issue_notice" not in action.effects
        and any(definition.roles[role].kind == "staff" for role in action.by)
    }
