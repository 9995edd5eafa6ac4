"""Business days, local days and receipt dates of one jurisdiction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permitflow.engine.calendars import Calendar, seed_closures

THANKSGIVING = date(2026, 11, 26)
CITY = Calendar(
    id="lakeside",
    version=1,
    zone="America/Los_Angeles",
    weekdays=frozenset(range(5)),
    closures={
        THANKSGIVING: "Thanksgiving Day",
        date(2026, 11, 27): "City furlough",
        date(2026, 7, 4): "Fourth of July",
    },
    opens=time(8),
    closes=time(17),
)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def instant(text: str) -> int:
    """Read an ISO instant with its offset as microseconds since 1970."""
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (date(2026, 11, 25), None),
        (THANKSGIVING, "Thanksgiving Day"),
        (date(2026, 11, 28), "Saturday"),
        (date(2026, 11, 29), "Sunday"),
        (date(2026, 7, 4), "Fourth of July"),
    ],
)
def test_a_closed_day_has_its_reason(on: date, why: str | None) -> None:
    assert CITY.why_closed(on) == why
    assert CITY.is_open(on) is (why is None)


def test_the_nearest_open_day_passes_over_closures_and_the_weekend() -> None:
    assert CITY.next_open(date(2026, 11, 25)) == date(2026, 11, 25)
    assert CITY.next_open(THANKSGIVING) == date(2026, 11, 30)
    assert CITY.previous_open(date(2026, 11, 29)) == date(2026, 11, 25)
    assert CITY.previous_open(date(2026, 11, 30)) == date(2026, 11, 30)


def test_business_days_between_excludes_the_start_and_includes_the_end() -> None:
    assert CITY.business_days_between(date(2026, 11, 25), date(2026, 11, 30)) == 1
    assert CITY.business_days_between(date(2026, 11, 23), date(2026, 11, 25)) == 2
    assert CITY.business_days_between(date(2026, 11, 25), date(2026, 11, 25)) == 0
    assert CITY.business_days_between(date(2026, 11, 30), date(2026, 11, 2)) == 0


@given(
    start=DAYS,
    length=st.integers(0, 800),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    closed=st.sets(DAYS),
)
@settings(database=None, deadline=None, max_examples=200)
def test_business_days_between_equals_a_count_day_by_day(
    start: date, length: int, weekdays: frozenset[int], closed: set[date]
) -> None:
    calendar = replace(CITY, weekdays=weekdays, closures=dict.fromkeys(closed, "Closed"))
    days = [start + timedelta(days=step) for step in range(1, length + 1)]
    expected = sum(day.weekday() in weekdays and day not in closed for day in days)
    assert calendar.business_days_between(start, start + timedelta(days=length)) == expected


def test_the_local_date_is_the_date_of_the_jurisdiction() -> None:
    assert CITY.local_date(instant("2026-03-02T07:59:59.999999+00:00")) == date(2026, 3, 1)
    assert CITY.local_date(instant("2026-03-02T08:00:00+00:00")) == date(2026, 3, 2)
    assert CITY.local_date(-1) == date(1969, 12, 31)


@pytest.mark.parametrize(
    ("sent", "next_day", "received"),
    [
        ("2026-03-03T23:30:00-08:00", False, date(2026, 3, 3)),
        ("2026-03-07T12:00:00-08:00", False, date(2026, 3, 7)),
        ("2026-03-03T05:00:00-08:00", True, date(2026, 3, 3)),
        ("2026-03-03T17:00:00-08:00", True, date(2026, 3, 3)),
        ("2026-03-03T17:00:00.000001-08:00", True, date(2026, 3, 4)),
        ("2026-03-06T17:30:00-08:00", True, date(2026, 3, 9)),
        ("2026-03-07T12:00:00-08:00", True, date(2026, 3, 9)),
        ("2026-11-25T18:00:00-08:00", True, date(2026, 11, 30)),
        ("2026-11-26T09:00:00-08:00", True, date(2026, 11, 30)),
    ],
)
def test_what_comes_after_hours_is_received_on_the_next_business_day(
    sent: str, next_day: bool, received: date
) -> None:
    assert CITY.received_on(instant(sent), next_day) == received


@pytest.mark.parametrize(
    ("on", "hours"),
    [(date(2026, 3, 7), 24), (date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 11, 2), 24)],
)
def test_a_local_day_is_as_long_as_the_clocks_on_the_wall_make_it(on: date, hours: int) -> None:
    length = CITY.end_of_day_us(on) - CITY.start_of_day_us(on)
    assert length == hours * 3_600_000_000


@pytest.mark.parametrize(
    ("zone", "on", "start"),
    [
        ("America/Los_Angeles", date(2026, 3, 2), "2026-03-02T08:00:00+00:00"),
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00:00+00:00"),  # 00:00 does not exist
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00:00+00:00"),  # 00:00 comes twice
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00:00+00:00"),  # the whole day does not exist
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00:00+00:00"),
    ],
)
def test_a_day_starts_at_its_first_instant(zone: str, on: date, start: str) -> None:
    assert replace(CITY, zone=zone).start_of_day_us(on) == instant(start)


@pytest.mark.parametrize(
    "zone", ["America/Los_Angeles", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "UTC"]
)
def test_days_join_without_gap_and_contain_their_own_instants(zone: str) -> None:
    calendar = replace(CITY, zone=zone)
    for step in range(730):
        on = date(2025, 1, 1) + timedelta(days=step)
        first, end = calendar.start_of_day_us(on), calendar.end_of_day_us(on)
        assert calendar.local_date(first) == calendar.local_date(end - 1) == on
        assert calendar.local_date(first - 1) < on < calendar.local_date(end)


def test_a_calendar_closed_for_more_than_366_days_is_refused_instead_of_searched_for_ever() -> None:
    start = date(2026, 1, 1)

    def closed_for(days: int) -> Calendar:
        closures = {start + timedelta(days=step): "Closed" for step in range(days)}
        return replace(CITY, weekdays=frozenset(range(7)), closures=closures)

    assert closed_for(366).next_open(start) == date(2027, 1, 2)
    with pytest.raises(ValueError, match="Calendar lakeside version 1 is closed for more than 366 days"):
        closed_for(367).next_open(start)
    with pytest.raises(ValueError, match="closed for more than 366 days"):
        closed_for(367).previous_open(date(2027, 1, 2))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": ""}, "needs an id"),
        ({"version": 0}, "versions count from 1"),
        ({"weekdays": frozenset()}, "has no working weekday"),
        ({"weekdays": frozenset({0, 7})}, "numbers from 0"),
        ({"zone": "America/Lakeside"}, "time zone 'America/Lakeside' is not known"),
        ({"zone": "America"}, "time zone 'America' is not known"),
        ({"zone": ""}, "time zone '' is not known"),
        ({"zone": "../../etc/passwd"}, "is not known"),
        ({"opens": time(17)}, "must open before it closes"),
        ({"closures": {date(2026, 1, 1): " "}}, "needs a plain date and a name"),
        ({"closures": {datetime(2026, 1, 1, tzinfo=UTC): "New Year's Day"}}, "needs a plain date and a name"),
    ],
)
def test_data_that_describes_no_office_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(CITY, **change)


def test_a_calendar_keeps_its_own_copy_of_the_closures() -> None:
    closures = {THANKSGIVING: "Thanksgiving Day"}
    calendar = replace(CITY, closures=closures)
    closures.clear()
    assert not calendar.is_open(THANKSGIVING)
    assert calendar != CITY
    assert hash(replace(calendar, closures={})) == hash(calendar)


def test_seeded_closures_hold_the_observed_days_of_the_state() -> None:
    california = seed_closures("US", "CA", range(2026, 2028))
    assert california[date(2026, 7, 3)] == "Independence Day (observed)"
    assert california[date(2026, 11, 27)] == "Day After Thanksgiving"
    assert california[date(2027, 2, 15)] == "Presidents' Day; Susan B. Anthony Day"
    assert list(california) == sorted(california)


def test_a_state_is_not_closed_by_the_national_government_alone() -> None:
    columbus_day, eve_by_order = date(2026, 10, 12), date(2025, 12, 24)
    assert columbus_day not in seed_closures("US", "CA", range(2026, 2027))
    assert seed_closures("US", None, range(2025, 2026))[eve_by_order] == "Christmas Eve"
    assert eve_by_order not in seed_closures("US", "CA", range(2025, 2026))


def test_seeded_closures_can_be_limited_to_the_days_on_which_the_office_closes() -> None:
    closures = seed_closures("US", "CA", range(2026, 2028), ("Independence Day", "Presidents' Day"))
    assert closures == {
        date(2026, 2, 16): "Presidents' Day",
        date(2026, 7, 3): "Independence Day (observed)",
        date(2026, 7, 4): "Independence Day",
        date(2027, 2, 15): "Presidents' Day",
        date(2027, 7, 4): "Independence Day",
        date(2027, 7, 5): "Independence Day (observed)",
    }


@pytest.mark.parametrize(
    ("country", "subdivision", "years", "names", "sentence"),
    [
        ("XX", None, range(2026, 2027), None, "No holidays are known for XX."),
        ("US", "ZZ", range(2026, 2027), None, "No holidays are known for US-ZZ."),
        ("US", "CA", range(2026, 2026), None, "The range of years is empty."),
        ("US", "CA", range(2026, 2027), ("Thanksgiving",), "No holiday of US-CA is named Thanksgiving."),
    ],
)
def test_a_seed_from_an_unknown_place_year_or_name_is_refused(
    country: str, subdivision: str | None, years: range, names: tuple[str, ...] | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        seed_closures(country, subdivision, years, names)


def test_a_country_without_a_list_for_its_government_gives_its_public_holidays() -> None:
    assert date(2026, 2, 6) in seed_closures("NZ", None, range(2026, 2027))
