"""The runs of legal clocks with all that their arithmetic rests on, read for many clocks at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from permitflow.engine.calendars import Calendar
from permitflow.engine.clock_def import ClockDef
from permitflow.engine.clock_rule import Extension, Pause
from permitflow.engine.definition import Definition
from permitflow.models import Clock, ClockExtension, ClockPause
from permitflow.services.calendars import calendar_for
from permitflow.services.runs import Run, Standstill, rule_of


@dataclass(frozen=True, slots=True)
class ClockRun:
    """One run of one clock: its row, and its arithmetic."""

    clock: Clock
    run: Run

    @property
    def spec(self) -> ClockDef:
        """What the workflow says about the clock."""
        return self.run.spec

    @property
    def open(self) -> bool:
        """Whether the clock still runs or stands still."""
        return self.clock.stopped_at is None

    def due_on(self, calendar: Calendar) -> date | None:
        """Return the due date on another calendar; None while a pause leaves it unknown.

        Raises ValueError when an extension would come too late there.
        """
        return replace(self.run, calendar=calendar).due_on()


def runs_of(session: Session, application_id: str, definition: Definition) -> tuple[ClockRun, ...]:
    """Return every run of every clock of an application, oldest first, by three statements."""
    clocks = session.scalars(
        select(Clock).where(Clock.application_id == application_id).order_by(Clock.started_at, Clock.id)
    ).all()
    return counted(session.connection(), [(clock, definition) for clock in clocks])


def counted(connection: Connection, clocks: Sequence[tuple[Clock, Definition]]) -> tuple[ClockRun, ...]:
    """Return clocks, each with its definition, as runs, by two statements besides the calendars."""
    ids = [clock.id for clock, _definition in clocks]
    pauses, extensions = _pauses(connection, ids), _extensions(connection, ids)
    return tuple(
        _run(connection, clock, definition.clocks[clock.clock], pauses, extensions)
        for clock, definition in clocks
        if clock.clock in definition.clocks
    )


def _run(
    connection: Connection,
    clock: Clock,
    spec: ClockDef,
    pauses: Mapping[str, list[Standstill]],
    extensions: Mapping[str, list[tuple[str, Extension]]],
) -> ClockRun:
    run = Run(
        spec,
        rule_of(clock.clock, spec, clock.length),
        clock.started_on,
        calendar_for(connection, clock.calendar_version_id),
        tuple(pauses.get(clock.id, ())),
        tuple(extensions.get(clock.id, ())),
    )
    return ClockRun(clock, run)


def _pauses(connection: Connection, ids: Iterable[str]) -> dict[str, list[Standstill]]:
    found: dict[str, list[Standstill]] = defaultdict(list)
    rows = connection.execute(
        select(ClockPause.__table__)
        .where(ClockPause.clock_id.in_(ids))
        .order_by(ClockPause.paused_on, ClockPause.id)
    )
    for row in rows:
        pause = Pause(row.paused_on, row.resumed_on, row.reason)
        found[row.clock_id].append(Standstill(row.id, pause, row.hold_id))
    return found


def _extensions(connection: Connection, ids: Iterable[str]) -> dict[str, list[tuple[str, Extension]]]:
    found: dict[str, list[tuple[str, Extension]]] = defaultdict(list)
    rows = connection.execute(
        select(ClockExtension.__table__)
        .where(ClockExtension.clock_id.in_(ids))
        .order_by(ClockExtension.extended_on, ClockExtension.id)
    )
    for row in rows:
        found[row.clock_id].append((row.event, Extension(row.extended_on, row.length)))
    return found
