"""Little's law on ten days of a small city, by hand."""

from __future__ import annotations

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.littles_law import LittleCheck
from permitflow.reports.littles import little_checks, littles_law
from tests.reports.told_city import ToldCity, cells

FIRST, LAST, NOW = "2026-06-01", "2026-06-10", "2026-07-01 12:00"


def city() -> ToldCity:
    told = ToldCity("2026-05-01", NOW)
    told.file("2026-05-31", "2026-06-03")
    one = told.file("2026-06-02")
    told.file("2026-06-05", "2026-06-06")
    told.file("2026-05-02", "2026-06-01")
    told.file("2026-06-11")
    told.stay(one, "fire", "2026-06-02", "2026-06-11")
    told.stay(one, "permit", "2026-06-03", "2026-06-04", before_decision=False, role=None)
    return told


def test_the_sides_of_the_law_are_exact() -> None:
    with city().asked(FIRST, LAST) as ask:
        checks = little_checks(ask)
    assert checks.keys() == {"", "fire"}
    # Two days of the first file, nine of the second, one of the third.
    files = LittleCheck(
        10 * DAY_US, 12 * DAY_US, 3, 1, 1, checks[""].age_at_start_us, checks[""].age_at_end_us
    )
    assert checks[""] == files
    assert (files.age_at_start_us, files.age_at_end_us) == (DAY_US, 9 * DAY_US)
    assert files.mean_present == files.rate_per_day * files.mean_stay_us / DAY_US


def test_the_figure_says_whether_the_queue_stands_still() -> None:
    with city().asked(FIRST, LAST) as ask:
        figure = littles_law(ask)
    assert cells(figure) == [
        ["All files", 3, 1.2, 0.3, 4 * DAY_US, 1, 1, "Not in steady state"],
        ["fire", 1, 0.9, 0.1, 9 * DAY_US, 0, 1, "Not in steady state"],
    ]
    assert figure.n == 3
    assert (
        figure.lead[0].say() == "Open files went from 1 to 1, or grew older or younger: not in steady state."
    )


def test_a_steady_queue() -> None:
    told = ToldCity("2026-05-01", NOW)
    told.file("2026-05-30", "2026-06-03")
    told.file("2026-06-09")
    with told.asked(FIRST, LAST) as ask:
        figure = littles_law(ask)
    assert cells(figure)[0][-1] == "Steady"
    assert "about as many leave as arrive" in figure.lead[0].say()


def test_a_period_that_has_not_ended_reaches_up_to_now() -> None:
    told = ToldCity("2026-05-01", "2026-06-03 12:00")
    told.file("2026-06-02 12:00")
    with told.asked(FIRST, LAST) as ask:
        check = little_checks(ask)[""]
        assert (check.window_us, check.presence_us) == (2.5 * DAY_US + 1, DAY_US + 1)
    with told.asked("2026-06-04", LAST) as ask:
        assert little_checks(ask) == {}
        assert littles_law(ask).lead == ()
