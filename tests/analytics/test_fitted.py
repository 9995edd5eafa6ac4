"""What is read off a record: habits, people, arrivals, absences, and nothing of the future."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.offices import START, planted, visits_of
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.fitted import TooLittleHistory, by_file, fit
from permitflow.analytics.office_hours import HOUR_US
from permitflow.analytics.visits import StepVisit

NOW = START + 180 * DAY_US


def short(kind: str, seed: int) -> tuple[str, list[StepVisit]]:
    house, plant = planted(kind, seed)
    return plant.step or "", visits_of(replace(house, days=180, per_day=3.0), seed)


def desk(number: int, claimed_day: float, due_day: float | None) -> StepVisit:
    """A file that came on day 0 of its dozen; a dozen is taken within twelve days."""
    came = START + number // 12 * 14 * DAY_US + number % 12
    claimed = START + int(claimed_day * DAY_US)
    due = None if due_day is None else START + int(due_day * DAY_US)
    return StepVisit(f"f{number}", "fire", came, claimed, claimed + HOUR_US, "ann", due_us=due)


def test_the_habits_of_a_step_are_fitted() -> None:
    step, visits = short("Fridays", 3)
    assert fit(visits, NOW).desks[step].weekdays == frozenset({4})
    step, visits = short("newest first", 3)
    assert fit(visits, NOW).desks[step].order == "newest"


def test_a_step_that_takes_files_by_due_date_is_seen_to() -> None:
    places = [5, 2, 9, 0, 7, 11, 1, 4, 10, 3, 8, 6]
    taken = [n // 12 * 14 + 0.4 + places[n % 12] for n in range(120)]
    by_due = [desk(n, day, 100 + day) for n, day in enumerate(taken)]
    assert fit(by_due, NOW).desks["fire"].order == "due"
    in_turn = [desk(n, n // 12 * 14 + 0.4 + n % 12, 300 - n) for n in range(120)]
    assert fit(in_turn, NOW).desks["fire"].order == "oldest"
    undated = [visit._replace(due_us=None) for visit in by_due]
    assert fit(undated, NOW).desks["fire"].order != "due"


def test_who_is_away_now_and_how_often_people_are_is_read() -> None:
    house, plant = planted("absent reviewer", 2001)
    name, ((first, last),) = next(iter(house.away.items()))
    visits = visits_of(replace(house, days=180), 2001)
    while_away = fit(visits, START + (first + 21) * DAY_US)
    assert 12 <= while_away.away[name] <= 15
    assert while_away.absences.lengths == ()
    after = fit(visits, START + (last + 10) * DAY_US)
    assert after.away == {}
    assert len(after.absences.lengths) == 1
    assert plant.step in name


def test_files_of_closed_days_count_as_arrivals() -> None:
    saturdays = [
        StepVisit(f"f{n}", "fire", monday - 2 * DAY_US, claimed, claimed + HOUR_US, "ann")
        for n in range(60)
        for monday in [START + (n // 5 + 1) * 7 * DAY_US]
        for claimed in [monday + n % 5 * DAY_US + 10 * HOUR_US]
    ]
    found = fit(saturdays, START + 98 * DAY_US)
    assert sum(found.per_day) == 0
    assert sum(found.off_days) == 55, "those of eleven Saturdays within the quarter"
    assert len(found.per_day) + len(found.off_days) == 91


def test_the_fit_knows_nothing_of_the_future() -> None:
    _, visits = short("one role only", 3)
    then = START + 100 * DAY_US
    known = [v for v in visits if v.arrived_us <= then]
    assert fit(visits, then) == fit(known, then)


def test_the_visits_of_a_file_stand_in_order() -> None:
    visits = [StepVisit("b", "x", 5), StepVisit("a", "y", 9), StepVisit("a", "x", 3)]
    assert {file: [v.arrived_us for v in found] for file, found in by_file(visits).items()} == {
        "a": [3, 9],
        "b": [5],
    }


def test_too_little_history_is_refused() -> None:
    with pytest.raises(TooLittleHistory, match="Only 0 files"):
        fit([StepVisit("a", "fire", 0)], NOW)
