"""Clock stops of a log, against hand-made cases and an independent computation."""

from __future__ import annotations

import json

import pytest

from permitflow.analytics.clock_stop import clock_stop
from permitflow.analytics.log_table import LogTable
from permitflow.interchange.xes import read_xes
from tests.analytics.small_logs import table_of_turns
from tests.reference_data import reference_file

DAY = 86_400


def stopped(*turns: tuple[str, int]) -> dict[str, float]:
    table = table_of_turns(*(("1", activity, day * DAY) for activity, day in turns))
    return clock_stop(table, "asked", ["answered", "withdrawn"])["per_case_tolled"]


@pytest.mark.parametrize(
    ("turns", "days"),
    [
        ([("in", 0), ("asked", 2), ("answered", 5), ("out", 9)], {"1": 3}),
        ([("asked", 2), ("asked", 4), ("answered", 5)], {"1": 3}),
        ([("asked", 2), ("answered", 5), ("answered", 8), ("asked", 10), ("withdrawn", 11)], {"1": 4}),
        ([("asked", 2), ("out", 9)], {"1": 0}),
        ([("answered", 1), ("out", 9)], {}),
        ([("asked", 2), ("answered", 2)], {"1": 0}),
    ],
)
def test_a_clock_stops_at_the_question_and_restarts_at_the_next_answer(turns, days) -> None:
    assert stopped(*turns) == days


def test_gross_is_net_and_stopped_together() -> None:
    table = table_of_turns(
        *(("1", "in", 0), ("1", "asked", DAY), ("1", "answered", 4 * DAY), ("1", "out", 6 * DAY)),
        *(("2", "in", 0), ("2", "asked", DAY), ("2", "out", 2 * DAY)),
    )

    found = clock_stop(table, "asked", ["answered"])

    assert (found["cases"], found["cases_with_request"], found["requests_never_answered"]) == (2, 2, 1)
    assert (found["gross_days"]["sum"], found["net_days"]["sum"], found["tolled_days"]["sum"]) == (8, 5, 3)
    assert found["tolled_days"]["n"] == 1


def test_a_real_log_equals_an_independent_computation_case_by_case() -> None:
    wanted = json.loads(reference_file("reference/bpic15_1_clockstop.json").read_text())["bpic15_1"]
    with LogTable.of_events(read_xes(reference_file("BPIC15_1.xes.gz"))) as table:
        found = clock_stop(table, "08_AWB45_020_2", ["08_AWB45_030", "08_AWB45_040"])

    assert found.keys() == wanted.keys()
    for key in ("cases", "cases_with_request", "requests_never_answered"):
        assert found[key] == wanted[key], key
    for key in ("gross_days", "net_days", "tolled_days", "per_case_tolled"):
        assert found[key] == pytest.approx(wanted[key], abs=1e-5), key
