"""Routes: cut ones go on as files did that had lasted as long, and files that were passed over stay."""

from __future__ import annotations

from random import Random

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.fitted import by_file
from permitflow.analytics.office_hours import OfficeHours
from permitflow.analytics.pace import work_given
from permitflow.analytics.routes import NEVER_US, Passed, Routes, routes_of
from permitflow.analytics.visits import StepVisit

HOURS = OfficeHours(frozenset(range(7)), 0, DAY_US)
NOW = 100 * DAY_US


def days(count: float) -> int:
    return int(count * DAY_US)


def away(name: str, since: float, lasted: float | None) -> StepVisit:
    end = None if lasted is None else days(since + lasted)
    return StepVisit(name, "fees", days(since), None, end, party="payment")


def desk(name: str, came: float, claimed: float | None, step: str = "fire") -> StepVisit:
    taken, ended = (None, None) if claimed is None else (days(claimed), days(claimed) + 1)
    return StepVisit(name, step, days(came), taken, ended, "ann" if taken else None)


def read(visits: list[StepVisit]) -> Routes:
    return routes_of(by_file(visits), work_given(visits, {}, HOURS), HOURS, NOW)


def test_stages_follow_each_other_and_what_overlaps_stands_side_by_side() -> None:
    visits = [
        StepVisit("a", "intake", 0, 0, 10, "ann"),
        StepVisit("a", "fire", 10, 12, 30, "ben", due_us=50),
        StepVisit("a", "zoning", 10, 11, 20, "zoe"),
        StepVisit("a", "issue", 30, 30, 31, "ann"),
    ]
    (route,) = read(visits).whole
    assert [[task.step for task in stage] for stage in route] == [["intake"], ["fire", "zoning"], ["issue"]]
    assert [task.work_us for stage in route for task in stage] == [10, 18, 9, 1]
    assert route[1][0].due_us == 50


def test_a_file_that_waits_goes_on_as_one_that_waited_longer() -> None:
    ended = [away(f"f{n}", 0, 1 + n) for n in range(40)]
    routes = read([*ended, away("waits", 70, None)])
    found = [routes.onward(routes.cut[0].open_now, Random(seed))[0][0].work_us for seed in range(60)]
    assert min(found) > days(30)
    assert max(found) == days(40)


def test_a_file_that_outlasts_all_stays() -> None:
    routes = read([away("a", 0, 5), away("waits", 10, None)])
    assert routes.onward(routes.cut[0].open_now, Random(1)) == (
        (routes.cut[0].open_now[0]._replace(work_us=NEVER_US),),
    )


def test_drawn_waits_are_those_of_kaplan_and_meier() -> None:
    """Half of the files are still waiting at 10 days; the finished alone would say that half last under 5."""
    ended = [away(f"f{n}", 0, 2 + n % 2 * 18) for n in range(40)]
    waiting = [away(f"w{n}", 90, None) for n in range(40)]
    routes = read([*ended, *waiting])
    rng = Random(3)
    longer = sum(routes.draw(rng)[0][0].work_us > days(10) for _ in range(2000)) / 2000
    assert 0.70 < longer < 0.80, "half of the files, and those that are cut at 10 days"


def test_a_file_passed_over_more_often_than_any_that_was_taken_stays() -> None:
    taken = [desk(f"f{n}", n, n + 0.5) for n in range(50)]
    routes = read([*taken, desk("forgotten", 5, None), desk("new", 99, None)])
    by_name = {cut.open_now[0].work_us: cut.open_now for cut in routes.cut}
    ((forgotten,),) = routes.onward(by_name[days(95)], Random(1))
    ((new,),) = routes.onward(by_name[days(1)], Random(1))
    assert forgotten.lies_us == NEVER_US
    assert (new.lies_us, new.work_us) == (0, 1)


def test_files_that_came_before_pass_nobody_over() -> None:
    waiting = [desk(f"f{n}", 0, 10 + n) for n in range(5)]
    last = desk("last", 1, None)
    assert Passed([*waiting, last]).by_at_least(last, NOW) == 0
    later = desk("later", 2, 20)
    assert Passed([*waiting, last, later]).by_at_least(last, NOW) == 1
    assert Passed([*waiting, last, later]).for_good(last, NOW)
