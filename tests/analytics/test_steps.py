"""Step figures: waiting, working and sojourn of visits, open work, and half-open weeks."""

import pytest

from permitflow.analytics.durations import WEEK_US
from permitflow.analytics.steps import Visit, step_table

NOW = 10 * WEEK_US


def visit(opened, claimed=None, closed=None, worked=0, **other):
    given = {"application": "app", "step": "completeness", "lane": None, **other}
    return Visit(**given, opened_at=opened, first_claimed_at=claimed, closed_at=closed, worked_us=worked)


def figures_of(*visits, weeks=4):
    (figures,) = step_table(visits, NOW, weeks)
    return figures


def test_waiting_working_and_sojourn_of_closed_visits():
    figures = figures_of(visit(0, 10, 100, 30), visit(0, 20, 300, 50))

    assert figures.closed == 2
    assert (figures.waiting_p50, figures.waiting_p90) == (15, 19)
    assert (figures.working_p50, figures.working_p90) == (40, 48)
    assert (figures.sojourn_p50, figures.sojourn_p90) == (200, 280)


def test_a_visit_closed_without_a_claim_waited_all_its_stay():
    figures = figures_of(visit(100, None, 600))

    assert (figures.waiting_p50, figures.working_p50) == (500, 0)


def test_a_claim_at_the_opening_is_no_waiting():
    assert figures_of(visit(0, 0, 600)).waiting_p50 == 0


def test_open_visits_are_counted_and_do_not_touch_the_percentiles():
    figures = figures_of(visit(0, 5, 10), visit(NOW - 70, application="old"), visit(NOW - 30, NOW - 20))

    assert (figures.closed, figures.open_now) == (1, 2)
    assert (figures.oldest_open_us, figures.oldest_open_application) == (70, "old")
    assert figures.sojourn_p90 == 10


def test_without_a_closed_visit_there_are_no_percentiles():
    figures = figures_of(visit(NOW - 1))

    assert figures.closed == 0
    assert (figures.waiting_p50, figures.working_p90, figures.sojourn_p50) == (None, None, None)


def test_without_an_open_visit_there_is_no_oldest():
    figures = figures_of(visit(0, 1, 2))

    assert (figures.open_now, figures.oldest_open_us, figures.oldest_open_application) == (0, None, None)


def test_weeks_are_half_open_and_the_oldest_comes_first():
    starts = [NOW - 2 * WEEK_US, NOW - WEEK_US - 1, NOW - WEEK_US, NOW - 1, NOW, NOW - 2 * WEEK_US - 1]

    figures = figures_of(*(visit(start) for start in starts), weeks=2)

    assert figures.arrivals_per_week == [2, 2]


def test_departures_are_counted_in_the_week_of_the_closing():
    figures = figures_of(visit(0, None, NOW - WEEK_US), visit(0, None, NOW - 1), visit(0), weeks=3)

    assert figures.departures_per_week == [0, 0, 2]


def test_the_table_shows_what_was_true_at_its_instant():
    figures = figures_of(visit(0, 5, NOW + 1), visit(NOW, None, None))

    assert (figures.closed, figures.open_now) == (0, 2)
    assert step_table([visit(NOW + 1)], NOW, 4) == []


def test_lanes_of_a_step_have_lines_of_their_own_in_a_stable_order():
    visits = [visit(0, step="review", lane="fire"), visit(0), visit(0, step="review", lane="electrical")]

    table = step_table(visits, NOW, 1)

    assert [(line.step, line.lane) for line in table] == [
        ("completeness", None),
        ("review", "electrical"),
        ("review", "fire"),
    ]


@pytest.mark.parametrize("instants", [{"claimed": 4}, {"closed": 4}])
def test_a_visit_that_runs_backwards_is_refused(instants):
    with pytest.raises(ValueError, match="visit of app to completeness"):
        visit(5, **instants)
