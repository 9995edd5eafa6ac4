"""Pace: pauses between files, and the time of a person shared between the files in her hands."""

from __future__ import annotations

from permitflow.analytics.absences import Absence, Attendance
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office_hours import HOUR_US, OfficeHours
from permitflow.analytics.pace import hours_of, key_of, pauses, work_given
from permitflow.analytics.visits import StepVisit

HOURS = OfficeHours(frozenset(range(7)), 8 * HOUR_US, 16 * HOUR_US)


def at(hour: float, day: int = 0) -> int:
    return day * DAY_US + int(hour * HOUR_US)


def visit(name: str, arrived: int, claimed: int, finished: int, person: str = "ann") -> StepVisit:
    return StepVisit(name, "fire", arrived, claimed, finished, person)


def test_a_pause_runs_from_when_both_file_and_person_were_ready() -> None:
    seen = [
        visit("a", at(8), at(9), at(10)),
        visit("b", at(8), at(12), at(13)),
        visit("c", at(15), at(15.5), at(16)),
        visit("d", at(17), at(8, 1), at(9, 1)),
    ]
    assert pauses(seen, {}, HOURS) == {"ann": (0, HOUR_US // 2, HOUR_US, 2 * HOUR_US)}


def test_days_away_and_other_weekdays_are_no_pause() -> None:
    thursday = OfficeHours(frozenset({3, 4}), 8 * HOUR_US, 16 * HOUR_US)
    seen = [visit("a", at(8), at(9, 14), at(10, 14))]
    away = Attendance(frozenset({3}), 20, (Absence(7, 8, 1, over=True),))
    assert pauses(seen, {}, thursday) == {"ann": (4 * 8 * HOUR_US + HOUR_US,)}
    assert pauses(seen, {"ann": away}, thursday) == {"ann": (8 * HOUR_US + HOUR_US,)}
    assert hours_of(away, thursday).closed_days == (7,)


def test_who_has_few_pauses_gets_those_of_all() -> None:
    many = [visit(f"m{n}", at(8, n), at(9, n), at(10, n)) for n in range(20)]
    one = visit("b", at(8), at(12), at(13), "ben")
    found = pauses([*many, one], {}, HOURS)
    assert found["ann"] == (HOUR_US,) * 20
    assert found["ben"] == (*found["ann"], 4 * HOUR_US)


def test_files_in_hand_together_share_the_time() -> None:
    alone, first = visit("a", at(8), at(8), at(9)), visit("b", at(8), at(10), at(14))
    second, nothing = visit("c", at(8), at(12), at(15)), visit("d", at(8), at(12), at(12))
    found = work_given([alone, first, second, nothing], {}, HOURS)
    assert found[key_of(alone)] == HOUR_US
    assert found[key_of(first)] == 3 * HOUR_US, "two hours alone and half of two"
    assert found[key_of(second)] == 2 * HOUR_US
    assert found[key_of(nothing)] == 0
    assert sum(found.values()) == 6 * HOUR_US, "the time she had any in hand"


def test_other_people_share_nothing_and_open_files_take_nothing() -> None:
    mine, hers = visit("a", at(8), at(8), at(10)), visit("b", at(8), at(8), at(10), "ben")
    still = StepVisit("c", "fire", at(8), at(8), None, "ann")
    assert set(work_given([mine, hers, still], {}, HOURS).values()) == {2 * HOUR_US}
