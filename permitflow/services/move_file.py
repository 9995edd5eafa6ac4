"""One file moves to another version of its workflow, or back: the locked file, its lanes, visits and clocks, one event.

What the file went through stays as it is recorded; only where it stands now is said in the words of the new version.
A move decides nothing, loses no review that the new version asks for, and gives no legal clock a later date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from permitflow.engine import lanes as engine_lanes
from permitflow.engine.definition import Definition
from permitflow.engine.move_facts import moved_facts
from permitflow.engine.move_plan import MovePlan, counts_alike, reached_from
from permitflow.instants import local_date
from permitflow.ledger.canonical import canonical_bytes
from permitflow.models import Clock
from permitflow.prepared import Channel, updating
from permitflow.services import move_clocks, move_lanes, move_rows, record, steps, visits
from permitflow.services.actors import SYSTEM
from permitflow.services.acts import Act
from permitflow.services.definitions import machine_for
from permitflow.services.errors import Stale
from permitflow.services.files import File, load, save
from permitflow.services.move_clocks import ClockChange
from permitflow.services.move_lanes import title_of
from permitflow.services.past import MIGRATED, UNDONE

ROLE = "administrator"
_END_CLOCK = updating(Clock.__table__, "state", "stopped_at", "stopped_on", "next_warning_on")


class NotMovable(Exception):
    """A file stays on its version; `reasons` are sentences."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(self.reasons))


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: the plan, its new version for people, who and when (µs), and the roles somebody holds."""

    plan: MovePlan
    version: str
    by: str
    at: int
    held: frozenset[str]


@dataclass(frozen=True, slots=True)
class Migrated:
    """What became of one file: its event, its phases, a word on each lane and clock, and whose queues it waits in."""

    seq: int
    phases: tuple[str, str]
    lanes: tuple[tuple[str, str, str], ...]
    clocks: tuple[ClockChange, ...]
    queues: tuple[str, ...]
    before: move_rows.Picture


def migrate(connection: Connection, application_id: str, order: Order) -> Migrated:
    """Move a file by a plan and take the automatic steps that follow.

    The caller's transaction makes it durable, or takes it back. Raises NotFound, or NotMovable with every reason.
    """
    file = load(Channel(connection), application_id)
    return move(file, order)


def move(file: File, order: Order) -> Migrated:
    """Move a file that is locked already; raises NotMovable with every reason."""
    connection, plan = file.channel.connection, order.plan
    at = record.no_earlier(file, order.at)
    file.on = on = local_date(at, file.calendar.zone)
    old, machine = file.machine.definition, machine_for(connection, plan.to_hash)
    _refuse(list(_unfit(file, plan, machine.definition)))
    before, held = move_rows.picture(connection, file.id), move_clocks.runs_of(file)
    from_phase, to_phase = file.phase, plan.phases[file.phase]
    file.machine, file.known_past = machine, None
    move_rows.rewrite(connection, file, moved_facts(before["file"]["facts"], plan.facts), plan.to_hash)
    file.columns["state"] = to_phase
    file.changed()
    problems, told = move_lanes.move_lanes(file, before["lanes"], plan, old.phases[from_phase])
    move_lanes.move_visits(file, (old, from_phase), plan, at, order.by)
    setting = move_clocks.Setting(plan.clocks, old, machine.definition, file.facts(), on, at)
    changes, worse = move_clocks.carry(file, held, setting)
    file.changed()
    visits.move_due_dates(file)
    _rename_rows(connection, file, before, plan, (old, from_phase))
    target = machine.definition.phases[to_phase]
    if target.party != file.columns["party"]:
        visits.pass_court(file, target, at)
    _refuse([*problems, *worse, *_lost_reviews(file), *_without_members(file, order)])
    seq = record.append(file, _entry(order, at, (from_phase, to_phase)))
    if plan.notice:
        record.tell(file, MIGRATED, "applicant", at)
    steps.settle(file, Act(file.id, MIGRATED, SYSTEM, at))
    save(file, at)
    queues = tuple(sorted({role for _visit, role in _queues(file)}))
    return Migrated(seq, (from_phase, to_phase), tuple(told), tuple(changes), queues, before)


def undo(
    connection: Connection, application_id: str, move_seq: int, done: Order, before: Mapping[str, Any]
) -> int:
    """Bring a file back to where it was before a move, as long as nothing was done since; return the event's number.

    Raises NotFound, or Stale once there is a later event.
    """
    file = load(Channel(connection), application_id)
    if file.columns["event_seq"] != move_seq or file.columns["definition_hash"] != done.plan.to_hash:
        raise Stale(
            file.id, None, "Something was done to the file since it was moved, so it stays where it is."
        )
    at, kept = record.no_earlier(file, done.at), dict(before)
    on = local_date(at, file.calendar.zone)
    for clock_id in move_rows.begun_since(connection, file.id, kept):
        values = {"key": clock_id, "new_state": "stopped", "new_stopped_at": at, "new_next_warning_on": None}
        file.channel.write(_END_CLOCK, values | {"new_stopped_on": on.isoformat()})
    file.channel.flush()
    move_rows.restore(connection, file.id, kept)
    from_phase, told = file.phase, file.told
    file = load(Channel(connection), application_id)
    file.told = told
    target = file.machine.definition.phases[file.phase]
    if target.party != file.columns["party"]:
        visits.pass_court(file, target, at)
    names = {new: old for old, new in done.plan.actions.items()}
    data = {"from_hash": done.plan.to_hash, "to_hash": done.plan.from_hash, "plan_hash": done.plan.hash()}
    data["renamed"] = _canonical(names | _verbs({new: old for old, new in done.plan.lane_names().items()}))
    entry = f"Moved back from version {done.version}"
    seq = record.append(
        file, record.Entry(UNDONE, entry, done.by, ROLE, from_phase, file.phase, at, data=data)
    )
    save(file, at)
    return seq


def _refuse(reasons: list[str]) -> None:
    if reasons:
        raise NotMovable(reasons)


def _unfit(file: File, plan: MovePlan, new: Definition) -> Iterator[str]:
    """Yield why the plan says nothing about this file."""
    old = file.machine.definition
    if file.columns["definition_hash"] != plan.from_hash:
        yield "The file runs under another version already."
        return
    phase = old.phases[file.phase]
    if phase.final:
        yield f"The file is closed: “{phase.title}”."
        return
    if plan.phases.get(file.phase) not in new.phases:
        yield f"The plan does not say where files at “{phase.title}” go."
    for name, lane in file.lanes.items():
        if name not in plan.lanes:
            yield f"The plan does not say what becomes of the review “{title_of(old, name)}” ({lane.state.state})."
    for name in file.clocks:
        if name not in plan.clocks:
            yield f"The plan does not say what becomes of the clock “{old.clocks[name].title}”."
    waiting = move_rows.unresolved_lanes(file.channel.connection, file)
    for name in sorted(waiting):
        if name in plan.lanes and plan.lanes[name].policy in ("drop", "waive"):
            yield f"The review “{title_of(old, name)}” has correction items that are not settled yet."


def _lost_reviews(file: File) -> Iterator[str]:
    """Yield each review the new version asks of every file, which this one could end without.

    A review ahead is not lost. One behind is, unless the file has it: then its answer came along.
    """
    definition, here = file.machine.definition, file.phase
    reachable = reached_from(definition, definition.initial())
    for name, phase in definition.phases.items():
        if not phase.lanes or name == here or name not in reachable:
            continue
        passed = any(lane in file.lanes for lane in phase.lanes) or here not in reached_from(
            definition, definition.initial(), without=name
        )
        around = reached_from(definition, here, without=name)
        if not passed or not any(definition.phases[end].outcome == "issued" for end in around):
            continue
        for need in engine_lanes.lanes_for(definition, name, file.facts()):
            lane = file.lanes.get(need.lane)
            if need.required and not need.informational and (lane is None or not lane.state.required):
                yield f"The new version asks for the review “{title_of(definition, need.lane)}”, which is behind this file."


def _without_members(file: File, order: Order) -> Iterator[str]:
    definition = file.machine.definition
    for step, role in _queues(file):
        if role not in order.held:
            title = definition.roles[role].title if role in definition.roles else role
            yield f"Nobody holds the role “{title}”, in whose queue the file would wait ({step})."


def _queues(file: File) -> Iterator[tuple[str, str]]:
    """Yield the open visits that wait for staff: what they are called, and the role."""
    definition = file.machine.definition
    for visit in file.visits.values():
        role = definition.lanes[visit.lane].role if visit.lane else definition.phases[file.phase].role
        if role is not None:
            yield (
                title_of(definition, visit.lane) if visit.lane else definition.phases[file.phase].title,
                role,
            )


def _rename_rows(
    connection: Connection, file: File, before: move_rows.Picture, plan: MovePlan, was: tuple[Definition, str]
) -> None:
    old, phase = was
    names = plan.lane_names()
    changed = {name: to for name, to in names.items() if name != to}
    move_rows.rename_items(connection, file, changed)
    target = file.machine.definition.phases[file.phase]
    steps_renamed = changed | ({phase: file.phase} if phase != file.phase and not target.lanes else {})
    if steps_renamed:
        move_rows.rename_answers(connection, file.id, before, steps_renamed)
    alike = {
        name: rule.to
        for name, rule in plan.clocks.items()
        if rule.to not in (None, name)
        and name in old.clocks
        and counts_alike(old.clocks[name], file.machine.definition.clocks[rule.to or name])
    }
    move_rows.rename_clocks(connection, file.id, alike)


def _entry(order: Order, at: int, phases: tuple[str, str]) -> record.Entry:
    plan = order.plan
    told = f"Moved to version {order.version}" + (f". {plan.notice}" if plan.notice else "")
    data = {
        "from_hash": plan.from_hash,
        "to_hash": plan.to_hash,
        "plan_hash": plan.hash(),
        "renamed": _canonical(plan.actions | _verbs(plan.lane_names())),
    }
    return record.Entry(MIGRATED, told, order.by, ROLE, *phases, at, data=data)


def _verbs(names: Mapping[str, str]) -> dict[str, str]:
    """Return lanes with another name as the beginnings of their steps: `fire.` -> `fire_safety.`."""
    return {f"{old}.": f"{new}." for old, new in names.items() if old != new}


def _canonical(value: Mapping[str, str]) -> str:
    return canonical_bytes(dict(value)).decode()
