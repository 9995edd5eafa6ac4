"""The simulated office keeps its own rules."""

from dataclasses import replace
from random import Random

from benchmarks.offices import START, planted, visits_of
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office import Cover, Desk, Filing, Office, Reviewer, Task, simulate
from permitflow.analytics.office_hours import HOUR_US, OfficeHours, weekday
from permitflow.analytics.visits import StepVisit

ANN = Reviewer("ann", frozenset({"fire"}))


def at(day: int, hour: float) -> int:
    return START + day * DAY_US + int(hour * HOUR_US)


def filing(name: str, arrives: int, *hours: float) -> Filing:
    return Filing(name, arrives, tuple(((Task("fire", int(h * HOUR_US)),),) for h in hours))


def run(office: Office, *filings: Filing, days: int = 30) -> list[StepVisit]:
    return simulate(office, filings, START, START + days * DAY_US)


def test_one_reviewer_works_one_file_at_a_time_in_office_hours() -> None:
    first, second = run(Office((ANN,)), filing("a", at(0, 9), 10), filing("b", at(0, 10), 1))
    assert (first.claimed_us, first.finished_us, first.person) == (at(0, 9), at(1, 10), "ann")
    assert (second.claimed_us, second.finished_us) == (at(1, 10), at(1, 11))


def test_a_desk_may_take_the_newest_or_the_shortest_first() -> None:
    files = (
        filing("a", at(0, 8), 5),
        filing("b", at(0, 9), 3),
        filing("c", at(0, 10), 1),
        filing("d", at(0, 11), 2),
    )
    for order, expected in (("oldest", "abcd"), ("newest", "adcb"), ("shortest", "acdb")):
        found = run(Office((ANN,), desks={"fire": Desk(order)}), *files)  # type: ignore[arg-type]  # The orders of the type.
        assert "".join(v.file for v in sorted(found, key=lambda v: v.claimed_us or 0)) == expected


def test_a_batch_desk_takes_files_on_its_weekday_only() -> None:
    found = run(Office((ANN,), desks={"fire": Desk(weekdays=frozenset({4}))}), filing("a", at(0, 9), 1))
    assert weekday((found[0].claimed_us or 0) // DAY_US) == 4


def test_nobody_begins_while_away_or_closed() -> None:
    away = Reviewer("ann", frozenset({"fire"}), ((at(0, 0), at(3, 0)),))
    assert run(Office((away,)), filing("a", at(0, 9), 1))[0].claimed_us == at(3, 8)
    closed = OfficeHours(closed_days=(START // DAY_US,))
    assert run(Office((ANN,), closed), filing("a", at(0, 9), 1))[0].claimed_us == at(1, 8)


def test_other_parties_and_piles_take_wall_time() -> None:
    outside = Filing("a", at(0, 9), (((Task("utility", 3 * DAY_US, "utility"),),),))
    assert run(Office(()), outside)[0].finished_us == at(3, 9)
    pile = Filing("b", at(0, 9), (((Task("fire", HOUR_US, lies_us=2 * DAY_US),),),))
    assert run(Office((ANN,)), pile)[0].claimed_us == at(2, 9)


def test_lanes_run_side_by_side_and_the_next_stage_waits_for_all() -> None:
    lanes = ((Task("fire", 4 * HOUR_US),), (Task("zoning", HOUR_US),))
    people = (ANN, Reviewer("zoe", frozenset({"zoning", "issue"})))
    found = run(Office(people), Filing("a", at(0, 9), (lanes, ((Task("issue", HOUR_US),),))))
    assert {(v.step, v.arrived_us) for v in found} == {
        ("fire", at(0, 9)),
        ("zoning", at(0, 9)),
        ("issue", at(0, 13)),
    }


def test_what_is_not_done_at_the_end_is_open() -> None:
    found = run(Office((ANN,)), filing("a", at(0, 9), 50), filing("b", at(0, 10), 1), days=2)
    assert [(v.person, v.finished_us) for v in found] == [("ann", None), (None, None)]


def test_a_seed_gives_the_same_office_again() -> None:
    house, _ = planted("healthy", 5)
    assert visits_of(house, 5) == visits_of(house, 5)


def test_who_pauses_lets_a_file_lie_and_takes_the_next_after_another_pause() -> None:
    slow = Reviewer("ann", frozenset({"fire"}), pauses=(2 * HOUR_US,))
    filings = [filing("a", at(0, 9), 1), filing("b", at(0, 9), 1)]
    found = simulate(Office((slow,)), filings, START, at(9, 0), Random(1))
    assert [visit.claimed_us for visit in found] == [at(0, 11), at(0, 14)]
    assert [v.claimed_us for v in run(Office((slow,)), *filings)] == [at(0, 9), at(0, 10)], (
        "without draws nobody does"
    )


def test_a_reviewer_works_on_her_own_weekdays() -> None:
    half = Reviewer("ann", frozenset({"fire"}), weekdays=frozenset({0, 3}))
    (found,) = run(Office((half,)), filing("a", at(0, 12), 8))
    assert (found.claimed_us, found.finished_us) == (at(0, 12), at(3, 11)), (
        "five hours on Monday, three on Thursday"
    )


def test_a_colleague_takes_the_files_of_who_is_away_and_only_then() -> None:
    ann = replace(ANN, away=((at(0, 0), at(2, 0)),))
    zoe = Reviewer("zoe", frozenset({"zoning"}), covers=(Cover(ANN.steps, (at(0, 0), at(2, 0))),))
    found = run(Office((ann, zoe)), filing("a", at(0, 9), 1), filing("b", at(3, 9), 1))
    assert [(visit.person, visit.claimed_us) for visit in found] == [("zoe", at(0, 9)), ("ann", at(3, 9))]


def test_files_without_a_due_date_come_after_all_others() -> None:
    tasks = {"a": None, "b": at(20, 0), "c": at(10, 0)}
    filings = [
        Filing(name, at(0, 7), (((Task("fire", HOUR_US, due_us=due),),),)) for name, due in tasks.items()
    ]
    found = run(Office((ANN,), desks={"fire": Desk("due")}), *filings)
    assert "".join(v.file for v in sorted(found, key=lambda v: v.claimed_us or 0)) == "cba"
    assert {v.file: v.due_us for v in found} == tasks
