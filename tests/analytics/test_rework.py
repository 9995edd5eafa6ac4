"""Rework in a log: who did again what was done before."""

from __future__ import annotations

from permitflow.analytics.rework import rework, rework_cases
from tests.analytics.small_logs import table_of_turns

TURNS = (
    *(("1", "check", 0, "ann"), ("1", "check", 1, "ann"), ("1", "check", 2, "bob"), ("1", "sign", 3, "eve")),
    *(("2", "check", 0, "ann"), ("2", "sign", 1, "eve"), ("2", "check", 2)),
    *(("3", "check", 0, "ann"), ("3", "check", 1, "ann")),
    ("4", "check", 0, "ann"),
)


def test_again_is_a_repeat_by_the_same_person_a_redo_by_another_and_neither_by_nobody() -> None:
    (check,) = rework(table_of_turns(*TURNS))["activities"]

    assert (check["activity"], check["cases"], check["events_in_these_cases"]) == ("check", 3, 7)
    assert (check["again"], check["repeats"], check["redos"]) == (4, 2, 1)


def test_self_loops_are_the_repetitions_with_nothing_between() -> None:
    found = rework(table_of_turns(*TURNS))

    assert (found["cases"], found["cases_with_rework"]) == (4, 3)
    assert (found["events_again"], found["self_loops"]) == (4, 3)


def test_cases_are_counted_once_however_often_an_activity_comes_again() -> None:
    assert rework_cases(table_of_turns(*TURNS)) == {"check": 3}
