"""The draft of a city's next calendar: its newest version with the edits that people collect until they publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property, lru_cache
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine.calendars import Calendar, seed_closures
from permitflow.models import CalendarClosure, CalendarEdit, CalendarVersion, Jurisdiction
from permitflow.services.errors import NotFound

CLOSE, OPEN, WEEKDAYS, HOURS, SEED = "close", "open", "weekdays", "hours", "seed"


@dataclass(frozen=True, slots=True)
class Closure:
    """A closed day: its name, and who closed it and why; both are empty for a seeded public holiday."""

    name: str
    reason: str = ""
    by: str | None = None
    drafted: bool = False

    @property
    def seeded(self) -> bool:
        """Whether it came from the tables of public holidays."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A calendar as people edit it: weekdays as digits (0 = Monday), hours as HH:MM, closed days, seeded years."""

    weekdays: str
    opens: str
    closes: str
    closures: Mapping[date, Closure]
    seeded_to: int

    def calendar(self, version_id: str, number: int, zone: str) -> Calendar:
        """Return it as the engine counts with it; raises ValueError when it describes no office."""
        return Calendar(
            version_id,
            number,
            zone,
            frozenset(int(digit) for digit in self.weekdays),
            {on: closure.name for on, closure in self.closures.items()},
            time.fromisoformat(self.opens),
            time.fromisoformat(self.closes),
        )


@dataclass(frozen=True)
class Draft:
    """A city's newest calendar version, and the edits that are not published yet, oldest first."""

    place: Jurisdiction
    version: CalendarVersion
    base: WorkingDays
    edits: Sequence[CalendarEdit]

    @property
    def seen(self) -> str:
        """What a form remembers of the draft it was made from."""
        return f"{self.version.version}:{','.join(edit.id for edit in self.edits)}"

    @cached_property
    def result(self) -> WorkingDays:
        """The working days as they would be published."""
        days = self.base
        for edit in self.edits:
            days = applied(days, edit)
        return days

    def changed_days(self) -> frozenset[date] | None:
        """Return the dates that would be open instead of closed or the reverse; None when the weekdays change."""
        if self.base.weekdays != self.result.weekdays:
            return None
        return frozenset(self.base.closures.keys() ^ self.result.closures.keys())


def draft_of(session: Session, jurisdiction_id: str) -> Draft:
    """Return the draft of a city's next calendar; raises NotFound when the city has no calendar at all."""
    version = session.scalar(
        select(CalendarVersion)
        .where(CalendarVersion.jurisdiction_id == jurisdiction_id)
        .order_by(CalendarVersion.version.desc())
        .limit(1)
    )
    if version is None:
        raise NotFound("This city has no calendar of working days yet.")
    edits = session.scalars(
        select(CalendarEdit)
        .where(CalendarEdit.jurisdiction_id == jurisdiction_id, CalendarEdit.published_in.is_(None))
        .order_by(CalendarEdit.made_at, CalendarEdit.id)
    ).all()
    place = session.get_one(Jurisdiction, jurisdiction_id)
    return Draft(place, version, working_days(session, version), edits)


def working_days(session: Session, version: CalendarVersion) -> WorkingDays:
    """Return the working days of a published version."""
    rows = session.scalars(
        select(CalendarClosure)
        .where(CalendarClosure.calendar_version_id == version.id)
        .order_by(CalendarClosure.closed_on)
    )
    closures = {row.closed_on: Closure(row.name, row.reason or "", row.closed_by) for row in rows}
    last = max((on.year for on in closures), default=0)
    return WorkingDays(
        version.weekdays,
        version.opens,
        version.closes,
        MappingProxyType(closures),
        last if version.seeded_to is None else version.seeded_to,
    )


def applied(days: WorkingDays, edit: CalendarEdit) -> WorkingDays:
    """Return the working days after one edit."""
    closures = dict(days.closures)
    weekdays, opens, closes, seeded_to = days.weekdays, days.opens, days.closes, days.seeded_to
    if edit.kind == CLOSE and edit.day is not None:
        closures[edit.day] = Closure(edit.value, edit.reason, edit.made_by, drafted=True)
    elif edit.kind == OPEN and edit.day is not None:
        closures.pop(edit.day, None)
    elif edit.kind == WEEKDAYS:
        weekdays = edit.value
    elif edit.kind == HOURS:
        opens, closes = edit.value.split("-")
    elif edit.kind == SEED:
        seeded_to, holidays = _seeded(edit.value)
        closures |= {on: Closure(name, drafted=True) for on, name in holidays.items() if on not in closures}
    ordered = MappingProxyType(dict(sorted(closures.items())))
    return WorkingDays(weekdays, opens, closes, ordered, seeded_to)


@lru_cache(maxsize=256)
def _seeded(value: str) -> tuple[int, Mapping[date, str]]:
    """Return the year and the public holidays that a value such as '2030 US-CA' stands for."""
    year, _, place = value.partition(" ")
    country, _, subdivision = place.partition("-")
    return int(year), seed_closures(country, subdivision or None, range(int(year), int(year) + 1))
