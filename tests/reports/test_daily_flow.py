"""What came and went day by day, and the days, weeks or months by which a period is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from permitflow.analytics.daily_flow import Day
from permitflow.analytics.durations import DAY_US
from permitflow.reports.daily_flow import Moves, moves, spans, until
from permitflow.reports.scope import Scope
from tests.reports.told_city import CITY, ToldCity, at

FIRST, LAST, NOW = "2026-06-01", "2026-06-10", "2026-07-01 12:00"


def scope(first: date, days: int, now: str = "2030-01-01") -> Scope:
    return Scope(CITY, first, first + timedelta(days=days - 1), "", at(now))


def test_whole_files() -> None:
    city = ToldCity("2026-05-01", NOW)
    city.file("2026-05-20")
    city.file("2026-05-21", "2026-06-02")
    city.file("2026-06-02", "2026-06-02 12:00")
    city.file("2026-05-02", "2026-05-31 23:59")
    city.file("2026-06-10 23:59", "2026-06-11")
    with city.asked(FIRST, LAST) as ask:
        found = moves(ask)
    days = [Day(date(2026, 6, 2), 1, 2, 0), Day(date(2026, 6, 10), 1, 0, 0)]
    assert found == {("files", ""): Moves(2, days)}


def test_steps_with_the_work_of_those_that_left() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-02", "2026-05-03")
    city.stay(file, "fire", "2026-05-20", "2026-06-01", first_claimed_at="2026-05-31")
    city.stay(file, "fire", "2026-06-01", None, first_claimed_at="2026-06-02")
    city.stay(file, "after", "2026-06-01", None, role=None, before_decision=False)
    with city.asked(FIRST, LAST) as ask:
        assert moves(ask) == {("step", "fire"): Moves(1, [Day(date(2026, 6, 1), 1, 1, DAY_US)])}


def test_turns_are_cut_to_the_life_of_the_file() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-06-02", "2026-06-05")
    city.turn(file, "applicant", "2026-05-20", "2026-06-03")
    city.turn(file, "agency", "2026-06-03", None)
    city.turn(file, "payment", "2026-06-05", "2026-06-06")
    with city.asked(FIRST, LAST) as ask:
        found = moves(ask)
    third, fifth = date(2026, 6, 3), date(2026, 6, 5)
    assert found["court", "applicant"] == Moves(0, [Day(date(2026, 6, 2), 1, 0, 0), Day(third, 0, 1, 0)])
    assert found["court", "agency"] == Moves(0, [Day(third, 1, 0, 0), Day(fifth, 0, 1, 0)])
    assert ("court", "payment") not in found


def test_the_day_on_which_clocks_are_set_back() -> None:
    city = ToldCity("2026-10-01", "2026-11-20")
    city.file("2026-11-01 00:30", "2026-11-01 23:59")
    city.file("2026-11-02")
    with city.asked("2026-11-01", "2026-11-02") as ask:
        found = moves(ask)["files", ""]
    assert found.days == [Day(date(2026, 11, 1), 1, 1, 0), Day(date(2026, 11, 2), 1, 0, 0)]


@pytest.mark.parametrize(("days", "count", "second"), [(31, 31, 1), (32, 5, 4), (371, 54, 4), (372, 13, 31)])
def test_short_periods_are_told_by_days_longer_ones_by_weeks_or_months(
    days: int, count: int, second: int
) -> None:
    """From Thursday 1 January: the Monday after is the 5th."""
    whole = scope(date(2026, 1, 1), days)
    found = spans(whole)
    assert len(found) == count
    assert (found[1].first - found[0].first).days == second
    assert (found[0].start_at, found[-1].end_at) == (whole.start_at, whole.end_at)
    for one, following in pairwise(found):
        assert one.end_at == following.start_at
        assert following.first - one.last == timedelta(days=1)


def test_a_period_that_has_not_ended() -> None:
    whole = scope(date(2026, 6, 1), 30, "2026-06-03 12:00")
    assert until(whole) == at("2026-06-03 12:00") + 1
    assert [span.last.day for span in spans(whole)] == [1, 2, 3]
    assert spans(whole)[-1].end_at == until(whole)
    assert spans(replace(whole, from_on=date(2026, 6, 4))) == []
    assert until(scope(date(2026, 6, 1), 1)) == at("2026-06-02")
