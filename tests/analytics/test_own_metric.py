"""A city's own metric: spans and cycles of ownership, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.log_table import LogTable
from permitflow.analytics.own_metric import (
    Entry,
    MetricFigures,
    MetricRow,
    OwnershipMetric,
    SpanMetric,
    absent_activities,
    counted_rows,
    entries_of,
    metric_figures,
    metric_rows,
    monday_to_friday,
)

STATED = {
    "metric": "m",
    "title": "M",
    "definition": "What is counted.",
    "unit": "calendar_day",
    "zone": "America/New_York",
    "open": "aged_to_today",
    "source": "The city",
    "as_of": "2026-01-01",
    "verified": True,
}
TODAY = date(2026, 3, 31)


def span(entry: str = "first", **changes: Any) -> SpanMetric:
    told = {"kind": "span", "from": {"entry": entry, "of": ("review",)}, "to": ("approved", "denied")}
    return SpanMetric.model_validate(STATED | told | {"as_of": date(2026, 1, 1)} | changes)


def ownership(**changes: Any) -> OwnershipMetric:
    owners = {"city": ("filed", "filed again"), "applicant": ("corrections",)}
    told = {"kind": "ownership", "owners": owners, "ends": ("issued",), "as_of": date(2026, 1, 1)}
    return OwnershipMetric.model_validate(STATED | told | changes)


def entries(*told: tuple[str, int, int, str]) -> list[Entry]:
    return [Entry(case, date(2026, month, day), activity) for case, month, day, activity in told]


def table_at(*told: tuple[str, str], day_only: bool = False) -> LogTable:
    return LogTable.of_events(
        LogEvent("1", activity, _us(at), seq, day_only=day_only) for seq, (at, activity) in enumerate(told)
    )


def six_days(start: date, end: date) -> int:
    return 6


def _us(at: str) -> int:
    return (datetime.fromisoformat(at) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_a_span_runs_from_the_first_entry_to_the_first_end_after_it() -> None:
    found = metric_rows(
        span(),
        # The approval of 2 January belongs to something before the review; the review is opened again on the 20th.
        entries(
            ("1", 1, 2, "approved"),
            ("1", 1, 5, "review"),
            ("1", 1, 12, "denied"),
            ("1", 1, 20, "review"),
            ("1", 1, 21, "approved"),
            ("2", 1, 5, "approved"),
        ),
        TODAY,
    )
    assert found == [MetricRow("1", 1, None, date(2026, 1, 5), date(2026, 1, 12), 7)]


def test_the_last_entry_is_that_of_the_reopened_review() -> None:
    told = [("1", 1, 5, "review"), ("1", 1, 12, "denied"), ("1", 1, 20, "review"), ("1", 1, 21, "approved")]
    (closed,) = metric_rows(span("last"), entries(*told), TODAY)
    assert (closed.from_on, closed.to_on, closed.days) == (date(2026, 1, 20), date(2026, 1, 21), 1)
    (reopened,) = metric_rows(span("last"), entries(*told[:3]), TODAY)
    assert (reopened.open, reopened.days) == (True, 70)


def test_an_entry_does_not_end_itself() -> None:
    told = entries(("1", 1, 5, "review"), ("1", 1, 12, "review"), ("2", 3, 30, "review"))
    found = metric_rows(span(to=("review",)), told, TODAY)
    assert [(row.days, row.open) for row in found] == [(7, False), (1, True)]


def test_an_open_one_is_aged_to_the_day_of_the_report_or_left_out() -> None:
    told = entries(("1", 3, 1, "review"), ("2", 3, 1, "review"), ("2", 3, 5, "approved"))
    aged, left_out = span(), span(open="left_out")
    assert [(row.days, row.open) for row in metric_rows(aged, told, TODAY)] == [(30, True), (4, False)]
    rows = metric_rows(left_out, told, TODAY)
    assert [row.case for row in counted_rows(left_out, rows)] == ["2"]
    assert metric_figures(left_out, rows) == MetricFigures(1, 1, None, None, None)
    assert metric_figures(aged, rows) == MetricFigures(2, 1, None, None, None)


def test_what_happened_after_the_day_of_the_report_had_not_happened() -> None:
    told = entries(("1", 3, 1, "review"), ("1", 3, 5, "approved"), ("2", 3, 4, "review"))
    assert metric_rows(span(), told, date(2026, 3, 3)) == [MetricRow("1", 1, None, date(2026, 3, 1), None, 2)]
    (on_the_day, _other) = metric_rows(span(), told, date(2026, 3, 5))
    assert (on_the_day.open, on_the_day.days) == (False, 4)


def test_days_are_local_dates_also_when_the_clocks_change() -> None:
    # On 8 March 2026 New York skips an hour: from Saturday 23:30 to Sunday 23:30 are 23 hours, and one date.
    told = [("2026-03-08T04:30:00+00:00", "review"), ("2026-03-09T03:30:00+00:00", "approved")]
    with table_at(*told) as table:
        (row,) = metric_rows(span(), entries_of(table, span()), TODAY)
        assert (row.from_on, row.to_on, row.days) == (date(2026, 3, 7), date(2026, 3, 8), 1)
        abroad = span(zone="UTC")
        (row,) = metric_rows(abroad, entries_of(table, abroad), TODAY)
        assert (row.from_on, row.to_on, row.days) == (date(2026, 3, 8), date(2026, 3, 9), 1)
    # On 1 November an hour comes twice: 24 hours and 59 minutes later it is still Sunday.
    told = [("2026-11-01T04:00:00+00:00", "review"), ("2026-11-02T04:59:00+00:00", "approved")]
    with table_at(*told) as table:
        (row,) = metric_rows(span(), entries_of(table, span()), date(2026, 12, 1))
    assert (row.from_on, row.days) == (date(2026, 11, 1), 0)


def test_a_bare_date_is_that_date_in_every_zone() -> None:
    with table_at(("2026-01-05T00:00:00+00:00", "review"), day_only=True) as table:
        assert [entry.on for entry in entries_of(table, span())] == [date(2026, 1, 5)]
    with table_at(("2026-01-05T00:00:00-05:00", "review"), day_only=True) as table:
        assert [entry.on for entry in entries_of(table, span())] == [date(2026, 1, 5)]
    paris = span(zone="Europe/Paris")
    with table_at(("2026-01-05T00:00:00+01:00", "review"), day_only=True) as table:
        assert [entry.on for entry in entries_of(table, paris)] == [date(2026, 1, 5)]
    with table_at(("2026-01-05T00:00:00+00:00", "review")) as table:
        assert [entry.on for entry in entries_of(table, span())] == [date(2026, 1, 4)]


def test_a_bare_date_before_a_timed_end_of_the_evening_is_no_day_and_never_less() -> None:
    told = [Entry("1", date(2026, 1, 5), "review"), Entry("1", date(2026, 1, 4), "approved")]
    assert [row.days for row in metric_rows(span(), told, TODAY)] == [0]


@pytest.mark.parametrize(
    ("order", "days", "is_open"), [(("review", "approved"), 0, False), (("approved", "review"), 85, True)]
)
def test_ties_keep_the_order_of_the_file(order: tuple[str, str], days: int, is_open: bool) -> None:
    at = "2026-01-05T15:00:00+00:00"
    with table_at(*((at, activity) for activity in order)) as table:
        (row,) = metric_rows(span(), entries_of(table, span()), TODAY)
    assert (row.days, row.open) == (days, is_open)


def test_one_row_for_each_cycle_of_ownership() -> None:
    told = [("filed", 5), ("filed", 6), ("corrections", 8), ("filed again", 20), ("corrections", 21)]
    told += [("corrections", 22), ("filed again", 23), ("issued", 27), ("issued", 28)]
    found = metric_rows(ownership(), entries(*(("1", 1, day, activity) for activity, day in told)), TODAY)
    assert [(row.cycle, row.owner, row.from_on.day, row.days, row.open) for row in found] == [
        (1, "city", 5, 3, False),
        (2, "applicant", 8, 12, False),
        (3, "city", 20, 1, False),
        (4, "applicant", 21, 2, False),
        (5, "city", 23, 4, False),
    ]


def test_a_cycle_is_open_until_the_case_is_handed_over_or_ends_and_may_begin_again() -> None:
    told = entries(
        ("1", 3, 1, "corrections"), ("2", 3, 1, "filed"), ("2", 3, 2, "issued"), ("2", 3, 30, "filed")
    )
    found = metric_rows(ownership(), told, TODAY)
    assert [(row.case, row.cycle, row.owner, row.to_on, row.days) for row in found] == [
        ("1", 1, "applicant", None, 30),
        ("2", 1, "city", date(2026, 3, 2), 1),
        ("2", 2, "city", None, 1),
    ]


def test_business_days_are_monday_to_friday_or_those_of_a_calendar() -> None:
    # Friday 2 January to Tuesday 13 January 2026: seven weekdays after the Friday.
    told = entries(("1", 1, 2, "review"), ("1", 1, 13, "approved"))
    metric = span(unit="business_day")
    assert [row.days for row in metric_rows(metric, told, TODAY)] == [7]
    assert [row.days for row in metric_rows(metric, told, TODAY, six_days)] == [6]
    assert [row.days for row in metric_rows(span(), told, TODAY, six_days)] == [11]


def test_weekdays_are_counted_as_one_by_one() -> None:
    first = date(2026, 1, 1)
    for start in (first + timedelta(days=n) for n in range(7)):
        for length in range(-1, 16):
            after = (start + timedelta(days=n) for n in range(1, length + 1))
            assert monday_to_friday(start, start + timedelta(days=length)) == sum(
                day.weekday() < 5 for day in after
            )


def _spans(lengths: range) -> Iterator[Entry]:
    for length in lengths:
        yield Entry(f"{length:02}", date(2026, 1, 1), "review")
        yield Entry(f"{length:02}", date(2026, 1, 1) + timedelta(days=length), "approved")


def test_percentiles_stand_on_twenty_rows_and_interpolate() -> None:
    nineteen = metric_rows(span(), _spans(range(1, 20)), TODAY)
    assert metric_figures(span(), nineteen) == MetricFigures(19, 0, None, None, None)
    # Ranks of 1 to 20: 1 + 0.5 * 19, 1 + 0.85 * 19, 1 + 0.9 * 19.
    twenty = metric_rows(span(), _spans(range(1, 21)), TODAY)
    assert metric_figures(span(), twenty) == MetricFigures(20, 0, 10.5, 17.15, 18.1)


def test_the_activities_that_a_log_never_has_are_named() -> None:
    with table_at(("2026-01-05T15:00:00+00:00", "review"), ("2026-01-06T15:00:00+00:00", "other")) as table:
        assert absent_activities(table, span()) == ["approved", "denied"]
        assert [entry.activity for entry in entries_of(table, span())] == ["review"]


@pytest.mark.parametrize(
    ("at", "zone"),
    [("9999-12-31T23:00:00+00:00", "Europe/Paris"), ("0001-01-01T01:00:00+00:00", "America/New_York")],
)
def test_the_edges_of_the_calendar_have_a_date_in_every_zone(at: str, zone: str) -> None:
    with table_at((at, "review")) as table:
        assert [str(entry.on) for entry in entries_of(table, span(zone=zone))] == [at[:10]]
