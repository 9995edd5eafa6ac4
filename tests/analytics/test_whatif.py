"""What-if: it has to reproduce the last quarter before it says anything of the next."""

from dataclasses import replace
from random import Random

import pytest

from benchmarks.offices import START, planted, visits_of
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office_hours import HOUR_US
from permitflow.analytics.visits import StepVisit
from permitflow.analytics.whatif import AS_IT_IS, Change, Declared, Runs, backtest, fit, what_if

NOW = START + 200 * DAY_US


def small(kind: str, seed: int) -> tuple[str, list[StepVisit]]:
    """The step and the visits of a planted office with three files a day."""
    house, plant = planted(kind, seed)
    return plant.step or "", visits_of(replace(house, days=200, per_day=3.0), seed)


@pytest.fixture(scope="module")
def short_of_people() -> tuple[str, list[StepVisit]]:
    return small("one role only", 3)


def test_the_last_quarter_is_reproduced(short_of_people: tuple[str, list[StepVisit]]) -> None:
    found = backtest(short_of_people[1], NOW, Random(1), Runs(6))
    assert found.was.finished > 100
    assert found.simulated.finished.p50 == pytest.approx(found.was.finished, rel=0.15)
    assert found.simulated.open_at_end.p50 == pytest.approx(found.was.open_at_end, rel=0.3)
    assert found.simulated.median_lead_us is not None
    assert found.simulated.median_lead_us.p50 == pytest.approx(found.was.median_lead_us, rel=0.2)


def test_another_reviewer_shortens_the_queue(short_of_people: tuple[str, list[StepVisit]]) -> None:
    step, visits = short_of_people
    ahead = (NOW, NOW + 60 * DAY_US)
    told: list[int] = []
    as_it_is = what_if(visits, ahead, AS_IT_IS, Random(1), Runs(4, told.append))
    assert told == [1, 2, 3, 4]
    helped = what_if(visits, ahead, Change(step, people=1), Random(1), Runs(4))
    hurt = what_if(visits, ahead, Change(step, people=-1), Random(1), Runs(2))
    assert helped.open_at_end.p90 < as_it_is.open_at_end.p10
    assert helped.finished.p10 > as_it_is.finished.p90
    assert hurt.finished.p90 < as_it_is.finished.p10
    assert as_it_is.open_at_end.p10 <= as_it_is.open_at_end.p50 <= as_it_is.open_at_end.p90


def test_fewer_returns_and_shorter_outside_waits_leave_fewer_files_open() -> None:
    visits, ahead = small("slow applicants", 4)[1], (NOW, NOW + 80 * DAY_US)
    changes = (AS_IT_IS, Change(outside_days=5), Change(fewer_returns=1.0))
    left = [what_if(visits, ahead, change, Random(2), Runs(4)).open_at_end for change in changes]
    assert left[1].p90 < left[0].p10
    assert left[2].p90 < left[0].p10


def test_open_files_that_nobody_ever_finished_from_are_still_counted(
    short_of_people: tuple[str, list[StepVisit]],
) -> None:
    visits, ahead = short_of_people[1], (NOW, NOW + 30 * DAY_US)
    stuck = [StepVisit(f"stuck {n}", "limbo", NOW - DAY_US) for n in range(7)]
    without = what_if(visits, ahead, AS_IT_IS, Random(1), Runs(2))
    found = what_if([*visits, *stuck], ahead, AS_IT_IS, Random(1), Runs(2))
    assert 7 <= found.queues["limbo"].p10 <= 10, "new files may get stuck there as well"
    assert found.open_at_end.p50 >= without.open_at_end.p10 + 7
    assert sum(band.p50 for band in without.queues.values()) >= without.open_at_end.p10


def test_several_changes_help_more_than_one(short_of_people: tuple[str, list[StepVisit]]) -> None:
    step, visits = short_of_people
    ahead = (NOW, NOW + 60 * DAY_US)
    one = what_if(visits, ahead, Change(step, people=1), Random(1), Runs(3))
    plan = [Change(step, people=1, order="due"), Change(outside_days=1), Change(fewer_returns=0.8)]
    assert what_if(visits, ahead, plan, Random(1), Runs(3)).open_at_end.p50 < one.open_at_end.p50


def one_desk(due_after: int | None = None, slack: float = 0.5) -> list[StepVisit]:
    """One reviewer who is done with one file every working day, each taking so much of the day."""
    visits = []
    for day in range(200):
        if day % 7 < 5:
            came = START + day * DAY_US + 9 * HOUR_US
            due = None if due_after is None else came + due_after * DAY_US
            end = came + int(slack * 8 * HOUR_US)
            visits.append(StepVisit(f"f{day}", "fire", came, came, end, "ann", due_us=due))
    return visits


QUARTER = (NOW, NOW + 91 * DAY_US)


def test_a_declared_absence_is_kept_and_whoever_acts_takes_the_files() -> None:
    visits = one_desk()
    away = Declared("ann", (NOW, NOW + 60 * DAY_US))
    here, gone, covered = (
        what_if(visits, QUARTER, AS_IT_IS, Random(1), Runs(5, declared=declared)).finished.p50
        for declared in ((), (away,), (replace(away, covered_by="ben"),))
    )
    assert gone <= here, "she works it off afterwards"
    assert covered == gone, "nobody of that name works here"
    late = (NOW + 31 * DAY_US, NOW + 91 * DAY_US)
    at_the_end = what_if(visits, QUARTER, AS_IT_IS, Random(1), Runs(5, declared=(Declared("ann", late),)))
    assert at_the_end.open_at_end.p10 > 35
    ben = [v._replace(file=f"b{v.file}", step="zoning", person="ben") for v in visits[::4]]
    helped = Runs(5, declared=(Declared("ann", late, "ben"),))
    assert what_if([*visits, *ben], QUARTER, AS_IT_IS, Random(1), helped).open_at_end.p90 < 20


def test_absences_that_were_seen_come_again() -> None:
    visits = [v for v in one_desk() if not START + 60 * DAY_US <= v.arrived_us < START + 102 * DAY_US]
    piled = [
        StepVisit(
            f"p{n}", "fire", START + (60 + n) * DAY_US, *([START + 103 * DAY_US + n * 60_000_000] * 2), "ann"
        )
        for n in range(40)
    ]
    never = what_if(one_desk(), QUARTER, AS_IT_IS, Random(2), Runs(12))
    again = what_if([*visits, *piled], QUARTER, AS_IT_IS, Random(2), Runs(12))
    assert len(fit([*visits, *piled], NOW).absences.lengths) == 1
    assert again.open_at_end.p90 > never.open_at_end.p90 + 5


def test_a_shorter_clock_makes_more_files_late(short_of_people: tuple[str, list[StepVisit]]) -> None:
    step, visits = short_of_people
    known = [v._replace(due_us=v.arrived_us + 30 * DAY_US) if v.step == step else v for v in visits]
    late = [
        what_if(known, QUARTER, Change(step, clock_days=days, clock_unit=unit), Random(1), Runs(3)).late.p50
        for days, unit in ((0, "business"), (-15, "calendar"), (-15, "business"), (300, "business"))
    ]
    assert late[0] < late[1] <= late[2]
    assert late[3] == 0


def test_the_last_quarter_counts_late_files_too() -> None:
    found = backtest(one_desk(due_after=0), NOW, Random(1), Runs(3))
    assert found.was.late == found.was.finished
    assert found.simulated.late.p50 == pytest.approx(found.was.late, rel=0.15)
    assert backtest(one_desk(due_after=9), NOW, Random(1), Runs(3)).was.late == 0


def test_files_that_wait_outside_for_long_are_not_forgotten() -> None:
    """Four in ten never come back: whoever simulates from the finished alone has nobody waiting."""
    visits = []
    for v in one_desk():
        number, end = int(v.file[1:]), v.finished_us or 0
        back = None if number % 5 < 2 else end + 5 * DAY_US
        visits += [
            v,
            StepVisit(v.file, "fees", end, None, back if back and back < NOW else None, party="payment"),
        ]
    found = backtest(visits, NOW, Random(1), Runs(5))
    assert found.was.open_at_end > 50
    assert found.simulated.open_at_end.p50 == pytest.approx(found.was.open_at_end, rel=0.15)


def test_chance_is_what_two_like_quarters_differ_by() -> None:
    found = backtest(one_desk(), NOW, Random(1), Runs(5))
    sixty_five = found.was.finished
    assert 60 < sixty_five < 70
    assert found.chance["finished"] == 22, "1.96 times the root of twice 65"
    assert found.chance["late"] == 0
