"""Legal clocks against published deadlines, a second implementation, and the laws that pauses obey."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permitflow.engine.calendars import Calendar, seed_closures
from permitflow.engine.clocks import (
    ClockRule,
    ClockStatus,
    CountedDay,
    Pause,
    consumed,
    due_on,
    ledger,
    remaining,
    status,
)
from tests.engine.decision_clock import DECISION
from tests.proof import naive_clocks

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "clock"
DAY = timedelta(days=1)
CLOSURES = {
    date(2025, 12, 25): "Christmas Day",
    date(2026, 1, 1): "New Year's Day",
    date(2026, 1, 19): "Martin Luther King Jr. Day",
    date(2026, 2, 16): "Presidents' Day",
    date(2026, 7, 3): "Independence Day (observed)",
}
CITY = Calendar("city", 1, "America/Los_Angeles", frozenset(range(5)), CLOSURES, time(8), time(17))
WITH_JUNETEENTH = replace(CITY, closures={**CLOSURES, date(2026, 6, 19): "Juneteenth"})


def business(days: int) -> ClockRule:
    return replace(DECISION, length=days)


def calendar_days(days: int, **change: Any) -> ClockRule:
    return replace(DECISION, unit="calendar_day", length=days, **{"roll": "none", **change})


def months(count: int, **change: Any) -> ClockRule:
    return replace(DECISION, unit="month", length=count, **{"roll": "none", **change})


def pause(first: int, last: int | None, month: int = 3) -> Pause:
    """A pause within a month of 2026, by its days."""
    return Pause(
        date(2026, month, first), None if last is None else date(2026, month, last), "waiting for applicant"
    )


# --- Deadlines that statutes and their worked examples give ---------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "started", "due"),
    [
        (5, date(2025, 12, 23), date(2025, 12, 31)),  # California, up to 25 stations: complete, then approved
        (20, date(2025, 12, 31), date(2026, 1, 30)),
        (10, date(2025, 12, 23), date(2026, 1, 8)),  # more than 25 stations
        (40, date(2026, 1, 8), date(2026, 3, 9)),
        (5, date(2026, 6, 29), date(2026, 7, 7)),  # over the observed Independence Day
        (20, date(2026, 7, 7), date(2026, 8, 4)),
        (20, date(2026, 6, 1), date(2026, 6, 29)),  # New Jersey construction permit, without Juneteenth
        (7, date(2026, 7, 6), date(2026, 7, 15)),  # and its resubmission
    ],
)
def test_business_day_deadlines_of_the_statutes(days: int, started: date, due: date) -> None:
    assert due_on(business(days), started, CITY) == due


def test_one_more_holiday_moves_the_deadline_by_one_business_day() -> None:
    assert due_on(business(20), date(2026, 6, 1), WITH_JUNETEENTH) == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("days", "started", "due"),
    [
        (28, date(2026, 3, 2), date(2026, 3, 30)),  # Washington: completeness, then decision by procedure
        (65, date(2026, 3, 30), date(2026, 6, 3)),
        (170, date(2026, 3, 30), date(2026, 9, 16)),
        (30, date(2026, 3, 2), date(2026, 4, 1)),  # Oregon: notice, void after, final action
        (180, date(2026, 3, 2), date(2026, 8, 29)),
        (120, date(2026, 4, 1), date(2026, 7, 30)),
        (60, date(2026, 5, 4), date(2026, 7, 3)),  # Minnesota, and its one extension
        (120, date(2026, 5, 4), date(2026, 9, 1)),
    ],
)
def test_calendar_day_deadlines_of_the_statutes(days: int, started: date, due: date) -> None:
    assert due_on(calendar_days(days), started, CITY) == due


def test_the_arithmetic_of_a_deadline_can_be_shown_day_by_day() -> None:
    lines = ledger(business(5), date(2025, 12, 23), CITY, (), date(2026, 1, 2))
    assert [(line.on.isoformat(), line.number, line.why) for line in lines] == [
        ("2025-12-23", None, "start day is not counted"),
        ("2025-12-24", 1, "counted"),
        ("2025-12-25", None, "Christmas Day"),
        ("2025-12-26", 2, "counted"),
        ("2025-12-27", None, "Saturday"),
        ("2025-12-28", None, "Sunday"),
        ("2025-12-29", 3, "counted"),
        ("2025-12-30", 4, "counted"),
        ("2025-12-31", 5, "counted"),
        ("2026-01-01", None, "overdue"),
        ("2026-01-02", None, "overdue"),
    ]
    assert all(line.counted is (line.number is not None) for line in lines)


# --- Published examples ------------------------------------------------------------------------------------------


@cache
def published(name: str) -> Any:
    if not (DATA / name).exists():
        pytest.skip(f"clock data set {name} is not present")
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def example(case: str) -> dict[str, str]:
    found: dict[str, str] = next(
        row for row in published("worked_examples.json")["cases"] if row["id"] == case
    )
    return found


def first_date(text: str) -> date:
    """Read the date at the start of a text such as "2019-12-20 (Fri)"."""
    return date.fromisoformat(text[:10])


@cache
def england() -> Calendar:
    closures = seed_closures("GB", "ENG", range(2023, 2025))
    return replace(CITY, zone="Europe/London", closures=closures)


@cache
def new_zealand() -> Calendar:
    closures = seed_closures("NZ", None, range(2018, 2021))
    shutdown = (date(year, 12, 20) + DAY * step for year in (2018, 2019) for step in range(22))
    return replace(
        CITY, zone="Pacific/Auckland", closures={**dict.fromkeys(shutdown, "Summer closing"), **closures}
    )


@pytest.mark.parametrize(("case", "days"), [("bops-1", 21), ("bops-2", 21), ("bops-3", 21), ("bops-4", 30)])
def test_a_consultation_runs_from_the_business_day_after_receipt(case: str, days: int) -> None:
    sent = datetime.fromisoformat(example(case)["now"][:16]).replace(tzinfo=UTC)
    received = england().received_on(int(sent.timestamp()) * 1_000_000, after_hours_next_day=True)
    first = due_on(business(1), received, england())
    assert first is not None
    assert due_on(calendar_days(days), first, england()) == first_date(example(case)["expected"])


def test_a_count_of_all_weekdays_that_skips_bank_holidays() -> None:
    every_day = replace(england(), weekdays=frozenset(range(7)))
    first = due_on(business(1), first_date(example("bops-5")["now"]), england())
    assert first is not None
    assert due_on(business(21), first, every_day) == first_date(example("bops-5")["expected"])


def test_new_zealand_statutory_days() -> None:
    monday = date(2019, 9, 2)
    lines = ledger(business(20), monday, new_zealand(), (), monday + DAY)
    assert example("nz-1")["day1"] == f"{lines[1].on:%A}"
    assert [line.number for line in lines] == [None, 1]
    submitted, starts = example("nz-2")["submit_on_or_after"], example("nz-2")["clock_starts"]
    assert new_zealand().next_open(first_date(submitted)) == first_date(starts)
    last_safe = first_date(example("nz-3")["submit_before"]) - DAY
    assert due_on(business(20), last_safe, new_zealand()) == first_date(example("nz-3")["finishes_by"])


def test_ten_business_days_after_a_tuesday() -> None:
    assert due_on(business(10), date(2010, 6, 1), CITY) == first_date(example("gen-1")["expected"])


def test_the_federal_rule_runs_to_the_end_of_the_next_open_day() -> None:
    assert example("frcp6")["rule"].startswith("exclude trigger day")
    rule = calendar_days(14, roll="next")
    assert due_on(rule, date(2026, 6, 19), CITY) == date(2026, 7, 6)  # 3 July is closed, then a weekend
    lines = ledger(rule, date(2026, 6, 19), CITY, (), date(2026, 7, 7))
    assert lines[13:15] == [
        CountedDay(date(2026, 7, 2), True, 13, "counted"),
        CountedDay(date(2026, 7, 3), True, 14, "counted"),
    ]
    moved = ["Saturday", "Sunday", "the deadline moved to this day", "overdue"]
    assert [line.why for line in lines[15:]] == moved


def test_a_shot_clock_is_the_period_plus_the_tolling_days() -> None:
    assert example("fcc-1.6003")["rule"].startswith(
        "shot clock = presumptive period (60/90/90/150 days) + tolling"
    )
    for days in (60, 90, 150):
        plain = due_on(calendar_days(days), date(2026, 3, 2), CITY)
        tolled = due_on(calendar_days(days), date(2026, 3, 2), CITY, [pause(10, 24)])
        assert plain is not None
        assert tolled == plain + 14 * DAY


def test_what_is_submitted_on_a_holiday_starts_the_clock_on_the_next_business_day() -> None:
    assert "except on a holiday: next business day" in example("fcc-kingman")["rule"]
    holiday_noon = int(datetime(2026, 7, 3, 20, tzinfo=UTC).timestamp()) * 1_000_000
    assert CITY.received_on(holiday_noon, after_hours_next_day=True) == date(2026, 7, 6)


def test_eight_weeks_that_begin_with_the_day_of_receipt() -> None:
    assert "day of receipt counts as day 1" in example("wales-22")["rule"]
    rule = calendar_days(56, count_from="receipt_day_counts")
    assert due_on(rule, date(2026, 3, 2), CITY) == date(2026, 4, 26)
    assert due_on(rule, date(2026, 3, 2), CITY, [pause(9, 19)]) == date(2026, 5, 6)


def test_sixty_local_days_are_exact_across_daylight_saving() -> None:
    assert example("rtfmp-60")["expected"].startswith("79860 of 79860 in Europe/Rome dates")
    rome = replace(CITY, zone="Europe/Rome")
    elapsed = set()
    for step in range(365):
        start = date(2026, 1, 1) + DAY * step
        due = due_on(calendar_days(60), start, rome)
        assert due == start + 60 * DAY
        elapsed.add(round((rome.start_of_day_us(due) - rome.start_of_day_us(start)) / 86_400_000_000, 4))
    assert elapsed == {60.0, 60.0417, 59.9583}


@pytest.mark.parametrize(
    ("region", "rows"), [("US", 103), ("US-CA", 103), ("US-NC", 81), ("US-NJ", 83), ("NZ", 103)]
)
def test_deadlines_equal_those_on_which_two_libraries_agree(region: str, rows: int) -> None:
    country, _, subdivision = region.partition("-")
    calendar = replace(CITY, closures=seed_closures(country, subdivision or None, range(2026, 2028)))
    table = published("business_day_deadlines_2026.json")["rows"]
    agreed = [row for row in table if row["region"] == region and row["agree"]]
    assert len(agreed) == rows
    for row in agreed:
        start = date.fromisoformat(row["start"])
        for days in (5, 10, 20, 40):
            assert str(due_on(business(days), start, calendar)) == row[f"+{days}bd"], (start, days)


# --- Months and years ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "started", "due", "due_with_receipt_day"),
    [
        (1, date(2026, 3, 5), date(2026, 4, 5), date(2026, 4, 4)),
        (1, date(2026, 3, 1), date(2026, 4, 1), date(2026, 3, 31)),
        (1, date(2026, 1, 31), date(2026, 2, 28), date(2026, 2, 28)),
        (1, date(2024, 1, 31), date(2024, 2, 29), date(2024, 2, 29)),
        (1, date(2026, 1, 28), date(2026, 2, 28), date(2026, 2, 27)),
        (6, date(2026, 8, 31), date(2027, 2, 28), date(2027, 2, 28)),
        (12, date(2026, 12, 15), date(2027, 12, 15), date(2027, 12, 14)),
        (25, date(2026, 11, 30), date(2028, 12, 30), date(2028, 12, 29)),
    ],
)
def test_months_run_to_the_same_day_number_or_the_end_of_a_shorter_month(
    count: int, started: date, due: date, due_with_receipt_day: date
) -> None:
    assert due_on(months(count), started, CITY) == due
    assert due_on(months(count, count_from="receipt_day_counts"), started, CITY) == due_with_receipt_day


def test_years_are_twelve_months_also_from_a_leap_day() -> None:
    assert due_on(replace(months(3), unit="year"), date(2024, 2, 29), CITY) == date(2027, 2, 28)
    assert due_on(replace(months(4), unit="year"), date(2024, 2, 29), CITY) == date(2028, 2, 29)


def test_a_month_that_ends_on_a_closed_day_rolls_and_a_pause_adds_its_days() -> None:
    assert due_on(months(1, roll="next"), date(2026, 6, 4), CITY) == date(2026, 7, 6)
    assert due_on(months(1, roll="previous"), date(2026, 6, 4), CITY) == date(2026, 7, 2)
    assert due_on(months(1), date(2026, 6, 4), CITY, [pause(10, 13, month=6)]) == date(2026, 7, 7)
    assert status(months(1), date(2026, 6, 4), CITY, (), date(2026, 6, 14)).length == 30


# --- Pauses ----------------------------------------------------------------------------------------------------------

MONDAY = date(2026, 3, 2)


def test_the_day_of_the_pause_is_counted_and_the_day_of_the_resumption_is_not() -> None:
    lines = ledger(business(4), MONDAY, CITY, [pause(4, 10)], date(2026, 3, 13))
    assert [(line.on.day, line.number, line.why) for line in lines] == [
        (2, None, "start day is not counted"),
        (3, 1, "counted"),
        (4, 2, "counted"),
        *((day, None, "stopped: waiting for applicant") for day in range(5, 11)),
        (11, 3, "counted"),
        (12, 4, "counted"),
        (13, None, "overdue"),
    ]


@pytest.mark.parametrize(
    "pauses",
    [
        [pause(4, 4)],
        [pause(7, 8)],  # within a weekend, for a clock of business days
        [Pause(date(2026, 2, 1), date(2026, 3, 2), "before the first day")],
        [Pause(date(2026, 4, 1), None, "after the clock lapsed")],
    ],
)
def test_pauses_that_stop_no_business_day_change_nothing(pauses: list[Pause]) -> None:
    assert due_on(business(10), MONDAY, CITY, pauses) == date(2026, 3, 16)


def test_overlapping_and_touching_pauses_count_once() -> None:
    together = due_on(calendar_days(10), MONDAY, CITY, [pause(4, 12)])
    assert together == date(2026, 3, 20)
    assert due_on(calendar_days(10), MONDAY, CITY, [pause(8, 12), pause(4, 9)]) == together
    assert due_on(calendar_days(10), MONDAY, CITY, [pause(4, 8), pause(8, 12)]) == together


def test_a_running_pause_leaves_the_deadline_unknown() -> None:
    assert due_on(business(10), MONDAY, CITY, [pause(4, None)]) is None
    assert due_on(business(10), MONDAY, CITY, [pause(4, 6), pause(5, None)]) is None
    lines = ledger(business(10), MONDAY, CITY, [pause(4, None)], date(2026, 4, 3))
    assert lines[-1] == CountedDay(date(2026, 4, 3), False, None, "stopped: waiting for applicant")


def test_a_clock_paused_on_its_last_day_lapses_on_the_day_it_is_resumed() -> None:
    assert due_on(business(10), MONDAY, CITY) == date(2026, 3, 16)
    assert due_on(business(10), MONDAY, CITY, [pause(16, None)]) is None
    assert due_on(business(10), MONDAY, CITY, [pause(16, 19)]) == date(2026, 3, 19)
    assert due_on(business(10), MONDAY, CITY, [pause(16, 21)]) == date(2026, 3, 23)
    assert due_on(replace(business(10), roll="none"), MONDAY, CITY, [pause(16, 21)]) == date(2026, 3, 21)
    assert due_on(replace(business(10), roll="previous"), MONDAY, CITY, [pause(16, 21)]) == date(2026, 3, 23)


def test_a_pause_on_the_day_to_which_a_deadline_moved_puts_it_off_too() -> None:
    rule = calendar_days(12, roll="next")
    assert due_on(rule, MONDAY, CITY) == date(2026, 3, 16)  # the 14th is a Saturday
    assert due_on(rule, MONDAY, CITY, [pause(16, 18)]) == date(2026, 3, 18)
    assert due_on(rule, MONDAY, CITY, [pause(16, 18), pause(18, 20)]) == date(2026, 3, 20)


# --- Standing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 2, 27), ClockStatus(0, 10, date(2026, 3, 16), "on_time")),
        (date(2026, 3, 11), ClockStatus(7, 10, date(2026, 3, 16), "on_time")),
        (date(2026, 3, 12), ClockStatus(8, 10, date(2026, 3, 16), "due_soon")),
        (date(2026, 3, 15), ClockStatus(9, 10, date(2026, 3, 16), "due_soon")),
        (date(2026, 3, 16), ClockStatus(10, 10, date(2026, 3, 16), "due_today")),
        (date(2026, 3, 17), ClockStatus(10, 10, date(2026, 3, 16), "overdue")),
    ],
)
def test_standing_of_a_clock_day_by_day(on: date, expected: ClockStatus) -> None:
    assert status(business(10), MONDAY, CITY, (), on) == expected
    assert expected.remaining == remaining(business(10), MONDAY, CITY, (), on)
    assert expected.consumed == consumed(business(10), MONDAY, CITY, (), on)


def test_standing_tells_only_what_was_known_that_day() -> None:
    pauses = [pause(4, 10)]
    before = ClockStatus(1, 10, date(2026, 3, 16), "on_time")
    assert status(business(10), MONDAY, CITY, pauses, date(2026, 3, 3)) == before
    for day in range(4, 10):
        stopped = ClockStatus(2, 10, None, "paused")
        assert status(business(10), MONDAY, CITY, pauses, date(2026, 3, day)) == stopped
    after = ClockStatus(2, 10, date(2026, 3, 20), "on_time")
    assert status(business(10), MONDAY, CITY, pauses, date(2026, 3, 10)) == after


def test_a_pause_cures_no_lateness_but_saves_the_last_day() -> None:
    late, last_day = [pause(17, None)], [pause(16, None)]
    assert status(business(10), MONDAY, CITY, late, date(2026, 3, 18)).standing == "overdue"
    assert status(business(10), MONDAY, CITY, last_day, date(2026, 3, 18)).standing == "paused"


# --- Calendars that are refused --------------------------------------------------------------------------------------


def test_a_calendar_without_open_days_is_refused_by_the_clock_too() -> None:
    closed = {MONDAY + DAY * step: "Closed" for step in range(1, 400)}
    with pytest.raises(ValueError, match="closed for more than 366 days"):
        due_on(business(1), MONDAY, replace(CITY, closures=closed))


# --- Laws, and a second implementation that counts day by day --------------------------------------------------------

STARTS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
RULES = st.builds(
    replace,
    st.just(DECISION),
    unit=st.sampled_from(["business_day", "calendar_day"]),
    length=st.integers(1, 45),
    roll=st.sampled_from(["none", "next", "previous"]),
    count_from=st.sampled_from(["exclude_first", "receipt_day_counts"]),
) | st.builds(
    replace,
    st.just(DECISION),
    unit=st.just("month"),
    length=st.integers(1, 14),
    roll=st.sampled_from(["none", "next", "previous"]),
    count_from=st.sampled_from(["exclude_first", "receipt_day_counts"]),
)


@st.composite
def clocks(draw: st.DrawFn) -> tuple[ClockRule, date, Calendar, list[Pause]]:
    """A rule, a start, a calendar with closures near the start, and pauses near it, the last perhaps running."""
    start = draw(STARTS)
    closed = draw(st.sets(st.integers(-10, 90), max_size=12))
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
    calendar = replace(CITY, weekdays=weekdays, closures={start + DAY * step: "Closed" for step in closed})
    spans = draw(st.lists(st.tuples(st.integers(-5, 70), st.none() | st.integers(0, 30)), max_size=3))
    pauses = [
        Pause(start + DAY * first, None if length is None else start + DAY * (first + length), "waiting")
        for first, length in spans
    ]
    return draw(RULES), start, calendar, pauses


def naive_due_on(rule: ClockRule, start: date, calendar: Calendar, pauses: Sequence[Pause]) -> date | None:
    """The due date by the naive count."""
    worked = naive_clocks.work_out(
        {
            "unit": rule.unit,
            "length": rule.length,
            "roll": rule.roll,
            "count_from": rule.count_from,
            "start": start,
            "weekdays": calendar.weekdays,
            "closed": calendar.closures,
            "pauses": [(pause.paused_on, pause.resumed_on) for pause in pauses],
            "extensions": [],
        }
    )
    assert isinstance(worked, dict)
    due: date | None = worked["due"]
    return due


LAWS = settings(database=None, deadline=None, max_examples=300)


@given(clocks())
@settings(LAWS, max_examples=2500)
@pytest.mark.slow
def test_deadlines_equal_those_of_a_count_day_by_day(
    case: tuple[ClockRule, date, Calendar, list[Pause]],
) -> None:
    assert due_on(*case) == naive_due_on(*case)


@given(clocks())
@LAWS
def test_consumed_days_never_decrease_and_never_exceed_the_length(
    case: tuple[ClockRule, date, Calendar, list[Pause]],
) -> None:
    rule, start, calendar, pauses = case
    days = [start + DAY * step for step in range(-2, 100)]
    used = [consumed(rule, start, calendar, pauses, on) for on in days]
    assert used == sorted(used)
    assert used[0] == 0
    for on, spent in zip(days, used, strict=True):
        left = remaining(rule, start, calendar, pauses, on)
        assert left >= 0
        assert spent + left == status(rule, start, calendar, pauses, on).length


@given(clocks(), st.integers(-5, 70), st.none() | st.integers(0, 30))
@LAWS
def test_another_pause_never_brings_a_deadline_forward_nor_takes_time_away(
    case: tuple[ClockRule, date, Calendar, list[Pause]], first: int, length: int | None
) -> None:
    rule, start, calendar, pauses = case
    begin = start + DAY * first
    more = [*pauses, Pause(begin, None if length is None else begin + DAY * length, "more")]
    without, with_more = due_on(rule, start, calendar, pauses), due_on(rule, start, calendar, more)
    assert with_more is None or (without is not None and with_more >= without)
    assert with_more == without or length != 0
    for step in range(0, 100, 7):
        on = start + DAY * step
        assert remaining(rule, start, calendar, more, on) >= remaining(rule, start, calendar, pauses, on)


@given(clocks())
@LAWS
def test_a_rolled_deadline_is_a_business_day_and_its_evening_is_not_stopped(
    case: tuple[ClockRule, date, Calendar, list[Pause]],
) -> None:
    rule, start, calendar, pauses = case
    due = due_on(rule, start, calendar, pauses)
    if due is not None:
        assert rule.roll == "none" or calendar.is_open(due) or due == start
        assert not any(pause.holds_overnight(due) for pause in pauses)


@given(clocks(), st.integers(-3, 120))
@LAWS
def test_ledger_status_and_counts_tell_the_same_story(
    case: tuple[ClockRule, date, Calendar, list[Pause]], step: int
) -> None:
    rule, start, calendar, pauses = case
    on = start + DAY * step
    lines = ledger(rule, start, calendar, pauses, on)
    numbers = [line.number for line in lines if line.counted]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == consumed(rule, start, calendar, pauses, on)
    assert [line.on for line in lines] == [start + DAY * index for index in range(step + 1)]
    assert all(line.why for line in lines)
    shown = status(rule, start, calendar, pauses, on)
    assert shown.consumed == len(numbers)
    assert (shown.due_on is None) == (shown.standing == "paused")
