"""What an action does to the legal clocks of a file, and which due date follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from permitflow.db import new_id
from permitflow.engine import clocks as engine_clocks
from permitflow.engine.clocks import ClockRule, Pause
from permitflow.engine.conditions import compute_integer
from permitflow.engine.definition import ClockDef
from permitflow.prepared import as_date, as_text
from permitflow.services import statements as sql
from permitflow.services.calendars import calendar_for
from permitflow.services.files import ClockRow, File


def rule_of(name: str, spec: ClockDef, length: int) -> ClockRule:
    """Return the engine's rule for one run of a defined clock; `length` in the clock's unit."""
    return ClockRule(
        id=name,
        title=spec.title,
        unit=spec.unit,
        length=length,
        roll=spec.roll,
        count_from=spec.count_from,
        authority=spec.authority,
        outcome=spec.outcome,
        verified=spec.verified,
        warn_at=spec.warn_at,
    )


def turn(file: File, action: str, on: date, at: int) -> bool:
    """Stop, pause, resume and start the clocks that name an action; return whether any did.

    `on` is the legal date of the action in the city, `at` its instant.
    """
    touched = False
    for name, spec in file.machine.definition.clocks.items():
        running = file.clocks.get(name)
        if running and (action in spec.stops or action in spec.starts):
            _stop(file, running, on, at, "expired" if action == spec.on_expiry else "stopped")
            touched = True
        elif running and running.state == "running" and action in spec.pauses:
            _pause(file, running, spec, on, action)
            touched = True
        elif running and running.state == "paused" and action in spec.resumes:
            _resume(file, running, spec, on)
            touched = True
        if action in spec.starts:
            _start(file, name, spec, on, at)
            touched = True
    if touched:
        file.columns["due_on"] = earliest_due(file)
    return touched


def earliest_due(file: File) -> date | None:
    """Return the earliest due date of the clocks that run against the city."""
    return min(_due_dates(file), default=None)


def _due_dates(file: File) -> Iterable[date]:
    for clock in file.clocks.values():
        holder = file.machine.definition.clocks[clock.clock].holder
        if clock.state == "running" and clock.due_on is not None and holder == "agency":
            yield clock.due_on


def _start(file: File, name: str, spec: ClockDef, on: date, at: int) -> None:
    length = compute_integer(spec.length, file.facts())
    due = engine_clocks.due_on(rule_of(name, spec, length), on, file.calendar, ())
    clock = ClockRow(new_id(), name, "running", length, on, due, file.calendar_version_id)
    file.clocks[name] = clock
    file.channel.write(
        sql.START_CLOCK,
        {
            "id": clock.id,
            "jurisdiction_id": file.jurisdiction_id,
            "application_id": file.id,
            "clock": name,
            "round": file.columns["round"],
            "state": clock.state,
            "unit": spec.unit,
            "length": length,
            "started_on": as_text(on),
            "due_on": as_text(due),
            "calendar_version_id": clock.calendar_version_id,
            "verified": spec.verified,
            "holder": spec.holder,
            "started_at": at,
            "stopped_at": None,
            "stopped_on": None,
        },
    )


def _stop(file: File, clock: ClockRow, on: date, at: int, standing: str) -> None:
    clock.state = standing
    _write(file, clock, on, at)
    del file.clocks[clock.clock]


def _pause(file: File, clock: ClockRow, spec: ClockDef, on: date, action: str) -> None:
    reason = file.machine.definition.actions[action].entry
    pauses = [pause for _id, pause in _pauses(file, clock)]
    clock.state = "paused"
    # A deadline that passed before stays: a pause cures no lateness.
    clock.due_on = _due_on(file, clock, spec, [*pauses, Pause(on, None, reason)])
    _write(file, clock)
    file.channel.write(
        sql.PAUSE_CLOCK,
        {
            "id": new_id(),
            "jurisdiction_id": file.jurisdiction_id,
            "clock_id": clock.id,
            "paused_on": as_text(on),
            "resumed_on": None,
            "reason": reason,
        },
    )


def _resume(file: File, clock: ClockRow, spec: ClockDef, on: date) -> None:
    pauses = []
    for pause_id, pause in _pauses(file, clock):
        if pause.resumed_on is None:
            file.channel.write(sql.RESUME_CLOCK, {"key": pause_id, "new_resumed_on": as_text(on)})
        pauses.append(Pause(pause.paused_on, pause.resumed_on or on, pause.reason))
    clock.state = "running"
    clock.due_on = _due_on(file, clock, spec, pauses)
    _write(file, clock)


def _pauses(file: File, clock: ClockRow) -> list[tuple[str, Pause]]:
    (rows,) = file.channel.read((sql.READ_PAUSES, {"clock_id": clock.id}))
    pauses = []
    for pause_id, paused_on, resumed_on, reason in rows:
        began = as_date(paused_on)
        assert began is not None
        pauses.append((pause_id, Pause(began, as_date(resumed_on), reason)))
    return pauses


def _due_on(file: File, clock: ClockRow, spec: ClockDef, pauses: Sequence[Pause]) -> date | None:
    # A clock keeps the calendar it started with: a later version re-projects it by a recorded act of its own.
    calendar = calendar_for(file.channel.connection, clock.calendar_version_id)
    rule = rule_of(clock.clock, spec, clock.length)
    return engine_clocks.due_on(rule, clock.started_on, calendar, pauses)


def _write(file: File, clock: ClockRow, on: date | None = None, at: int | None = None) -> None:
    file.channel.write(
        sql.WRITE_CLOCK,
        {
            "key": clock.id,
            "new_state": clock.state,
            "new_due_on": as_text(clock.due_on),
            "new_stopped_at": at,
            "new_stopped_on": as_text(on),
        },
    )
