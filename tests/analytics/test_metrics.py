"""The table of metrics."""

import pytest

from permitflow.analytics.metrics import METRICS, metric


def test_there_are_twenty_six_and_each_is_told_in_full() -> None:
    assert len(METRICS) == len({one.id for one in METRICS}) == 26
    for one in METRICS:
        assert all((one.title, one.definition, one.unit, one.formula)), one.id
        assert one.definition.endswith("."), one.id
        assert one.least_n in (1, 20), one.id


def test_trap_16_lead_time_says_which_day_it_counts_from() -> None:
    assert "submitted" in metric("lead_time").definition


def test_an_unknown_metric_is_an_error() -> None:
    with pytest.raises(KeyError):
        metric("speed")
