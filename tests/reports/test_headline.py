"""The numbers that stand first, counted by hand over one June."""

from __future__ import annotations

import pytest

from permitflow.analytics.durations import DAY_US
from permitflow.reports.headline import Flow, Terms, headline
from permitflow.reports.pages.overview import overview
from tests.reports.told_city import ToldCity

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-01 12:00"
"""The 1 July is a Wednesday: the fifth business day after it is Wednesday the 8th."""


def test_files_of_the_period_and_of_now() -> None:
    city = ToldCity("2026-05-01", NOW)
    city.file("2026-05-20", "2026-06-01")
    city.file("2026-05-20", "2026-07-01")
    city.file("2026-06-01", "2026-06-30 23:59")
    city.file("2026-06-30 23:59", due_on="2026-06-30")
    city.file("2026-07-01", due_on="2026-07-01")
    city.file("2026-06-02", due_on="2026-07-08")
    city.file("2026-06-03", due_on="2026-07-09")
    city.file("2026-06-04", "2026-06-05", outcome="withdrawn", due_on="2026-07-02")
    with city.asked(FIRST, LAST) as ask:
        found = headline(ask)
    assert (found.flow.submitted, found.flow.decided) == (5, 2)
    assert (found.open_now, found.overdue, found.due_soon, found.open_at_start) == (4, 1, 2, 2)
    assert (found.flow.p50, found.flow.p85, found.flow.city_percent, found.wait) == (None, None, None, None)
    assert found.before is None


def test_the_period_before_stands_when_the_record_reaches_it() -> None:
    city = ToldCity("2026-05-01", NOW)
    city.file("2026-05-02", "2026-05-31")
    with city.asked(FIRST, LAST) as ask:
        before = headline(ask).before
    assert before is not None
    assert (before.submitted, before.decided) == (1, 1)
    late = ToldCity("2026-05-01", NOW)
    late.file("2026-05-02 00:01", "2026-05-31")
    with late.asked(FIRST, LAST) as ask:
        assert headline(ask).before is None


def test_legal_terms_of_the_period() -> None:
    city = ToldCity("2026-05-01", NOW)
    file, given_up = city.file("2026-05-20"), city.file("2026-05-20", "2026-06-02", outcome="withdrawn")
    city.clock(file, "2026-06-01", "2026-06-01")
    city.clock(file, "2026-06-30", "2026-07-01")
    city.clock(file, "2026-06-10", "2026-06-09", state="expired")
    city.clock(file, "2026-06-30")
    city.clock(file, "2026-07-01")
    city.clock(file, None)
    city.clock(file, "2026-06-20", "2026-06-20", verified=False)
    city.clock(file, "2026-06-20", "2026-06-20", holder="applicant")
    city.clock(given_up, "2026-06-20", "2026-06-20")
    with city.asked(FIRST, LAST) as ask:
        found = headline(ask)
    assert (found.flow.terms, found.flow.terms.due, found.unverified) == (Terms(1, 2, 1), 4, 1)


def test_files_that_are_overdue_by_an_unchecked_date_alone() -> None:
    city = ToldCity("2026-05-01", NOW)
    clocks = ([False], [False, True], [True], [], [False])
    for number, checked in enumerate(clocks):
        file = city.file("2026-05-20", "2026-06-20" if number == 4 else None, due_on="2026-06-10")
        for verified in checked:
            city.clock(file, "2026-06-10", verified=verified)
        city.clock(file, "2026-07-10", verified=True)
    with city.asked(FIRST, LAST) as ask:
        found, (*_others, told) = headline(ask), overview(ask).told
    assert (found.overdue, found.unchecked) == (4, 1)
    assert told.say().endswith("date: 4, 1 of them by a date whose number nobody has checked yet.")


@pytest.mark.parametrize(
    ("terms", "percent"),
    [(Terms(19, 0, 0), None), (Terms(20, 0, 0), 100.0), (Terms(1999, 1, 0), 99.9), (Terms(0, 10, 10), 0.0)],
)
def test_the_part_that_was_kept_is_rounded_down(terms: Terms, percent: float | None) -> None:
    assert terms.percent == percent


def test_times_and_whose_turn_it_was_from_twenty_files_on() -> None:
    city = ToldCity("2026-05-01", NOW)
    for days in range(1, 22):
        file = city.file("2026-06-01", f"2026-06-{1 + days:02d}")
        city.turn(file, "agency", "2026-05-30", "2026-06-01 12:00")
        city.turn(file, "applicant", "2026-06-01 12:00")
    with city.asked(FIRST, LAST) as ask:
        flow = headline(ask).flow
    assert (flow.decided, flow.p50, flow.p85) == (21, 11 * DAY_US, 18 * DAY_US)
    # 231 days together, of which half a day of each file with the city.
    assert flow.held == {"agency": 21 * DAY_US // 2, "applicant": 231 * DAY_US - 21 * DAY_US // 2}
    assert flow.city_percent == 4.5


def test_no_part_of_nothing() -> None:
    assert Flow(30, 30, 1, 1, Terms(0, 0, 0), {}).city_percent is None


def test_the_step_with_the_longest_wait_has_twenty_visits() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-20")
    for step, visits, hours in (("fire", 20, 12), ("zoning", 20, 6), ("utility", 19, 20)):
        for _ in range(visits):
            closed = f"2026-06-02 {hours:02d}:00"
            city.stay(file, step, "2026-06-02", closed, first_claimed_at=f"2026-06-02 {hours - 2:02d}:00")
    with city.asked(FIRST, LAST) as ask:
        assert headline(ask).wait == ("fire", 10 * DAY_US // 24, 20)
