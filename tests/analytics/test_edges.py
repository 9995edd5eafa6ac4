"""Edges: directly-follows relations with their waiting times."""

import pytest

from permitflow.analytics.edges import Edge, edge_table
from tests.analytics.small_logs import table_of

SECOND = 1_000_000


def test_an_edge_counts_and_measures_each_direct_succession():
    log = table_of([("a", 0, 0, "x"), ("a", 2 * SECOND, 1, "y"), ("b", 0, 2, "x"), ("b", 4 * SECOND, 3, "y")])

    (edge,) = edge_table(log)

    assert edge == Edge("x", "y", 2, 3.0, 3.0, 2.0, 4.0, 6.0, pytest.approx(2**0.5))


def test_edges_do_not_cross_cases():
    assert edge_table(table_of([("a", 0, 0, "x"), ("b", 1, 1, "y")])) == []


def test_a_repeated_activity_is_an_edge_to_itself_with_no_spread_when_walked_once():
    (edge,) = edge_table(table_of([("a", 0, 0, "x"), ("a", 1, 1, "x")]))

    assert (edge.source, edge.target, edge.count, edge.stdev) == ("x", "x", 1, None)


def test_the_most_frequent_edge_comes_first_then_the_alphabet():
    rows = [("a", at, at, activity) for at, activity in enumerate("zyzyxwx")]

    order = [(edge.source, edge.target, edge.count) for edge in edge_table(table_of(rows))]

    assert order == [("z", "y", 2), ("w", "x", 1), ("x", "w", 1), ("y", "x", 1), ("y", "z", 1)]
