"""The legal clocks of one application, with the days they have used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from permitflow.engine.clock_def import ClockDef
from permitflow.engine.clocks import ClockStatus
from permitflow.engine.definition import Definition
from permitflow.models import Clock
from permitflow.queries.clock_runs import ClockRun, runs_of
from permitflow.queries.sentence import Count


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock; `status` says how it stands today and is None once it has stopped.

    `overtaken_by` is the title of the stricter one of a state's and a city's clock that run side by side: both are
    kept, the earlier one is the deadline.
    """

    clock: Clock
    spec: ClockDef
    status: ClockStatus | None
    overtaken_by: str = ""

    @property
    def unit(self) -> str:
        """The unit in which its days are counted: months and years are shown in calendar days."""
        return "business_day" if self.clock.unit == "business_day" else "calendar_day"


def deadlines(
    session: Session, application_id: str, definition: Definition, today: date
) -> tuple[Deadline, ...]:
    """Return every clock of an application, oldest first, as it stands on the city's date `today`."""
    lines = [_deadline(run, today) for run in runs_of(session, application_id, definition)]
    return tuple(replace(line, overtaken_by=_stricter_than(line, lines)) for line in lines)


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


def _deadline(run: ClockRun, today: date) -> Deadline:
    clock = run.clock
    if not run.open:
        return Deadline(clock, run.spec, None)
    status = run.run.status(today)
    if status.due_on is not None and clock.due_on is not None and status.due_on < clock.due_on == today:
        # A new calendar put the end into the past: it counts from the day on which that was known.
        status = replace(status, due_on=clock.due_on, standing="due_today")
    return Deadline(clock, run.spec, status)


def _stricter_than(line: Deadline, lines: Sequence[Deadline]) -> str:
    """Return the title of a clock of the other level that runs for the same thing and ends earlier."""
    if line.status is None or line.status.due_on is None:
        return ""
    for other in lines:
        same = other.spec.holder == line.spec.holder and set(other.spec.starts) & set(line.spec.starts)
        if not same or other.spec.level == line.spec.level or other.status is None:
            continue
        if other.status.due_on is not None and other.status.due_on < line.status.due_on:
            return other.spec.title
    return ""
