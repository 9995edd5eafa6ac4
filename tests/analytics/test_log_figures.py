"""The figures of a column, against the same list reckoned by the standard library."""

from __future__ import annotations

import statistics

import pytest

from permitflow.analytics.log_figures import USUAL, WITH_SUM, figures
from permitflow.analytics.log_table import LogTable

VALUES = [3_000_000, 1_000_000, 10_000_000, 2_500_000, 7_000_000]


@pytest.fixture
def table() -> LogTable:
    table = LogTable.of_events([])
    table.keep("measured", {"us": "BIGINT"}, [(value,) for value in VALUES])
    return table


def test_figures_are_those_of_the_sample_in_the_unit_asked_for(table: LogTable) -> None:
    found = figures(table, "us", "measured")
    seconds = [value / 1_000_000 for value in VALUES]
    quarters = statistics.quantiles(seconds, n=4, method="inclusive")

    assert tuple(found) == USUAL
    assert (found["n"], found["min"], found["max"]) == (5, 1.0, 10.0)
    assert [found["p25"], found["median"], found["p75"]] == pytest.approx(quarters)
    assert found["mean"] == pytest.approx(statistics.mean(seconds))
    assert found["sd"] == pytest.approx(statistics.stdev(seconds))
    assert figures(table, "us", "measured", WITH_SUM, unit=1_000)["sum"] == sum(VALUES) / 1_000


def test_nothing_measured_has_no_figures_but_a_count(table: LogTable) -> None:
    found = figures(table, "us", "(FROM measured WHERE us < 0)", WITH_SUM)

    assert found == dict.fromkeys(WITH_SUM) | {"n": 0}
