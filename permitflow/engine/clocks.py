"""Legal clocks: when a deadline falls, how much of it is used, and every day of the count with its reason.

How days are counted (the general rule of computation, as in US Federal Rule of Civil Procedure 6(a) and
47 CFR 1.6003): the day that starts a clock is not counted unless the rule says so, the last day is, and a deadline
ends with the local day it falls on.

How a pause acts: **a day is counted when the clock was running as the day began, and a clock can lapse only when it
is running as the day ends.** A pause therefore holds from the evening of `paused_on` to the evening of `resumed_on`:
the day of the pause is still counted, the day of the resumption is not. A pause and a resumption on the same day
change nothing, overlapping pauses count once, no pause ever brings a deadline forward, and one that begins after
the deadline changes nothing any more, also where the deadline was rolled back to before the last counted day. A clock that is paused
on its very last day does not lapse that day; it lapses at the end of the day on which it is resumed.

Months and years run to the day of the same number, or the last day of a shorter month; a pause then adds its days.

How an extension acts: it must be granted by the due date, and the length and all extensions are then counted as one
period from the start, so that the deadline never rolls twice.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import Literal

from permitflow.engine.calendars import ONE_DAY, Calendar
from permitflow.engine.clock_def import ClockDef, RungDef
from permitflow.engine.clock_rule import LONGEST, ClockRule, Extension, Pause, Unit
from permitflow.engine.conditions import compute_integer

__all__ = [
    "ClockRule",
    "ClockStatus",
    "CountedDay",
    "Extension",
    "Pause",
    "consumed",
    "due_on",
    "lapsed",
    "ledger",
    "remaining",
    "rule_of",
    "rung_on",
    "status",
    "used",
]

Standing = Literal["on_time", "due_soon", "due_today", "overdue", "paused"]

DUE_SOON_PERCENT = 20


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


def rule_of(name: str, spec: ClockDef, facts: Mapping[str, object]) -> ClockRule:
    """Return the rule of a defined clock for one application, with its length computed from the facts.

    `facts` is nested by the parts of the dotted names. Raises UnknownFacts when the length needs a fact that is
    not known, ValueError when it is outside 1 to 3660 units.
    """
    return ClockRule(
        id=name,
        title=spec.title,
        unit=spec.unit,
        length=compute_integer(spec.length, facts),
        roll=spec.roll,
        count_from=spec.count_from,
        authority=spec.authority,
        outcome=spec.outcome,
        verified=spec.verified,
        warn_at=spec.warn_at,
    )


def due_on(
    rule: ClockRule,
    started_on: date,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> date | None:
    """Return the local date at whose end the clock lapses, or None while a running pause leaves it unknown.

    `started_on` is the local date of the event that starts the clock. A clock whose whole length was used before
    a running pause began keeps its date. Raises ValueError when the calendar is closed for more than 366 days, or
    when an extension was granted after the clock had lapsed.
    """
    rule, pauses = _in_force(rule, started_on, calendar, pauses, extensions)
    return _due_on(rule, started_on, calendar, pauses)


def lapsed(
    rule: ClockRule,
    started_on: date,
    calendar: Calendar,
    pauses: Sequence[Pause],
    on: date,
    extensions: Sequence[Extension] = (),
) -> bool:
    """Say whether the clock had run out before the local date `on` began, by what was known that day.

    The due date itself is still in time. Raises ValueError as `due_on` does.
    """
    due = status(rule, started_on, calendar, pauses, on, extensions).due_on
    return due is not None and on > due


def rung_on(
    rule: ClockRule,
    started_on: date,
    calendar: Calendar,
    pauses: Sequence[Pause],
    extensions: Sequence[Extension],
    rung: RungDef,
) -> date | None:
    """Return the local date on which a warning is due, or None while a running pause leaves it unknown.

    A percentage is reached at the end of the day on which so much of the length, rounded up to whole days, is used;
    `left` when no more than so many days are left: business days for that unit, else calendar days. A rung that is
    reached from the beginning falls on `started_on`, one at the whole length on the due date, and none after it.
    Raises ValueError as `due_on` does.
    """
    rule, pauses = _in_force(rule, started_on, calendar, pauses, extensions)
    due = _due_on(rule, started_on, calendar, pauses)
    span = _span(rule, started_on)
    needed = span - rung.left if rung.left is not None else -(-span * (rung.percent or 0) // 100)
    if needed <= 0:
        return started_on
    if needed == span:
        return due
    day = next(islice(_counted_days(rule, started_on, calendar, pauses), needed - 1, None), None)
    return day if day is None or due is None else min(day, due)


def consumed(
    rule: ClockRule,
    started_on: date,
    calendar: Calendar,
    pauses: Sequence[Pause],
    on: date,
    extensions: Sequence[Extension] = (),
) -> int:
    """Count the days of the clock that are used at the end of the local date `on`, at most its whole length.

    Business days for that unit, else calendar days. Raises ValueError as `due_on` does.
    """
    rule, pauses = _in_force(rule, started_on, calendar, pauses, extensions)
    return sum(1 for _ in takewhile(on.__ge__, _counted_days(rule, started_on, calendar, pauses)))


def remaining(
    rule: ClockRule,
    started_on: date,
    calendar: Calendar,
    pauses: Sequence[Pause],
    on: date,
    extensions: Sequence[Extension] = (),
) -> int:
    """Count the days of the clock that are left at the end of the local date `on`; never below 0.

    Business days for that unit, else calendar days. Raises ValueError as `due_on` does.
    """
    used_days = consumed(rule, started_on, calendar, pauses, on, extensions)
    rule, _pauses = _in_force(rule, started_on, calendar, pauses, extensions)
    return _span(rule, started_on) - used_days


def used(rule: ClockRule, started_on: date, calendar: Calendar, pauses: Sequence[Pause], on: date) -> int:
    """Count the days on which the clock ran up to the end of the local date `on`, past its length too.

    This is what the lateness of a lapsed clock is measured by; days in a pause are not used, also after the length
    was. Ask `lapsed` first: a deadline that rolled to a later day is in time with more days than its length.
    Business days for that unit, else calendar days. Raises ValueError when the calendar is closed for more than 366 days.
    """
    unit: Unit = "business_day" if rule.unit == "business_day" else "calendar_day"
    return consumed(replace(rule, unit=unit, length=LONGEST), started_on, calendar, pauses, on)


def status(
    rule: ClockRule,
    started_on: date,
    calendar: Calendar,
    pauses: Sequence[Pause],
    on: date,
    extensions: Sequence[Extension] = (),
) -> ClockStatus:
    """Say how the clock stood at the end of the local date `on`, by what was known that day.

    Pauses begun and extensions granted later are ignored, and a resumption after `on` has not happened yet. A clock
    that lapsed before a pause stays overdue: a pause cures no lateness. Due soon means at most 20 percent of the
    length is left. Raises ValueError as `due_on` does.
    """
    known = [_as_known(pause, on) for pause in pauses if pause.paused_on <= on]
    granted = [extension for extension in extensions if extension.on <= on]
    rule, in_force = _in_force(rule, started_on, calendar, known, granted)
    due = _due_on(rule, started_on, calendar, in_force)
    length = _span(rule, started_on)
    used_days = consumed(rule, started_on, calendar, in_force, on)
    return ClockStatus(used_days, length, due, _standing(due, on, length - used_days, length))


def ledger(
    rule: ClockRule,
    started_on: date,
    calendar: Calendar,
    pauses: Sequence[Pause],
    until: date,
    extensions: Sequence[Extension] = (),
) -> list[CountedDay]:
    """Show the arithmetic: every local date from `started_on` to `until`, counted or not, each with its reason.

    A day that only an extension made part of the clock says so. Empty when `until` precedes the start.
    Raises ValueError as `due_on` does.
    """
    own = _span(rule, started_on)
    rule, pauses = _in_force(rule, started_on, calendar, pauses, extensions)
    counted = _counted_days(rule, started_on, calendar, pauses)
    numbers = {on: number for number, on in enumerate(takewhile(until.__ge__, counted), 1)}
    due = _due_on(rule, started_on, calendar, pauses)
    lines = []
    for step in range((until - started_on).days + 1):
        on = started_on + timedelta(days=step)
        number = numbers.get(on)
        if number is not None:
            why = "counted" if number <= own else "counted (extension)"
        elif on == started_on and rule.count_from == "exclude_first":
            why = "start day is not counted"
        else:
            why = _why_not_counted(on, due, calendar, pauses)
        lines.append(CountedDay(on, number is not None, number, why))
    return lines


def _in_force(
    rule: ClockRule,
    started_on: date,
    calendar: Calendar,
    pauses: Sequence[Pause],
    extensions: Sequence[Extension],
) -> tuple[ClockRule, Sequence[Pause]]:
    """Return the rule with the extensions in its length, and the pauses that began while the clock still ran.

    Only a deadline that rolls back leaves counted days behind it in which a pause could begin too late.
    Raises ValueError for an extension that was granted too late.
    """
    if not extensions and (rule.roll != "previous" or not pauses):
        return rule, pauses
    kept: list[Pause] = []
    acts: list[Pause | Extension] = [*pauses, *extensions]
    for act in sorted(acts, key=_begun_on):
        due = _due_on(rule, started_on, calendar, kept)
        late = due is not None and _begun_on(act) > due
        if isinstance(act, Extension):
            if late:
                raise ValueError(
                    f"Clock {rule.id}: an extension on {act.on} is too late; the time ran out on {due}."
                )
            rule = replace(rule, length=rule.length + act.length)
        elif not late:
            kept.append(act)
    return rule, kept


def _begun_on(act: Pause | Extension) -> date:
    return act.on if isinstance(act, Extension) else act.paused_on


def _due_on(rule: ClockRule, started_on: date, calendar: Calendar, pauses: Sequence[Pause]) -> date | None:
    """Return the due date of a clock without extensions."""
    counted = list(_counted_days(rule, started_on, calendar, pauses))
    if len(counted) < _span(rule, started_on):
        return None
    due = counted[-1]
    if rule.roll == "next":
        due = calendar.next_open(due)
    elif rule.roll == "previous":
        due = max(calendar.previous_open(due), started_on)
    while pause := _pause_over(pauses, due):
        if pause.resumed_on is None:
            return None
        # Only forward: a deadline put off by a pause must not roll back into the time in which the clock stood.
        due = pause.resumed_on if rule.roll == "none" else calendar.next_open(pause.resumed_on)
    return due


def _counted_days(
    rule: ClockRule, started_on: date, calendar: Calendar, pauses: Sequence[Pause]
) -> Iterator[date]:
    """Yield the counted days in order, as many as the length; fewer when a running pause stops the count."""
    day = started_on if rule.count_from == "receipt_day_counts" else started_on + ONE_DAY
    left = _span(rule, started_on)
    while left:
        if rule.unit == "business_day":
            day = calendar.next_open(day)
        pause = _pause_over(pauses, day - ONE_DAY) if pauses else None
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
    for pause in pauses:
        if pause.holds_overnight(evening):
            return pause
    return None


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
