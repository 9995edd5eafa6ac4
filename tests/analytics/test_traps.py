"""Eighteen ways in which reports on permits go wrong, each shown on a case small enough to reckon by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, time
from statistics import mean

import pytest

from permitflow.analytics.contribution import Span, critical_lane, equal_split
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.efficiency import flow_efficiency
from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.finder import find_bottlenecks
from permitflow.analytics.forecast import is_drifting
from permitflow.analytics.grouped_percentiles import ALL, Measured, Source, percentiles_by
from permitflow.analytics.log_quality import quality
from permitflow.analytics.log_table import LogTable
from permitflow.analytics.metrics import metric
from permitflow.analytics.snapshot import Snapshot
from permitflow.analytics.survival import cumulative_incidence, kaplan_meier, share_ended_by
from permitflow.analytics.visits import StepVisit, visits_of_log
from permitflow.engine.calendars import Calendar
from permitflow.engine.clocks import ClockRule, Extension, Pause, consumed, due_on
from permitflow.instants import from_datetime, to_datetime
from permitflow.reports.deadlines import due_lines
from permitflow.reports.scope import Workflows, end_of_day, start_of_day
from permitflow.reports.snapshots.business_clock import days_of
from tests.reports.business_clock import BusinessClock
from tests.reports.told_city import ToldCity

HOUR_US = DAY_US // 24
ZONE = "America/Los_Angeles"
HOLIDAY = date(2026, 7, 3)
CITY = Calendar("city", 1, ZONE, frozenset(range(5)), {HOLIDAY: "Independence Day"}, time(8), time(17))
TWENTY = ClockRule(
    id="decision",
    title="Decision",
    unit="business_day",
    length=20,
    roll="next",
    count_from="exclude_first",
    authority="An invented ordinance",
    outcome="deemed_approved",
    verified=True,
)
MONDAY = date(2026, 6, 1)


def days(*counts: float) -> list[int]:
    return [round(count * DAY_US) for count in counts]


def medians(classes: dict[str, list[int]]) -> dict[str, Measured]:
    """The percentiles of files that took so many days, as the pages take them: by class, then of all."""
    rows = ", ".join(f"('{name}', {took * DAY_US})" for name, each in classes.items() for took in each)
    source = Source(f"SELECT * FROM (VALUES {rows}) AS told(class, took)", ("class",), ("took",))
    found = percentiles_by(Snapshot.of_rows({}, 0), source)
    return {"all" if key == ALL else str(key[1]): one["took"] for key, one in found.items()}


def test_01_looking_only_at_finished_files_makes_a_jam_look_fast() -> None:
    """Ten files were quick; thirty wait since 50 days. The finished ones alone would promise 2 days."""
    finished = [(two, True) for two in days(*[2.0] * 10)]
    waiting = [(fifty, False) for fifty in days(*[50.0] * 30)]
    curve = kaplan_meier(finished + waiting)
    assert kaplan_meier(finished).quantile(0.5) == 2 * DAY_US
    assert curve.quantile(0.5) is None
    assert curve.at(2 * DAY_US) == pytest.approx(0.75)


def test_02_a_curve_that_assumes_nothing_changes_says_when_something_did() -> None:
    steady = [StepVisit(f"a{n}", "fire", n * DAY_US, None, (n + 2) * DAY_US) for n in range(200)]
    slower = [StepVisit(f"b{n}", "fire", (200 + n) * DAY_US, None, (212 + n) * DAY_US) for n in range(60)]
    assert not is_drifting(steady, 200 * DAY_US, 60 * DAY_US)
    assert is_drifting(steady + slower, 260 * DAY_US, 60 * DAY_US)


def test_03_lanes_side_by_side_add_up_to_the_lead_time_and_not_to_more() -> None:
    lead = (0, 10 * DAY_US)
    lanes = [Span("fire", 0, 10 * DAY_US), Span("zoning", 0, 4 * DAY_US)]
    assert sum(span.end - span.start for span in lanes) > 10 * DAY_US
    assert sum(equal_split(lead, lanes).values()) == 10 * DAY_US
    assert critical_lane(lead, lanes) == {"fire": 10 * DAY_US}
    worked = flow_efficiency(lead, [(0, 4 * DAY_US), (2 * DAY_US, 5 * DAY_US)])
    assert worked.worked_us == 5 * DAY_US


def test_04_a_step_that_begins_where_another_ends_is_not_beside_it() -> None:
    spans = [Span("intake", 0, 5), Span("fire", 5, 9)]
    assert equal_split((0, 9), spans) == {"intake": 5, "fire": 4}


def test_05_a_pause_over_a_weekend_moves_no_business_day() -> None:
    saturday, sunday = date(2026, 6, 6), date(2026, 6, 7)
    plain = due_on(TWENTY, MONDAY, CITY)
    assert due_on(TWENTY, MONDAY, CITY, [Pause(saturday, sunday, "waiting")]) == plain


def test_06_more_time_keeps_the_time_that_was_used() -> None:
    on = date(2026, 6, 10)
    extended = [Extension(on, 10)]
    assert consumed(TWENTY, MONDAY, CITY, [], on) == consumed(TWENTY, MONDAY, CITY, [], on, extended) == 7
    before, after = due_on(TWENTY, MONDAY, CITY), due_on(TWENTY, MONDAY, CITY, [], extended)
    assert before is not None
    assert after is not None
    assert CITY.business_days_between(before, after) == 10


def test_07_a_business_day_is_an_open_day_and_not_24_hours_of_business() -> None:
    clock = BusinessClock(list(days_of(CITY, ZONE, date(2026, 6, 1), date(2026, 7, 31))))
    friday_noon = start_of_day(date(2026, 6, 5), ZONE) + 12 * HOUR_US
    monday_noon = start_of_day(date(2026, 6, 8), ZONE) + 12 * HOUR_US
    passed = (clock.at(monday_noon) or 0) - (clock.at(friday_noon) or 0)
    assert passed == DAY_US == CITY.business_days_between(date(2026, 6, 5), date(2026, 6, 8)) * DAY_US


def test_08_days_are_those_of_the_city_also_when_they_have_23_or_25_hours() -> None:
    spring, autumn = date(2026, 3, 8), date(2026, 11, 1)
    assert end_of_day(spring, ZONE) - start_of_day(spring, ZONE) == 23 * HOUR_US
    assert end_of_day(autumn, ZONE) - start_of_day(autumn, ZONE) == 25 * HOUR_US
    evening = from_datetime(to_datetime(start_of_day(date(2026, 3, 10), "UTC"), "UTC"))
    assert CITY.local_date(evening) == date(2026, 3, 9)


def test_09_a_closed_day_more_moves_open_deadlines_by_one_business_day() -> None:
    """What has lapsed keeps its date; tests/services/test_reprojection.py shows it on the record."""
    storm = replace(CITY, closures={**CITY.closures, date(2026, 6, 17): "Storm"})
    before, after = due_on(TWENTY, MONDAY, CITY), due_on(TWENTY, MONDAY, storm)
    assert before is not None
    assert after is not None
    assert CITY.business_days_between(before, after) == 1


@pytest.mark.parametrize(
    ("roll", "due"),
    [("none", date(2026, 7, 4)), ("next", date(2026, 7, 6)), ("previous", date(2026, 7, 2))],
)
def test_10_a_term_that_ends_on_a_closed_day_rolls_as_its_statute_says(roll: str, due: date) -> None:
    rule = replace(TWENTY, unit="calendar_day", length=33, roll=roll)
    assert due_on(rule, MONDAY, CITY) == due


def test_11_a_file_that_comes_back_is_a_second_cycle_and_not_one_long_one() -> None:
    log = [
        LogEvent("1", "fire", at, seq, lifecycle=kind)
        for seq, (kind, at) in enumerate(
            zip(("schedule", "complete") * 2, days(0, 2, 100, 103), strict=True),
        )
    ]
    found = visits_of_log(log)
    assert [(visit.round, (visit.finished_us or 0) - visit.arrived_us) for visit in found] == [
        (1, 2 * DAY_US),
        (2, 3 * DAY_US),
    ]


def test_12_the_median_of_several_groups_is_that_of_their_files() -> None:
    found = medians({"small": [1] * 20, "large": [9] * 60})
    assert {name: one.value(50) for name, one in found.items()} == {
        "large": 9 * DAY_US,
        "small": DAY_US,
        "all": 9 * DAY_US,
    }
    assert mean([1, 9]) == 5


def test_13_files_closed_in_bulk_are_counted_as_such() -> None:
    friday = 10 * DAY_US
    log = [LogEvent(str(n), "arrived", n, 2 * n) for n in range(12)]
    log += [LogEvent(str(n), "closed", friday, 2 * n + 1) for n in range(12)]
    with LogTable.of_events(log) as table:
        assert quality(table, 20 * DAY_US)["events_closed_in_bulk"] == 12


def test_14_withdrawn_files_are_no_fast_permits() -> None:
    found = cumulative_incidence([(DAY_US, "withdrawn", 50), (30 * DAY_US, "issued", 50)])
    assert share_ended_by(found, "issued", 10 * DAY_US) == 0
    assert share_ended_by(found, "issued", 30 * DAY_US) == pytest.approx(0.5)


def test_15_a_step_that_was_renamed_stays_one_series() -> None:
    known = Workflows({}, {("commercial", "fire_check"): "fire"})
    assert known.step_now("commercial", "fire_check") == "fire"
    assert known.step_now("residential", "fire_check") == "fire_check"


def test_16_the_lead_time_says_from_when_it_counts() -> None:
    told = metric("lead_time")
    assert "submitted" in told.definition
    assert "submitted" in told.formula


def test_17_what_is_overdue_and_open_counts_as_late() -> None:
    city = ToldCity("2026-06-01", "2026-07-01 12:00")
    for _ in range(18):
        city.clock(city.file("2026-06-01"), "2026-06-29", "2026-06-20")
    for last_day in ("2026-06-29", "2026-06-30", "2026-07-02"):
        city.clock(city.file("2026-06-01"), last_day)
    with city.asked("2026-06-01", "2026-06-30") as ask:
        (found,) = due_lines(ask)
    assert (found.in_time, found.overdue, found.n) == (18, 2, 20)
    assert found.share == 90


def test_18_each_class_is_told_before_the_total_that_can_turn_them_round() -> None:
    """In either class the second year is faster; together it is slower, because it has more of the slow class."""
    first = medians({"home": [2] * 90, "plaza": [30] * 20})
    second = medians({"home": [1] * 30, "plaza": [28] * 80})
    assert list(first) == list(second) == ["home", "plaza", "all"]
    for name in ("home", "plaza"):
        assert (second[name].value(50) or 0) < (first[name].value(50) or 0)
    assert (second["all"].value(50) or 0) > (first["all"].value(50) or 0)


def test_a_healthy_queue_is_not_called_a_bottleneck() -> None:
    """What dashboards call the slowest step need not hold anybody up."""
    rng = random.Random(3)
    visits = []
    for number in range(200):
        at = number * DAY_US
        work = round(rng.uniform(0.01, 0.05) * DAY_US)
        visits.append(StepVisit(str(number), "fire", at, at + HOUR_US, at + HOUR_US + work, "ann"))
    assert find_bottlenecks(visits) == []
