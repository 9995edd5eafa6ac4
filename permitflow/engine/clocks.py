"""Legal clocks: when a deadline falls, how much of it is used, and every day of the count with its reason.

How days are counted (the general rule of computation, as in US Federal Rule of Civil Procedure 6(a) and
47 CFR 1.6003): the day that starts a clock is not counted unless the rule says so, the last day is, and a deadline
ends with the local day it falls on.

How a pause acts: **a day is counted when the clock was running as the day began, and a clock can lapse only when it
is running as the day ends.** A pause therefore holds from the evening of `paused_on` to the evening of `resumed_on`:
the day of the pause is still counted, the day of the resumption is not. A pause and a resumption on the same day
change nothing, overlapping pauses count once, and no pause ever brings a deadline forward. A clock that is paused
on its very last day does not lapse that day; it lapses at the end of the day on which it is resumed.

Months and years run to the day of the same number, or the last day of a shorter month; a pause then adds its days.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Literal, get_args

from permitflow.engine.calendars import ONE_DAY, Calendar

Unit = Literal["business_day", "calendar_day", "month", "year"]
Roll = Literal["none", "next", "previous"]
CountFrom = Literal["exclude_first", "receipt_day_counts"]
Outcome = Literal["deemed_complete", "deemed_approved", "deemed_denied", "void", "expired", "remedy", "none"]
Standing = Literal["on_time", "due_soon", "due_today", "overdue", "paused"]

LONGEST = 3660
DUE_SOON_PERCENT = 20


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One deadline set by law or policy: how long, how it is counted, and what follows when it lapses.

    `length` counts `unit`s. `roll` moves a deadline that falls on a closed day. `count_from` says whether the day
    that starts the clock is day 1. `authority` cites the source, `verified` says that someone checked the numbers
    against it, `warn_at` lists the percentages of the length at which people are warned.
    Raises ValueError, with a sentence, for a rule that cannot be counted.
    """

    id: str
    title: str
    unit: Unit
    length: int
    roll: Roll
    count_from: CountFrom
    authority: str
    outcome: Outcome
    verified: bool
    warn_at: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("id", "title", "authority"):
            if not getattr(self, name).strip():
                raise ValueError(f"Clock {self.id or 'without an id'} has no {name}.")
        for name, kind in (("unit", Unit), ("roll", Roll), ("count_from", CountFrom), ("outcome", Outcome)):
            if getattr(self, name) not in get_args(kind):
                allowed = ", ".join(get_args(kind))
                raise ValueError(
                    f"Clock {self.id}: {name} is {getattr(self, name)!r}, but must be one of {allowed}."
                )
        if not 1 <= self.length <= LONGEST:
            raise ValueError(
                f"Clock {self.id}: the length is {self.length}, but must be from 1 to {LONGEST}."
            )
        if list(self.warn_at) != sorted({percent for percent in self.warn_at if 0 < percent <= 100}):
            raise ValueError(f"Clock {self.id}: warn_at holds rising percentages from 1 to 100.")

    @property
    def acts_alone(self) -> bool:
        """Say whether a lapse may cause its outcome without a person: only numbers checked against the law may."""
        return self.verified and self.outcome != "none"


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a clock stands still, from the evening of one local date to the evening of another.

    `resumed_on` is None while the pause lasts. Raises ValueError when the resumption precedes the pause.
    """

    paused_on: date
    resumed_on: date | None
    reason: str

    def __post_init__(self) -> None:
        if self.resumed_on is not None and self.resumed_on < self.paused_on:
            raise ValueError(f"A clock paused on {self.paused_on} cannot be resumed on {self.resumed_on}.")

    def holds_overnight(self, evening: date) -> bool:
        """Say whether the clock stands still in the night after the local date `evening`."""
        return self.paused_on <= evening and (self.resumed_on is None or evening < self.resumed_on)


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One line of the arithmetic: a local date, whether it was counted, as which number, and why (not)."""

    on: date
    counted: bool
    number: int | None
    why: str


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """A clock as it stood at the end of one day.

    `consumed` of `length` days are used: business days for that unit, else calendar days (months and years are
    shown in the days they span). `due_on` is None while a pause leaves it unknown.
    """

    consumed: int
    length: int
    due_on: date | None
    standing: Standing

    @property
    def remaining(self) -> int:
        """The days that are left, in the unit of `length`."""
        return self.length - self.consumed


def due_on(
    rule: ClockRule, started_on: date, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> date | None:
    """Return the local date at whose end the clock lapses, or None while a running pause leaves it unknown.

    `started_on` is the local date of the event that starts the clock. A clock whose whole length was used before
    a running pause began keeps its date. Raises ValueError when the calendar is closed for more than 366 days.
    """
    counted = list(_counted_days(rule, started_on, calendar, pauses))
    if len(counted) < _span(rule, started_on):
        return None
    due = counted[-1]
    if rule.roll == "next":
        due = calendar.next_open(due)
    elif rule.roll == "previous":
        due = calendar.previous_open(due)
    while pause := _pause_over(pauses, due):
        if pause.resumed_on is None:
            return None
        # Only forward: a deadline put off by a pause must not roll back into the time in which the clock stood.
        due = pause.resumed_on if rule.roll == "none" else calendar.next_open(pause.resumed_on)
    return due


def consumed(rule: ClockRule, started_on: date, calendar: Calendar, pauses: Sequence[Pause], on: date) -> int:
    """Count the days of the clock that are used at the end of the local date `on`, at most its whole length.

    Business days for that unit, else calendar days. Raises ValueError when the calendar is closed for over 366 days.
    """
    return sum(1 for _ in takewhile(on.__ge__, _counted_days(rule, started_on, calendar, pauses)))


def remaining(
    rule: ClockRule, started_on: date, calendar: Calendar, pauses: Sequence[Pause], on: date
) -> int:
    """Count the days of the clock that are left at the end of the local date `on`; never below 0.

    Business days for that unit, else calendar days. Raises ValueError when the calendar is closed for over 366 days.
    """
    return _span(rule, started_on) - consumed(rule, started_on, calendar, pauses, on)


def status(
    rule: ClockRule, started_on: date, calendar: Calendar, pauses: Sequence[Pause], on: date
) -> ClockStatus:
    """Say how the clock stood at the end of the local date `on`, by what was known that day.

    Pauses begun later are ignored, and a resumption after `on` has not happened yet. A clock that lapsed before a
    pause stays overdue: a pause cures no lateness. Due soon means at most 20 percent of the length is left.
    Raises ValueError when the calendar is closed for more than 366 days.
    """
    known = [_as_known(pause, on) for pause in pauses if pause.paused_on <= on]
    due = due_on(rule, started_on, calendar, known)
    length = _span(rule, started_on)
    used = consumed(rule, started_on, calendar, known, on)
    return ClockStatus(used, length, due, _standing(due, on, length - used, length))


def ledger(
    rule: ClockRule, started_on: date, calendar: Calendar, pauses: Sequence[Pause], until: date
) -> list[CountedDay]:
    """Show the arithmetic: every local date from `started_on` to `until`, counted or not, each with its reason.

    Empty when `until` precedes the start. Raises ValueError when the calendar is closed for more than 366 days.
    """
    counted = _counted_days(rule, started_on, calendar, pauses)
    numbers = {on: number for number, on in enumerate(takewhile(until.__ge__, counted), 1)}
    due = due_on(rule, started_on, calendar, pauses)
    lines = []
    for step in range((until - started_on).days + 1):
        on = started_on + timedelta(days=step)
        number = numbers.get(on)
        if number is not None:
            why = "counted"
        elif on == started_on and rule.count_from == "exclude_first":
            why = "start day is not counted"
        else:
            why = _why_not_counted(on, due, calendar, pauses)
        lines.append(CountedDay(on, number is not None, number, why))
    return lines


def _counted_days(
    rule: ClockRule, started_on: date, calendar: Calendar, pauses: Sequence[Pause]
) -> Iterator[date]:
    """Yield the counted days in order, as many as the length; fewer when a running pause stops the count."""
    day = started_on if rule.count_from == "receipt_day_counts" else started_on + ONE_DAY
    left = _span(rule, started_on)
    while left:
        if rule.unit == "business_day":
            day = calendar.next_open(day)
        pause = _pause_over(pauses, day - ONE_DAY)
        if pause is None:
            yield day
            left -= 1
        elif pause.resumed_on is None:
            return
        else:
            day = pause.resumed_on
        day += ONE_DAY


def _span(rule: ClockRule, started_on: date) -> int:
    """Return how many days are to be counted: the length itself, or the calendar days of its months or years."""
    if rule.unit in ("business_day", "calendar_day"):
        return rule.length
    months = rule.length * (12 if rule.unit == "year" else 1)
    year, month = divmod(started_on.year * 12 + started_on.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    days = (date(year, month + 1, min(started_on.day, last)) - started_on).days
    # A month that begins with the 30th of January ends with February; one that begins with the 5th ends on the 4th.
    clamped = started_on.day > last
    return days + 1 if clamped and rule.count_from == "receipt_day_counts" else days


def _pause_over(pauses: Sequence[Pause], evening: date) -> Pause | None:
    return next((pause for pause in pauses if pause.holds_overnight(evening)), None)


def _as_known(pause: Pause, on: date) -> Pause:
    if pause.resumed_on is None or pause.resumed_on <= on:
        return pause
    return Pause(pause.paused_on, None, pause.reason)


def _standing(due: date | None, on: date, left: int, length: int) -> Standing:
    if due is None:
        return "paused"
    if on > due:
        return "overdue"
    if on == due:
        return "due_today"
    return "due_soon" if left * 100 <= length * DUE_SOON_PERCENT else "on_time"


def _why_not_counted(on: date, due: date | None, calendar: Calendar, pauses: Sequence[Pause]) -> str:
    if due is not None and on > due:
        return "overdue"
    pause = _pause_over(pauses, on - ONE_DAY)
    if pause is not None:
        return f"stopped: {pause.reason}"
    return calendar.why_closed(on) or "the deadline moved to this day"
