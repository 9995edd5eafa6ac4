"""The legal clocks of one application, with the days they have used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine import clocks as engine_clocks
from permitflow.engine.clocks import ClockStatus, Pause
from permitflow.engine.definition import ClockDef, Definition
from permitflow.models import Clock, ClockPause
from permitflow.queries.sentence import Count
from permitflow.services.calendars import calendar_for
from permitflow.services.clockwork import rule_of


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock; `status` says how it stands today and is None once it has stopped."""

    clock: Clock
    spec: ClockDef
    status: ClockStatus | None

    @property
    def unit(self) -> str:
        """The unit in which its days are counted: months and years are shown in calendar days."""
        return "business_day" if self.clock.unit == "business_day" else "calendar_day"


def deadlines(
    session: Session, application_id: str, definition: Definition, today: date
) -> tuple[Deadline, ...]:
    """Return every clock of an application, oldest first, as it stands on the city's date `today`."""
    clocks = session.scalars(
        select(Clock).where(Clock.application_id == application_id).order_by(Clock.started_at, Clock.id)
    ).all()
    pauses = session.scalars(
        select(ClockPause)
        .join(Clock, Clock.id == ClockPause.clock_id)
        .where(Clock.application_id == application_id)
        .order_by(ClockPause.paused_on)
    ).all()
    return tuple(
        _deadline(session, definition, clock, [one for one in pauses if one.clock_id == clock.id], today)
        for clock in clocks
    )


def count_of(lines: Sequence[Deadline], due_on: date | None) -> Count | None:
    """Return the arithmetic of the clock behind a due date, for the sentence; None when no clock has it."""
    for line in lines:
        if line.status is not None and line.status.due_on == due_on and due_on is not None:
            return Count(line.status.consumed, line.status.length, line.unit)
    return None


def earliest_due(lines: Sequence[Deadline], holder: str) -> date | None:
    """Return the earliest date on which a running clock against 'agency', 'applicant' or 'permit' lapses."""
    dates = [line.status.due_on for line in lines if line.status and line.clock.holder == holder]
    return min((on for on in dates if on), default=None)


def _deadline(
    session: Session, definition: Definition, clock: Clock, pauses: Sequence[ClockPause], today: date
) -> Deadline:
    spec = definition.clocks[clock.clock]
    if clock.stopped_on is not None:
        return Deadline(clock, spec, None)
    calendar = calendar_for(session.connection(), clock.calendar_version_id)
    spans = [Pause(pause.paused_on, pause.resumed_on, pause.reason) for pause in pauses]
    rule = rule_of(clock.clock, spec, clock.length)
    return Deadline(clock, spec, engine_clocks.status(rule, clock.started_on, calendar, spans, today))
