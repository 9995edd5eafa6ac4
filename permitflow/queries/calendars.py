"""A city's calendar day by day: the year as months, the versions, the effect of a draft, the files counted anew."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from permitflow.engine.calendars import LONGEST_CLOSURE
from permitflow.engine.calendars import Calendar as Office
from permitflow.models import (
    CalendarEdit,
    CalendarPublication,
    CalendarVersion,
    Clock,
    Jurisdiction,
    PermitApplication,
    User,
)
from permitflow.queries.clock_runs import ClockRun, counted
from permitflow.services.calendar_drafts import Closure, Draft, WorkingDays
from permitflow.services.definitions import definition_for

SHOWN_CLOCKS = 50
_CHUNK = 1000
_AHEAD = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month's table; `changed` says that the draft opens or closes it."""

    on: date
    closed: bool
    closure: Closure | None
    changed: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks from Monday to Sunday; days of other months are None."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A closed day in a list, with who closed it (empty: seeded, or from the command line)."""

    on: date
    closure: Closure
    who: str


@dataclass(frozen=True, slots=True)
class EditLine:
    """An edit with the name of whoever made it."""

    edit: CalendarEdit
    who: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A published version with its edits, and how far open files have been counted anew."""

    version: CalendarVersion
    who: str
    edits: tuple[EditLine, ...]
    progress: CalendarPublication | None


@dataclass(frozen=True, slots=True)
class Moved:
    """An open clock that a draft gives another due date."""

    application_id: str
    number: str
    title: str
    clock: str
    due_on: date | None
    new_due_on: date | None


@dataclass(frozen=True, slots=True)
class Impact:
    """What publishing a draft would do: how many open files are counted anew, and which due dates move."""

    files: int
    moved: int
    lines: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the calendar's public holidays reach, and the last day that an open clock of the city counts to."""

    seeded_to: int
    last_due_on: date | None
    needed: int

    @property
    def short(self) -> bool:
        """Whether a clock, or the coming year, reaches into years without public holidays."""
        return self.needed > self.seeded_to


def months(days: WorkingDays, base: WorkingDays, year: int) -> tuple[Month, ...]:
    """Return a year of working days as twelve months; `base` is the published calendar behind a draft."""
    return tuple(_month(days, base, year, number) for number in range(1, 13))


def closed_days(session: Session, days: WorkingDays, year: int) -> tuple[ClosedDay, ...]:
    """Return the named closed days of a year in order, with the people who closed them."""
    found = [(on, closure) for on, closure in days.closures.items() if on.year == year]
    names = _names(session, {closure.by for _on, closure in found})
    return tuple(ClosedDay(on, closure, names.get(closure.by or "", "")) for on, closure in found)


def edit_lines(session: Session, edits: Sequence[CalendarEdit]) -> tuple[EditLine, ...]:
    """Return edits with the names of those who made them."""
    names = _names(session, {edit.made_by for edit in edits})
    return tuple(EditLine(edit, names.get(edit.made_by or "", "")) for edit in edits)


def version_of(session: Session, jurisdiction_id: str, number: int) -> CalendarVersion | None:
    """Return one published version of a city's calendar by its number."""
    return session.scalar(
        select(CalendarVersion).where(
            CalendarVersion.jurisdiction_id == jurisdiction_id, CalendarVersion.version == number
        )
    )


def versions(session: Session, jurisdiction_id: str) -> tuple[VersionLine, ...]:
    """Return every calendar version of a city, newest first, by four statements."""
    found = session.scalars(
        select(CalendarVersion)
        .where(CalendarVersion.jurisdiction_id == jurisdiction_id)
        .order_by(CalendarVersion.version.desc())
    ).all()
    edits = session.scalars(
        select(CalendarEdit)
        .where(CalendarEdit.jurisdiction_id == jurisdiction_id, CalendarEdit.published_in.is_not(None))
        .order_by(CalendarEdit.published_in, CalendarEdit.made_at, CalendarEdit.id)
    ).all()
    progress = session.scalars(
        select(CalendarPublication).where(CalendarPublication.jurisdiction_id == jurisdiction_id)
    )
    running = {row.calendar_version_id: row for row in progress}
    names = _names(session, {one.published_by for one in found} | {edit.made_by for edit in edits})
    of_version: dict[str, list[EditLine]] = defaultdict(list)
    for edit in edits:
        of_version[edit.published_in or ""].append(EditLine(edit, names.get(edit.made_by or "", "")))
    return tuple(
        VersionLine(
            one, names.get(one.published_by or "", ""), tuple(of_version[one.id]), running.get(one.id)
        )
        for one in found
    )


def reach(session: Session, place: Jurisdiction, days: WorkingDays, today: date) -> Reach:
    """Say whether the seeded years are enough for the open clocks of a city and for the year ahead."""
    last = session.scalar(
        select(func.max(Clock.due_on)).where(
            Clock.jurisdiction_id == place.id, Clock.stopped_at.is_(None), Clock.lapsed_at.is_(None)
        )
    )
    # A deadline at the end of a year may roll into the next one.
    ends = [today + _AHEAD] + ([last + timedelta(days=7)] if last else [])
    return Reach(days.seeded_to, last, max(end.year for end in ends))


def impact(session: Session, draft: Draft, today: date) -> Impact:
    """Return what publishing a draft on the city's date `today` would do to its open clocks; nothing is written.

    Only clocks that count one of the changed days are worked out; the first of those that move are listed by their
    present due date.
    """
    result = draft.result.calendar("draft", draft.version.version + 1, draft.place.zone)
    changed = draft.changed_days()
    moved: list[Moved] = []
    count = 0
    for row in _moved(session, _open(draft.place.id, today), result, changed, today):
        count += 1
        if len(moved) < SHOWN_CLOCKS:
            moved.append(row)
    files = session.scalar(
        select(func.count(Clock.application_id.distinct())).where(*_open(draft.place.id, today))
    )
    return Impact(files or 0, count, tuple(moved))


def _moved(
    session: Session,
    open_: Collection[ColumnElement[bool]],
    result: Office,
    changed: Collection[date] | None,
    today: date,
) -> Iterator[Moved]:
    if changed is not None and not changed:
        return
    query = (
        select(Clock, PermitApplication.definition_hash, PermitApplication.number, PermitApplication.title)
        .join(PermitApplication, PermitApplication.id == Clock.application_id)
        .where(*open_, Clock.due_on.is_not(None))
        .order_by(Clock.due_on, Clock.id)
    )
    if changed is not None:
        # A deadline that rolls back may end before a changed day and still hang on it.
        earliest = min(changed) - timedelta(days=LONGEST_CLOSURE)
        query = query.where(Clock.started_on <= max(changed), Clock.due_on >= earliest)
    connection = session.connection()
    for rows in session.execute(query.execution_options(yield_per=_CHUNK)).partitions():
        told = {row.Clock.id: row for row in rows}
        pairs = [(row.Clock, definition_for(connection, row.definition_hash)) for row in rows]
        for run in counted(connection, pairs):
            due = _new_due(run, result, today)
            if due != run.clock.due_on:
                row = told[run.clock.id]
                words = (row.number or "", row.title, run.spec.title)
                yield Moved(run.clock.application_id, *words, run.clock.due_on, due)


def _new_due(run: ClockRun, result: Office, today: date) -> date | None:
    """The due date on a new calendar, as services/reprojection.py gives it."""
    try:
        due = run.due_on(result)
    except ValueError:
        return run.clock.due_on
    return None if due is None else max(due, today)


def _open(jurisdiction_id: str, today: date) -> tuple[ColumnElement[bool], ...]:
    """The open clocks of a city; what has run out keeps its dates."""
    return (
        Clock.jurisdiction_id == jurisdiction_id,
        Clock.stopped_at.is_(None),
        Clock.lapsed_at.is_(None),
        or_(Clock.due_on.is_(None), Clock.due_on >= today),
    )


def _month(days: WorkingDays, base: WorkingDays, year: int, number: int) -> Month:
    weeks = Weeks().monthdatescalendar(year, number)
    return Month(
        date(year, number, 1),
        tuple(tuple(_day(days, base, on) if on.month == number else None for on in week) for week in weeks),
    )


def _day(days: WorkingDays, base: WorkingDays, on: date) -> Day:
    closed = _closed(days, on)
    return Day(on, closed, days.closures.get(on), closed != _closed(base, on))


def _closed(days: WorkingDays, on: date) -> bool:
    return on in days.closures or str(on.weekday()) not in days.weekdays


def _names(session: Session, ids: Collection[str | None]) -> Mapping[str, str]:
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    return {
        row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    }
