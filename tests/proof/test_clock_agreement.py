"""The engine agrees with the naive count of days, and obeys the laws that no calendar and no pause may break."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from permitflow.engine import clocks
from permitflow.engine.calendars import Calendar
from permitflow.engine.clocks import ClockRule, Extension, Pause
from tests.proof import clock_cases, naive_clocks
from tests.proof.clock_cases import cases, difference

DAY = timedelta(days=1)
RULE = ClockRule(
    id="decision",
    title="Decision",
    unit="business_day",
    length=20,
    roll="next",
    count_from="exclude_first",
    authority="A case",
    outcome="none",
    verified=True,
)


@pytest.mark.slow
def test_the_engine_agrees_with_the_naive_count() -> None:
    differences = [words for words in map(difference, cases(seed=20260101, count=20_000)) if words]
    assert differences[:1] == []


def test_the_cases_are_of_every_kind() -> None:
    drawn = list(cases(seed=7, count=2_000))
    assert {asked.case["unit"] for asked in drawn} == set(clock_cases.UNITS)
    assert {asked.case["roll"] for asked in drawn} == {"none", "next", "previous"}
    assert {asked.zone for asked in drawn} == set(clock_cases.ZONES)
    assert {len(asked.case["pauses"]) for asked in drawn} == {0, 1, 2, 3, 4}
    ends: Counter[str] = Counter()
    for asked in drawn:
        worked = naive_clocks.work_out(asked.case)
        due = worked if isinstance(worked, str) else worked["due"]
        fired = isinstance(due, date) and due < asked.changed_on
        ends["fired before the change" if fired else "running" if isinstance(due, date) else str(due)] += 1
        sent = datetime.fromtimestamp(asked.sent_us // 1_000_000, ZoneInfo(asked.zone)).date()
        ends["received later"] += sent != asked.case["start"]
    assert min(ends.values()) > 50, ends
    assert set(ends) == {"fired before the change", "running", "None", "too late", "received later"}


def test_a_pause_that_held_one_night_less_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Pause.holds_overnight
    monkeypatch.setattr(
        Pause, "holds_overnight", lambda pause, night: right(pause, night) and night != pause.paused_on
    )
    assert any(map(difference, cases(seed=20260101, count=200)))


# --- Laws -----------------------------------------------------------------------------------------------------------

START = date(2026, 2, 20)
RULES = st.builds(
    replace,
    st.just(RULE),
    unit=st.sampled_from(["business_day", "calendar_day", "month"]),
    length=st.integers(1, 12),
    roll=st.sampled_from(["none", "next", "previous"]),
    count_from=st.sampled_from(["exclude_first", "receipt_day_counts"]),
)
CALENDARS = st.builds(
    lambda weekdays, closed: Calendar(
        "city",
        1,
        "America/Los_Angeles",
        weekdays,
        {START + DAY * step: "Closed" for step in closed},
        time(8),
        time(17),
    ),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sets(st.integers(-10, 60), max_size=12),
)
PAUSES = st.lists(
    st.builds(
        lambda first, length: Pause(
            START + DAY * first, None if length is None else START + DAY * (first + length), "waiting"
        ),
        st.integers(-5, 60),
        st.none() | st.integers(0, 30),
    ),
    max_size=4,
)
EXTENSION = st.builds(
    lambda on, length: Extension(START + DAY * on, length), st.integers(-2, 30), st.integers(1, 4)
)
laws = settings(database=None, deadline=None, max_examples=200)


def later_or_equal(after: date | None, before: date | None) -> bool:
    """No date is the latest: the clock stands."""
    return after is None or (before is not None and after >= before)


@given(RULES, CALENDARS, PAUSES)
@laws
def test_used_time_never_decreases_and_equals_the_counted_lines(
    rule: ClockRule, calendar: Calendar, pauses: list[Pause]
) -> None:
    until = START + 120 * DAY
    lines = clocks.ledger(rule, START, calendar, pauses, until)
    counted, known = 0, 0
    for line in lines:
        counted += line.counted
        used = clocks.consumed(rule, START, calendar, pauses, line.on)
        assert used == counted
        left = clocks.remaining(rule, START, calendar, pauses, line.on)
        status = clocks.status(rule, START, calendar, pauses, line.on)
        assert used + left == status.length
        assert status.consumed >= known
        known = status.consumed
        assert line.counted == (line.number is not None) == (line.why == "counted")


@given(RULES, CALENDARS, PAUSES, PAUSES.filter(len))
@laws
def test_a_further_pause_never_brings_a_due_date_forward(
    rule: ClockRule, calendar: Calendar, pauses: list[Pause], more: list[Pause]
) -> None:
    before = clocks.due_on(rule, START, calendar, pauses)
    assert later_or_equal(clocks.due_on(rule, START, calendar, [*pauses, more[0]]), before)


@given(RULES, CALENDARS, PAUSES, st.integers(0, 60))
@laws
def test_the_office_gives_up_none_of_its_days_to_a_pause(
    rule: ClockRule, calendar: Calendar, pauses: list[Pause], later: int
) -> None:
    """However often the clock stood: when it lapses, as many days were counted as without a pause."""
    due = clocks.due_on(rule, START, calendar, pauses)
    assume(due is not None)
    assert due is not None
    whole = clocks.status(rule, START, calendar, (), START).length
    at = max(due, START) + DAY * later
    counted = clocks.consumed(rule, START, calendar, pauses, at)
    assert counted == whole or rule.roll == "previous"


@given(RULES, CALENDARS, PAUSES, EXTENSION)
@laws
def test_an_extension_never_brings_a_due_date_forward_and_never_comes_late(
    rule: ClockRule, calendar: Calendar, pauses: list[Pause], extension: Extension
) -> None:
    before = clocks.due_on(rule, START, calendar, pauses)
    if before is not None and extension.on > before:
        with pytest.raises(ValueError, match="is too late; the time ran out on"):
            clocks.due_on(rule, START, calendar, pauses, [extension])
        return
    assert later_or_equal(clocks.due_on(rule, START, calendar, pauses, [extension]), before)
    on = START + 40 * DAY
    used = clocks.consumed(rule, START, calendar, pauses, on)
    # A deadline that rolls back leaves days behind it in which a pause is nothing to it, but is to a later one.
    assert clocks.consumed(rule, START, calendar, pauses, on, [extension]) >= used or rule.roll == "previous"
