"""The age of open stays against the limits of their step, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.reports.figures import Figure, plain
from permitflow.reports.pages import ageing
from tests.reports.history import History, asked, day, told
from tests.reports.open_city import business, open_city, quantile, said
from tests.reports.pages.linked import wrong_links

SHARES = (0.5, 0.7, 0.85, 0.95)


def by_step(figure: Figure) -> dict[str, list[object]]:
    return {said(row[0]): [plain(cell) for cell in row] for row in figure.rows}


def test_limits_and_counts_equal_those_counted_stay_by_stay(database: Database) -> None:
    city = open_city(database)
    now = city.scope.now
    with asked(database, city.scope) as ask:
        points, steps = ageing.figures(ask)
        assert wrong_links(ask, ageing.PAGE, [points, steps]) == []
    lines = by_step(steps)
    for step in ("intake", "fire", "building"):
        own = [stay for stay in city.stays if stay.step == step]
        ages = [business(stay.opened_at, now) for stay in own if stay.closed_at is None]
        closed = [
            business(stay.opened_at, stay.closed_at)
            for stay in own
            if stay.closed_at is not None and city.scope.covers(stay.closed_at)
        ]
        limits = [quantile(closed, share) for share in SHARES]
        _, count, beyond_85, beyond_95, oldest, *shown, n = lines[step]
        assert (count, oldest, n) == (len(ages), max(ages), len(closed))
        assert shown == pytest.approx(limits)
        assert beyond_85 == sum(age > limits[2] for age in ages)
        assert beyond_95 == sum(age > limits[3] for age in ages)
    total = sum(stay.closed_at is None for stay in city.stays)
    assert (len(points.rows), points.n) == (total, total)
    drawn = [plain(row[2]) for row in points.rows]
    assert drawn == sorted(drawn, key=lambda age: -float(str(age)))


def test_a_step_with_few_closed_stays_has_no_limits(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(20):
            file = history.file(f"A-{number}", 60)
            history.stay(file, "fire", 60, 61 + number / 10)
            history.stay(file, "zoning", 60, 61 if number else None)

    scope = told(database, tell)
    with asked(database, scope) as ask:
        points, steps = ageing.figures(ask)
    lines = by_step(steps)
    assert list(lines) == ["zoning"]
    assert lines["zoning"][2:4] == [None, None]
    assert lines["zoning"][5:] == [None] * 4 + [19]
    assert plain(points.rows[0][3]) == ageing.UNKNOWN
    assert points.lead == ()


def test_one_step_is_drawn_with_its_limits(database: Database) -> None:
    city = open_city(database)
    with asked(database, city.scope) as ask:
        all_steps, _ = ageing.figures(ask)
        one, table = ageing.figures(replace(ask, words={"step": "fire"}))
        options = [value for value, _ in ageing.PAGE.choices[0].options(ask)]
    assert all_steps.chart is not None
    assert one.chart is not None
    assert not all_steps.chart.lines
    assert [value for _, value in one.chart.lines] == by_step(table)["fire"][5:9]
    assert {said(row[1]) for row in one.rows} == {"fire"}
    assert options == ["", "building", "fire", "intake"]
    assert all_steps.chart.order == one.chart.order == (*ageing.BANDS, ageing.UNKNOWN)


def test_filters_narrow_what_is_open_and_what_it_is_compared_with(database: Database) -> None:
    city = open_city(database)
    workflow = {file.id: file.workflow for file in city.files}
    with asked(database, replace(city.scope, workflow="v")) as ask:
        _, steps = ageing.figures(ask)
        assert wrong_links(ask, ageing.PAGE, [steps]) == []
    still = [stay for stay in city.stays if stay.closed_at is None and workflow[stay.file] == "v"]
    assert steps.n == len(still) > 0
    short = replace(city.scope, from_on=city.scope.to_on)
    with asked(database, short) as ask:
        _, steps = ageing.figures(ask)
    assert all(limit is None for line in by_step(steps).values() for limit in line[5:9])


def test_an_empty_city_has_an_empty_page(database: Database) -> None:
    with asked(database, told(database, lambda _history: None)) as ask:
        points, steps = ageing.figures(ask)
    assert (points.rows, steps.rows, points.n) == ([], [], 0)


def test_a_stay_over_the_night_in_which_clocks_change_counts_the_day_as_long_as_it_is(
    database: Database,
) -> None:
    def tell(history: History) -> None:
        for number in range(20):
            # Ends before and after Monday 2 November 2026; the Sunday before has 25 hours and is closed.
            file = history.file(f"A-{number}", 150)
            history.stay(file, "fire", 155, 158)

    with database.transaction() as session:
        history = History(session)
        tell(history)
        file = history.file("A-20", 155)
        history.stay(file, "fire", 155)
        scope = history.scope(140, 160, 160)
    with asked(database, scope) as ask:
        _, steps = ageing.figures(ask)
    line = by_step(steps)["fire"]
    assert line[5] == business(day(155), day(158)) != 3 * DAY
