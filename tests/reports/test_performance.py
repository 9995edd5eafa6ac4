"""What everybody may know of a city, by hand: no link, no share that rests on too few."""

from __future__ import annotations

from permitflow.analytics.durations import DAY_US
from permitflow.reports.figures import Linked
from permitflow.reports.page import Ask
from permitflow.reports.performance import courts, on_time, performance, times
from permitflow.reports.scope import Workflows
from tests.reports.recorded import definition
from tests.reports.told_city import ToldCity, cells

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"
HOME = definition("us-generic/residential-instant")


def city_of(count: int) -> ToldCity:
    """Files of four days each, a quarter of them with the applicant."""
    city = ToldCity("2026-05-01", NOW)
    for _ in range(count):
        file = city.file("2026-06-01", "2026-06-05", workflow=HOME.workflow, pathway="counter")
        city.turn(file, "applicant", "2026-06-01", "2026-06-02")
        city.turn(file, "agency", "2026-06-02", "2026-06-05")
        city.clock(file, "2026-06-05", "2026-06-05", clock="counter_review")
    return city


def test_legal_terms_by_clock() -> None:
    city = city_of(19)
    file = city.file("2026-05-02")
    city.clock(file, "2026-06-10", "2026-06-11", clock="counter_review")
    city.clock(file, "2026-06-30", clock="strange")
    city.clock(file, "2026-07-01", clock="strange")
    with city.asked(FIRST, LAST, Workflows({"h": HOME})) as ask:
        figure = on_time(ask)
    assert cells(figure) == [
        [HOME.clocks["counter_review"].title, 19, 1, 0, 95.0],
        ["strange", 0, 0, 1, None],
    ]
    assert figure.n == 21


def test_times_by_kind_and_way_with_all_together_last() -> None:
    city = city_of(20)
    city.file("2026-06-01", "2026-06-30", workflow="v", pathway="auto")
    city.file("2026-06-01", "2026-06-02", workflow="v", pathway="auto", outcome="withdrawn")
    city.file("2026-06-01", "2026-07-01", workflow="v", pathway="auto")
    with city.asked(FIRST, LAST, Workflows({"h": HOME})) as ask:
        figure = times(ask)
    four = 4 * DAY_US
    assert cells(figure) == [
        [HOME.title, "Counter", 20, four, four],
        ["v", "Instant", 1, None, None],
        ["All together", None, 21, four, four],
    ]
    assert figure.n == 21


def test_whose_turn_it_was() -> None:
    with city_of(20).asked(FIRST, LAST) as ask:
        assert cells(courts(ask)) == [["City", 20, 75.0], ["Applicant", 20, 25.0]]
    with city_of(19).asked(FIRST, LAST) as ask:
        assert [row[2] for row in cells(courts(ask))] == [None, None]


def links(ask: Ask) -> list[object]:
    return [
        cell
        for one in performance(ask).figures
        for row in one.rows
        for cell in row
        if isinstance(cell, Linked)
    ]


def test_no_number_leads_anywhere() -> None:
    city = city_of(25)
    with city.asked(FIRST, LAST) as ask:
        found = performance(ask)
        assert links(ask) == []
    assert found.figures
    assert all(one.public for one in found.figures)
    assert {"on-time", "times", "courts"} <= {one.id for one in found.figures}
    assert (found.as_of, bool(found.cards)) == (city.now, True)


def test_an_empty_city() -> None:
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST) as ask:
        for figure in (on_time(ask), times(ask), courts(ask)):
            assert (cells(figure), figure.n) == ([], 0)
        assert links(ask) == []
