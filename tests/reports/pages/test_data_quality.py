"""What is wrong with a record: each kind of defect planted, found, counted and listed, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from permitflow.db import Database, new_id
from permitflow.models import Clock, ClockAnomaly, ClockPause, CourtSpell, Event, Hold
from permitflow.reports.pages import data_quality
from permitflow.reports.scope import Scope
from tests.reports.history import NOW, History, day
from tests.reports.pages import office
from tests.reports.pages.linked import wrong_links
from tests.reports.pages.office import figure_of, looking, rows_of

MINUTE = 1 / 1440
Tell = Callable[[History], None]


def tell(database: Database, *stories: Tell) -> Scope:
    with database.transaction() as session:
        history = History(session)
        for story in stories:
            story(history)
        return history.scope(NOW - 60, NOW, NOW)


def defects(database: Database, scope: Scope) -> dict[str, tuple[int, int]]:
    """The defects that were found, by the name of their list: how many, and among how many."""
    with looking(database, scope) as ask:
        figures = data_quality.figures(ask)
        assert wrong_links(ask, data_quality.PAGE, figures) == []
    rows = {row[1].listing: (row[1].value, row[2]) for row in figures[0].rows}  # type: ignore[union-attr]  # Linked.
    return {name: pair for name, pair in rows.items() if pair[0]}


def act(history: History, file: str, seq: int, at: float, action: str = "note", **data: Any) -> None:
    body = {
        "actor": "m",
        "role": "manager",
        "lane": "",
        "acting_for": "",
        "from": "a",
        "to": "a",
        "clauses": [],
    }
    history.session.execute(
        insert(Event).values(
            jurisdiction_id=history.city_id,
            application_id=file,
            seq=seq,
            at=day(at),
            action=action,
            body=json.dumps({**body, "data": data}),
            prev_hash="",
            hash=f"{file}{seq}",
        )
    )


def whole(history: History, number: str = "F-0") -> str:
    """A file without a defect: with the city from its submission until now."""
    return history.file(number, NOW - 50, None, [("agency", NOW - 50, None)])


def closed(history: History, file: str, at: float, person: str, **values: Any) -> None:
    claimed = values.pop("claimed", at - 0.5)
    history.stay(file, "fire", at - 1, at, claimed, closed_by=person, **values)


def test_an_orderly_record_lacks_only_what_nobody_took(database: Database) -> None:
    written = office.write(database, office.files(3))
    claims = [stay.claimed for _, stay in written.stays() if written.covers(stay.closed)]
    assert defects(database, written.scope) == {"unclaimed": (claims.count(None), len(claims))}


def test_reviews_that_nobody_took(database: Database) -> None:
    def story(history: History) -> None:
        file = whole(history)
        closed(history, file, NOW - 5, history.installer, claimed=None)
        closed(history, file, NOW - 4, history.installer)
        closed(history, file, NOW - 80, history.installer, claimed=None)
        history.stay(file, "auto", NOW - 9, NOW - 9)

    assert defects(database, tell(database, story)) == {"unclaimed": (1, 2)}


@pytest.mark.parametrize(
    ("number", "apart", "found"), [(10, 5 / 9, 10), (10, 5.1 / 9, 0), (9, 0.1, 0), (14, 0.5, 14)]
)
def test_bulk_closings_are_ten_by_one_person_within_five_minutes(
    database: Database, number: int, apart: float, found: int
) -> None:
    def story(history: History) -> None:
        for turn in range(number):
            at = NOW - 3 + turn * apart * MINUTE
            closed(history, whole(history, f"F-{turn}"), at, history.installer)
            closed(history, whole(history, f"G-{turn}"), at + 1, history.person(f"Somebody {turn}"))
        closed(history, whole(history, "F-x"), NOW - 2.9, history.installer)

    expected = {"bulk": (found, 2 * number + 1)} if found else {}
    assert defects(database, tell(database, story)) == expected


def test_a_burst_across_the_end_of_the_period_counts_its_part(database: Database) -> None:
    def story(history: History) -> None:
        for turn in range(10):
            closed(history, whole(history, f"F-{turn}"), NOW - 40 + turn * 0.5 * MINUTE, history.installer)

    scope = tell(database, story)
    ends = (day(NOW - 40) + day(NOW - 40 + 10 * 0.5 * MINUTE)) // 2
    with looking(database, scope) as ask:
        moment = replace(scope.moment, to_at=ends)
        ask.snapshot.scoped(moment, scope.chosen)
        lines = data_quality.DEFECTS["bulk"].lines
        assert ask.snapshot.row(f"SELECT count(*) FROM ({lines})") == (5,)


def test_visits_that_end_before_they_begin(database: Database) -> None:
    def story(history: History) -> None:
        file = whole(history)
        history.stay(file, "fire", NOW - 5, NOW - 6, NOW - 5, closed_by=history.installer)
        history.stay(file, "fire", NOW - 5, NOW - 3, NOW - 2, closed_by=history.installer)

    assert defects(database, tell(database, story)) == {"reversed": (2, 2)}


def test_acts_dated_before_the_one_they_followed(database: Database) -> None:
    def story(history: History) -> None:
        file = whole(history)
        for seq, at in enumerate((NOW - 9, NOW - 7, NOW - 8, NOW - 7.5, NOW - 6), 1):
            act(history, file, seq, at)
        act(history, file, 6, NOW - 5, clock_regression_us=7)

    assert defects(database, tell(database, story)) == {"backwards": (2, 6), "skewed": (1, 6)}


@pytest.mark.parametrize(("began", "found"), [(0, {}), (3, {"late_holds": (1, 1)})])
def test_holds_declared_after_the_day_they_began(
    database: Database, began: int, found: dict[str, Any]
) -> None:
    def story(history: History) -> None:
        file = whole(history)
        today = history.scope(0, NOW - 8, NOW).to_on
        history.clock(file, None, None, started_at=day(NOW - 50), started_on=today - timedelta(days=42))
        hold = history._insert(
            Hold, jurisdiction_id=history.city_id, reason="", from_on=today, declared_at=day(NOW - 8)
        )
        history._insert(
            ClockPause,
            jurisdiction_id=history.city_id,
            clock_id=history.session.scalar(select(Clock.id)),
            paused_on=today - timedelta(days=began),
            resumed_on=None,
            reason="",
            hold_id=hold,
        )
        act(history, file, 1, NOW - 8, "hold_clocks")

    assert defects(database, tell(database, story)) == found


@pytest.mark.parametrize(("days", "found"), [(0, {}), (1, {}), (2, {"early_clocks": (1, 1)})])
def test_clocks_that_began_before_they_were_written_down(
    database: Database, days: int, found: dict[str, Any]
) -> None:
    def story(history: History) -> None:
        file = whole(history)
        on = history.scope(0, NOW - 8, NOW).to_on - timedelta(days=days)
        history.clock(file, None, None, started_at=day(NOW - 8), started_on=on)

    assert defects(database, tell(database, story)) == found


@pytest.mark.parametrize(
    "spells",
    [
        [],
        [("agency", -50, -40), ("applicant", -39, None)],
        [("agency", -50, -40), ("applicant", -41, -39), ("agency", -39, None)],
        [("agency", -50, -40), ("applicant", -38, -30), ("agency", -32, None)],
        [("agency", -49, None)],
        [("agency", -50, -10)],
    ],
)
def test_files_whose_turns_do_not_add_up(database: Database, spells: list[Any]) -> None:
    def story(history: History) -> None:
        whole(history)
        told = [(party, NOW + a, b if b is None else NOW + b) for party, a, b in spells]
        history.file("F-1", NOW - 50, None, told)

    assert defects(database, tell(database, story)) == {"courts": (1, 2)}


def test_a_file_that_was_reopened_adds_up_until_its_decision(database: Database) -> None:
    def story(history: History) -> None:
        file = history.file("F-1", NOW - 50, NOW - 30, [("agency", NOW - 50, NOW - 30)])
        history._insert(
            CourtSpell,
            jurisdiction_id=history.city_id,
            application_id=file,
            party="agency",
            started_at=day(NOW - 10),
            ended_at=None,
        )

    assert defects(database, tell(database, story)) == {}


def test_the_machines_clock_and_the_citys_calendar(database: Database) -> None:
    def story(history: History) -> None:
        for kind, at, city in (
            ("regression", NOW - 5, None),
            ("jump", NOW - 5, history.city_id),
            ("jump", NOW - 5, new_id()),
            ("jump", NOW - 95, None),
        ):
            values = {
                "kind": kind,
                "noticed_at": day(at),
                "drift_us": 1,
                "seen_by": "x",
                "jurisdiction_id": city,
            }
            history._insert(ClockAnomaly, **values)

    scope = tell(database, story)
    counts = [
        row["count"] for row in rows_of(figure_of(database, scope, data_quality.PAGE, "machine")).values()
    ]
    assert counts == [1, 1, 61]


def test_a_published_calendar_is_known_for_a_year(database: Database) -> None:
    scope = tell(database, lambda history: history.calendar())
    counts = [
        row["count"] for row in rows_of(figure_of(database, scope, data_quality.PAGE, "machine")).values()
    ]
    assert counts == [0, 0, 0]


def test_steps_that_take_under_a_minute_are_not_trusted(database: Database) -> None:
    def story(history: History) -> None:
        for step, times in (("fast", [0.1] * 15 + [9] * 10), ("slow", [9] * 25), ("rare", [0.1] * 19)):
            for number, minutes in enumerate(times):
                at = NOW - 20 + number / 2
                given = {"closed_by": history.installer}
                history.stay(whole(history, f"{step}-{number}"), step, at, at + minutes * MINUTE, at, **given)

    found = rows_of(figure_of(database, tell(database, story), data_quality.PAGE, "hasty"))
    assert {step: (row["hasty"], row["verdict"]) for step, row in found.items()} == {
        "fast": (15, "Not trustworthy"),
        "slow": (0, "Plausible"),
        "rare": (19, "Too few to say"),
    }


def test_an_empty_city_has_nothing_to_complain_of(database: Database) -> None:
    assert defects_of_nothing(database) == {0}


def defects_of_nothing(database: Database) -> set[object]:
    with looking(database, office.write(database, []).scope) as ask:
        figure = data_quality.figures(ask)[0]
    return {row["count"] for row in rows_of(figure).values()}
