"""Absences: planted ones are found where they were, and nobody is called away for being slow."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from benchmarks.offices import START, planted, visits_of
from permitflow.analytics.absences import (
    Absence,
    AbsenceRate,
    Attendance,
    absence_rate,
    attendance,
)
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office_hours import HOUR_US, OfficeHours
from permitflow.analytics.visits import AGENCY, StepVisit

FIRST = START // DAY_US
HOURS = OfficeHours()


def working_days(days: int) -> list[int]:
    return [day for day in range(days) if HOURS.is_open_day(FIRST + day)]


def record(acts: list[int], held: int = 0) -> list[StepVisit]:
    """One reviewer who finishes a file on each of these days, with a file waiting all the time."""
    visits = [StepVisit("first", "fire", START, None, None)]
    for number, day in enumerate(acts):
        claimed = START + day * DAY_US + 9 * HOUR_US
        end = claimed + HOUR_US + (held * DAY_US if number == 0 else 0)
        visits.append(StepVisit(f"f{number}", "fire", claimed - HOUR_US, claimed, end, "ann"))
    return visits


def absences(visits: list[StepVisit], days: int) -> tuple[Absence, ...]:
    return attendance(visits, HOURS, START + days * DAY_US)["ann"].absences


def test_days_without_any_work_are_an_absence_with_its_working_days() -> None:
    acts = [day for day in working_days(100) if not 30 <= day < 51]
    assert absences(record(acts), 100) == (Absence(FIRST + 30, FIRST + 51, 15, over=True),)


def test_an_absence_that_lasts_is_not_over() -> None:
    (found,) = absences(record([day for day in working_days(100) if day < 80]), 100)
    assert (found.over, found.start) == (False, FIRST + 80)


def test_two_days_are_no_absence_however_busy_the_person_else_is() -> None:
    acts = [day for day in working_days(100) if day not in (30, 31)]
    assert absences(record(acts), 100) == ()


def test_days_without_files_and_days_with_one_in_hand_are_none() -> None:
    acts = [day for day in working_days(100) if not 30 <= day < 51]
    queue_ends = record(acts)[1:]
    assert absences(queue_ends, 100) == ()
    held = [visit for visit in record(acts, held=51) if visit.file != "first"]
    assert absences([StepVisit("first", "fire", START), *held], 100) == ()


@pytest.mark.parametrize("pace", [0.12, 0.3, 0.6, 0.9])
def test_a_slow_pace_is_no_absence(pace: float) -> None:
    rng = Random(7)
    offices = [[day for day in working_days(250) if rng.random() < pace] for _ in range(60)]
    called = sum(bool(absences(record(acts), 250)) for acts in offices)
    assert called <= 2, "one in a hundred is what the rule allows"


def test_a_long_absence_is_found_at_every_pace_that_can_show_it() -> None:
    rng = Random(8)
    for pace, least in ((0.4, 19), (0.7, 20), (0.95, 20)):
        found = 0
        for _ in range(20):
            acts = [d for d in working_days(250) if not 100 <= d < 142 and rng.random() < pace]
            found += any(
                one.start <= FIRST + 105 and one.end >= FIRST + 140 for one in absences(record(acts), 250)
            )
        assert found >= least, pace


def test_weekdays_are_her_own_and_few_acts_say_nothing() -> None:
    fridays = [day for day in working_days(250) if day % 7 == 4]
    found = attendance(record(fridays), HOURS, START + 250 * DAY_US)["ann"]
    assert found == Attendance(frozenset({4}), len(fridays), ())
    assert attendance(record([1, 2, 30]), HOURS, START + 60 * DAY_US)["ann"].absences == ()


def test_the_planted_absence_of_an_office_is_found_and_no_other() -> None:
    house, _plant = planted("absent reviewer", 2001)
    house = replace(house, days=200)
    own = [visit for visit in visits_of(house, 2001) if visit.party == AGENCY]
    found = attendance(own, HOURS, START + 200 * DAY_US)
    away = {person: who.absences for person, who in found.items() if who.absences}
    ((name, ((first, last),)),) = house.away.items()
    assert list(away) == [name]
    assert abs(away[name][0].start - FIRST - first) <= 3
    assert abs(away[name][0].end - FIRST - last) <= 3


def test_the_rate_is_that_of_absences_over_days_outside_of_them() -> None:
    people = [
        Attendance(frozenset(range(5)), 110, (Absence(0, 14, 10, over=True),)),
        Attendance(frozenset(range(5)), 130, (Absence(90, 132, 30, over=False),)),
    ]
    assert absence_rate(people) == AbsenceRate(1 / 200, (10,))
    assert absence_rate([]) == AbsenceRate(0.0, ())


def drawn(rate: AbsenceRate, began: int | None, seed: int, weeks: int = 200) -> tuple[tuple[int, int], ...]:
    return rate.drawn(began, (FIRST, FIRST + 7 * weeks), HOURS, Random(seed))


def test_drawn_absences_are_as_frequent_and_as_long_as_those_seen() -> None:
    rate = AbsenceRate(0.02, (3, 5))
    found = [one for seed in range(10) for one in drawn(rate, None, seed)]
    working = [sum(HOURS.is_open_day(day) for day in range(a // DAY_US, b // DAY_US)) for a, b in found]
    cut_short = {days for (_, end), days in zip(found, working, strict=True) if end == START + 1400 * DAY_US}
    assert {3, 5} <= set(working) <= {3, 5} | cut_short
    there = 10 * 1000 - sum(working)
    assert abs(len(found) - there * 0.02) < 45
    assert drawn(AbsenceRate(0.0, ()), None, 1) == ()


def test_who_is_away_stays_away_for_a_rest_of_it() -> None:
    ((start, end),) = drawn(AbsenceRate(0.0, (5, 20)), 10, 1)
    assert (start, end) == (START, START + 12 * DAY_US), "ten of twenty working days are left: two weeks"
    ((_, alone),) = drawn(AbsenceRate(0.0, ()), 5, 1)
    assert alone == START + 5 * DAY_US, "as long again where no absence was ever longer"
    assert drawn(AbsenceRate(0.0, (500,)), 1, 1, weeks=2) == ((START, START + 14 * DAY_US),)
