"""How each legal clock stands on Wednesday 1 July 2026, by hand."""

from __future__ import annotations

import pytest

from permitflow.reports.legal_terms import DUE, KEPT, OPEN, TERMS, clock_titles, period, titled
from permitflow.reports.page import Ask
from permitflow.reports.scope import Workflows
from tests.reports.recorded import definition
from tests.reports.told_city import ToldCity

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-01 12:00"


def terms(ask: Ask, columns: str) -> list[tuple[object, ...]]:
    return ask.snapshot.rows(f"WITH {TERMS} SELECT {columns} FROM terms ORDER BY clock_id", period(ask))


@pytest.mark.parametrize(
    ("due_on", "stopped_on", "told", "standing"),
    [
        (None, None, {"state": "paused"}, "paused"),
        ("2026-06-30", None, {}, "overdue"),
        ("2026-07-03", None, {"length": 90}, "soon"),
        ("2026-07-06", None, {"length": 15}, "soon"),
        ("2026-07-06", None, {"length": 14}, "running"),
        ("2026-07-07", None, {"unit": "calendar_day", "length": 30}, "soon"),
        ("2026-07-07", None, {"unit": "calendar_day", "length": 29}, "running"),
        ("2026-07-07", None, {"unit": "month", "length": 1, "started_on": "2026-06-07"}, "soon"),
        ("2026-07-07", None, {"unit": "month", "length": 1, "started_on": "2026-06-08"}, "running"),
        (None, "2026-06-20", {}, "unknown"),
        ("2026-06-20", "2026-06-19", {"state": "expired"}, "lapsed"),
        ("2026-06-20", "2026-06-21", {}, "late"),
        ("2026-07-01", "2026-07-01", {}, "near"),
        ("2026-07-01", "2026-06-29", {}, "near"),
        ("2026-07-01", "2026-06-28", {}, "met"),
        ("2026-07-01", "2026-06-26", {}, "met"),
    ],
)
def test_the_standing_of_a_clock(
    due_on: str | None, stopped_on: str | None, told: dict[str, object], standing: str
) -> None:
    city = ToldCity("2026-05-01", NOW)
    city.clock(city.file("2026-05-20"), due_on, stopped_on, **told)
    with city.asked(FIRST, LAST) as ask:
        assert terms(ask, "standing") == [(standing,)]
    assert standing in (*OPEN, *DUE, "unknown")


def test_kept_terms_are_due_ones() -> None:
    assert {*KEPT} < {*DUE}


def test_whom_a_clock_binds() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-20")
    for told in ({}, {"verified": False}, {"holder": "applicant", "verified": False}, {"holder": "permit"}):
        city.clock(file, "2026-07-20", **told)
    with city.asked(FIRST, LAST) as ask:
        sides = [side for (side,) in terms(ask, "side")]
    assert sides == ["city", "unverified", "applicant", "permit"]


def test_the_period_holds_both_of_its_days() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-20")
    for due_on in ("2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01", None):
        city.clock(file, due_on)
    with city.asked(FIRST, LAST) as ask:
        assert [inside for (inside,) in terms(ask, "due_in_period")] == [False, True, True, False, False]


def test_clocks_of_files_that_were_given_up_are_left_out() -> None:
    city = ToldCity("2026-05-01", NOW)
    city.clock(city.file("2026-05-20", "2026-06-02", outcome="abandoned"), "2026-06-20")
    city.clock(city.file("2026-05-20", "2026-06-02", outcome="denied"), "2026-06-20", "2026-06-02")
    with city.asked(FIRST, LAST) as ask:
        assert terms(ask, "standing") == [("met",)]


def test_titles_take_the_place_of_ids() -> None:
    assert titled("clock", {}) == ("clock", {})
    expression, parameters = titled("word", {"a": "Anna's", "b": "Bob"})
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST) as ask:
        rows = ask.snapshot.rows(
            f"SELECT {expression} FROM (VALUES ('a'), ('b'), ('c')) AS told(word)", parameters
        )
    assert rows == [("Anna's",), ("Bob",), ("c",)]


def test_every_clock_has_a_title() -> None:
    home = definition("us-generic/residential-instant")
    titles = clock_titles(Workflows({"h": home}))
    assert titles == {name: clock.title for name, clock in home.clocks.items()}
    assert clock_titles(Workflows({})) == {}
