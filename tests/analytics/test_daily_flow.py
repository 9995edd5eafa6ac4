"""Flow from counts by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from permitflow.analytics.daily_flow import LEAST_WEEKS, Day, observed_load, over_spans, whole_weeks

MONDAY = date(2026, 6, 1)
HOUR = 3_600_000_000


def test_what_is_present_follows_from_what_came_and_went() -> None:
    days = [
        Day(MONDAY + timedelta(days=8), 1, 4, 0),
        Day(MONDAY, 3, 1, 0),
        Day(MONDAY + timedelta(days=6), 2, 0, 0),
        Day(MONDAY + timedelta(days=7), 0, 1, 0),
    ]
    flow = over_spans("fire", 5, days, [MONDAY, MONDAY + timedelta(days=7)])
    assert (flow.arrivals, flow.departures) == ((5, 1), (1, 5))
    assert (flow.present_before, flow.present, flow.net) == (5, (9, 5), (4, -4))


def test_no_days_leave_what_was_there() -> None:
    assert over_spans("fire", 2, [], [MONDAY]).present == (2,)
    assert over_spans("fire", 2, [], []).present == ()


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [(0, 6, 1), (0, 5, 0), (1, 13, 1), (1, 12, 0), (-1, 13, 2), (0, 55, 8), (3, 3, 0)],
)
def test_whole_weeks_lie_within_the_period(first: int, last: int, count: int) -> None:
    found = whole_weeks(MONDAY + timedelta(days=first), MONDAY + timedelta(days=last))
    assert len(found) == count
    assert all(on.weekday() == 0 for on in found)
    assert all(MONDAY + timedelta(days=first) <= on for on in found)
    assert all(on + timedelta(days=6) <= MONDAY + timedelta(days=last) for on in found)


def weeks(came: int, went: int, worked: int, count: int = 10) -> list[Day]:
    return [Day(MONDAY + timedelta(days=7 * place + 2), came, went, worked) for place in range(count)]


def test_load_is_the_work_that_came_over_busy_weeks() -> None:
    mondays = [MONDAY + timedelta(days=7 * place) for place in range(10)]
    assert observed_load(weeks(4, 4, 8 * HOUR), mondays) == pytest.approx(1.0)
    assert observed_load(weeks(6, 4, 8 * HOUR), mondays) == pytest.approx(1.5)
    slack = [*weeks(2, 2, 4 * HOUR, 8), *weeks(2, 4, 8 * HOUR, 10)[8:]]
    busy = 8 * HOUR
    work_a_file = (8 * 4 + 2 * 8) * HOUR / (8 * 2 + 2 * 4)
    assert observed_load(slack, mondays) == pytest.approx(20 * work_a_file / (busy * 10))


def test_days_outside_the_weeks_do_not_count() -> None:
    mondays = [MONDAY + timedelta(days=7 * place) for place in range(10)]
    inside = weeks(4, 4, 8 * HOUR)
    outside = [Day(MONDAY - timedelta(days=1), 99, 1, 0), Day(MONDAY + timedelta(days=70), 99, 1, 0)]
    assert observed_load([*inside, *outside], mondays) == observed_load(inside, mondays)


def test_no_load_without_enough_weeks_or_any_work() -> None:
    few = [MONDAY + timedelta(days=7 * place) for place in range(LEAST_WEEKS - 1)]
    enough = [*few, few[-1] + timedelta(days=7)]
    assert observed_load(weeks(4, 4, HOUR), few) is None
    assert observed_load(weeks(4, 4, HOUR), enough) is not None
    assert observed_load(weeks(4, 4, 0), enough) is None
    assert observed_load(weeks(4, 0, 0), enough) is None
