"""Forecasts made again in the past: they know nothing of the future, and hold as often as they promise."""

from __future__ import annotations

from random import Random

import pytest

from permitflow.analytics.backtest import back_test
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.forecast import NOMINAL
from permitflow.analytics.visits import StepVisit

END = 1_000 * DAY_US
CUTS = [END - days * DAY_US for days in range(60, 361, 30)]


def office(seed: int, visits: int = 1_500, mean_days: float = 30) -> list[StepVisit]:
    """Files that come at random and stay for random times, recorded up to the end."""
    rng = Random(seed)
    found = []
    for number in range(visits):
        arrived = rng.randrange(200 * DAY_US, END)
        finished = arrived + round(rng.gammavariate(2, mean_days / 2) * DAY_US)
        found.append(StepVisit(str(number), "fire", arrived, None, finished if finished <= END else None))
    return found


def test_promises_of_a_steady_office_are_kept_as_often_as_they_say() -> None:
    found = [back_test(office(seed), CUTS, END) for seed in range(4)]
    n = sum(one.held.n for one in found)
    kept = sum(one.held.n * (one.held.kept or 0) for one in found) / n
    covered = sum(one.held.n * (one.held.covered or 0) for one in found) / n
    assert n > 2_000
    assert kept == pytest.approx(0.85, abs=0.05)
    assert covered == pytest.approx(0.80, abs=0.05)


def test_what_comes_after_a_forecast_does_not_change_it() -> None:
    visits = office(1)
    cut = CUTS[-1]
    known = [
        visit if visit.finished_us is None or visit.finished_us <= cut else visit._replace(finished_us=None)
        for visit in visits
        if visit.arrived_us <= cut
    ]
    # With the future unknown nothing can be judged at the cut, but the same forecasts are made and wait.
    assert back_test(known, [cut], cut).open == back_test(visits, [cut], cut).open > 50
    assert back_test(known, [cut], cut).held.n == 0
    later = [*visits, *(StepVisit(f"x{n}", "fire", cut + 1 + n, None, cut + 2 + n) for n in range(500))]
    assert back_test(later, [cut], END).held == back_test(visits, [cut], END).held


def test_a_file_that_is_still_open_breaks_its_promise_when_the_range_is_over() -> None:
    quick = [
        StepVisit(str(n), "fire", n * DAY_US // 4, None, n * DAY_US // 4 + (1 + n % 5) * DAY_US)
        for n in range(130)
    ]
    stuck = StepVisit("stuck", "fire", 29 * DAY_US)
    cut = 30 * DAY_US
    early = back_test([*quick, stuck], [cut], cut + DAY_US // 2)
    late = back_test([*quick, stuck], [cut], cut + 20 * DAY_US)
    assert early.open == 1 + sum(
        visit.arrived_us <= cut and visit.finished_us is not None and visit.finished_us > cut + DAY_US // 2
        for visit in quick
    )
    assert late.open == 0
    others = back_test(quick, [cut], cut + 20 * DAY_US).held
    assert late.held.n == others.n + 1
    assert others.kept is not None
    assert late.held.kept == pytest.approx(others.kept * others.n / late.held.n)


def test_few_ended_stays_give_no_forecast() -> None:
    few = [StepVisit(str(n), "fire", n, None, n + 10) for n in range(19)]
    found = back_test([*few, StepVisit("open", "fire", 15)], [40], 100)
    assert (found.held.n, found.open, found.levels) == (0, 0, NOMINAL)
    assert back_test([], [40], 100).held.kept is None
