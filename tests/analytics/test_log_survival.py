"""Waits with those that still wait, each against cases made by hand."""

from __future__ import annotations

import pytest

from permitflow.analytics.log_survival import step_survival
from tests.analytics.small_logs import table_of_transitions, table_of_turns

DAY_S = 86_400


def test_trap_1_cases_that_still_wait_make_the_wait_longer_not_shorter() -> None:
    done = [turn for n in range(5) for turn in ((f"d{n}", "in", 0), (f"d{n}", "review", 2 * DAY_S))]
    waiting = [(f"w{n}", "in", 0) for n in range(5)]
    table = table_of_turns(*done, *waiting, ("end", "in", 20 * DAY_S))

    found = step_survival(table, "review", ends=["review"])

    assert (found["n"], found["events"], found["censored"]) == (11, 5, 6)
    assert (found["p25"], found["median_s"]) == (2 * DAY_S, 2 * DAY_S)
    # Of the cases that are done, all waited two days; of all cases, nobody has seen how long three quarters wait.
    assert found["p75"] is None
    (point,) = found["points"]
    assert (point["t_s"], point["at_risk"], point["events"]) == (2 * DAY_S, 10, 5)
    assert point["low"] < point["survival"] < point["high"]
    assert point["survival"] == pytest.approx(0.5)


def test_a_scheduled_step_waits_from_its_schedule() -> None:
    table = table_of_transitions(
        *(("1", "a", "schedule", 0), ("1", "b", "complete", 50), ("1", "a", "start", 60)),
        *(("2", "a", "schedule", 10), ("2", "b", "complete", 100)),
    )

    found = step_survival(table, "a")

    assert (found["n"], found["events"], found["points"][0]["t_s"]) == (2, 1, 60.0)


def test_a_log_of_starts_and_completes_counts_the_cases_that_still_wait() -> None:
    """After most starts of a step comes its own complete; that is no wait for the step, and no end of the next one."""
    done = [
        turn
        for n in range(3)
        for turn in (
            *((f"d{n}", "in", "start", 0), (f"d{n}", "in", "complete", 10)),
            *((f"d{n}", "fire", "start", 30), (f"d{n}", "fire", "complete", 40)),
        )
    ]
    waiting = [
        turn for n in range(2) for turn in ((f"w{n}", "in", "start", 0), (f"w{n}", "in", "complete", 10))
    ]
    table = table_of_transitions(*done, *waiting, ("new", "in", "start", 90))

    fire, first = (step_survival(table, step, ends=["fire"]) for step in ("fire", "in"))

    assert (fire["n"], fire["events"], fire["censored"]) == (5, 3, 2)
    assert (fire["points"][0]["t_s"], fire["points"][0]["survival"]) == (20.0, pytest.approx(0.4))
    assert (first["n"], first["censored"]) == (0, 0), "no case waits for the step that it begins with"


def test_a_step_nobody_ever_reached_has_an_empty_curve() -> None:
    found = step_survival(table_of_turns(("1", "in", 0)), "review")

    assert (found["n"], found["points"], found["median_s"]) == (0, [], None)
