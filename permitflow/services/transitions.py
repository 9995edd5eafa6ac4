"""Every change of a permit file goes through here: one locked file, one transaction, one event per change.

This is the only place that writes states, lanes, visits, clocks, events and news. A caller hands over what a
person did; the engine says whether it may be done and where it leads; the file is written as a whole.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from permitflow.engine.errors import NotAllowed, WrongPhase
from permitflow.engine.lanes import LaneAnswer
from permitflow.engine.machine import fire
from permitflow.engine.review import LaneStep, fire_lane
from permitflow.instants import local_date
from permitflow.prepared import Channel
from permitflow.services import clockwork, lanes, lapses, record, steps, visits
from permitflow.services import statements as sql
from permitflow.services.actors import SYSTEM
from permitflow.services.acts import Act, Applied, Note, Start
from permitflow.services.errors import Stale
from permitflow.services.files import File, load, save
from permitflow.services.lanes import Verdict
from permitflow.services.lapses import Lapse
from permitflow.services.record import Datum, Entry
from permitflow.services.starts import start

__all__ = ["Act", "Applied", "File", "Note", "Start", "apply", "note", "settle", "start"]


def apply(connection: Connection, act: Act) -> Applied:
    """Take one action and every automatic step that follows from it.

    Raises NotFound, Stale, or a kind of engine.errors.NotAllowed that lists every unmet condition. The caller's
    transaction makes it durable.
    """
    file = load(Channel(connection), act.application_id)
    _refuse_stale(file, act)
    if act.actor.id != SYSTEM.id and (lapse := lapses.first(file, _legal_date(file, act))) is not None:
        return _overtaken(connection, act, lapse)
    return _take(file, act)


def _overtaken(connection: Connection, act: Act, lapse: Lapse | None) -> Applied:
    """Answer the clocks that ran out before an act and that nobody has looked at, then judge the act on what the file is.

    A refusal takes the answers back together with the act, since the caller's transaction ends with it: the sweeper,
    which looks every few seconds, gives them again.
    """
    happened, tried = list[Lapse](), set[str]()
    file = None
    while lapse is not None and lapse.clock_id not in tried:
        tried.add(lapse.clock_id)
        if lapses.answer(connection, lapse, act.at) is not None:
            happened.append(lapse)
        file = load(Channel(connection), act.application_id)
        lapse = lapses.first(file, _legal_date(file, act))
    assert file is not None
    said = [lapses.told(file, one) for one in happened]
    # The version that the person saw was the newest until the law itself moved the file.
    act = replace(act, version=None)
    try:
        _refuse_stale(file, act)
        return _take(file, act)
    except NotAllowed as refused:
        raise type(refused)(act.action, [*said, *refused.refusals]) from refused
    except Stale as stale:
        if not said:
            raise
        raise WrongPhase(act.action, said) from stale


def _take(file: File, act: Act) -> Applied:
    act = replace(act, at=record.no_earlier(file, act.at))
    steps.legal_day(file, act)
    drafted = _drafted(file, act)
    if act.lane is None:
        step = fire(file.machine, act.action, act.actor, file.situation(), act.inputs, drafted)
        steps.take(file, step, act)
    else:
        _answer(file, act, drafted)
    seq: int = file.columns["event_seq"]
    steps.settle(file, act)
    return _finish(file, act.token, act.action, seq, act.at)


def settle(connection: Connection, act: Act, not_yet_decided: frozenset[str] = frozenset()) -> Applied | None:
    """Take the automatic steps of a file whose clauses pass now, because something outside the file has changed.

    The action of `act` is only told to the caller. `not_yet_decided` names applications of the same project whose
    decisions came later than the legal date of the act. None when the file stays where it is. Raises NotFound.
    """
    file = load(Channel(connection), act.application_id)
    file.not_yet_decided = not_yet_decided
    act = replace(act, at=record.no_earlier(file, act.at))
    steps.legal_day(file, act)
    if not steps.settle(file, act):
        return None
    return _finish(file, None, act.action, file.columns["event_seq"], act.at)


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


def _legal_date(file: File, act: Act) -> date:
    return act.effective_on or local_date(act.at, file.calendar.zone)


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
    assert file.on is not None
    reason = act.inputs.get("reason", "")
    answer = LaneAnswer(act.lane, act.action, drafted, len(act.conditions), reason)
    step = fire_lane(file.machine, answer, act.actor, file.situation())
    answered = replace(file.lanes[act.lane].state, state=step.to_state)
    if answered.is_open:
        lanes.write_lane(file, answered, Verdict())
    else:
        lanes.write_lane(file, answered, Verdict(act.actor.id, act.at, act.conditions, reason))
        _close_review(file, act, step)
    data: dict[str, Datum] = {"conditions": len(act.conditions)} if act.conditions else {}
    if not step.events.isdisjoint(file.machine.named.clock_events):
        turned = clockwork.turn(file, step.events, file.on, act.at)
        data |= turned.data
        if turned:
            visits.move_due_dates(file)
    record.append(file, _lane_entry(act, step, file, data))


def _close_review(file: File, act: Act, step: LaneStep) -> None:
    """End the wait of an answered lane, and begin that of the lanes it held."""
    if step.lane in file.visits:
        visits.close_visit(file, file.visits[step.lane], act.action, act.actor.id, act.at)
    if file.columns["open_items"] and step.to_state != "corrections_requested":
        lanes.resolve_items(file, step.lane)
    if file.machine.named.hold_points:
        steps.open_lane_visits(file, act.action, act.at)


def _lane_entry(act: Act, step: LaneStep, file: File, data: dict[str, Datum]) -> Entry:
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
        acting_for=step.acting_for or act.acting_for or "",
        data=data,
        words=words,
        legal_on=file.on.isoformat() if file.on else "",
    )
