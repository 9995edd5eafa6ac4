"""Absences: working days on which a person took and finished nothing though there was work, too many for chance."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.efficiency import Interval
from permitflow.analytics.office_hours import OfficeHours, usual_weekdays, weekday
from permitflow.analytics.visits import StepVisit

LEAST_DAYS = 3
"""Idle days in a row below which nobody is called away."""
LEAST_ACTS = 10
"""Days of activity a person's pace is known from."""
CHANCE = 0.01
"""How likely a person who was never away may be called away once in the whole record."""
FAR_DAYS = 100_000
"""Working days that no stretch has."""
MOST_OFTEN = 0.5
"""The highest rate that is drawn from: a short record may show an absence for each day of work."""


class Absence(NamedTuple):
    """Days since 1970 on which a person was away, the end not included; `days` counts her working days among them,
    `over` says whether she has come back."""

    start: int
    end: int
    days: int
    over: bool


@dataclass(frozen=True, slots=True)
class Attendance:
    """The weekdays on which a person works (0 = Monday), how many working days her record has, and her absences."""

    weekdays: frozenset[int]
    observed: int
    absences: tuple[Absence, ...] = ()

    def away_days(self) -> tuple[int, ...]:
        """The days of all absences, since 1970."""
        return tuple(day for one in self.absences for day in range(one.start, one.end))


@dataclass(frozen=True, slots=True)
class AbsenceRate:
    """How often people of an office are away: the chance that an absence begins on a working day, and the lengths of
    those that ended, in working days of the person, ascending."""

    per_day: float
    lengths: tuple[int, ...]

    def drawn(
        self, began: int | None, days: tuple[int, int], hours: OfficeHours, rng: Random
    ) -> tuple[Interval, ...]:
        """Draw the absences of one person in a stretch, as half-open intervals in UTC microseconds.

        Args:
            began: for how many working days she has been away already; None when she is there. Her absence lasts as
                long as one of those that were longer, or when there was none, as long again as it has.
            days: the first day of the stretch and the one after its last, since 1970.
            hours: her working days.
            rng: the source of draws.
        """
        first, last = days
        working = [day for day in range(first, last) if hours.is_open_day(day)]
        there, length = (
            (self._there(rng), self._length(rng)) if began is None else (0, self._rest(began, rng))
        )
        found, place = [], there
        while place < len(working):
            end = working[place + length - 1] + 1 if place + length <= len(working) else last
            found.append((working[place] * DAY_US, end * DAY_US))
            place, length = place + length + self._there(rng), self._length(rng)
        return tuple(found)

    def _there(self, rng: Random) -> int:
        """The working days until the next absence begins, geometric as each day is like the others."""
        if not self.per_day:
            return FAR_DAYS
        return int(math.log(1 - rng.random()) / math.log(1 - min(self.per_day, MOST_OFTEN)))

    def _length(self, rng: Random) -> int:
        return rng.choice(self.lengths) if self.lengths else 1

    def _rest(self, began: int, rng: Random) -> int:
        longer = [length - began for length in self.lengths if length > began]
        return rng.choice(longer) if longer else began


def attendance(visits: Sequence[StepVisit], hours: OfficeHours, now_us: int) -> dict[str, Attendance]:
    """When each person of an office was there, read off what she took and finished.

    A day counts as idle when it is one of her usual weekdays, she claimed and finished nothing, held nothing, and a
    file lay at a step of hers. If on each day with work she did something with chance p, independently, k idle days in
    a row have the chance (1 - p)^k (the geometric distribution), and among n such rows one is so long with a chance of
    at most n (1 - p)^k (Boole). She was away when a row has at least 3 idle days and that bound is below 1 %: a slow
    pace makes p small and the row that is needed long. p leaves out the rows already found, until no more are found.
    Who shows fewer than 10 days of activity has no pace to compare with.

    Args:
        visits: of the city's steps, with what was known at `now_us`.
        hours: of the office.
        now_us: until when the record goes, in UTC microseconds; a row that lasts until then is not over.
    """
    at_work = _days_with_work(visits, hours, now_us)
    own: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in visits:
        if visit.person is not None:
            own[visit.person].append(visit)
    return {person: _attendance(mine, at_work, hours, now_us) for person, mine in sorted(own.items())}


def absence_rate(found: Iterable[Attendance]) -> AbsenceRate:
    """How often the people of an office are away, all taken together: one person's record is too short for a rate.

    The rate is that of a Poisson process: absences over working days that were seen outside of them. One that is not
    over may be for good; how long it lasts is not known, and it counts for nobody else.
    """
    people = list(found)
    lengths = sorted(one.days for who in people for one in who.absences if one.over)
    there = sum(who.observed - sum(one.days for one in who.absences) for who in people)
    return AbsenceRate(len(lengths) / there if there else 0.0, tuple(lengths))


def _days_with_work(visits: Iterable[StepVisit], hours: OfficeHours, now_us: int) -> dict[str, set[int]]:
    """For each step the days on which a file lay there that nobody had taken, or was taken."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for visit in visits:
        taken = visit.finished_us if visit.claimed_us is None else visit.claimed_us
        last = (now_us if taken is None else taken) // DAY_US
        found[visit.step].update(range(hours.next_open(visit.arrived_us) // DAY_US, last + 1))
    return dict(found)


def _attendance(
    mine: Sequence[StepVisit], at_work: Mapping[str, set[int]], hours: OfficeHours, now_us: int
) -> Attendance:
    instants = [at for visit in mine for at in (visit.claimed_us, visit.finished_us) if at is not None]
    acts = {at // DAY_US for at in instants}
    if len(acts) < LEAST_ACTS:
        return Attendance(hours.weekdays, 0)
    weekdays = usual_weekdays(instants) & hours.weekdays or hours.weekdays
    work = set().union(*(at_work.get(step, set()) for step in {visit.step for visit in mine}))
    days = [
        day
        for day in range(min(acts), now_us // DAY_US)
        if weekday(day) in weekdays and hours.is_open_day(day)
    ]
    rows = list(_rows(days, acts | _held(mine), work))
    away = _too_long(rows, len(acts & set(days)))
    absences = [
        Absence(row.start, row.end, sum(row.start <= day < row.end for day in days), row.over) for row in away
    ]
    return Attendance(weekdays, len(days), tuple(absences))


def _held(mine: Iterable[StepVisit]) -> set[int]:
    """The days on which a person had a file in hand from an earlier day."""
    return {
        day
        for visit in mine
        if visit.claimed_us is not None and visit.finished_us is not None
        for day in range(visit.claimed_us // DAY_US, visit.finished_us // DAY_US + 1)
    }


def _rows(days: Sequence[int], busy: set[int], work: set[int]) -> Iterator[Absence]:
    """Idle days in a row, `days` counting those with work only; it ends with the next day that shows her at work."""
    start, idle = None, 0
    for day in days:
        if day in busy:
            if start is not None:
                yield Absence(start, day, idle, over=True)
            start, idle = None, 0
        elif day in work:
            start, idle = day if start is None else start, idle + 1
    if start is not None:
        yield Absence(start, days[-1] + 1, idle, over=False)


def _too_long(rows: Sequence[Absence], acts: int) -> list[Absence]:
    """The rows that chance does not explain; each round leaves out of the pace what the one before has found."""
    found: list[Absence] = []
    while True:
        usual = sum(row.days for row in rows) - sum(row.days for row in found)
        idle = usual / (acts + usual) if acts else 1.0
        least = max(LEAST_DAYS, _longest_by_chance(idle, acts))
        more = [row for row in rows if row.days >= least]
        if len(more) == len(found):
            return found
        found = more


def _longest_by_chance(idle: float, rows: int) -> float:
    """The k from which on `rows` rows have one of k idle days with a chance below 1 %."""
    if idle <= 0 or not rows:
        return 0.0
    return math.inf if idle >= 1 else math.log(CHANCE / rows) / math.log(idle)
