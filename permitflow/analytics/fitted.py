"""An office read off its record: its hours, people with their pace and absences, routes, arrivals and habits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from permitflow.analytics.absences import AbsenceRate, Attendance, absence_rate, attendance
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office import UNDATED_US, Desk, Order, Reviewer
from permitflow.analytics.office_hours import OfficeHours, hours_read_off, usual_weekdays
from permitflow.analytics.pace import pauses, work_given
from permitflow.analytics.queues import overtaking
from permitflow.analytics.routes import Passed, Routes, routes_of
from permitflow.analytics.visits import AGENCY, StepVisit, as_of

QUARTER_US = 91 * DAY_US
LEAST_FILES = 20
NEWEST = 0.6
"""The share of older files in the queue from which on a step is simulated as taking the newest first."""
BY_DUE_DATE = 0.5
"""How far due dates must lower that share, counted by them, for a step to be simulated as taking files by them."""


class TooLittleHistory(Exception):
    """Fewer files were finished than a simulation can be fitted to."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """An office as its record shows it: hours, people with their pauses, routes of files with their work, arrivals.

    `per_day` holds the filings of each working day, `off_days` those of the days the house is shut; `desks` the
    weekdays and the order in which files of a step were taken; `away` for how many working days people have been away
    who are away now.
    """

    hours: OfficeHours
    reviewers: tuple[Reviewer, ...]
    routes: Routes
    per_day: tuple[int, ...]
    off_days: tuple[int, ...]
    desks: Mapping[str, Desk]
    absences: AbsenceRate
    away: Mapping[str, int]


def fit(visits: Sequence[StepVisit], now_us: int, since_us: int | None = None) -> Fitted:
    """Reads an office off its record: nothing is assumed, every route and work time is one that happened.

    Work is claimed working time, shared between files in hand at once; where no claim is known, the visit counts as
    worked on for all of its stay. Files that arrived since `since_us` give the arrivals, all files the routes, and
    those who worked within the last quarter are the people.

    Args:
        visits: of one office; what happened after now is not looked at.
        now_us: UTC microseconds.
        since_us: from when arrivals are counted; a quarter before now by default.

    Raises:
        TooLittleHistory: fewer than 20 files were finished.
    """
    known = as_of(visits, now_us)
    files = by_file(known)
    own = [v for v in known if v.party == AGENCY]
    hours = hours_read_off(at for v in own for at in (v.claimed_us, v.finished_us) if at is not None)
    attended = attendance(own, hours, now_us)
    routes = routes_of(files, work_given(own, attended, hours), hours, now_us)
    if len(routes.whole) < LEAST_FILES:
        raise TooLittleHistory(
            f"Only {len(routes.whole)} files were finished; a simulation needs {LEAST_FILES}."
        )
    since = now_us - QUARTER_US if since_us is None else since_us
    starts = Counter(file[0].arrived_us // DAY_US for file in files.values())
    days = range(since // DAY_US, now_us // DAY_US)
    recent = [v for v in own if v.claimed_us is not None and v.claimed_us >= now_us - QUARTER_US]
    people = _people(recent, attended, pauses(own, attended, hours))
    return Fitted(
        hours,
        people,
        routes,
        tuple(starts[day] for day in days if hours.is_open_day(day)),
        tuple(starts[day] for day in days if not hours.is_open_day(day)),
        _desks(own, recent, now_us),
        absence_rate(attended.values()),
        {name: last.days for name, who in attended.items() for last in who.absences[-1:] if not last.over},
    )


def by_file(visits: Iterable[StepVisit]) -> dict[str, list[StepVisit]]:
    """The visits of each file, the first to arrive first."""
    files: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in sorted(visits, key=lambda visit: (visit.arrived_us, visit.step)):
        files[visit.file].append(visit)
    return dict(sorted(files.items()))


def _people(
    claimed: Iterable[StepVisit],
    attended: Mapping[str, Attendance],
    lets_lie: Mapping[str, tuple[int, ...]],
) -> tuple[Reviewer, ...]:
    steps: defaultdict[str, set[str]] = defaultdict(set)
    for visit in claimed:
        if visit.person:
            steps[visit.person].add(visit.step)
    return tuple(
        Reviewer(
            name,
            frozenset(steps[name]),
            weekdays=attended[name].weekdays,
            pauses=lets_lie[name] if lets_lie[name][-1:] > (0,) else (),
        )
        for name in sorted(steps)
    )


def _desks(own: Sequence[StepVisit], recent: Iterable[StepVisit], now_us: int) -> dict[str, Desk]:
    """The habits of each step: its weekdays in the last quarter, and which file is taken first."""
    claims: defaultdict[str, list[int]] = defaultdict(list)
    for visit in recent:
        claims[visit.step].append(visit.claimed_us or 0)
    passed = Passed(own)
    by_step: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in own:
        # A file that nobody will ever take says nothing of the order in which the others are taken.
        if visit.claimed_us is not None or not passed.for_good(visit, now_us):
            by_step[visit.step].append(visit)
    return {
        step: Desk(_order(by_step[step]), usual_weekdays(instants))
        for step, instants in claims.items()
        if len(instants) >= LEAST_FILES
    }


def _order(visits: Sequence[StepVisit]) -> Order:
    passed_over = overtaking(visits)
    dated = sum(visit.due_us is not None for visit in visits)
    if passed_over and 2 * dated > len(visits):
        by_due = overtaking(visits, lambda visit: UNDATED_US if visit.due_us is None else visit.due_us)
        if by_due < BY_DUE_DATE * passed_over:
            return "due"
    return "newest" if passed_over >= NEWEST else "oldest"
