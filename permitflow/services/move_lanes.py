"""What becomes of a file's lanes and open visits when it moves to another version: kept, asked anew, waived, gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from permitflow.engine import lanes as engine_lanes
from permitflow.engine.definition import Definition, PhaseDef
from permitflow.engine.lanes import LaneState
from permitflow.engine.move_plan import MovePlan
from permitflow.models import Visit
from permitflow.prepared import updating
from permitflow.services import lanes, move_rows, steps, visits
from permitflow.services.files import File, LaneRow, VisitRow
from permitflow.services.past import MIGRATED as WHY

_RENAME_VISIT = updating(
    Visit.__table__, "step", "lane", "role", "party", "claimed_by", "claimed_at", "worked_us"
)


def title_of(definition: Definition, lane: str) -> str:
    """Return what a definition calls a lane, or its id when it does not know it."""
    spec = definition.lanes.get(lane)
    return spec.title if spec else lane


def move_lanes(
    file: File, rows: list[dict[str, Any]], plan: MovePlan, was: PhaseDef
) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Say each lane in the words of the new version; return problems, and (title, standing before, after).

    `was` is the phase that the file leaves; only what is under review there can be lost.
    """
    definition, problems, told = file.machine.definition, list[str](), list[tuple[str, str, str]]()
    target = definition.phases[file.phase]
    moved, kept, file.lanes = file.lanes, list[dict[str, Any]](), dict[str, LaneRow]()
    by_name = {row["lane"]: row for row in rows}
    for name, lane in moved.items():
        rule = plan.lanes[name]
        if rule.to is None or rule.policy == "drop":
            told.append((name, lane.state.state, "dropped"))
            continue
        state = _standing(file, lane.state, rule.to, rule.policy, target)
        if name in was.lanes and state.counts and state.is_open and rule.to not in target.lanes:
            problems.append(
                f"The review “{title_of(definition, rule.to)}” is open, but not part of “{target.title}”."
            )
        role = definition.lanes[rule.to].role
        file.lanes[rule.to] = LaneRow(lane.id, role, state)
        kept.append(by_name[name] | _columns(state, role) | _answer(lane.state, state))
        told.append((definition.lanes[rule.to].title, lane.state.state, state.state))
    if kept != rows:
        move_rows.put_lanes(file.channel.connection, file.id, kept)
    file.changed()
    _open_new_lanes(file, target, told)
    return problems, told


def _standing(file: File, state: LaneState, to: str, policy: str, target: PhaseDef) -> LaneState:
    spec = file.machine.definition.lanes[to]
    moved = replace(state, lane=to, informational=spec.informational)
    if policy == "reset" and to in target.lanes and state.required:
        return replace(moved, state="waiting", round=int(file.columns["round"]))
    return replace(moved, state="waived") if policy == "waive" and state.is_open else moved


def _columns(state: LaneState, role: str) -> dict[str, Any]:
    return {
        "lane": state.lane,
        "role": role,
        "required": state.required,
        "informational": state.informational,
        "state": state.state,
        "round": state.round,
    }


def _answer(before: LaneState, after: LaneState) -> dict[str, Any]:
    """An answer stays with its review; one that is asked for anew has none."""
    if after.state in (before.state, "waived"):
        return {}
    return {"conditions": [], "reason": "", "decided_by": None, "decided_at": None}


def _open_new_lanes(file: File, target: PhaseDef, told: list[tuple[str, str, str]]) -> None:
    if not target.lanes:
        return
    definition = file.machine.definition
    needs = engine_lanes.lanes_for(definition, file.phase, file.facts())
    known = {name: lane.state for name, lane in file.lanes.items()}
    for name, state in engine_lanes.reopen(needs, known, "none", int(file.columns["round"])).items():
        if known.get(name) != state:
            lanes.put_lane(file, name, state)
            told.append((definition.lanes[name].title, "", state.state))


def move_visits(file: File, was: tuple[Definition, str], plan: MovePlan, at: int, by: str) -> None:
    """Let the file go on waiting where it waited, under the new names; what has no place there ends or begins."""
    definition, waiting = file.machine.definition, dict(file.visits)
    target = definition.phases[file.phase]
    file.visits = {}
    names = plan.lane_names()
    for visit in waiting.values():
        step = names.get(visit.lane) if visit.lane else (None if target.lanes else file.phase)
        lane = file.lanes.get(step) if visit.lane and step else None
        reset = visit.lane is not None and plan.lanes[visit.lane].policy == "reset"
        if step is None or reset or (visit.lane and (lane is None or not lane.state.is_open)):
            file.visits[visit.step] = visit
            visits.close_visit(file, visit, WHY, by, at)
            continue
        role = lane.role if lane else target.role
        same_queue = role == _role_before(was, visit)
        _rename_visit(file, visit, (step, role, target.party), at, keeps_claim=same_queue)
    if target.lanes:
        steps.open_lane_visits(file, WHY, at)
    elif file.phase not in file.visits:
        visits.open_visit(file, file.phase, at, WHY)


def _role_before(was: tuple[Definition, str], visit: VisitRow) -> str | None:
    definition, phase = was
    return definition.lanes[visit.lane].role if visit.lane else definition.phases[phase].role


def _rename_visit(
    file: File, visit: VisitRow, place: tuple[str, str | None, str], at: int, *, keeps_claim: bool
) -> None:
    step, role, party = place
    if not keeps_claim and visit.claimed_at is not None:
        visit.worked_us += at - visit.claimed_at
        visit.claimed_at, visit.claimed_by = None, None
    visit.step, visit.lane = step, step if visit.lane else None
    file.visits[step] = visit
    file.channel.write(
        _RENAME_VISIT,
        {
            "key": visit.id,
            "new_step": visit.step,
            "new_lane": visit.lane,
            "new_role": role,
            "new_party": party,
            "new_claimed_by": visit.claimed_by,
            "new_claimed_at": visit.claimed_at,
            "new_worked_us": visit.worked_us,
        },
    )
