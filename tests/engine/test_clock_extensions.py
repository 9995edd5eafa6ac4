"""Extensions, warnings and lateness of legal clocks, and the rule of a clock that a file defines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from permitflow.engine.calendars import Calendar
from permitflow.engine.clock_def import ClockDef, RungDef
from permitflow.engine.clocks import (
    ClockRule,
    Extension,
    Pause,
    consumed,
    due_on,
    lapsed,
    ledger,
    remaining,
    rule_of,
    rung_on,
    status,
    used,
)
from permitflow.engine.errors import UnknownFacts

DAY = timedelta(days=1)
CITY = Calendar(
    "city",
    1,
    "America/Chicago",
    frozenset(range(5)),
    {date(2026, 7, 3): "Independence Day (observed)"},
    time(8),
    time(17),
)
SIXTY = ClockRule(
    "decision",
    "Decision",
    "calendar_day",
    60,
    "none",
    "exclude_first",
    "Minn. Stat. 15.99",
    "deemed_approved",
    True,
)
START = date(2026, 5, 4)
ONCE = Extension(date(2026, 6, 30), 60)


def test_the_one_extension_of_sixty_days() -> None:
    assert due_on(SIXTY, START, CITY) == date(2026, 7, 3)
    assert due_on(SIXTY, START, CITY, (), [ONCE]) == date(2026, 9, 1)


def test_a_deadline_with_an_extension_is_one_period_and_rolls_once() -> None:
    rolling = replace(SIXTY, roll="next")
    assert due_on(rolling, START, CITY) == date(2026, 7, 6)
    # 60 days more from the 6th would be the 4th of September.
    assert due_on(rolling, START, CITY, (), [ONCE]) == date(2026, 9, 1)


def test_an_extension_in_months_and_years_runs_to_the_same_day_number() -> None:
    month = replace(SIXTY, unit="month", length=1)
    assert due_on(month, date(2026, 1, 31), CITY) == date(2026, 2, 28)
    assert due_on(month, date(2026, 1, 31), CITY, (), [Extension(date(2026, 2, 28), 1)]) == date(2026, 3, 31)
    year = replace(SIXTY, unit="year", length=3)
    assert due_on(year, date(2024, 2, 29), CITY, (), [Extension(date(2025, 1, 1), 1)]) == date(2028, 2, 29)


def test_an_extension_is_granted_on_the_due_date_at_the_latest() -> None:
    last = [Extension(date(2026, 7, 3), 60)]
    assert due_on(SIXTY, START, CITY, (), last) == date(2026, 9, 1)
    late = [Extension(date(2026, 7, 4), 60)]
    with pytest.raises(
        ValueError, match="extension on 2026-07-04 is too late; the time ran out on 2026-07-03"
    ):
        due_on(SIXTY, START, CITY, (), late)
    twice = [Extension(date(2026, 8, 31), 30), ONCE]
    assert due_on(SIXTY, START, CITY, (), twice) == date(2026, 10, 1)


def test_while_a_clock_stands_it_can_be_extended() -> None:
    pause = Pause(date(2026, 7, 1), None, "waiting for the applicant")
    late = [Extension(date(2026, 8, 1), 60)]
    assert due_on(SIXTY, START, CITY, [pause], late) is None
    resumed = [replace(pause, resumed_on=date(2026, 8, 10))]
    assert due_on(SIXTY, START, CITY, resumed, late) == date(2026, 9, 1) + 40 * DAY


def test_days_of_an_extension_are_shown_and_known_only_once_it_is_granted() -> None:
    lines = ledger(SIXTY, START, CITY, (), date(2026, 9, 2), [ONCE])
    assert (lines[60].why, lines[61].why, lines[120].why) == ("counted", *["counted (extension)"] * 2)
    assert (lines[120].number, lines[121].why) == (120, "overdue")
    before = status(SIXTY, START, CITY, (), date(2026, 6, 29), [ONCE])
    assert (before.length, before.due_on) == (60, date(2026, 7, 3))
    after = status(SIXTY, START, CITY, (), date(2026, 6, 30), [ONCE])
    assert (after.consumed, after.length, after.due_on) == (57, 120, date(2026, 9, 1))
    assert consumed(SIXTY, START, CITY, (), date(2026, 7, 10), [ONCE]) == 67
    assert remaining(SIXTY, START, CITY, (), date(2026, 7, 10), [ONCE]) == 53


def test_a_clock_has_lapsed_on_the_day_after_its_due_date() -> None:
    assert not lapsed(SIXTY, START, CITY, (), date(2026, 7, 3))
    assert lapsed(SIXTY, START, CITY, (), date(2026, 7, 4))
    assert not lapsed(SIXTY, START, CITY, (), date(2026, 7, 4), [ONCE])
    pause = Pause(date(2026, 7, 3), None, "waiting")
    assert not lapsed(SIXTY, START, CITY, [pause], date(2026, 8, 1))
    assert lapsed(SIXTY, START, CITY, [replace(pause, paused_on=date(2026, 7, 4))], date(2026, 8, 1))


def test_days_used_go_on_after_the_length_but_not_in_a_pause() -> None:
    assert used(SIXTY, START, CITY, (), date(2026, 7, 10)) == 67
    pause = Pause(date(2026, 7, 4), date(2026, 7, 8), "waiting")
    assert used(SIXTY, START, CITY, [pause], date(2026, 7, 10)) == 63
    business = replace(SIXTY, unit="business_day", length=5)
    assert used(business, date(2026, 6, 29), CITY, (), date(2026, 7, 10)) == 8
    assert used(replace(SIXTY, unit="month", length=1), START, CITY, (), date(2026, 7, 10)) == 67


TWENTY = replace(SIXTY, unit="business_day", length=20, roll="next")
MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("percent", "left", "on"),
    [
        (1, None, date(2026, 3, 3)),
        (60, None, date(2026, 3, 18)),
        (61, None, date(2026, 3, 19)),  # 12.2 days round up to 13
        (85, None, date(2026, 3, 25)),
        (100, None, date(2026, 3, 30)),
        (None, 0, date(2026, 3, 30)),
        (None, 2, date(2026, 3, 26)),
        (None, 20, MONDAY),
        (None, 50, MONDAY),
    ],
)
def test_rungs_are_reached_at_a_percentage_or_with_days_left(
    percent: int | None, left: int | None, on: date
) -> None:
    rung = RungDef(percent=percent, left=left, notify="managers")
    assert rung_on(TWENTY, MONDAY, CITY, (), (), rung) == on


def test_rungs_follow_pauses_and_extensions_and_never_come_after_the_due_date() -> None:
    half, whole = RungDef(percent=50, notify="managers"), RungDef(percent=100, notify="managers")
    pause = Pause(date(2026, 3, 10), None, "waiting")
    assert rung_on(TWENTY, MONDAY, CITY, [pause], (), half) is None
    assert rung_on(TWENTY, MONDAY, CITY, [replace(pause, paused_on=date(2026, 3, 16))], (), half) == date(
        2026, 3, 16
    )
    resumed = [replace(pause, resumed_on=date(2026, 3, 17))]
    assert rung_on(TWENTY, MONDAY, CITY, resumed, (), half) == date(2026, 3, 23)
    ten_more = [Extension(date(2026, 3, 20), 10)]
    assert rung_on(TWENTY, MONDAY, CITY, (), ten_more, half) == date(2026, 3, 23)
    # Twelve days end on Saturday the 14th: the whole length is due on Monday, or on the Friday before.
    twelve = replace(SIXTY, length=12, roll="next")
    assert rung_on(twelve, MONDAY, CITY, (), (), whole) == date(2026, 3, 16)
    back = replace(twelve, roll="previous")
    one_left = RungDef(left=0, notify="managers")
    assert rung_on(back, MONDAY, CITY, (), (), one_left) == date(2026, 3, 13)
    thirteen = replace(back, length=13)
    assert rung_on(thirteen, MONDAY, CITY, (), (), RungDef(left=1, notify="managers")) == date(2026, 3, 13)


def test_the_rule_of_a_defined_clock_takes_its_length_from_the_facts() -> None:
    spec = ClockDef(
        title="Completeness",
        unit="business_day",
        length="equipment.station_count <= 25 ? 5 : 10",
        starts=("submit",),
        stops=("accept",),
        authority="Gov. Code 65850.71(b)",
        outcome="deemed_complete",
        source="A code",
        as_of=date(2026, 1, 1),
        verified=False,
    )
    rule = rule_of("completeness", spec, {"equipment": {"station_count": 26}})
    assert (rule.id, rule.length, rule.unit, rule.verified) == ("completeness", 10, "business_day", False)
    with pytest.raises(UnknownFacts, match="station_count"):
        rule_of("completeness", spec, {})
    with pytest.raises(ValueError, match="length is 0"):
        rule_of("completeness", spec.model_copy(update={"length": "0"}), {})


def test_what_begins_after_a_deadline_that_rolled_back_changes_nothing_any_more() -> None:
    """Twelve days end on Saturday the 14th, so the clock lapses at the end of Friday the 13th."""
    rule = replace(SIXTY, length=12, roll="previous")
    friday, saturday = date(2026, 3, 13), date(2026, 3, 14)
    rolled = replace(rule, length=14)  # ends on Monday the 16th, a holiday here
    closed = replace(CITY, closures={date(2026, 3, 16): "A holiday"})
    assert due_on(rolled, MONDAY, closed) == friday
    for resumed in (None, date(2026, 3, 20)):
        pause = Pause(saturday, resumed, "waiting")
        assert due_on(rolled, MONDAY, closed, [pause]) == friday
        assert lapsed(rolled, MONDAY, closed, [pause], date(2026, 3, 25))
        assert consumed(rolled, MONDAY, closed, [pause], date(2026, 3, 25)) == 14
        nearly = RungDef(percent=95, notify="managers")
        assert rung_on(rolled, MONDAY, closed, [pause], (), nearly) == friday
    with pytest.raises(ValueError, match="too late; the time ran out on 2026-03-13"):
        late = [Extension(saturday, 5)]
        due_on(rolled, MONDAY, closed, [Pause(saturday, date(2026, 3, 20), "waiting")], late)
    last_day = Pause(friday, date(2026, 3, 20), "waiting")
    assert due_on(rolled, MONDAY, closed, [last_day]) == date(2026, 3, 23)


def test_no_deadline_rolls_back_to_before_its_start() -> None:
    one = replace(SIXTY, length=1, roll="previous")
    saturday = date(2026, 3, 14)
    assert due_on(one, saturday, CITY) == saturday
    assert due_on(one, date(2026, 3, 13), CITY) == date(2026, 3, 13)
