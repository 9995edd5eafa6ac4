"""What one step of a workflow does to a file: its clocks, effects, lanes, visits and courts, and its event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from permitflow.engine import lanes as engine_lanes
from permitflow.engine.machine import Step, automatic, fire, joined, unmet_before
from permitflow.instants import local_date
from permitflow.services import clockwork, lanes, record, siblings, visits
from permitflow.services.actors import SYSTEM
from permitflow.services.acts import Act
from permitflow.services.effects import Occasion, cause
from permitflow.services.files import File
from permitflow.services.lanes import Verdict
from permitflow.services.record import Datum, Entry

# A definition whose system actions feed one another without end is a lint error; this is the last guard.
_MOST_AUTOMATIC_STEPS = 8


def legal_day(file: File, act: Act) -> None:
    """Fix the legal date of an act on its file; what follows from a clock that ran out happens when its day is over."""
    file.on = act.effective_on or local_date(act.at, file.calendar.zone)
    file.day_is_over = act.effective_on is not None and act.action in file.machine.named.on_expiry


def take(file: File, step: Step, act: Act) -> None:
    """Move the file along one step of its workflow, with everything that belongs to the step."""
    on = file.on
    assert on is not None
    definition = file.machine.definition
    target = definition.phases[step.to_phase]
    outcome = file.columns["outcome"]
    if not step.stay:
        _leave(file, step, act)
    turned = clockwork.turn(file, frozenset({step.action}), on, act.at)
    data = {**step.data, **cause(file, step.effects, Occasion(act.at, on, act.actor.id, step.to_phase))}
    if step.waives:
        _waive(file, step, act)
    if not step.stay:
        _move(file, step, act)
    elif step.waives:
        open_lane_visits(file, step.action, act.at)
    if turned:
        visits.move_due_dates(file)
    if not step.stay:
        visits.pass_court(file, target, act.at, reopens=step.reopens)
    if step.opens:
        data |= siblings.open_drafts(file, step, act)
    record.append(file, _entry(step, act, {**data, **turned.data}, on))
    for receiver in definition.actions[step.action].notify:
        record.tell(file, step.action, receiver, act.at)
    if file.columns["project_id"] is not None and file.columns["outcome"] != outcome:
        siblings.queue_wakes(file, on, act.at)


def settle(file: File, act: Act) -> bool:
    """Take the system's own steps: the join of a complete review round, and automatic phases; say whether any was."""
    for count in range(_MOST_AUTOMATIC_STEPS):
        situation = file.situation()
        action = joined(file.machine, situation) or automatic(file.machine, situation)
        if action is None:
            return count > 0
        step = fire(file.machine, action, SYSTEM, situation, {}, int(file.columns["draft_items"]))
        if unmet := unmet_before(file.machine, action, situation):
            step = replace(step, data={**step.data, "unmet": " ".join(unmet)})
        take(file, step, Act(file.id, action, SYSTEM, act.at, effective_on=act.effective_on))
        if step.stay:
            return True
    raise RuntimeError(f"The workflow of {file.id} does not come to rest.")


def open_lane_visits(file: File, why: str, at: int) -> None:
    """Let every open lane of the phase wait for its reviewers, unless another review has to be done before."""
    definition = file.machine.definition
    states = {name: lane.state for name, lane in file.lanes.items()}
    for name in definition.phases[file.phase].lanes:
        lane = states.get(name)
        if lane is None or not lane.is_open or name in file.visits:
            continue
        if not engine_lanes.waits_for(definition.lanes[name].after, states):
            visits.open_visit(file, name, at, why, lane=name)


def _leave(file: File, step: Step, act: Act) -> None:
    definition = file.machine.definition
    if definition.phases[step.from_phase].initial and definition.phases[step.to_phase].outcome is None:
        file.columns["submitted_at"] = act.at
    if file.columns["open_items"] and definition.roles[step.role].kind == "staff":
        lanes.resolve_items(file, None)


def _move(file: File, step: Step, act: Act) -> None:
    if step.next_round:
        file.columns["round"] += 1
    for visit in list(file.visits.values()):
        visits.close_visit(file, visit, step.action, act.actor.id, act.at)
    file.columns["state"] = step.to_phase
    file.changed()
    _arrive(file, step, act)


def _arrive(file: File, step: Step, act: Act) -> None:
    """Open what the new phase waits for: its lanes, or the phase itself."""
    phase = file.machine.definition.phases[step.to_phase]
    if not phase.lanes:
        if not phase.final:
            visits.open_visit(file, step.to_phase, act.at, step.action)
        return
    needs = engine_lanes.lanes_for(file.machine.definition, step.to_phase, file.facts())
    known = {name: lane.state for name, lane in file.lanes.items()}
    wanted = engine_lanes.reopen(needs, known, step.reopen_lanes, int(file.columns["round"]))
    # First all lanes, then all visits: equal statements that follow one another travel together.
    for name, state in wanted.items():
        if known.get(name) != state:
            lanes.put_lane(file, name, state)
    open_lane_visits(file, step.action, act.at)


def _waive(file: File, step: Step, act: Act) -> None:
    """End the named lanes that still wait: somebody else's silence does not hold the file for ever."""
    for name in step.waives:
        lane = file.lanes.get(name)
        if lane is None or not lane.state.is_open:
            continue
        who = None if act.actor.id == SYSTEM.id else act.actor.id
        lanes.write_lane(file, replace(lane.state, state="waived"), Verdict(who, act.at, (), step.entry))
        if name in file.visits:
            visits.close_visit(file, file.visits[name], step.action, act.actor.id, act.at)


def _entry(step: Step, act: Act, data: Mapping[str, Datum], on: date) -> Entry:
    return Entry(
        step.action,
        step.entry,
        act.actor.id,
        step.role,
        step.from_phase,
        step.to_phase,
        act.at,
        acting_for=step.acting_for or act.acting_for or "",
        clauses=step.clause_results,
        data=data,
        words=act.inputs,
        legal_on=on.isoformat(),
    )
