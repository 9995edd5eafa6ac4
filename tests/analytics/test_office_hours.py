"""Working time, given and read off a log."""

from hypothesis import given
from hypothesis import strategies as st

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office_hours import (
    HOUR_US,
    OfficeHours,
    hours_of_steps,
    hours_read_off,
    usual_weekdays,
    weekday,
)

MONDAY = 20_094
HOURS = OfficeHours(closed_days=(MONDAY + 2,))


def at(day: int, hour: float) -> int:
    return (MONDAY + day) * DAY_US + int(hour * HOUR_US)


def test_monday_is_monday() -> None:
    assert weekday(MONDAY) == 0


def test_trap_7_a_business_day_is_not_24_business_hours() -> None:
    assert HOURS.worked(at(1, 8)) - HOURS.worked(at(0, 8)) == HOURS.day_us == 9 * HOUR_US


def test_a_portal_that_never_closes_says_nothing_of_the_hours_of_the_office() -> None:
    desk = [at(day, hour) for day in range(5) for hour in (8, 10, 12, 14, 16)]
    portal = [at(day, hour) for day in range(7) for hour in range(24)]
    hours = hours_of_steps([desk, desk, portal, portal[:3]])
    assert (hours.opens_us, hours.closes_us) == (8 * HOUR_US, 16 * HOUR_US)
    assert hours.weekdays == frozenset(range(5))
    assert hours_of_steps([desk, portal, portal]).day_us == DAY_US
    assert hours_of_steps([desk[:9]]).weekdays == hours_read_off(desk[:9]).weekdays
    assert hours_of_steps([]).day_us == DAY_US


def test_nights_weekends_and_closed_days_do_not_count() -> None:
    assert HOURS.worked(at(0, 20)) == HOURS.worked(at(1, 3))
    assert HOURS.worked(at(3, 9)) - HOURS.worked(at(1, 16)) == 2 * HOUR_US
    assert HOURS.worked(at(7, 9)) - HOURS.worked(at(4, 16)) == 2 * HOUR_US


def test_work_goes_on_where_the_office_opens_again() -> None:
    assert HOURS.after(at(1, 16), 2 * HOUR_US) == at(3, 9)
    assert HOURS.after(at(5, 12), HOUR_US) == at(7, 9)
    assert HOURS.next_open(at(1, 17)) == at(3, 8)
    assert HOURS.next_open(at(1, 9)) == at(1, 9)


@given(st.integers(0, 60 * DAY_US), st.integers(0, 40 * HOUR_US))
def test_work_done_is_time_worked(start: int, work: int) -> None:
    begin = MONDAY * DAY_US + start
    end = HOURS.after(begin, work)
    assert HOURS.worked(end) - HOURS.worked(begin) == work


def test_work_went_on_before_the_office_closed() -> None:
    assert HOURS.before(at(3, 9), 2 * HOUR_US) == at(1, 16)
    assert HOURS.before(at(5, 12), HOUR_US) == at(4, 16)
    assert HOURS.before(at(5, 12), 0) == at(5, 12)


@given(st.integers(0, 60 * DAY_US), st.integers(0, 40 * HOUR_US))
def test_work_counted_backwards_is_time_worked(end: int, work: int) -> None:
    end += MONDAY * DAY_US
    begin = HOURS.before(end, work)
    assert HOURS.worked(end) - HOURS.worked(begin) == work


def test_hours_are_read_off_a_log() -> None:
    events = [at(day, hour) for day in range(28) if day % 7 < 5 for hour in (9, 10.5, 12, 14, 15.75)]
    found = hours_read_off(events)
    assert (found.weekdays, found.opens_us, found.closes_us) == (
        frozenset(range(5)),
        9 * HOUR_US,
        16 * HOUR_US,
    )
    assert usual_weekdays([at(4, 9), at(11, 9)]) == {4}


def test_dates_without_a_time_and_empty_logs_are_open_all_day() -> None:
    assert hours_read_off([at(day, 0) for day in range(20)]).day_us == DAY_US
    assert hours_read_off([]).day_us == DAY_US


def test_due_instants_move_by_working_days_and_keep_their_time() -> None:
    hours = OfficeHours(closed_days=(11,))
    end_of_friday = 9 * DAY_US + 7 * HOUR_US
    assert hours.days_later(end_of_friday, 0) == end_of_friday
    assert hours.days_later(end_of_friday, 1) == end_of_friday + 4 * DAY_US, "Monday is closed"
    assert hours.days_later(end_of_friday, -5) == end_of_friday - 7 * DAY_US
    assert hours.days_later(10 * DAY_US, 1) == 14 * DAY_US, "a Sunday counts as the Friday before"
