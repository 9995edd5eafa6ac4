"""Warnings before a deadline: who is told how early, each rung of the ladder once per run of a clock."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import Connection, select, tuple_

from permitflow.db import Database, new_id
from permitflow.engine import clocks as engine_clocks
from permitflow.engine.calendars import Calendar
from permitflow.engine.clock_def import ClockDef, RungDef
from permitflow.engine.clock_rule import ClockRule
from permitflow.instants import local_date
from permitflow.models import Clock, Jurisdiction
from permitflow.prepared import Channel, as_text
from permitflow.services import files, record, runs
from permitflow.services import statements as sql
from permitflow.services.files import ClockRow, File
from permitflow.services.runs import Run

KIND = "clock_warning"
"""The kind of the news that a warning is."""
_PAGE = 500
_OF_THE_APPLICANT = frozenset({"applicant", "permit"})
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Due:
    """A clock whose next warning may have come."""

    clock_id: str
    application_id: str
    on: date
    zone: str


def rungs_of(spec: ClockDef) -> tuple[RungDef, ...]:
    """Return who is warned when: the definition's ladder, or else one at the percentages of `warn_at`.

    The applicant's own clocks warn the applicant; all others the reviewers first and the managers from then on.
    """
    return spec.ladder or _usual(spec.warn_at, spec.holder in _OF_THE_APPLICANT)


@lru_cache(maxsize=256)
def _usual(percents: tuple[int, ...], of_the_applicant: bool) -> tuple[RungDef, ...]:
    if of_the_applicant:
        return tuple(RungDef(percent=percent, notify="applicant") for percent in percents)
    first, later = percents[:1], percents[1:]
    return (
        *(RungDef(percent=percent, notify="reviewers") for percent in first),
        *(RungDef(percent=percent, notify="managers") for percent in later),
    )


def name_of(rung: RungDef) -> str:
    """Return the name under which a rung is remembered, e.g. 'percent:85:managers'."""
    measure = f"percent:{rung.percent}" if rung.percent is not None else f"left:{rung.left}"
    return f"{measure}:{rung.notify}"


def next_on(run: Run) -> date | None:
    """Return the local date of the next warning; None while the clock stands still or when all are given."""
    if run.standstills or run.extended or run.warned:
        return None if run.stands else min((on for _rung, on in _ahead(run)), default=None)
    return _first_on(run.rule, rungs_of(run.spec), run.started_on, run.calendar)


def warn_due(database: Database, now: int) -> int:
    """Give every warning that is due at instant `now`, each clock's in a transaction of its own; return how many.

    Only the rows whose next warning has come are read. Several processes may do this at once.
    """
    given, after = 0, (date.min, "")
    while True:
        with database.reading() as session:
            page = _page(session.connection(), now, after)
        for row in page:
            if local_date(now, row.zone) >= row.on:
                given += _tried(database, row, now)
        if len(page) < _PAGE:
            return given
        after = (page[-1].on, page[-1].clock_id)


def warn(connection: Connection, application_id: str, clock_id: str, now: int) -> int:
    """Give the warnings of one clock that are due at `now`; return how many people's groups are told.

    Rungs that are reached together, after a time in which nobody looked, are told as one: each group of people gets
    the last of its own.
    """
    file = files.load(Channel(connection), application_id)
    clock = next((clock for clock in file.clocks.values() if clock.id == clock_id), None)
    if clock is None:
        return 0
    today, run = local_date(now, file.calendar.zone), runs.read(file, clock)
    ahead = [] if run.stands else sorted(_ahead(run), key=lambda pair: pair[1])
    reached = [(rung, on) for rung, on in ahead if on <= today]
    last = {rung.notify: rung for rung, _on in reached}
    for rung, on in reached:
        told = record.tell(file, KIND, rung.notify, now) if last[rung.notify] is rung else None
        _remember(file, clock, name_of(rung), on, now, told)
    coming = min((on for _rung, on in ahead if on > today), default=None)
    file.channel.write(sql.PLAN_WARNING, {"key": clock.id, "new_next_warning_on": as_text(coming)})
    file.channel.flush()
    return len(last)


def _ahead(run: Run) -> Iterator[tuple[RungDef, date]]:
    for rung in rungs_of(run.spec):
        if name_of(rung) not in run.warned:
            on = engine_clocks.rung_on(
                run.rule, run.started_on, run.calendar, run.pauses, run.extensions, rung
            )
            if on is not None:
                yield rung, on


@lru_cache(maxsize=4096)
def _first_on(
    rule: ClockRule, rungs: tuple[RungDef, ...], started_on: date, calendar: Calendar
) -> date | None:
    """Return the first warning of a clock that has just started: every file of a day has the same."""
    days = [engine_clocks.rung_on(rule, started_on, calendar, (), (), rung) for rung in rungs]
    return min((on for on in days if on), default=None)


def _page(connection: Connection, now: int, after: tuple[date, str]) -> list[_Due]:
    # Somewhere on earth it is already tomorrow; each city's own date decides.
    tomorrow = local_date(now, "UTC") + timedelta(days=1)
    query = (
        select(Clock.id, Clock.application_id, Clock.next_warning_on, Jurisdiction.zone)
        .join(Jurisdiction, Jurisdiction.id == Clock.jurisdiction_id)
        .where(Clock.next_warning_on.is_not(None), Clock.next_warning_on <= tomorrow)
        .where(tuple_(Clock.next_warning_on, Clock.id) > after)
        .order_by(Clock.next_warning_on, Clock.id)
        .limit(_PAGE)
    )
    rows = connection.execute(query)
    return [_Due(row.id, row.application_id, row.next_warning_on, row.zone) for row in rows]


def _tried(database: Database, row: _Due, now: int) -> int:
    try:
        with database.connection() as connection:
            return warn(connection, row.application_id, row.clock_id, now)
    except Exception:
        # One file that cannot be read must not keep the others from being warned of; its row says it is due.
        log.exception("The warning of clock %s could not be given.", row.clock_id)
        return 0


def _remember(file: File, clock: ClockRow, rung: str, on: date, at: int, outbox_id: str | None) -> None:
    row: dict[str, object] = {"id": new_id(), "jurisdiction_id": file.jurisdiction_id}
    row |= {"clock_id": clock.id, "rung": rung, "warned_on": as_text(on)}
    row |= {"warned_at": at, "outbox_id": outbox_id}
    file.channel.write(sql.NOTE_WARNING, row)
