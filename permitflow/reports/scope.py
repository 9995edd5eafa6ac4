"""What a report covers: one city, a period of its local dates, and one workflow or all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from permitflow.analytics.snapshot import Chosen, Moment
from permitflow.engine.definition import Definition
from permitflow.instants import from_datetime, local_date
from permitflow.models import Jurisdiction, JurisdictionWorkflow, StepAlias
from permitflow.services.definitions import definition_for

PERIOD_DAYS = 365
"""The period of a report when none is asked for: so many days up to today."""
WEEKS = 12
"""Whole calendar weeks for which arrivals and departures are counted."""
WEEK = timedelta(days=7)
EARLIEST, LATEST = date(1970, 1, 1), date(2200, 12, 31)
"""The days a period may name."""


@dataclass(frozen=True, slots=True)
class City:
    """The city of a report; `zone` is its IANA time zone."""

    id: str
    slug: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Week:
    """A calendar week of the city, Monday to Sunday: half-open [start_at, end_at) in microseconds."""

    starts_on: date
    start_at: int
    end_at: int


@dataclass(frozen=True)
class Scope:
    """What a report covers: dates are the city's and both belong to it; `now` is the instant of the report (µs).

    `class_` chooses files by a column of the snapshot: level=DC, project_type=commercial.
    """

    city: City
    from_on: date
    to_on: date
    workflow: str
    now: int
    pathway: str = ""
    class_: str = ""

    @cached_property
    def today(self) -> date:
        """Return the city's date at the instant of the report."""
        return local_date(self.now, self.city.zone)

    @cached_property
    def start_at(self) -> int:
        """Return the first instant of the period, in microseconds."""
        return start_of_day(self.from_on, self.city.zone)

    @cached_property
    def end_at(self) -> int:
        """Return the exclusive end of the period, in microseconds."""
        return end_of_day(self.to_on, self.city.zone)

    @cached_property
    def weeks(self) -> tuple[Week, ...]:
        """Return the last whole calendar weeks before today, the oldest first."""
        monday = self.today - timedelta(days=self.today.weekday())
        starts = [monday - WEEK * back for back in range(WEEKS, -1, -1)]
        instants = [start_of_day(start, self.city.zone) for start in starts]
        return tuple(map(Week, starts[:-1], instants[:-1], instants[1:]))

    @cached_property
    def oldest_at(self) -> int:
        """Return the instant before which nothing that has ended concerns the report, in microseconds."""
        return min(self.start_at, self.weeks[0].start_at)

    def covers(self, at: int | None) -> bool:
        """Say whether something that ended at an instant ended in the period."""
        return at is not None and self.start_at <= at < self.end_at

    def query(self) -> dict[str, str]:
        """Return the scope as the parameters of an address."""
        asked = {"city": self.city.slug, "from": self.from_on.isoformat(), "to": self.to_on.isoformat()}
        narrowed = {"workflow": self.workflow, "pathway": self.pathway, "class": self.class_}
        return asked | {name: value for name, value in narrowed.items() if value}

    @property
    def moment(self) -> Moment:
        """Return the period and the instant as the snapshot's statements read them."""
        return Moment(self.now, self.today, self.start_at, self.end_at)

    @property
    def chosen(self) -> Chosen:
        """Return which files of the snapshot belong to the scope."""
        return Chosen(self.workflow, self.pathway, self.class_)


def start_of_day(on: date, zone: str) -> int:
    """Return the first instant of a local day, in microseconds."""
    return from_datetime(datetime.combine(on, time.min, tzinfo=ZoneInfo(zone)))


def end_of_day(on: date, zone: str) -> int:
    """Return the exclusive end of a local day, in microseconds."""
    return start_of_day(on + timedelta(days=1), zone)


def last_days(city: City, now: int, workflow: str = "") -> Scope:
    """Return the scope that is shown when no period is asked for."""
    today = local_date(now, city.zone)
    return Scope(city, today - timedelta(days=PERIOD_DAYS - 1), today, workflow, now)


def find_city(session: Session, slug: str) -> City | None:
    """Return a city by its short name."""
    return next(iter(_cities(session, Jurisdiction.slug == slug)), None)


def cities_of(session: Session, ids: frozenset[str]) -> list[City]:
    """Return cities by their ids, ordered by name."""
    return list(_cities(session, Jurisdiction.id.in_(ids)))


def _cities(session: Session, condition: ColumnElement[bool]) -> Iterator[City]:
    columns = (Jurisdiction.id, Jurisdiction.slug, Jurisdiction.name, Jurisdiction.zone)
    rows = session.execute(select(*columns).where(condition).order_by(Jurisdiction.name))
    return (City(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Workflows:
    """Every definition that files of a city may run under, the newest last: hash -> definition.

    `aliases` are steps that a later version calls otherwise: (workflow, old step) -> new step; `prefers` is the
    workflow whose words are used where several know a step or a clock.
    """

    definitions: Mapping[str, Definition]
    aliases: Mapping[tuple[str, str], str] = field(default_factory=dict)
    prefers: str = ""

    @property
    def titles(self) -> dict[str, str]:
        """Return the title of each workflow, by its id."""
        return {one.workflow: one.title for one in self.definitions.values()}

    def draft_phases(self) -> list[tuple[str, str]]:
        """Return (hash, phase) of the phases before submission."""
        return [(hash_, one.initial()) for hash_, one in self.definitions.items()]

    def step_title(self, step: str) -> str:
        """Return what a step is called: by the workflow in `prefers` if it knows it, else by most workflows."""
        found = ((one, one.lanes.get(step) or one.phases.get(step)) for one in self.definitions.values())
        return self._usual({one.workflow: spec.title for one, spec in found if spec is not None}) or step

    def step_now(self, workflow: str, step: str) -> str:
        """Return what a step of a workflow is called now, so that one that was renamed stays one series."""
        return self.aliases.get((workflow, step), step)

    def clock_title(self, clock: str) -> str:
        """Return what a clock is called, chosen as the titles of steps are."""
        knowing = (one for one in self.definitions.values() if clock in one.clocks)
        return self._usual({one.workflow: one.clocks[clock].title for one in knowing}) or clock

    def _usual(self, titles: Mapping[str, str]) -> str:
        """Of the newest title in each workflow the preferred workflow's, else the one that most give."""
        newest_first = list(titles.values())[::-1]
        return titles.get(self.prefers) or max(newest_first, key=newest_first.count, default="")


def workflows_of(session: Session, city: City, prefers: str = "") -> Workflows:
    """Return the definitions that a city has published and its renamed steps, by two statements.

    Steps and clocks are called as in the workflow `prefers` where it knows them.
    Definitions that are not yet in memory are read beyond that.
    """
    hashes: Sequence[str] = session.scalars(
        select(JurisdictionWorkflow.definition_hash)
        .where(JurisdictionWorkflow.jurisdiction_id == city.id)
        .order_by(JurisdictionWorkflow.published_at, JurisdictionWorkflow.workflow)
    ).all()
    connection = session.connection()
    renamed = session.execute(
        select(StepAlias.workflow, StepAlias.old_step, StepAlias.new_step).where(
            StepAlias.jurisdiction_id == city.id
        )
    )
    aliases = {(workflow, old): new for workflow, old, new in renamed}
    return Workflows({hash_: definition_for(connection, hash_) for hash_ in hashes}, aliases, prefers)
