"""The legal clocks of a city against a count by hand, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from permitflow.db import Database
from permitflow.instants import local_date
from permitflow.models import Clock
from permitflow.reports.figures import Figure, plain
from permitflow.reports.page import Ask
from permitflow.reports.pages.clocks import PAGE, figures
from permitflow.reports.scope import Scope
from permitflow.reports.small_numbers import kept_percent
from tests.reports.history import NOW, ZONE, day
from tests.reports.pages.linked import wrong_links
from tests.reports.recorded import Recorded, asked, definition

FILES = 200
TODAY = local_date(day(NOW), ZONE)
FROM = local_date(day(NOW - 60), ZONE)
ONE_DAY = timedelta(days=1)


def open_days(after: date, until: date) -> int:
    """Working days in (after, until]; less than none when the second lies before the first."""
    if until < after:
        return -open_days(until, after)
    days = [after + ONE_DAY * number for number in range(1, (until - after).days + 1)]
    return sum(on.weekday() < 5 for on in days)


def standing(clock: dict[str, object]) -> str:
    """How a clock stands, by its own rules."""
    due, stopped, started = clock["due_on"], clock["stopped_on"], clock["started_on"]
    if stopped is None:
        if not isinstance(due, date):
            return "paused"
        if due < TODAY:
            return "overdue"
        left, length = open_days(TODAY, due), int(str(clock["length"]))
        assert isinstance(started, date)
        days = (due - TODAY).days
        span = (due - started).days
        soon = {
            "business_day": 5 * left <= length,
            "calendar_day": 5 * days <= length,
            "month": 5 * days <= span,
        }
        return "soon" if left <= 2 or soon[str(clock["unit"])] else "running"
    if not isinstance(due, date):
        return "unknown"
    assert isinstance(stopped, date)
    if clock["state"] == "expired":
        return "lapsed"
    if stopped > due:
        return "late"
    return "near" if open_days(stopped, due) <= 2 else "met"


def random_clock(chance: Random) -> dict[str, object]:
    started = TODAY - ONE_DAY * chance.randrange(1, 95)
    due = started + ONE_DAY * chance.randrange(0, 60)
    stopped = None if chance.random() < 0.4 else min(TODAY, started + ONE_DAY * chance.randrange(0, 60))
    lapsed = stopped is not None and chance.random() < 0.1
    return {
        "clock": chance.choice(["decision", "completeness"]),
        "unit": chance.choice(["business_day", "calendar_day", "month"]),
        "length": chance.choice([5, 20, 30]),
        "holder": chance.choices(["agency", "external", "applicant"], [8, 1, 1])[0],
        "verified": chance.random() < 0.8,
        "started_on": started,
        "due_on": None if chance.random() < 0.1 else due,
        "stopped_on": stopped,
        "state": "expired" if lapsed else "running" if stopped is None else "stopped",
    }


@pytest.fixture
def told(database: Database) -> tuple[Scope, list[dict[str, object]]]:
    """A history of 200 files, each with a clock; the last 60 days."""
    chance, clocks = Random(11), []
    with database.transaction() as session:
        history = Recorded(session)
        history.calendar()
        for number in range(FILES):
            given_up, level = chance.random() < 0.1, chance.choice(["L2", "DC"])
            outcome = {"outcome": "withdrawn"} if given_up else {}
            decided = 99 if given_up or chance.random() < 0.5 else None
            file = history.file(f"A-{number}", 0, decided, facts={"equipment": {"level": level}}, **outcome)
            clock = random_clock(chance)
            rest = {name: clock[name] for name in clock if name not in ("due_on", "stopped_on")}
            history.clock(file, clock["due_on"], clock["stopped_on"], **rest)  # type: ignore[arg-type]  # drawn above
            clocks += [] if given_up else [clock | {"level": level}]
        return history.scope(NOW - 60, NOW, NOW), clocks


def figure(ask: Ask, name: str) -> Figure:
    return next(one for one in figures(ask) if one.id == name)


def counted(shown: Figure) -> dict[object, dict[str, object]]:
    """The rows by their first cell, each as column -> value."""
    ids = [column.id for column in shown.columns]
    return {plain(row[0]): dict(zip(ids, map(plain, row), strict=True)) for row in shown.rows}


def side(clock: dict[str, object]) -> str:
    if clock["holder"] != "agency":
        return str(clock["holder"])
    return "city" if clock["verified"] else "unverified"


@pytest.mark.parametrize("class_", ["", "level=DC"])
def test_figures_equal_a_count_by_hand(
    database: Database, told: tuple[Scope, list[dict[str, object]]], class_: str
) -> None:
    scope, every = told
    clocks = [one for one in every if class_ in ("", f"level={one['level']}")]
    now, due, months = Counter[object](), Counter[object](), Counter[object]()
    for one in clocks:
        on = one["due_on"]
        in_period = isinstance(on, date) and FROM <= on <= TODAY
        now[side(one), one["clock"], standing(one)] += 1
        if in_period:
            due[side(one), one["clock"], standing(one)] += 1
            if side(one) == "city" and standing(one) in ("met", "near", "late", "lapsed", "overdue"):
                months[f"{on:%Y-%m}", one["clock"], standing(one) in ("met", "near")] += 1
    with asked(database, Scope(scope.city, scope.from_on, scope.to_on, "", scope.now, "", class_)) as ask:
        shown, kept, by_month = figure(ask, "now"), figure(ask, "on_time"), figure(ask, "by_month")
        apart = figure(ask, "unverified")
        assert wrong_links(ask, PAGE, figures(ask)) == []
    for clock, row in counted(shown).items():
        for name in ("running", "paused", "soon", "overdue"):
            assert row[name] == now["city", clock, name], (clock, name)
    for clock, row in counted(kept).items():
        numbers = {name: due["city", clock, name] for name in ("met", "near", "late", "lapsed", "overdue")}
        assert {name: row[name] for name in numbers} == numbers
        total = sum(numbers.values())
        assert row["due"] == total
        assert row["rate"] == kept_percent(numbers["met"] + numbers["near"], total)
    assert len(kept.rows) == 2
    for month, clock, total, in_time, _rate in by_month.rows:
        assert plain(in_time) == months[month, clock, True]
        assert plain(total) == months[month, clock, True] + months[month, clock, False]
    for clock, row in counted(apart).items():
        assert row["overdue"] == now["unverified", clock, "overdue"]
        assert row["late"] == due["unverified", clock, "late"]


def test_the_period_holds_its_last_day_and_no_other(database: Database) -> None:
    with database.transaction() as session:
        history = Recorded(session)
        history.calendar()
        for number, due in enumerate((TODAY - ONE_DAY * 61, FROM, TODAY - ONE_DAY, TODAY)):
            history.clock(
                history.file(f"A-{number}", 0, 99), due, due - ONE_DAY, started_on=due - ONE_DAY * 30
            )
        scope = history.scope(NOW - 60, NOW - 1, NOW)
    with asked(database, scope) as ask:
        shown = figure(ask, "on_time")
    assert counted(shown)["decision"]["due"] == 2


def test_an_empty_city_has_no_clocks(database: Database) -> None:
    with database.transaction() as session:
        scope = Recorded(session).scope(NOW - 60, NOW, NOW)
    with asked(database, scope) as ask:
        assert [figure.rows for figure in figures(ask)] == [[]] * 7
        assert all(figure.empty.say() for figure in figures(ask))


def test_two_clocks_that_stand_still_count_a_day_once(database: Database) -> None:
    with database.transaction() as session:
        history = Recorded(session)
        file = history.file("A-1", 0)
        for clock in ("decision", "completeness"):
            history.clock(file, None, None, clock=clock, state="paused")
        ids = [row.id for row in session.query(Clock).order_by(Clock.clock)]
        history.pause(ids[0], TODAY - ONE_DAY * 70, TODAY - ONE_DAY * 50, "Fire")
        history.pause(ids[1], TODAY - ONE_DAY * 55, TODAY - ONE_DAY * 40, "Fire")
        history.pause(ids[1], TODAY - ONE_DAY * 10, None, "Fire")
        scope = history.scope(NOW - 60, NOW, NOW)
    with asked(database, scope) as ask:
        shown = figure(ask, "pauses")
        assert wrong_links(ask, PAGE, [shown]) == []
    row = counted(shown)["Fire"]
    assert row["days"] == (20 + 10) * 86_400_000_000
    assert (row["pauses"], row["files"], row["lasting"], row["half"]) == (3, 1, 1, None)


def test_what_came_of_clocks_that_ran_out(database: Database) -> None:
    with database.transaction() as session:
        history = Recorded(session)
        file, other = history.file("A-1", 0), history.file("A-2", 0)
        ran_out = {"data": {"clock": "completeness", "due_on": "2026-08-01"}}
        history.event(file, "deem_complete", 90, **ran_out)
        history.event(other, "deem_complete", 30, **ran_out)
        history.event(other, "time_ran_out", 91, data={"clock": "decision"})
        history.event(other, "time_ran_out", 92, data={"clock": "decision", "reasons": "no"})
        history.event(other, "approve", 93, actor="p", data={"clock": "decision"})
        scope = history.scope(NOW - 60, NOW, NOW)
        hash_ = history.hash
    with asked(database, scope, {hash_: definition("us-ca/commercial-ab970")}) as ask:
        shown = figure(ask, "lapses")
        assert wrong_links(ask, PAGE, [shown]) == []
    told = {(str(plain(row[0])), plain(row[1]).say()): plain(row[2]) for row in shown.rows}  # type: ignore[union-attr]  # a phrase
    assert told == {
        ("Completeness check", "Deem complete"): 1,
        ("Decision", "Only told: the number is not checked, so nothing was decided"): 1,
        ("Decision", "Without effect: the law's own step was not possible"): 1,
    }
