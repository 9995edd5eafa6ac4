"""What in a log makes a reader careful, counted."""

from __future__ import annotations

from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.log_quality import quality
from permitflow.analytics.log_table import LogTable
from tests.analytics.small_logs import DAY, SECOND


def test_trap_13_bulk_closings_and_backdated_events_are_counted() -> None:
    events = [LogEvent(str(case), "close", 7 * SECOND, case) for case in range(5)]
    events += [LogEvent("0", "backdated", 3 * SECOND, 5)]

    found = quality(LogTable.of_events(events))

    assert (found["events_closed_in_bulk"], found["events_out_of_file_order"]) == (5, 1)


def test_quality_counts_what_is_missing_coarse_or_impossible() -> None:
    year_1721 = -7_857_000_000 * SECOND
    events = [
        LogEvent("1", "in", year_1721, 0, "ann", "start"),
        LogEvent("1", "in", DAY, 1, None, None, day_only=True),
        LogEvent("1", "out", DAY, 2, "ann", "complete"),
        LogEvent("2", "in", 99 * DAY, 3, "ann", "start"),
    ]

    found = quality(LogTable.of_events(events), now_us=50 * DAY)

    assert found == {
        "events_without_person": 1,
        "events_without_lifecycle": 1,
        "day_precision": 1,
        "events_sharing_timestamp_with_previous_in_case": 1,
        "events_out_of_file_order": 0,
        "before_1950": 1,
        "in_the_future": 1,
        "cases_of_one_event": 1,
        "cases_within_one_instant": 0,
        "events_closed_in_bulk": 0,
        "starts_without_complete": 2,
    }
