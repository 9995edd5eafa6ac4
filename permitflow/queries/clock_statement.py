"""The clock statement: every legal clock of an application with each of its days, counted or not, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine import clocks as engine_clocks
from permitflow.engine.calendars import WEEKDAYS
from permitflow.engine.clock_def import ClockDef
from permitflow.engine.clocks import CountedDay
from permitflow.engine.definition import Definition
from permitflow.instants import local_date
from permitflow.models import CalendarVersion, Event, Jurisdiction, PermitApplication, User
from permitflow.queries.clock_runs import ClockRun, runs_of
from permitflow.services.calendars import calendar_for
from permitflow.services.definitions import definition_for
from permitflow.services.runs import Run

CONSEQUENCES: Mapping[str, str] = {
    "deemed_complete": "The application counts as complete.",
    "deemed_approved": "The application counts as approved when the conditions of the law are met.",
    "deemed_denied": "The application counts as denied, and the applicant may appeal.",
    "void": "The application becomes void.",
    "expired": "What was granted expires.",
    "remedy": "The applicant gets the remedy that the law gives.",
    "none": "Nothing follows by itself: people are warned.",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row that tell one story: counted days with the weekends among them, a closure, a pause.

    `why` is empty for counted days; `resting` are the weekly closed days among them. `ahead` days are still to come.
    """

    first: date
    last: date
    why: str
    counted: int
    resting: int
    ahead: bool

    @property
    def days(self) -> int:
        """How many local dates it spans."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Cause:
    """The entry of the record that turned a clock: what, when, and by whom (empty: the system)."""

    seq: int
    entry: str
    at: int
    who: str


@dataclass(frozen=True, slots=True)
class Standstill:
    """A pause: its days, its reason, and the entries that began and ended it, where the record has them."""

    paused_on: date
    resumed_on: date | None
    reason: str
    began: Cause | None
    ended: Cause | None


@dataclass(frozen=True, slots=True)
class Granted:
    """An extension: the day it was granted, its length in the clock's own unit, and the entry that granted it."""

    on: date
    length: int
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class ClockStatement:
    """One run of one clock.

    `first_due_on` is the due date that the city's calendar gave on the first day, without pauses and extensions;
    `due_on` the one that counts now (None while a pause leaves it unknown): a calendar that changed after its own
    last day of the clock lets it run out on the day of the change. `consumed` of `length` are in `unit`:
    months and years are shown in the calendar days they span. `stricter` says that a clock of the other level
    (state, local) runs for the same thing and this one ends no later.
    """

    run: ClockRun
    first_due_on: date | None
    due_on: date | None
    consumed: int
    length: int
    unit: str
    days: tuple[CountedDay, ...]
    stretches: tuple[Stretch, ...]
    started: Cause | None
    stopped: Cause | None
    standstills: tuple[Standstill, ...]
    granted: tuple[Granted, ...]
    calendars: tuple[CalendarVersion, ...]
    today: date
    stricter: bool = False

    @property
    def spec(self) -> ClockDef:
        """What the workflow says about the clock."""
        return self.run.spec

    @property
    def consequence(self) -> str:
        """What follows when the clock runs out, in a sentence."""
        return self.spec.remedy.text if self.spec.remedy else CONSEQUENCES[self.spec.outcome]

    @property
    def overdue(self) -> bool:
        """Whether the clock still runs after its last day."""
        return self.run.open and self.due_on is not None and self.today > self.due_on


@dataclass(frozen=True, slots=True)
class Statement:
    """All clocks of an application as they stand on the city's date `today`; the strictest deadline first."""

    application: PermitApplication
    city: Jurisdiction
    definition: Definition
    today: date
    clocks: tuple[ClockStatement, ...]


def statement(session: Session, application: PermitApplication, now: int) -> Statement:
    """Return the clock statement of an application at instant `now`."""
    city = session.get_one(Jurisdiction, application.jurisdiction_id)
    definition = definition_for(session.connection(), application.definition_hash)
    today = local_date(now, city.zone)
    versions = session.scalars(
        select(CalendarVersion)
        .where(CalendarVersion.jurisdiction_id == city.id)
        .order_by(CalendarVersion.version.desc())
    ).all()
    reader = _Reader(session, today, _events(session, application.id), versions)
    told = [reader.tell(run) for run in runs_of(session, application.id, definition)]
    clocks = sorted((_compared(clock, told) for clock in told), key=_strictest_first)
    return Statement(application, city, definition, today, tuple(clocks))


def stretches(days: Sequence[CountedDay], today: date) -> tuple[Stretch, ...]:
    """Return the days of a ledger in runs of equal reason; the weekly closed days belong to the counted ones."""
    found: list[Stretch] = []
    for day in days:
        resting = day.why in WEEKDAYS
        piece = Stretch(
            day.on,
            day.on,
            "" if day.counted or resting else day.why,
            int(day.counted),
            int(resting),
            day.on > today,
        )
        last = found[-1] if found else None
        if last is not None and (last.why, last.ahead) == (piece.why, piece.ahead):
            counted, rested = last.counted + piece.counted, last.resting + piece.resting
            found[-1] = Stretch(last.first, piece.last, piece.why, counted, rested, piece.ahead)
        else:
            found.append(piece)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Happened:
    """An event as far as clocks care."""

    cause: Cause
    action: str
    lane: str
    on: date | None

    def is_one_of(self, names: Sequence[str]) -> bool:
        """Whether a clock that names these events was turned by this one."""
        known = {self.action} if not self.lane else {f"{self.lane}.{self.action}", f"{self.lane}.answered"}
        return bool(known & set(names))


@dataclass(frozen=True, slots=True)
class _Reader:
    session: Session
    today: date
    events: tuple[_Happened, ...]
    versions: Sequence[CalendarVersion]
    """The versions of the city's calendar, newest first."""

    def tell(self, told: ClockRun) -> ClockStatement:
        """Work the statement of one run out."""
        clock, run = told.clock, told.run
        until = clock.stopped_on or (max(clock.due_on, self.today) if clock.due_on else self.today)
        known = min(until, self.today)
        status = engine_clocks.status(
            run.rule, run.started_on, run.calendar, run.pauses, known, run.extensions
        )
        days = engine_clocks.ledger(run.rule, run.started_on, run.calendar, run.pauses, until, run.extensions)
        first, now = self._calendars(told)
        base = calendar_for(self.session.connection(), first.id)
        return ClockStatement(
            told,
            engine_clocks.due_on(run.rule, run.started_on, base),
            clock.due_on,
            status.consumed,
            status.length,
            run.unit,
            tuple(days),
            stretches(days, self.today),
            self._at(clock.started_at, run.spec.starts),
            self._at(clock.stopped_at, (*run.spec.stops, *run.spec.starts, run.spec.on_expiry or "")),
            tuple(self._standstills(run)),
            tuple(self._granted(run)),
            (first,) if first.id == now.id else (first, now),
            self.today,
        )

    def _calendars(self, run: ClockRun) -> tuple[CalendarVersion, CalendarVersion]:
        """The version that the city had when the clock started, and the one it is counted with now."""
        now = next(one for one in self.versions if one.id == run.clock.calendar_version_id)
        known = [one for one in self.versions if one.version <= now.version]
        started_at = run.clock.started_at
        return next((one for one in known if one.published_at <= started_at), now), now

    def _at(self, at: int | None, names: Sequence[str]) -> Cause | None:
        """The event of an instant that a clock names."""
        found = (one.cause for one in self.events if one.cause.at == at and one.is_one_of(names))
        return next(found, None)

    def _on(self, on: date | None, names: Sequence[str], reason: str = "") -> Cause | None:
        """The event of a legal date that a clock names, or whose entry gave the reason."""
        for one in self.events:
            if one.on == on and (one.is_one_of(names) or (reason and reason in one.cause.entry)):
                return one.cause
        return None

    def _standstills(self, run: Run) -> Iterator[Standstill]:
        for pause in run.pauses:
            began = self._on(pause.paused_on, run.spec.pauses, pause.reason)
            ended = self._on(pause.resumed_on, run.spec.resumes) if pause.resumed_on else None
            yield Standstill(pause.paused_on, pause.resumed_on, pause.reason, began, ended)

    def _granted(self, run: Run) -> Iterator[Granted]:
        for event, extension in run.extended:
            yield Granted(extension.on, extension.length, self._on(extension.on, (event,)))


def _events(session: Session, application_id: str) -> tuple[_Happened, ...]:
    bodies = [
        json.loads(body)
        for body in session.scalars(
            select(Event.body).where(Event.application_id == application_id).order_by(Event.seq)
        )
    ]
    people = session.execute(select(User.id, User.name).where(User.id.in_({one["actor"] for one in bodies})))
    names = {row.id: row.name for row in people}
    return tuple(
        _Happened(
            Cause(one["seq"], str(one["entry"]), one["at"], names.get(one["actor"], "")),
            str(one["action"]),
            str(one["lane"]),
            date.fromisoformat(one["legal_on"]) if one.get("legal_on") else None,
        )
        for one in bodies
    )


def _compared(clock: ClockStatement, all_: Sequence[ClockStatement]) -> ClockStatement:
    """Mark a clock that is the stricter of a state's and a city's own for the same thing."""
    others = [
        other
        for other in all_
        if other.run.open
        and other.spec.level != clock.spec.level
        and other.spec.holder == clock.spec.holder
        and set(other.spec.starts) & set(clock.spec.starts)
    ]
    if not clock.run.open or not others:
        return clock
    mine = clock.due_on or date.max
    if any((other.due_on or date.max) < mine for other in others):
        return clock
    return replace(clock, stricter=True)


def _strictest_first(clock: ClockStatement) -> tuple[bool, date, int]:
    return (not clock.run.open, clock.due_on or date.max, clock.run.clock.started_at)
