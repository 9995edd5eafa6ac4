"""What an event does to the legal clocks of a file, and which due date follows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from permitflow.db import new_id
from permitflow.engine.clock_def import ClockDef, ExtensionDef
from permitflow.engine.clock_rule import Extension, Pause
from permitflow.engine.conditions import compute_integer
from permitflow.engine.errors import NotAllowed, Refusal
from permitflow.engine.machine import Machine
from permitflow.engine.receipt import received_on
from permitflow.instants import local_date, to_datetime
from permitflow.prepared import as_date, as_text
from permitflow.services import ladder, remedies, runs
from permitflow.services import statements as sql
from permitflow.services.files import ClockRow, File
from permitflow.services.record import Datum
from permitflow.services.runs import Run, Standstill, rule_of

HELD = frozenset({"agency", "applicant"})
"""Whose clocks a declared hold stops: those of the city and of the applicant."""
_named: dict[str, Mapping[str, frozenset[str]]] = {}


@dataclass(frozen=True, slots=True)
class Turned:
    """Whether any clock was touched, and what the record should say of it."""

    touched: bool = False
    data: Mapping[str, Datum] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.touched


@dataclass(frozen=True, slots=True)
class _Moment:
    """The events of one step, their legal date in the city and their instant."""

    events: frozenset[str]
    on: date
    at: int

    def among(self, names: Iterable[str]) -> str | None:
        """Return the first of the names that happened."""
        return next((name for name in names if name in self.events), None)


_NOTHING = Turned()


def turn(file: File, events: frozenset[str], on: date, at: int) -> Turned:
    """Stop, extend, pause, resume and start the clocks that name one of the events.

    An event is an action, or a step in a lane as `lane.verb`. `on` is its legal date in the city, `at` its instant
    in microseconds. Raises NotAllowed when a clock may not be extended (again); nothing is kept then.
    """
    names = _touched(file.machine, events)
    if not names:
        return _NOTHING
    moment, data, touched = _Moment(events, on, at), dict[str, Datum](), False
    for name, spec in file.machine.definition.clocks.items():
        if name in names:
            touched |= _turn(file, name, spec, moment, data)
    if touched:
        file.columns["due_on"] = earliest_due(file)
        file.changed()
    return Turned(touched, data)


def check(file: File, events: frozenset[str], on: date) -> None:
    """Raise NotAllowed when one of the events would extend a clock that may not be extended on the date `on`."""
    for name in _touched(file.machine, events):
        clock, spec = file.clocks.get(name), file.machine.definition.clocks[name]
        event = next((event for event in spec.extended_by if event in events), None)
        if clock is not None and event is not None:
            _refuse_extension(clock, runs.read(file, clock), event, on)


def earliest_due(file: File) -> date | None:
    """Return the earliest due date of the clocks that run against the city."""
    return min(_due_dates(file), default=None)


def hold(file: File, hold_id: str, names: Collection[str], from_on: date, reason: str) -> list[str]:
    """Stop the named clocks because of a declared hold; return the names of those that it stopped.

    A clock whose last day was over when the hold began is left alone: a hold cures no lateness.
    """
    held = []
    for name, clock in file.clocks.items():
        late = clock.due_on is not None and clock.due_on < from_on
        if name in names and not late:
            pause = Pause(max(from_on, clock.started_on), None, reason)
            _stand(file, clock, runs.read(file, clock), pause, hold_id)
            held.append(name)
    file.columns["due_on"] = earliest_due(file)
    return held


def release(file: File, hold_id: str, on: date) -> list[str]:
    """Let the clocks go that a hold stopped, as of the date `on`; return the names of those that it had stopped."""
    released = []
    for name, clock in file.clocks.items():
        run = runs.read(file, clock)
        if any(stand.lasts and stand.hold_id == hold_id for stand in run.standstills):
            _let_go(file, clock, run, hold_id, on)
            released.append(name)
    file.columns["due_on"] = earliest_due(file)
    return released


def recount(file: File, calendar_version_id: str, today: date) -> dict[str, tuple[date | None, date | None]]:
    """Count the file's open clocks anew on another calendar; return each one's due date before and after.

    A clock that ran out before `today` is left alone. One that would have run out before `today` on the new
    calendar runs out today: nobody could have known before.
    """
    moved = {}
    for name, clock in file.clocks.items():
        late = clock.due_on is not None and clock.due_on < today
        if clock.calendar_version_id == calendar_version_id or late:
            continue
        run, before = runs.read(file, clock, calendar_version_id), clock.due_on
        try:
            due = run.due_on()
        except (
            ValueError
        ):  # An extension would then have come too late: the clock keeps the days it was given.
            continue
        clock.due_on = None if due is None else max(due, today)
        clock.calendar_version_id = calendar_version_id
        _write(file, clock, run)
        moved[name] = (before, clock.due_on)
    file.columns["due_on"] = earliest_due(file)
    return moved


def _touched(machine: Machine, events: frozenset[str]) -> frozenset[str]:
    """Return the clocks that name one of the events; looked up, because most steps touch none."""
    by_event = _named.get(machine.hash)
    if by_event is None:
        found: dict[str, set[str]] = {}
        for name, spec in machine.definition.clocks.items():
            own = (*spec.starts, *spec.stops, *spec.pauses, *spec.resumes, *spec.extended_by)
            for event in (*own, *([spec.on_expiry] if spec.on_expiry else [])):
                found.setdefault(event, set()).add(name)
        by_event = _named[machine.hash] = {event: frozenset(names) for event, names in found.items()}
    if len(events) == 1:
        return by_event.get(next(iter(events)), frozenset())
    return frozenset().union(*(by_event.get(event, frozenset()) for event in events))


def _due_dates(file: File) -> Iterable[date]:
    for clock in file.clocks.values():
        holder = file.machine.definition.clocks[clock.clock].holder
        if clock.state == "running" and clock.due_on is not None and holder == "agency":
            yield clock.due_on


def _turn(file: File, name: str, spec: ClockDef, moment: _Moment, data: dict[str, Datum]) -> bool:
    clock, starts, touched = file.clocks.get(name), moment.among(spec.starts), False
    lapsed = clock is not None and _lapses(clock, spec, moment)
    if clock is not None and (lapsed or starts or moment.among(spec.stops)):
        data |= _stop(file, clock, spec, moment, lapsed=lapsed)
        touched = True
    elif clock is not None:
        touched = _change(file, clock, spec, moment, data)
    if starts:
        _start(file, name, spec, moment)
    return touched or bool(starts)


def _lapses(clock: ClockRow, spec: ClockDef, moment: _Moment) -> bool:
    over = clock.due_on is not None and clock.due_on <= moment.on
    return over and spec.on_expiry is not None and spec.on_expiry in moment.events


def _change(file: File, clock: ClockRow, spec: ClockDef, moment: _Moment, data: dict[str, Datum]) -> bool:
    """Extend, pause or resume a clock that goes on."""
    extends, pauses = moment.among(spec.extended_by), moment.among(spec.pauses)
    resumes = moment.among(spec.resumes)
    if not (extends or pauses or resumes):
        return False
    run = runs.read(file, clock)
    own = any(stand.lasts and stand.hold_id is None for stand in run.standstills)
    if extends:
        data |= _extend(file, clock, run, extends, moment)
    elif pauses and not own:
        _stand(file, clock, run, Pause(moment.on, None, _reason(file, pauses)), None)
    elif resumes and own:
        _let_go(file, clock, run, None, moment.on)
    else:
        return False
    return True


def _start(file: File, name: str, spec: ClockDef, moment: _Moment) -> None:
    on = _received(file, spec, moment)
    rule = rule_of(name, spec, compute_integer(spec.length, file.facts()))
    run = Run(spec, rule, on, file.calendar, _held_from_the_start(file, spec, on))
    clock = begin(file, run, moment.at)
    for stand in run.standstills:
        _store_pause(file, clock, stand)


def begin(file: File, run: Run, at: int) -> ClockRow:
    """Begin a run as a clock of the file, at an instant in microseconds; its pauses are not stored."""
    state, due_on = "paused" if run.stands else "running", run.due_on()
    name, length = run.rule.id, run.rule.length
    clock = ClockRow(new_id(), name, state, length, run.started_on, due_on, file.calendar_version_id)
    file.clocks[name] = clock
    file.channel.write(
        sql.START_CLOCK,
        {
            "id": clock.id,
            "jurisdiction_id": file.jurisdiction_id,
            "application_id": file.id,
            "clock": name,
            "round": file.columns["round"],
            "state": state,
            "unit": run.spec.unit,
            "length": length,
            "started_on": as_text(run.started_on),
            "due_on": as_text(due_on),
            "calendar_version_id": clock.calendar_version_id,
            "verified": run.spec.verified,
            "holder": run.spec.holder,
            "started_at": at,
            "stopped_at": None,
            "stopped_on": None,
            "lapsed_at": None,
            "next_warning_on": as_text(ladder.next_on(run)),
        },
    )
    return clock


def _received(file: File, spec: ClockDef, moment: _Moment) -> date:
    """Return the day on which a submission counts as received; any other event counts on its own legal date."""
    rule, zone = file.machine.definition.receipt, file.calendar.zone
    # A step of the law itself has the date of the deadline, at whatever hour it is written down.
    if not spec.received or rule is None or local_date(moment.at, zone) != moment.on:
        return moment.on
    return received_on(to_datetime(moment.at, zone), file.calendar, rule)


def _held_from_the_start(file: File, spec: ClockDef, on: date) -> tuple[Standstill, ...]:
    """Return a pause for each declared hold that lasts: a clock that starts meanwhile begins by standing still."""
    if spec.holder not in HELD:
        return ()
    key = {"jurisdiction_id": file.jurisdiction_id, "application_id": file.id}
    (rows,) = file.channel.read((sql.READ_HOLDS, key))
    return tuple(
        Standstill(new_id(), Pause(max(on, as_date(from_on) or on), None, reason), hold_id)
        for hold_id, from_on, reason in rows
    )


def _stop(
    file: File, clock: ClockRow, spec: ClockDef, moment: _Moment, *, lapsed: bool
) -> Mapping[str, Datum]:
    data: Mapping[str, Datum] = {}
    late = clock.due_on is not None and clock.due_on < moment.on
    if lapsed:
        data = arithmetic(clock, runs.read(file, clock))
    elif late and spec.remedy is not None:
        data = remedies.owe(file, clock, runs.read(file, clock), moment.events, moment.on, moment.at)
    clock.state = "expired" if lapsed else "stopped"
    _write(file, clock, None, moment)
    del file.clocks[clock.clock]
    return data


def arithmetic(clock: ClockRow, run: Run) -> dict[str, Datum]:
    """Return what the record says of a clock that ran out: enough to count it again."""
    due = clock.due_on or clock.started_on
    return {
        "clock": clock.clock,
        "started_on": run.started_on.isoformat(),
        "due_on": due.isoformat(),
        "length": clock.length,
        "unit": run.rule.unit,
        "counted_days": run.counted(due),
        "calendar_version": clock.calendar_version_id,
    }


def _extend(file: File, clock: ClockRow, run: Run, event: str, moment: _Moment) -> Mapping[str, Datum]:
    _refuse_extension(clock, run, event, moment.on)
    length = compute_integer(run.spec.extended_by[event].length, file.facts())
    before = clock.due_on
    run = replace(run, extended=(*run.extended, (event, Extension(moment.on, length))))
    _move(file, clock, run)
    row: dict[str, object] = {"id": new_id(), "jurisdiction_id": file.jurisdiction_id}
    row |= {"clock_id": clock.id, "extended_on": as_text(moment.on), "length": length, "event": event}
    file.channel.write(sql.EXTEND_CLOCK, row)
    data: dict[str, Datum] = {"extended": clock.clock, "length": length, "unit": run.rule.unit}
    for name, day in (("due_before", before), ("due_on", clock.due_on)):
        if day is not None:
            data[name] = day.isoformat()
    return data


def _refuse_extension(clock: ClockRow, run: Run, event: str, on: date) -> None:
    spec: ExtensionDef = run.spec.extended_by[event]
    params = {"clock": run.spec.title, "times": str(spec.at_most)}
    if sum(event == other for other, _extension in run.extended) >= spec.at_most:
        message = "“{clock}” was extended already; the law allows it {times} time(s)."
        raise NotAllowed(event, [Refusal("extension_used", message, params, citation=run.spec.authority)])
    if clock.due_on is not None and on > clock.due_on:
        message = "“{clock}” ran out on {due}; it can only be extended before its last day is over."
        params["due"] = clock.due_on.isoformat()
        raise NotAllowed(event, [Refusal("too_late", message, params, citation=run.spec.authority)])


def _stand(file: File, clock: ClockRow, run: Run, pause: Pause, hold_id: str | None) -> None:
    stand = Standstill(new_id(), pause, hold_id)
    run = run.paused_by([*run.standstills, stand])
    clock.state = "paused"
    # A deadline that passed before stays: a pause cures no lateness.
    _move(file, clock, run)
    _store_pause(file, clock, stand)


def _let_go(file: File, clock: ClockRow, run: Run, hold_id: str | None, on: date) -> None:
    """End the pauses of one cause; the clock runs again once no other pause lasts."""
    stands = [
        _ended(stand, on) if stand.lasts and stand.hold_id == hold_id else stand for stand in run.standstills
    ]
    for stand, known in zip(stands, run.standstills, strict=True):
        if stand is not known:
            ended = as_text(stand.pause.resumed_on)
            file.channel.write(sql.RESUME_CLOCK, {"key": stand.id, "new_resumed_on": ended})
    run = run.paused_by(stands)
    clock.state = "paused" if run.stands else "running"
    _move(file, clock, run)


def _ended(stand: Standstill, on: date) -> Standstill:
    return replace(stand, pause=replace(stand.pause, resumed_on=max(on, stand.pause.paused_on)))


def _move(file: File, clock: ClockRow, run: Run) -> None:
    """Give a clock the due date of its run; one that had run out without effect may run out again on another day."""
    before, clock.due_on = clock.due_on, run.due_on()
    _write(file, clock, run)
    if before is not None and clock.due_on != before:
        clock.lapsed_at = None
        file.channel.write(sql.ANSWER_LAPSE, {"key": clock.id, "new_lapsed_at": None})


def _store_pause(file: File, clock: ClockRow, stand: Standstill) -> None:
    file.channel.write(
        sql.PAUSE_CLOCK,
        {
            "id": stand.id,
            "jurisdiction_id": file.jurisdiction_id,
            "clock_id": clock.id,
            "paused_on": as_text(stand.pause.paused_on),
            "resumed_on": as_text(stand.pause.resumed_on),
            "reason": stand.pause.reason,
            "hold_id": stand.hold_id,
        },
    )


def _reason(file: File, event: str) -> str:
    definition = file.machine.definition
    action = definition.actions.get(event)
    if action is not None:
        return action.entry
    lane, _, verb = event.partition(".")
    spec = definition.lanes.get(lane)
    return f"{spec.title if spec else lane}: {verb.replace('_', ' ')}"


def _write(file: File, clock: ClockRow, run: Run | None, stopped: _Moment | None = None) -> None:
    """Store a clock; one that goes on hands over its run, one that stopped its moment."""
    file.channel.write(
        sql.WRITE_CLOCK,
        {
            "key": clock.id,
            "new_state": clock.state,
            "new_due_on": as_text(clock.due_on),
            "new_stopped_at": stopped.at if stopped else None,
            "new_stopped_on": as_text(stopped.on) if stopped else None,
            "new_calendar_version_id": clock.calendar_version_id,
            "new_next_warning_on": as_text(ladder.next_on(run)) if run else None,
        },
    )
