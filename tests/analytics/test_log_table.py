"""The columns of a log: every figure equals a plain computation over the traces, whatever ties and repeats there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permitflow.analytics.durations import describe, percentile
from permitflow.analytics.edges import edge_table
from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.handovers import handovers
from permitflow.analytics.log_steps import log_steps
from permitflow.analytics.log_table import LogTable
from permitflow.analytics.rework import rework
from permitflow.analytics.summary import summarise
from tests.analytics.small_logs import SECOND, table_of, table_of_turns

TIMES = st.integers(-3, 3) | st.integers(-(10**15), 10**15)
EVENTS = st.lists(
    st.builds(
        LogEvent,
        case=st.sampled_from(["1", "2", 'odd "case"\n, é']),
        activity=st.sampled_from(["a", "b", "c|d,"]),
        at_us=TIMES,
        seq=st.just(0),
        resource=st.sampled_from([None, "ann", "bob"]),
    ),
    max_size=24,
)


def numbered(events: list[LogEvent]) -> list[LogEvent]:
    return [LogEvent(e.case, e.activity, e.at_us, seq, e.resource) for seq, e in enumerate(events)]


def by_case(events: list[LogEvent]) -> list[list[LogEvent]]:
    grouped: defaultdict[str, list[LogEvent]] = defaultdict(list)
    for event in sorted(events, key=lambda event: (event.at_us, event.seq)):
        grouped[event.case].append(event)
    return list(grouped.values())


@settings(max_examples=30, deadline=None)
@given(EVENTS)
def test_edges_and_durations_equal_a_plain_computation(events: list[LogEvent]) -> None:
    events = numbered(events)
    cases = by_case(events)
    waits: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for case in cases:
        for earlier, later in pairwise(case):
            waits[earlier.activity, later.activity].append(later.at_us - earlier.at_us)

    with LogTable.of_events(events) as table:
        edges, summary = edge_table(table), summarise(table)

    assert {(edge.source, edge.target) for edge in edges} == set(waits)
    for edge in edges:
        gaps = sorted(waits[edge.source, edge.target])
        assert (edge.count, edge.min, edge.max) == (len(gaps), gaps[0] / SECOND, gaps[-1] / SECOND)
        assert edge.sum == pytest.approx(sum(gaps) / SECOND, abs=1e-6)
        assert edge.median == pytest.approx(percentile(gaps, 50) / SECOND, abs=1e-6, rel=1e-12)
    plain = describe(case[-1].at_us - case[0].at_us for case in cases)
    for name in ("n", "min", "p25", "median", "mean", "p75", "p90", "p95", "max", "sd"):
        expected = getattr(plain, name)
        assert summary["case_duration_s"][name] == (
            None if expected is None else pytest.approx(expected, abs=1e-5, rel=1e-9)
        )
    assert summary["variants"] == len({tuple(event.activity for event in case) for case in cases})
    assert summary["start_activities"] == Counter(case[0].activity for case in cases)
    assert summary["end_activities"] == Counter(case[-1].activity for case in cases)


@settings(max_examples=30, deadline=None)
@given(EVENTS)
def test_rework_handovers_and_steps_equal_a_plain_computation(events: list[LogEvent]) -> None:
    events = numbered(events)
    cases = by_case(events)
    passed = same = again = repeats = redos = 0
    sums: Counter[str] = Counter()
    for case in cases:
        for earlier, later in pairwise(case):
            sums[later.activity] += later.at_us - earlier.at_us
            if earlier.resource and later.resource:
                passed += earlier.resource != later.resource
                same += earlier.resource == later.resource
        last: dict[str, str | None] = {}
        for event in case:
            if event.activity in last:
                again += 1
                repeats += bool(event.resource) and event.resource == last[event.activity]
                known = bool(event.resource) and bool(last[event.activity])
                redos += known and event.resource != last[event.activity]
            last[event.activity] = event.resource

    with LogTable.of_events(events) as table:
        between, second, steps = handovers(table), rework(table), log_steps(table)

    assert (between["handovers"], between["same_resource_steps"]) == (passed, same)
    assert sum(pair["count"] for pair in between["pairs"]) == passed
    assert second["events_again"] == again
    for found in (steps, second["activities"]):
        assert (sum(one["repeats"] for one in found), sum(one["redos"] for one in found)) == (repeats, redos)
    assert {step["step"]: step["sum_s"] for step in steps} == {
        event.activity: pytest.approx(sums[event.activity] / SECOND, abs=1e-6) for event in events
    }


def test_events_of_one_instant_keep_the_order_of_the_file_not_of_the_rows() -> None:
    rows = [("1", 5, 2, "third"), ("1", 5, 0, "first"), ("1", 5, 1, "second")]

    assert [(e.source, e.target) for e in edge_table(table_of(rows))] == [
        ("first", "second"),
        ("second", "third"),
    ]


def test_a_large_log_is_taken_in_batches_without_loss() -> None:
    rows = [("1", at, at, "x") for at in range(120_001)]
    with table_of(rows) as table:
        assert table.row("SELECT count(*), max(pos), sum(gap) FROM events") == (120_001, 120_001, 120_000)


def test_trap_12_medians_come_from_all_waits_not_from_medians_of_cases() -> None:
    table = table_of_turns(
        *(("1", "a", at) for at in range(5)),
        *(("2", "a", 0), ("2", "a", 100)),
    )

    assert edge_table(table)[0].median == 1


def test_activities_that_a_log_never_has_are_told_in_their_order() -> None:
    with table_of([("1", 0, 0, "a")]) as table:
        assert table.absent(["z", "a", "", "b"]) == ["z", "", "b"]
        assert table.absent([]) == []
