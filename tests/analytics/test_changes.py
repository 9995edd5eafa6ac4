"""What a plan does to people, desks and routes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from permitflow.analytics.changes import (
    Change,
    Trial,
    changed_desks,
    changed_people,
    changed_route,
    changed_task,
    cut,
    dated,
    plan_of,
)
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office import Desk, Filing, Office, Reviewer, Task, simulate
from permitflow.analytics.office_hours import HOUR_US, OfficeHours

ANA, BEN = Reviewer("ana", frozenset({"fire", "intake"})), Reviewer("ben", frozenset({"fire"}))
ROUTE = (
    (Task("intake", HOUR_US),),
    (Task("fire", HOUR_US), Task("corrections", 9 * DAY_US, "applicant")),
    (Task("fire", HOUR_US, round=2),),
)


def trial(*plan: Change, seed: int = 1) -> Trial:
    return Trial(plan, OfficeHours(), Random(seed))


def steps(route: tuple[tuple[tuple[Task, ...], ...], ...]) -> list[str]:
    return [task.step for stage in route for lane in stage for task in lane]


def test_several_changes_are_made_at_once() -> None:
    plan = (Change("fire", people=1), Change("intake", people=-1), Change("fire", order="due"))
    people = changed_people((ANA, BEN), plan)
    assert [who.steps for who in people] == [{"fire"}, {"fire"}, {"fire"}]
    assert changed_desks({"fire": Desk(weekdays=frozenset({4}))}, plan) == {
        "fire": Desk("due", frozenset({4}))
    }
    assert plan_of(plan) is plan
    assert plan_of(Change("fire")) == (Change("fire"),)


def test_who_is_added_works_as_those_who_are_there_and_is_not_away_with_them() -> None:
    ann = replace(ANA, weekdays=frozenset({1, 3}), pauses=(5,), away=((0, 9),))
    *_, added = changed_people((ann,), (Change("fire", people=1),))
    assert (added.steps, added.weekdays, added.pauses, added.away) == ({"fire"}, {1, 3}, (5,), ())
    *_, first = changed_people((), (Change("fire", people=1),))
    assert (first.weekdays, first.pauses) == (None, ())


def test_nobody_is_taken_from_a_step_without_people() -> None:
    assert changed_people((BEN,), (Change("intake", people=-3),)) == (BEN,)


def test_an_outside_wait_is_cut_at_its_own_step_or_everywhere() -> None:
    away = Task("corrections", 9 * DAY_US, "applicant")
    assert cut(away, (Change(outside_days=3),)).work_us == 3 * DAY_US
    assert cut(away, (Change("corrections", outside_days=3), Change(outside_days=5))).work_us == 3 * DAY_US
    assert cut(away, (Change("utility", outside_days=3),)) == away
    assert cut(away, (Change(outside_days=30),)).work_us == 9 * DAY_US
    assert cut(away, (Change(outside_days=0),)).work_us == 1
    assert cut(ROUTE[0][0], (Change(outside_days=0),)) == ROUTE[0][0]


def test_returns_are_left_out_with_what_they_were_for() -> None:
    assert steps(changed_route(ROUTE, trial(), 0)) == ["intake", "fire", "corrections", "fire"]
    assert steps(changed_route(ROUTE, trial(Change(fewer_returns=1.0)), 0)) == ["intake", "fire"]
    kept = [len(steps(changed_route(ROUTE, trial(Change(fewer_returns=0.5), seed=n), 0))) for n in range(200)]
    assert set(kept) == {2, 4}
    assert 70 < kept.count(2) < 130


def test_due_dates_count_from_the_beginning_of_a_file() -> None:
    assert dated(Task("fire", 1, due_us=20 * DAY_US), 100 * DAY_US).due_us == 120 * DAY_US
    assert dated(Task("fire", 1), 100 * DAY_US).due_us is None


def test_a_clock_moves_due_dates_at_its_step_alone() -> None:
    friday = Task("fire", 1, due_us=9 * DAY_US + 7 * HOUR_US)
    longer, shorter = Change("fire", clock_days=1), Change("fire", clock_days=-6)
    assert changed_task(friday, trial(longer), 0).due_us == 12 * DAY_US + 7 * HOUR_US, "Monday's end"
    assert changed_task(friday, trial(shorter), 0).due_us == DAY_US + 7 * HOUR_US, "the Thursday before last"
    calendar = replace(longer, clock_days=2, clock_unit="calendar")
    assert changed_task(friday, trial(calendar), 0).due_us == 11 * DAY_US + 7 * HOUR_US
    assert changed_task(friday, trial(replace(longer, step="intake")), 0) == friday
    assert changed_task(Task("fire", 1), trial(longer), 0).due_us is None


def test_a_desk_by_due_date_takes_the_file_that_is_due_first() -> None:
    due = {"a": 9, "b": 3, "c": 6, "d": None}
    filings = [
        Filing(name, 0, ((((Task("fire", HOUR_US, due_us=None if on is None else on * DAY_US)),),),))
        for name, on in due.items()
    ]
    for order, expected in (("due", ["b", "c", "a", "d"]), ("oldest", ["a", "b", "c", "d"])):
        office = Office((BEN,), desks={"fire": Desk(order)})  # type: ignore[arg-type]
        seen = simulate(office, filings, 0, 30 * DAY_US)
        done = sorted((visit.finished_us or 0, visit.file) for visit in seen)
        assert [file for _, file in done] == expected
