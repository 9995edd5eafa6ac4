"""What-if: it has to reproduce the last quarter before it says anything of the next."""

from random import Random

import pytest

from benchmarks.offices import START, planted, visits_of
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.visits import StepVisit
from permitflow.analytics.whatif import AS_IT_IS, Change, TooLittleHistory, backtest, fit, what_if

NOW = START + 300 * DAY_US


@pytest.fixture(scope="module")
def short_of_people() -> tuple[str, list[StepVisit]]:
    house, plant = planted("one role only", 3)
    return plant.step or "", visits_of(house, 3)


def test_the_last_quarter_is_reproduced(short_of_people: tuple[str, list[StepVisit]]) -> None:
    found = backtest(short_of_people[1], NOW, Random(1), runs=6)
    assert found.was.finished > 100
    assert found.finished_error < 0.15
    assert found.open_error < 0.3
    assert found.lead_error is not None
    assert found.lead_error < 0.2


def test_another_reviewer_shortens_the_queue(short_of_people: tuple[str, list[StepVisit]]) -> None:
    step, visits = short_of_people
    ahead = (NOW, NOW + 60 * DAY_US)
    told: list[int] = []
    as_it_is = what_if(visits, ahead, AS_IT_IS, Random(1), 4, told.append)
    assert told == [1, 2, 3, 4]
    helped = what_if(visits, ahead, Change(step, people=1), Random(1), runs=4)
    hurt = what_if(visits, ahead, Change(step, people=-1), Random(1), runs=2)
    assert helped.open_at_end.p90 < as_it_is.open_at_end.p10
    assert helped.finished.p10 > as_it_is.finished.p90
    assert hurt.finished.p90 < as_it_is.finished.p10
    assert as_it_is.open_at_end.p10 <= as_it_is.open_at_end.p50 <= as_it_is.open_at_end.p90


def test_fewer_returns_and_shorter_outside_waits_leave_fewer_files_open() -> None:
    house, _ = planted("slow applicants", 4)
    visits, ahead = visits_of(house, 4), (NOW, NOW + 80 * DAY_US)
    changes = (AS_IT_IS, Change(outside_days=5), Change(fewer_returns=1.0))
    left = [what_if(visits, ahead, change, Random(2), runs=4).open_at_end for change in changes]
    assert left[1].p90 < left[0].p10
    assert left[2].p90 < left[0].p10


def test_the_habits_of_a_step_are_fitted() -> None:
    house, plant = planted("Fridays", 3)
    fitted = fit(visits_of(house, 3), NOW)
    assert fitted.desks[plant.step or ""].weekdays == frozenset({4})
    house, plant = planted("newest first", 3)
    assert fit(visits_of(house, 3), NOW).desks[plant.step or ""].order == "newest"


def test_the_fit_knows_nothing_of_the_future(short_of_people: tuple[str, list[StepVisit]]) -> None:
    visits, then = short_of_people[1], START + 150 * DAY_US
    known = [v for v in visits if (v.finished_us or NOW) <= then or v.arrived_us <= then]
    assert fit(visits, then) == fit(known, then)


def test_open_files_that_nobody_ever_finished_from_are_still_counted(
    short_of_people: tuple[str, list[StepVisit]],
) -> None:
    visits, ahead = short_of_people[1], (NOW, NOW + 30 * DAY_US)
    stuck = [StepVisit(f"stuck {n}", "limbo", NOW - DAY_US) for n in range(7)]
    without = what_if(visits, ahead, AS_IT_IS, Random(1), runs=2)
    found = what_if([*visits, *stuck], ahead, AS_IT_IS, Random(1), runs=2)
    assert found.queues["limbo"].p10 == 7
    assert found.open_at_end.p50 >= without.open_at_end.p10 + 7
    assert sum(band.p50 for band in without.queues.values()) >= without.open_at_end.p10


def test_several_changes_help_more_than_one(short_of_people: tuple[str, list[StepVisit]]) -> None:
    step, visits = short_of_people
    ahead = (NOW, NOW + 60 * DAY_US)
    one = what_if(visits, ahead, Change(step, people=1), Random(1), runs=3)
    plan = [Change(step, people=1, order="due"), Change(outside_days=1), Change(fewer_returns=0.8)]
    assert what_if(visits, ahead, plan, Random(1), runs=3).open_at_end.p50 < one.open_at_end.p50


def test_too_little_history_is_refused() -> None:
    with pytest.raises(TooLittleHistory, match="Only 0 files"):
        fit([StepVisit("a", "fire", 0)], NOW)
