"""Arrivals, departures, work in progress, Little's law and the queue, recomputed by hand on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from permitflow.analytics.daily_flow import whole_weeks
from permitflow.analytics.durations import DAY_US, percentile
from permitflow.db import Database
from permitflow.instants import local_date
from permitflow.reports.daily_flow import spans
from permitflow.reports.figures import Figure, plain
from permitflow.reports.page import Ask
from permitflow.reports.pages.flow import PAGE, figures
from permitflow.reports.scope import start_of_day
from tests.analytics.counted_window import Stretch, counted_window
from tests.reports.flowing_city import FlowingCity, Stay, flowing_city
from tests.reports.history import NOW, ZONE, History, asked, day, told
from tests.reports.open_city import said
from tests.reports.pages.linked import wrong_links

ONE_DAY = timedelta(days=1)
STEPS = ("building", "corrections", "fire", "intake")


def by_id(ask: Ask) -> dict[str, Figure]:
    return {figure.id: figure for figure in figures(ask)}


def values(figure: Figure) -> list[list[object]]:
    return [[plain(cell) for cell in row] for row in figure.rows]


def stretches(city: FlowingCity, step: str = "") -> list[Stretch]:
    if step:
        return [(stay.opened, stay.closed) for stay in city.stays() if stay.step == step]
    return [(file.submitted, file.decided) for file in city.files]


def came(lives: Sequence[Stretch], since: int, before: int) -> int:
    return sum(since <= start < before for start, _ in lives)


def left(lives: Sequence[Stretch], since: int, before: int) -> int:
    return sum(end is not None and since <= end < before for _, end in lives)


def present(lives: Sequence[Stretch], at: int) -> int:
    return sum(start < at and (end is None or end >= at) for start, end in lives)


@pytest.fixture
def city(database: Database) -> FlowingCity:
    return flowing_city(database)


def test_weeks_and_present_files_equal_those_counted_one_by_one(
    database: Database, city: FlowingCity
) -> None:
    parts = spans(city.scope)
    assert parts[0].start_at == city.scope.start_at
    assert parts[-1].end_at == city.scope.end_at
    assert all(part.first.weekday() == 0 for part in parts[1:])
    for step in ("", "fire"):
        with asked(database, city.scope) as ask:
            found = by_id(replace(ask, words={"step": step}))
        lives = stretches(city, step)
        before = present(lives, city.scope.start_at)
        in_sum = out_sum = 0
        for part, row in zip(parts, values(found["weeks"]), strict=True):
            arrived, gone = came(lives, part.start_at, part.end_at), left(lives, part.start_at, part.end_at)
            in_sum, out_sum = in_sum + arrived, out_sum + gone
            there = present(lives, part.end_at)
            assert row == [part.last, arrived, gone, arrived - gone, there, before + in_sum, out_sum]
    shown = {(str(row[1].say()), row[0]): row[2] for row in values(found["present"])}  # type: ignore[attr-defined]
    assert shown == {
        (step, part.last): present(stretches(city, step), part.end_at) for step in STEPS for part in parts
    }


def test_the_cumulative_flow_is_every_file_exactly_once(database: Database, city: FlowingCity) -> None:
    with asked(database, city.scope) as ask:
        figure = by_id(ask)["cumulative"]
    assert figure.notes == ()
    files = stretches(city)
    before = present(files, city.scope.start_at)
    for part, (_, closed, *courts) in zip(spans(city.scope), values(figure), strict=True):
        assert closed == left(files, city.scope.start_at, part.end_at)
        agency = [(start, end) for file in city.files for who, start, end in file.spells if who == "agency"]
        assert courts[0] == present(agency, part.end_at)
        whole = int(str(closed)) + sum(int(str(count)) for count in courts)
        assert whole == before + came(files, city.scope.start_at, part.end_at)


def test_steps_with_their_throughput_and_load(database: Database, city: FlowingCity) -> None:
    with asked(database, city.scope) as ask:
        found = {said(row[0]): [plain(cell) for cell in row[1:]] for row in by_id(ask)["steps"].rows}
    scope = city.scope
    days = [scope.from_on + ONE_DAY * place for place in range((scope.to_on - scope.from_on).days + 1)]
    working = sum(on.weekday() < 5 for on in days)
    assert set(found) == {"All files", *STEPS}
    for step in ("", *STEPS):
        lives = stretches(city, step)
        arrived, gone = came(lives, scope.start_at, scope.end_at), left(lives, scope.start_at, scope.end_at)
        there = present(lives, scope.end_at)
        row = found[step or "All files"]
        assert row[:5] == [present(lives, scope.start_at), arrived, gone, arrived - gone, there]
        assert row[5:7] == pytest.approx([gone / working, there * working / gone])
        assert row[7] == (
            pytest.approx(100 * rho(city, step)) if step in STEPS and step != "corrections" else None
        )


def rho(city: FlowingCity, step: str) -> float:
    """Work that came in the whole weeks over the work of as many busy weeks."""
    own = [stay for stay in city.stays() if stay.step == step]
    mondays = whole_weeks(city.scope.from_on, city.scope.to_on)
    bounds = [start_of_day(on, ZONE) for on in (*mondays, mondays[-1] + 7 * ONE_DAY)]
    weekly = [
        sum(stay.worked for stay in own if stay.closed and start <= stay.closed < end)
        for start, end in pairwise(bounds)
    ]
    lives = stretches(city, step)
    gone = left(lives, bounds[0], bounds[-1])
    work_came = came(lives, bounds[0], bounds[-1]) * sum(weekly) / gone
    return work_came / (percentile(sorted(weekly), 90) * len(weekly))


def test_little_s_law_is_the_exact_identity(database: Database, city: FlowingCity) -> None:
    with asked(database, city.scope) as ask:
        shown = {said(row[0]): [plain(cell) for cell in row[1:]] for row in by_id(ask)["littles_law"].rows}
    for step in ("", *STEPS):
        check = counted_window(stretches(city, step), city.scope.start_at, city.scope.end_at)
        assert check.mean_present * DAY_US == check.rate_per_day * check.mean_stay_us
        *numbers, state = shown[step or "All files"]
        assert numbers == [
            check.present,
            float(check.mean_present),
            float(check.rate_per_day),
            round(check.mean_stay_us),
            check.at_start,
            check.at_end,
        ]
        assert (state.say() == "Steady") == check.steady  # type: ignore[union-attr]


def test_the_queue_at_the_start_of_each_business_day(database: Database, city: FlowingCity) -> None:
    for step in ("", "fire"):
        with asked(database, city.scope) as ask:
            found = values(by_id(replace(ask, words={"step": step}))["queue_age"])
        waits = [stay for stay in city.stays() if stay.party == "agency" and step in ("", stay.step)]
        first, last = city.scope.from_on, city.scope.to_on
        mornings = [first + ONE_DAY * place for place in range((last - first).days + 1)]
        assert [row[0] for row in found] == [on for on in mornings if on.weekday() < 5]
        for on, n, half, most, oldest, hand in found:
            assert isinstance(on, date)
            ages = queue(waits, on)
            assert n == len(ages)
            enough = len(ages) >= 20
            assert half == (ages[-(-len(ages) // 2) - 1] * DAY_US if enough else None)
            assert most == (ages[-(-85 * len(ages) // 100) - 1] * DAY_US if enough else None)
            assert oldest == (ages[-1] * DAY_US if ages else None)
            assert hand == pytest.approx(len(ages) * 20 / taken_before(waits, on))


def queue(waits: Sequence[Stay], on: date) -> list[int]:
    """The ages in days of what waits as a day begins, the youngest first."""
    at = start_of_day(on, ZONE)
    ends = ((stay.opened, stay.claimed or stay.closed) for stay in waits)
    there = [start for start, end in ends if start < at and (end is None or end >= at)]
    return sorted((on - local_date(start, ZONE)).days for start in there)


def taken_before(waits: Sequence[Stay], on: date) -> int:
    """How many were taken in the 20 business days before one."""
    since, count = on, 0
    while count < 20:
        since -= ONE_DAY
        count += since.weekday() < 5
    start, end = start_of_day(since, ZONE), start_of_day(on, ZONE)
    return sum(start <= (stay.claimed or stay.closed or 0) < end for stay in waits)


def test_every_count_leads_to_its_files(database: Database, city: FlowingCity) -> None:
    recent = replace(city.scope, from_on=city.scope.to_on - timedelta(days=40))
    for scope in (recent, replace(recent, workflow="v"), replace(recent, class_="level=DC")):
        with asked(database, scope) as ask:
            chosen = replace(ask, words={"step": "" if scope is recent else "fire"})
            assert wrong_links(ask, PAGE, figures(chosen)) == []


def test_short_periods_go_by_days_and_long_ones_by_months(database: Database, city: FlowingCity) -> None:
    scope = city.scope
    days = spans(replace(scope, from_on=scope.to_on - timedelta(days=30)))
    assert [part.first for part in days] == [part.last for part in days]
    assert len(days) == 31
    # The clocks went back on 1 November: that day has 25 hours.
    assert {part.first for part in days if part.end_at - part.start_at == 25 * DAY_US // 24} == {
        date(2026, 11, 1)
    }
    months = spans(replace(scope, from_on=scope.to_on - timedelta(days=500)))
    assert all(part.first.day == 1 for part in months[1:])
    for parts in (days, months):
        assert all(one.end_at == next_.start_at for one, next_ in pairwise(parts))


def test_a_period_that_lasts_ends_now(database: Database, city: FlowingCity) -> None:
    scope = replace(city.scope, to_on=city.scope.today + timedelta(days=30))
    with asked(database, scope) as ask:
        found = by_id(ask)
        assert wrong_links(ask, PAGE, found.values()) == []
    assert plain(found["weeks"].rows[-1][0]) == scope.today
    open_now = sum(file.decided is None for file in city.files)
    assert plain(found["weeks"].rows[-1][4]) == open_now
    assert found["queue_age"].rows[-1][0] == scope.today


def test_a_period_to_come_and_an_empty_city_have_no_figures(database: Database, city: FlowingCity) -> None:
    ahead = city.scope.today + timedelta(days=3)
    with asked(database, replace(city.scope, from_on=ahead, to_on=ahead)) as ask:
        assert [figure.id for figure in figures(ask) if figure.rows] == []


def test_an_empty_city_has_no_files_anywhere(database: Database) -> None:
    scope = told(database, lambda _history: None)
    with asked(database, scope) as ask:
        found = figures(ask)
    assert [figure.id for figure in found if figure.rows] == []
    assert [figure.lead for figure in found if figure.lead and figure.id != "weeks"] == []


def test_a_queue_of_few_shows_its_length_and_oldest_alone(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(19):
            history.stay(history.file(f"A-{number}", NOW - 10), "fire", NOW - 10)

    scope = told(database, tell)
    with asked(database, scope) as ask:
        found = by_id(ask)
    *_, waiting, half, most, oldest, hand = values(found["queue_age"])[-1]
    assert (waiting, half, most, hand) == (19, None, None, None)
    assert oldest == 9 * DAY_US
    assert local_date(day(NOW), ZONE).weekday() == 5, "the last business day before is a Friday"


def test_an_unsteady_queue_is_called_so(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(30):
            history.stay(history.file(f"A-{number}", NOW - 60 + 2 * number), "fire", NOW - 60 + 2 * number)

    scope = told(database, tell)
    with asked(database, scope) as ask:
        figure = by_id(ask)["littles_law"]
    assert {said(row[-1]) for row in figure.rows} == {"Not in steady state"}
    assert "not in steady state" in figure.lead[0].say()
