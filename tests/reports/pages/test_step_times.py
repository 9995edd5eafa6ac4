"""Stay, waiting and work at each step, idle time and flow efficiency, recomputed by hand on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from permitflow.analytics.efficiency import flow_efficiency
from permitflow.analytics.percentiles import SHOWN, percentile_with_interval
from permitflow.db import Database
from permitflow.reports import lead_times
from permitflow.reports.figures import Figure, plain
from permitflow.reports.page import Ask
from permitflow.reports.pages.step_times import PAGE, figures
from permitflow.reports.wording import elapsed, in_business_days
from tests.reports.flowing_city import FlowingCity, Stay, business_days, flowing_city
from tests.reports.history import History, asked, told
from tests.reports.open_city import said
from tests.reports.pages.linked import wrong_links


def by_id(ask: Ask) -> dict[str, Figure]:
    return {figure.id: figure for figure in figures(ask)}


def cells(values: Sequence[int]) -> list[int | None]:
    found = [percentile_with_interval(values, percent) for percent in SHOWN]
    return [cell for one in found for cell in (one.value, one.low, one.high)]


def lines(figure: Figure, heads: int = 1) -> dict[str, list[object]]:
    return {said(row[heads - 1]): [plain(cell) for cell in row[heads:]] for row in figure.rows}


def business_work(stay: Stay) -> int:
    """The part of the claimed time that fell on business days, in proportion where a file was given back."""
    if not stay.worked or stay.claimed is None or stay.closed is None:
        return 0
    claimed, business = stay.closed - stay.claimed, business_days(stay.claimed, stay.closed, [])
    return business if claimed == stay.worked else round(business * stay.worked / claimed)


@pytest.fixture
def city(database: Database) -> FlowingCity:
    return flowing_city(database)


def test_steps_equal_those_counted_stay_by_stay(database: Database, city: FlowingCity) -> None:
    with asked(database, city.scope) as ask:
        found = by_id(ask)
    assert set(lines(found["stay"])) == {"intake", "fire", "building", "corrections"}
    assert set(lines(found["wait"])) == set(lines(found["work"])) == {"intake", "fire", "building"}
    for name, words in (("stay", elapsed), ("b_stay", in_business_days), ("work", elapsed)):
        place, (_still, n, half, *_rest) = next(iter(lines(found[name]).items()))
        assert isinstance(half, int)
        said_first = f"Longest at {place}: half of {n} stays within {words(half).say()}."
        assert found[name].lead[0].say() == said_first
    for step in lines(found["stay"]):
        own = [stay for stay in city.stays() if stay.step == step]
        still = sum(stay.closed is None for stay in own)
        closed = [stay for stay in own if city.scope.covers(stay.closed)]
        stays = [(stay.closed or 0) - stay.opened for stay in closed]
        business = [business_days(stay.opened, stay.closed or 0, []) for stay in closed]
        assert lines(found["stay"])[step] == [still, len(closed), *cells(stays)]
        assert lines(found["b_stay"])[step] == [still, len(closed), *cells(business)]
        if step == "corrections":
            continue
        waits = [took - stay.worked for took, stay in zip(stays, closed, strict=True)]
        worked = [stay for stay in closed if stay.worked]
        assert any(stay.worked != (stay.closed or 0) - (stay.claimed or 0) for stay in worked)
        assert lines(found["wait"])[step] == [still, len(closed), *cells(waits)]
        assert lines(found["work"])[step] == [still, len(worked), *cells([stay.worked for stay in worked])]
        b_works = [business_work(stay) for stay in worked]
        assert lines(found["b_work"])[step][2:] == pytest.approx(cells(b_works), abs=2)
        b_waits = [took - business_work(stay) for took, stay in zip(business, closed, strict=True)]
        assert lines(found["b_wait"])[step][2:] == pytest.approx(cells(b_waits), abs=2)


def test_idle_time_and_efficiency_take_the_union_of_lanes(database: Database, city: FlowingCity) -> None:
    with asked(database, city.scope) as ask:
        found = by_id(ask)
    done = city.finished()
    lives = [
        flow_efficiency(
            file.life,
            [(stay.closed - stay.worked, stay.closed) for stay in file.stays if stay.closed and stay.worked],
        )
        for file in done
    ]
    summed = [sum(stay.worked for stay in file.stays) for file in done]
    assert any(life.worked_us < total for life, total in zip(lives, summed, strict=True)), "no lanes at once"
    assert lines(found["idle"], 2)["All files"] == [len(done), *cells([life.idle_us for life in lives])]
    parts = cells([10_000 * life.worked_us // life.lead_us for life in lives])
    assert lines(found["efficiency"], 2)["All files"] == [
        len(done),
        *(None if part is None else part / 100 for part in parts),
    ]
    fast = [life for life, file in zip(lives, done, strict=True) if file.level == "DC"]
    assert lines(found["idle"], 2)["DC fast charging"][1:] == cells([life.idle_us for life in fast])


def test_every_count_leads_to_its_files(database: Database, city: FlowingCity) -> None:
    for narrowed in (city.scope, replace(city.scope, workflow="v"), replace(city.scope, class_="level=DC")):
        with asked(database, narrowed) as ask:
            assert wrong_links(ask, PAGE, figures(ask)) == []


def test_more_files_than_can_be_read_are_sampled_and_said_so(
    database: Database, city: FlowingCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_times, "_LIVES", lead_times._LIVES.replace("count(*) / 50000", "count(*) / 50"))
    with asked(database, city.scope) as ask:
        idle = by_id(ask)["idle"]
    assert idle.n is not None
    assert 0 < idle.n < len(city.finished())
    assert any(str(len(city.finished())) in note.say() for note in idle.notes)


def test_small_numbers_show_counts_alone(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(19):
            file = history.file(f"A-{number}", 60, 80, [("agency", 60, 80)])
            history.stay(file, "fire", 60, 70 + number / 2, 65)

    scope = told(database, tell)
    with asked(database, scope) as ask:
        found = by_id(ask)
    for figure in ("stay", "b_stay", "wait", "b_wait", "work", "b_work"):
        assert lines(found[figure])["fire"] == [0, 19] + [None] * 9
        assert found[figure].lead == ()
    assert lines(found["idle"], 2)["All files"] == [19] + [None] * 9
    assert any("20" in note.say() for note in found["efficiency"].notes)


def test_an_empty_city_has_no_lines(database: Database) -> None:
    scope = told(database, lambda _history: None)
    with asked(database, scope) as ask:
        assert [figure.rows for figure in figures(ask) if figure.rows] == []


def test_a_stay_that_nobody_claimed_waited_all_along(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(20):
            history.stay(history.file(f"A-{number}", 60), "fire", 60, 62)

    scope = told(database, tell)
    with asked(database, scope) as ask:
        found = by_id(ask)
    two_days = 2 * 86_400_000_000
    assert lines(found["wait"])["fire"][2] == two_days
    assert found["work"].rows == []
