"""Random clock cases from a seed, each put to the engine and to the naive count: where do they differ?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from permitflow.engine import clocks
from permitflow.engine.calendars import EPOCH, MICROSECOND, Calendar
from permitflow.engine.clock_def import ReceiptDef, RungDef
from permitflow.engine.clocks import ClockRule, Extension, Pause
from permitflow.engine.receipt import received_on
from tests.proof import naive_clocks
from tests.proof.naive_clocks import Case

DAY = timedelta(days=1)
FIRST, LAST = date(2000, 1, 1).toordinal(), date(2060, 12, 31).toordinal()
UNITS = ("business_day", "calendar_day", "month", "year")
LENGTHS = {"business_day": 25, "calendar_day": 45, "month": 3, "year": 1}
WEEKS = (
    *[frozenset(range(5))] * 6,
    frozenset({0, 1, 2, 3}),
    frozenset({6, 0, 1, 2, 3}),
    frozenset(range(6)),
    frozenset(range(7)),
    frozenset({2}),
)
ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "America/Phoenix",
    "America/Havana",
    "Europe/Rome",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
)
RECEIPTS = {
    late: ReceiptDef.model_validate(
        {"late": late, "source": "a case", "as_of": date(2026, 1, 1), "verified": True}
    )
    for late in ("same_day", "next_open_day")
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One case with what surrounds it: the submission, the calendar after a change, the day that is asked about."""

    case: Case
    changed: Case
    changed_on: date
    zone: str
    sent_us: int
    late: str
    closes: time
    asked_on: date
    percent: int | None
    left: int | None


def cases(seed: int, count: int) -> Iterator[Asked]:
    """Yield so many random cases; the same ones for the same seed."""
    dice = random.Random(seed)  # Test cases, not secrets.
    for _ in range(count):
        yield _case(dice)


def _case(dice: random.Random) -> Asked:
    zone, late, closes = dice.choice(ZONES), dice.choice(tuple(RECEIPTS)), time(dice.choice((12, 16, 17)), 0)
    sent = _submission(dice, zone, closes)
    week, closed = _calendar(dice, sent.date())
    case: Case = {"weekdays": week, "closed": closed}
    sent_us = (sent.astimezone(UTC) - EPOCH) // MICROSECOND
    start = case["start"] = naive_clocks.received(sent_us, zone, late, closes, case)
    unit = dice.choices(UNITS, (60, 50, 12, 1))[0]
    case |= {
        "unit": unit,
        "length": dice.randint(1, LENGTHS[unit]),
        "roll": dice.choice(("none", "next", "previous")),
        "count_from": dice.choice(("exclude_first", "receipt_day_counts")),
        "pauses": [_pause(dice, start) for _ in range(dice.choice((0, 0, 1, 1, 2, 3, 4)))],
        "extensions": [
            (start + DAY * dice.randint(0, 40), dice.randint(1, 5))
            for _ in range(dice.choice((0, 0, 0, 1, 2)))
        ],
    }
    new_week, new_closed = _calendar(dice, start)
    percent = dice.choice((None, 1, 33, 50, 60, 85, 99, 100))
    return Asked(
        case=case,
        changed={**case, "weekdays": new_week, "closed": new_closed},
        changed_on=start + DAY * dice.randint(0, 80),
        zone=zone,
        sent_us=sent_us,
        late=late,
        closes=closes,
        asked_on=start + DAY * dice.randint(-3, 110),
        percent=percent,
        left=dice.randint(0, 60) if percent is None else None,
    )


def _submission(dice: random.Random, zone: str, closes: time) -> datetime:
    """Any moment, and often the edges: midnight, closing time, the nights on which the clocks change, leap days."""
    day = date.fromordinal(dice.randint(FIRST, LAST))
    edge = dice.randrange(8)
    if edge == 0:
        day = date(day.year, *dice.choice(((3, 8), (3, 29), (10, 25), (11, 1), (12, 31), (1, 31), (2, 28))))
    elif edge == 1:
        day = date(day.year // 4 * 4, 2, 29)
    moment = dice.choice((time(0), time(2, 30), time(23, 59, 59), closes, time(dice.randrange(24), 1)))
    return datetime.combine(day, moment, ZoneInfo(zone))


def _calendar(dice: random.Random, near: date) -> tuple[frozenset[int], frozenset[date]]:
    closed = frozenset(near + DAY * dice.randint(-8, 120) for _ in range(dice.randrange(9)))
    return dice.choice(WEEKS), closed


def _pause(dice: random.Random, start: date) -> tuple[date, date | None]:
    first = start + DAY * dice.randint(-4, 70)
    return first, None if dice.random() < 0.1 else first + DAY * dice.choice((0, 1, 2, dice.randrange(40)))


def difference(asked: Asked) -> str:
    """Put one case to both; return what they say when it is not the same, else an empty text."""
    calendar = _engine_calendar(asked, asked.case)
    local = (EPOCH + timedelta(microseconds=asked.sent_us)).astimezone(ZoneInfo(asked.zone))
    start = received_on(local, calendar, RECEIPTS[asked.late])
    if start != asked.case["start"]:
        return _words(asked, "received", start, asked.case["start"])
    worked = naive_clocks.work_out(asked.case)
    engine = _Engine(asked, calendar)
    due = engine.due()
    if isinstance(worked, str):
        return "" if due == worked else _words(asked, "due", due, worked)
    if due != worked["due"]:
        return _words(asked, "due", due, worked["due"])
    return _further(asked, engine, worked)


def _further(asked: Asked, engine: _Engine, worked: dict[str, Any]) -> str:
    """Compare one more answer for each case, a different one by chance."""
    on, case = asked.asked_on, asked.case
    used = len([day for day in worked["counted"] if day <= on])
    questions: tuple[tuple[str, Callable[[], object], Callable[[], object]], ...] = (
        ("standing", lambda: engine.standing(on), lambda: naive_clocks.standing(case, on)),
        ("consumed", lambda: engine.consumed(on), lambda: (used, worked["needed"] - used)),
        ("ledger", lambda: engine.counted(on), lambda: [day for day in worked["counted"] if day <= on]),
        (
            "rung",
            lambda: engine.rung(asked.percent, asked.left),
            lambda: naive_clocks.rung(case, worked, asked.percent, asked.left),
        ),
        (
            "changed",
            lambda: engine.after_change(_engine_calendar(asked, asked.changed), asked.changed_on),
            lambda: naive_clocks.after_change(worked["due"], asked.changed, asked.changed_on),
        ),
    )
    for what, ours, naive in (questions[asked.asked_on.toordinal() % 4], questions[4]):
        found, expected = ours(), naive()
        if found != expected:
            return _words(asked, what, found, expected)
    return ""


def _words(asked: Asked, what: str, found: object, expected: object) -> str:
    return f"{what}: the engine says {found}, the naive count {expected}, for {asked}"


def _engine_calendar(asked: Asked, case: Case) -> Calendar:
    closures = dict.fromkeys(case["closed"], "Closed")
    return Calendar("city", 1, asked.zone, case["weekdays"], closures, time(8), asked.closes)


class _Engine:
    """The engine's answers about one case."""

    def __init__(self, asked: Asked, calendar: Calendar) -> None:
        case = asked.case
        self.calendar = calendar
        self.start: date = case["start"]
        self.rule = ClockRule(
            id="clock",
            title="A clock",
            unit=case["unit"],
            length=case["length"],
            roll=case["roll"],
            count_from=case["count_from"],
            authority="A case",
            outcome="none",
            verified=True,
        )
        self.pauses = [Pause(first, last, "waiting") for first, last in case["pauses"]]
        self.extensions = [Extension(on, more) for on, more in case["extensions"]]

    def due(self, calendar: Calendar | None = None) -> date | str | None:
        try:
            return clocks.due_on(
                self.rule, self.start, calendar or self.calendar, self.pauses, self.extensions
            )
        except ValueError as error:
            return naive_clocks.TOO_LATE if "too late" in str(error) else str(error)

    def standing(self, on: date) -> tuple[int, int, date | None, str]:
        found = clocks.status(self.rule, self.start, self.calendar, self.pauses, on, self.extensions)
        return found.consumed, found.length, found.due_on, found.standing

    def consumed(self, on: date) -> tuple[int, int]:
        arguments = (self.rule, self.start, self.calendar, self.pauses, on, self.extensions)
        return clocks.consumed(*arguments), clocks.remaining(*arguments)

    def counted(self, until: date) -> list[date]:
        lines = clocks.ledger(self.rule, self.start, self.calendar, self.pauses, until, self.extensions)
        return [line.on for line in lines if line.counted]

    def rung(self, percent: int | None, left: int | None) -> date | None:
        rung = RungDef(percent=percent, left=left, notify="managers")
        return clocks.rung_on(self.rule, self.start, self.calendar, self.pauses, self.extensions, rung)

    def after_change(self, calendar: Calendar, on: date) -> date | str | None:
        fired = clocks.lapsed(self.rule, self.start, self.calendar, self.pauses, on, self.extensions)
        return self.due() if fired else self.due(calendar)
