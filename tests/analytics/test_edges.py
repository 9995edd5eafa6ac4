"""Edges: directly-follows relations with their waiting times."""

from datetime import datetime, timedelta
from statistics import stdev

import pytest

from permitflow.analytics.edges import Edge, edge_table
from permitflow.analytics.log_table import LogTable
from permitflow.interchange.timestamps import parse_instant
from permitflow.interchange.xes import read_xes
from tests.analytics.small_logs import table_of
from tests.reference_data import reference_figures, reference_file

SECOND = 1_000_000


def test_an_edge_counts_and_measures_each_direct_succession():
    log = table_of([("a", 0, 0, "x"), ("a", 2 * SECOND, 1, "y"), ("b", 0, 2, "x"), ("b", 4 * SECOND, 3, "y")])

    (edge,) = edge_table(log)

    assert edge == Edge("x", "y", 2, 3.0, 3.0, 2.0, 4.0, 6.0, pytest.approx(2**0.5))


def test_a_deviation_has_no_more_digits_than_every_run_gives_again():
    gaps = [635_645_510_765_512, 1, 999_999_999_999]
    rows = [(str(gap), at, seq, "xy"[seq % 2]) for gap in gaps for seq, at in enumerate((0, gap))]

    (edge,) = edge_table(table_of(rows))

    assert edge.stdev == float(f"{edge.stdev:.11g}")
    assert edge.stdev == pytest.approx(stdev(gaps) / SECOND, rel=1e-9)


def test_edges_do_not_cross_cases():
    assert edge_table(table_of([("a", 0, 0, "x"), ("b", 1, 1, "y")])) == []


def test_a_repeated_activity_is_an_edge_to_itself_with_no_spread_when_walked_once():
    (edge,) = edge_table(table_of([("a", 0, 0, "x"), ("a", 1, 1, "x")]))

    assert (edge.source, edge.target, edge.count, edge.stdev) == ("x", "x", 1, None)


def test_the_most_frequent_edge_comes_first_then_the_alphabet():
    rows = [("a", at, at, activity) for at, activity in enumerate("zyzyxwx")]

    order = [(edge.source, edge.target, edge.count) for edge in edge_table(table_of(rows))]

    assert order == [("z", "y", 2), ("w", "x", 1), ("x", "w", 1), ("y", "x", 1), ("y", "z", 1)]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-01-02T16:00", "2026-01-05T08:30"),
        ("2026-01-03T12:00", "2026-01-04T12:00"),
        ("2026-01-05T06:00", "2026-01-05T19:00"),
        ("1969-12-25T09:15", "1970-01-07T09:00"),
        ("1721-05-05T00:00", "1721-05-19T00:00"),
    ],
)
def test_office_hours_are_those_of_each_minute_counted(start, end):
    minute, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    minutes = 0
    while minute < last:
        minutes += minute.weekday() < 5 and 7 <= minute.hour < 17
        minute += timedelta(minutes=1)

    (edge,) = edge_table(
        table_of([("a", parse_instant(start), 0, "x"), ("a", parse_instant(end), 1, "y")]), True
    )

    assert edge.sum == minutes * 60


def test_office_hours_of_a_real_log_equal_those_of_an_independent_library():
    known = reference_figures("reference_receipt")["business_hours"]["edges"]
    with LogTable.of_events(read_xes(reference_file("receipt.xes.gz"))) as table:
        found = {(edge.source, edge.target): edge for edge in edge_table(table, office_hours=True)}

    for edge in known:
        ours = found[edge["source"], edge["target"]]
        for name in ("mean", "median", "min", "max", "sum"):
            assert getattr(ours, name) == pytest.approx(edge[name], abs=1), (edge["source"], edge["target"])
