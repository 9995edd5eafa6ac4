"""Office hours: wall time turned into working time, with hours that are given or read off a log."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from permitflow.analytics.durations import DAY_US

HOUR_US = DAY_US // 24
THURSDAY = 3
"""The weekday of 1970-01-01, with Monday as 0."""
RARE = 0.2
"""A weekday with less than this part of an average day's events counts as closed."""
ROUND_THE_CLOCK = 20 * HOUR_US
LEAST_INSTANTS = 20


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours of an office in one fixed zone: open weekdays (0 = Monday), opening and closing time of day.

    `opens_us` and `closes_us` are microseconds since midnight, `closed_days` whole days since 1970 that are shut.
    """

    weekdays: frozenset[int] = frozenset(range(5))
    opens_us: int = 8 * HOUR_US
    closes_us: int = 17 * HOUR_US
    closed_days: tuple[int, ...] = ()

    @property
    def day_us(self) -> int:
        """The working time of one open day, in microseconds."""
        return self.closes_us - self.opens_us

    def is_open_day(self, day: int) -> bool:
        """Say whether a day, counted from 1970-01-01, is a working day."""
        place = bisect_left(self.closed_days, day)
        shut = place < len(self.closed_days) and self.closed_days[place] == day
        return weekday(day) in self.weekdays and not shut

    def worked(self, at_us: int) -> int:
        """The working microseconds from the start of 1970 to an instant; differences are business durations.

        Half-open: the closing instant of a day and the opening one of the next are the same working time.
        """
        day, of_day = divmod(at_us, DAY_US)
        open_days = self._open_days_before(day)
        today = min(max(of_day - self.opens_us, 0), self.day_us) if self.is_open_day(day) else 0
        return open_days * self.day_us + today

    def next_open(self, at_us: int) -> int:
        """The instant itself when the office is open, else the next opening, in UTC microseconds."""
        day, of_day = divmod(at_us, DAY_US)
        if self.is_open_day(day) and of_day < self.closes_us:
            return max(at_us, day * DAY_US + self.opens_us)
        day += 1
        while not self.is_open_day(day):
            day += 1
        return day * DAY_US + self.opens_us

    def after(self, at_us: int, work_us: int) -> int:
        """The instant at which `work_us` microseconds of work are done that begin at or after an instant."""
        at = self.next_open(at_us)
        while work_us > (left := at // DAY_US * DAY_US + self.closes_us - at):
            work_us -= left
            at = self.next_open(at + left)
        return at + work_us

    def before(self, at_us: int, work_us: int) -> int:
        """The latest instant from which on `work_us` microseconds of work are done by an instant: `after` backwards."""
        while work_us > 0:
            day = self._open_before(at_us)
            opened = day * DAY_US + self.opens_us
            until = min(at_us, day * DAY_US + self.closes_us)
            if work_us <= until - opened:
                return until - work_us
            work_us -= until - opened
            at_us = opened
        return at_us

    def days_later(self, due_us: int, days: int) -> int:
        """The due instant so many working days later (earlier below 0) than one that ends a working day's term.

        The day that is due is the last working day that began before the instant, so that the midnight after a Friday
        in any zone counts as that Friday's; the time of day is kept.
        """
        day = due = self._open_before(due_us)
        step = 1 if days > 0 else -1
        for _ in range(abs(days)):
            day += step
            while not self.is_open_day(day):
                day += step
        return due_us + (day - due) * DAY_US

    def _open_before(self, at_us: int) -> int:
        day = (at_us - 1 - self.opens_us) // DAY_US
        while not self.is_open_day(day):
            day -= 1
        return day

    def _open_days_before(self, day: int) -> int:
        weeks, rest = divmod(day, 7)
        count = weeks * len(self.weekdays) + _days_of_week_one(self.weekdays)[rest]
        shut = self.closed_days[: bisect_left(self.closed_days, day)] if self.closed_days else ()
        return count - sum(weekday(closed) in self.weekdays for closed in shut)


@cache
def _days_of_week_one(weekdays: frozenset[int]) -> tuple[int, ...]:
    """How many of the first 0 to 6 days of 1970 are among some weekdays."""
    return tuple(sum(weekday(day) in weekdays for day in range(rest)) for rest in range(7))


def weekday(day: int) -> int:
    """The weekday of a day counted from 1970-01-01; 0 is Monday."""
    return (day + THURSDAY) % 7


def hours_read_off(instants_us: Iterable[int]) -> OfficeHours:
    """The hours in which a log's events happen: its usual weekdays, and the span that holds 98 in 100 of them.

    A weekday with under a fifth of an average day's events is closed. Hours are widened to whole ones; where they
    come to 20 or more, or where all events stand at one time of day, the office is taken to be open all day.

    Args:
        instants_us: when work was begun or ended, in UTC microseconds.
    """
    found = list(instants_us)
    usual = usual_weekdays(found)
    times = sorted(at % DAY_US for at in found)
    if not times:
        return OfficeHours(frozenset(range(7)), 0, DAY_US)
    opens = times[len(times) // 100] // HOUR_US * HOUR_US
    closes = -(-times[-1 - len(times) // 100] // HOUR_US) * HOUR_US
    if closes - opens >= ROUND_THE_CLOCK or times[0] == times[-1]:
        opens, closes = 0, DAY_US
    return OfficeHours(usual, opens, max(closes, opens + HOUR_US))


def hours_of_steps(instants_us: Sequence[Sequence[int]]) -> OfficeHours:
    """The hours of an office, read off the steps that keep hours where at least half of its steps do.

    A portal takes filings, and other offices answer, at any hour: beside steps with closing times these are no sign
    that the office works at night, when its people would seem to be free. Steps of few instants tell nothing.

    Args:
        instants_us: for each step when its work was begun or ended, in UTC microseconds.
    """
    telling = [instants for instants in instants_us if len(instants) >= LEAST_INSTANTS]
    keep_hours = [instants for instants in telling if hours_read_off(instants).day_us < DAY_US]
    read = keep_hours if keep_hours and len(keep_hours) * 2 >= len(telling) else instants_us
    return hours_read_off(chain.from_iterable(read))


def usual_weekdays(instants_us: Sequence[int]) -> frozenset[int]:
    """The weekdays (0 = Monday) that see at least a fifth of an average day's instants.

    Args:
        instants_us: UTC microseconds, in any order.
    """
    days = Counter(weekday(at // DAY_US) for at in instants_us)
    return frozenset(day for day, count in days.items() if count * 7 >= RARE * len(instants_us))
