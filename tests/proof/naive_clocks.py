"""Clock arithmetic a second time: written from the text of the rules, one day after the other, slow and plain.

It shares nothing with the engine, not even its types: a case is a dict of dates, numbers and words.

case = {
    "unit", "length", "roll", "count_from": as in a workflow file,
    "start": the local date that starts the clock,
    "weekdays": working weekdays (0 = Monday), "closed": the closed dates,
    "pauses": [(first, last or None)], "extensions": [(granted on, units)],
}
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Case = dict[str, Any]
TOO_LATE = "too late"


def is_open(case: Case, day: date) -> bool:
    """The office works on this day."""
    return day.weekday() in case["weekdays"] and day not in case["closed"]


def received(at_us: int, zone: str, late: str, closes: time, case: Case) -> date:
    """The day on which something sent at an instant counts as received."""
    seconds, micros = divmod(at_us, 1_000_000)
    local = datetime.fromtimestamp(seconds, ZoneInfo(zone)) + timedelta(microseconds=micros)
    day = local.date()
    if late == "same_day":
        return day
    if (local.hour, local.minute, local.second, local.microsecond) > (closes.hour, closes.minute, 0, 0):
        day = day + timedelta(days=1)
    while not is_open(case, day):
        day = day + timedelta(days=1)
    return day


def runs_as_the_day_ends(case: Case, day: date) -> bool:
    """No pause holds in the night after: one holds from its evening to the evening of the resumption."""
    return not any(first <= day and (last is None or last > day) for first, last in case["pauses"])


def last_day_of_months(start: date, months: int) -> tuple[date, bool]:
    """Step month by month to the day of the same number; True when the month was too short for it."""
    year, month = start.year, start.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    number = start.day
    while True:
        try:
            return date(year, month, number), number != start.day
        except ValueError:
            number -= 1


def days_needed(case: Case, length: int) -> int:
    """How many days must be counted until the length is used."""
    if case["unit"] in ("business_day", "calendar_day"):
        return length
    end, too_short = last_day_of_months(case["start"], length * 12 if case["unit"] == "year" else length)
    # With the first day in the count, the month ends a day earlier, unless it ends with a shorter month anyway.
    first = case["start"] + timedelta(days=1)
    if case["count_from"] == "receipt_day_counts":
        first = case["start"]
        end = end if too_short else end - timedelta(days=1)
    needed, day = 0, first
    while day <= end:
        needed, day = needed + 1, day + timedelta(days=1)
    return needed


def counted_days(case: Case, needed: int) -> list[date]:
    """The days that are counted, in order; fewer than needed when a pause without an end stops the count."""
    counted: list[date] = []
    day = case["start"]
    if case["count_from"] == "exclude_first":
        day = day + timedelta(days=1)
    stands_from = min((first for first, last in case["pauses"] if last is None), default=date.max)
    stood = set()
    for first, last in case["pauses"]:
        for step in range(1, ((last or first) - first).days + 1):
            stood.add(first + timedelta(days=step))
    business = case["unit"] == "business_day"
    while len(counted) < needed and day <= stands_from:
        if day not in stood and (not business or is_open(case, day)):
            counted.append(day)
        day = day + timedelta(days=1)
    return counted


def rolled(case: Case, day: date) -> date:
    """The day itself when the office works on it or the deadline does not roll, else the next or previous one."""
    step = {"none": 0, "next": 1, "previous": -1}[case["roll"]]
    while step and not is_open(case, day):
        if step < 0 and day == case["start"]:
            break  # No deadline before the start.
        day = day + timedelta(days=step)
    return day


def lapse(case: Case, counted: list[date], needed: int) -> date | None:
    """The day at whose end the clock lapses: the last counted one, rolled, and never while the clock stands."""
    if len(counted) < needed:
        return None
    day = rolled(case, counted[-1])
    stood = False
    while not runs_as_the_day_ends(case, day) or (
        stood and case["roll"] != "none" and not is_open(case, day)
    ):
        if any(last is None and first <= day for first, last in case["pauses"]):
            return None
        stood = True
        day = day + timedelta(days=1)
    return day


def work_out(case: Case) -> dict[str, Any] | str:
    """Count a clock from its start: the counted days, how many are needed, and the day on which it lapses.

    TOO_LATE when an extension was granted after the clock had lapsed. Goes from one day on which something happened
    to the next: what comes after the lapse is no part of the clock any more.
    """
    happened = {first for first, _last in case["pauses"]} | {granted for granted, _more in case["extensions"]}
    for day in sorted(happened):
        evening_before = as_known_on(case, day - timedelta(days=1))
        worked = count(evening_before)
        if worked["due"] is not None and worked["due"] < day:
            late = any(granted > worked["due"] for granted, _more in case["extensions"])
            return TOO_LATE if late else worked
    return count(case)


def count(case: Case) -> dict[str, Any]:
    """Count all the pauses and extensions of a case, late or not."""
    length = case["length"] + sum(more for _granted, more in case["extensions"])
    needed = days_needed(case, length)
    counted = counted_days(case, needed)
    return {"counted": counted, "needed": needed, "due": lapse(case, counted, needed)}


def as_known_on(case: Case, day: date) -> Case:
    """The case as people knew it at the end of a day: nothing that came later."""
    pauses = [
        (first, last if last is not None and last <= day else None)
        for first, last in case["pauses"]
        if first <= day
    ]
    extensions = [(granted, more) for granted, more in case["extensions"] if granted <= day]
    return {**case, "pauses": pauses, "extensions": extensions}


def standing(case: Case, day: date) -> tuple[int, int, date | None, str]:
    """Used days, length, due date and standing at the end of a day, by what was known then."""
    worked = work_out(as_known_on(case, day))
    assert isinstance(worked, dict)
    used = len([one for one in worked["counted"] if one <= day])
    due, needed = worked["due"], worked["needed"]
    if due is None:
        word = "paused"
    elif day > due:
        word = "overdue"
    elif day == due:
        word = "due_today"
    else:
        word = "due_soon" if (needed - used) / needed <= 0.2 else "on_time"
    return used, needed, due, word


def rung(case: Case, worked: dict[str, Any], percent: int | None, left: int | None) -> date | None:
    """The day on which a warning is due."""
    needed, counted, due = worked["needed"], worked["counted"], worked["due"]
    threshold = 0
    if left is not None:
        threshold = needed - left
    elif percent is not None:
        while threshold * 100 < percent * needed:
            threshold += 1
    if threshold <= 0:
        found: date = case["start"]
        return found
    if threshold == needed:
        last_day: date | None = due
        return last_day
    if len(counted) < threshold:
        return None
    day: date = counted[threshold - 1]
    return due if due is not None and due < day else day


def after_change(before: date | None, changed: Case, on: date) -> date | str | None:
    """The due date once the calendar changed on a day: counted anew, but a clock that had fired is left alone."""
    if before is not None and before < on:
        return before
    after = work_out(changed)
    due: date | str | None = after if isinstance(after, str) else after["due"]
    return due
