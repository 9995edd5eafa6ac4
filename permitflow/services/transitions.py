"""Every change of a permit file goes through here: one locked file, one transaction, one event per change.

This is the only place that writes states, lanes, visits, clocks, events and news. A caller hands over what a
person did; the engine says whether it may be done and where it leads; the file is written as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from permitflow.db import new_id
from permitflow.engine import lanes as engine_lanes
from permitflow.engine.lanes import LaneAnswer
from permitflow.engine.machine import Actor, Step, automatic, fire, joined
from permitflow.engine.review import LaneStep, fire_lane
from permitflow.instants import local_date
from permitflow.ledger.chain import GENESIS
from permitflow.models import PermitApplication
from permitflow.prepared import Channel
from permitflow.services import clockwork, lanes, record, visits
from permitflow.services import statements as sql
from permitflow.services.actors import SYSTEM
from permitflow.services.definitions import definition_for
from permitflow.services.effects import Occasion, cause
from permitflow.services.errors import Stale
from permitflow.services.files import File, load, save
from permitflow.services.lanes import Verdict
from permitflow.services.record import Datum, Entry

# A definition whose system actions feed one another without end is a lint error; this is the last guard.
_MOST_AUTOMATIC_STEPS = 8


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does to a file, with what they saw when they decided to.

    `at` is the instant in microseconds, `inputs` the texts of the action's form. For a lane's answer `lane` and
    `visit_id` name the review, for a phase's action `version` is the file's version on the form. `effective_on`
    is the legal date when it is not today's: a clock that ran out while nobody looked.
    """

    application_id: str
    action: str
    actor: Actor
    at: int
    inputs: Mapping[str, str] = field(default_factory=dict)
    lane: str | None = None
    visit_id: str | None = None
    conditions: tuple[str, ...] = ()
    token: str | None = None
    version: int | None = None
    document_set_hash: str | None = None
    acting_for: str | None = None
    effective_on: date | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened to a file without moving it: a claim, a document, a payment.

    `words` may hold personal data and are kept apart from the hashed bytes; `change` adjusts the file's own
    columns under its lock and may refuse by raising.
    """

    application_id: str
    action: str
    entry: str
    actor: str
    role: str
    at: int
    token: str | None = None
    version: int | None = None
    lane: str = ""
    data: Mapping[str, Datum] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[File], None] | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """A new draft: whose, where and under which definition."""

    jurisdiction_id: str
    company_id: str
    created_by: str
    definition_hash: str
    at: int
    form: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of it: the event's number and where the file stands now."""

    application_id: str
    seq: int
    version: int
    state: str
    action: str


def start(connection: Connection, begun: Start) -> str:
    """Open a draft in its definition's first phase and record it; return the application's id."""
    definition = definition_for(connection, begun.definition_hash)
    phase = definition.initial()
    application_id = new_id()
    connection.execute(
        insert(PermitApplication),
        {
            "id": application_id,
            "jurisdiction_id": begun.jurisdiction_id,
            "company_id": begun.company_id,
            "created_by": begun.created_by,
            "workflow": definition.workflow,
            "definition_hash": begun.definition_hash,
            "state": phase,
            "party": definition.phases[phase].party,
            "party_since_at": begun.at,
            "title": begun.title,
            "form": dict(begun.form),
            "facts": dict(begun.facts),
            "event_hash": GENESIS,
            "version": 0,
            "created_at": begun.at,
            "updated_at": begun.at,
        },
    )
    file = load(Channel(connection), application_id)
    entry = Entry("start", "Draft started", begun.created_by, "applicant", "", phase, begun.at)
    record.append(file, entry)
    visits.open_visit(file, phase, begun.at, "started")
    save(file, begun.at)
    return application_id


def apply(connection: Connection, act: Act) -> Applied:
    """Take one action and every automatic step that follows from it.

    Raises NotFound, Stale, or a kind of engine.errors.NotAllowed that lists every unmet condition. The caller's
    transaction makes it durable.
    """
    channel = Channel(connection)
    file = load(channel, act.application_id)
    _refuse_stale(file, act)
    drafted = _drafted(file, act)
    if act.lane is None:
        step = fire(file.machine, act.action, act.actor, file.situation(), act.inputs, drafted)
        _take(file, step, act)
    else:
        _answer(file, act, drafted)
    seq: int = file.columns["event_seq"]
    _settle(file, act)
    return _finish(file, act.token, act.action, seq, act.at)


def note(connection: Connection, noted: Note) -> Applied:
    """Record something that does not move the file; raises NotFound, Stale, or what `change` raises."""
    file = load(Channel(connection), noted.application_id)
    if noted.version is not None and noted.version != file.columns["version"]:
        raise _stale(file, noted.version)
    if noted.change is not None:
        noted.change(file)
    entry = Entry(
        noted.action,
        noted.entry,
        noted.actor,
        noted.role,
        file.phase,
        file.phase,
        noted.at,
        lane=noted.lane,
        data=noted.data,
        words=noted.words,
    )
    seq = record.append(file, entry)
    return _finish(file, noted.token, noted.action, seq, noted.at)


def _finish(file: File, token: str | None, action: str, seq: int, at: int) -> Applied:
    if token is not None:
        values = {"token": token, "application_id": file.id, "jurisdiction_id": file.jurisdiction_id}
        file.channel.write(sql.USE_TOKEN, values | {"action": action, "seq": seq, "used_at": at})
    try:
        save(file, at)
    except IntegrityError as error:
        if "used_tokens" in str(error.orig):
            raise _stale(file, None) from error
        raise
    return Applied(file.id, seq, file.columns["version"], file.phase, action)


def _refuse_stale(file: File, act: Act) -> None:
    columns = file.columns
    seen = act.document_set_hash
    if act.version is not None and act.version != columns["version"]:
        raise _stale(file, act.version)
    if act.lane is not None and act.visit_id is not None:
        visit = file.visits.get(act.lane)
        if visit is None or visit.id != act.visit_id:
            raise Stale(file.id, None, "This review was already decided or opened anew.")
    if seen is not None and seen != columns["document_set_hash"]:
        raise Stale(file.id, None, "The documents changed since you opened this page.")


def _stale(file: File, version: int | None) -> Stale:
    return Stale(file.id, version, "The file changed since you opened this page, so nothing was done twice.")


def _drafted(file: File, act: Act) -> int:
    if act.lane is None:
        return int(file.columns["draft_items"])
    if not file.columns["draft_items"]:
        return 0
    values = {"application_id": file.id, "lane": act.lane}
    return int(file.channel.read((sql.COUNT_DRAFTS, values))[0][0][0])


def _answer(file: File, act: Act, drafted: int) -> None:
    """Write a reviewer's answer in one lane."""
    assert act.lane is not None
    reason = act.inputs.get("reason", "")
    answer = LaneAnswer(act.lane, act.action, drafted, len(act.conditions), reason)
    step = fire_lane(file.machine, answer, act.actor, file.situation())
    answered = replace(file.lanes[act.lane].state, state=step.to_state)
    lanes.write_lane(file, answered, Verdict(act.actor.id, act.at, act.conditions, reason))
    visits.close_visit(file, file.visits[act.lane], act.action, act.actor.id, act.at)
    if file.columns["open_items"] and step.to_state != "corrections_requested":
        lanes.resolve_items(file, act.lane)
    record.append(file, _lane_entry(act, step, file))


def _lane_entry(act: Act, step: LaneStep, file: File) -> Entry:
    words = {**act.inputs}
    if act.conditions:
        words["conditions"] = "\n".join(act.conditions)
    return Entry(
        act.action,
        step.entry,
        act.actor.id,
        step.role,
        step.from_state,
        step.to_state,
        act.at,
        lane=step.lane,
        acting_for=act.acting_for or "",
        data={"conditions": len(act.conditions)} if act.conditions else {},
        words=words,
        legal_on=local_date(act.at, file.calendar.zone).isoformat(),
    )


def _take(file: File, step: Step, act: Act) -> None:
    """Move the file along one step of its workflow, with everything that belongs to the step."""
    on = act.effective_on or local_date(act.at, file.calendar.zone)
    definition = file.machine.definition
    target = definition.phases[step.to_phase]
    if definition.phases[step.from_phase].initial and target.outcome is None:
        file.columns["submitted_at"] = act.at
    if file.columns["open_items"] and definition.roles[step.role].kind == "staff":
        lanes.resolve_items(file, None)
    moved_clocks = clockwork.turn(file, step.action, on, act.at)
    data = cause(file, step.effects, Occasion(act.at, on, act.actor.id, step.to_phase))
    if step.next_round:
        file.columns["round"] += 1
    for visit in list(file.visits.values()):
        visits.close_visit(file, visit, step.action, act.actor.id, act.at)
    file.columns["state"] = step.to_phase
    file.changed()
    _arrive(file, step, act)
    if moved_clocks:
        visits.move_due_dates(file)
    visits.pass_court(file, target.party, target.outcome, act.at)
    record.append(file, _step_entry(step, act, data, on))
    for receiver in definition.actions[step.action].notify:
        record.tell(file, step.action, receiver, act.at)


def _step_entry(step: Step, act: Act, data: Mapping[str, Datum], on: date) -> Entry:
    return Entry(
        step.action,
        step.entry,
        act.actor.id,
        step.role,
        step.from_phase,
        step.to_phase,
        act.at,
        acting_for=act.acting_for or "",
        clauses=step.clause_results,
        data=data,
        words=act.inputs,
        legal_on=on.isoformat(),
    )


def _settle(file: File, act: Act) -> None:
    """Take the system's own steps: the join of a complete review round, and automatic phases."""
    for _ in range(_MOST_AUTOMATIC_STEPS):
        situation = file.situation()
        action = joined(file.machine, situation) or automatic(file.machine, situation)
        if action is None:
            return
        drafted = int(file.columns["draft_items"])
        step = fire(file.machine, action, SYSTEM, situation, {}, drafted)
        own = Act(file.id, action, SYSTEM, act.at, effective_on=act.effective_on)
        _take(file, step, own)
    raise RuntimeError(f"The workflow of {file.id} does not come to rest.")


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
    for name, state in wanted.items():
        if state.is_open:
            visits.open_visit(file, name, act.at, step.action, lane=name)
