"""Each rule of the controller's questions: one example that meets it beside those that just do not."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from permitflow.engine.calendars import Calendar
from permitflow.engine.lanes import LaneVerb
from permitflow.reports.page import Ask
from permitflow.reports.scope import Workflows
from permitflow.reports.suspicions import FLAGS, TABLES, gather, rules, used
from tests.reports.recorded import definition
from tests.reports.told_city import NOBODY, ZONE, ToldCity, at

FIRST, LAST, NOW = "2026-10-01", "2026-11-30", "2026-12-15 12:00"
"""Clocks are set back on Sunday 1 November."""


def found(ask: Ask, name: str, **more: object) -> list[tuple[object, ...]]:
    asked = gather(ask) | more
    return ask.snapshot.rows(FLAGS[name].sql, used(FLAGS[name].sql, asked))


def review(city: ToldCity, claimed: str, closed: str, who: str = "ann", **told: object) -> int:
    """A file of its own whose one lane was answered."""
    company = str(told.pop("company", "firm"))
    file = city.file("2026-09-02", company=company)
    given = {"lane": "fire", "closing_action": "approve", "closed_by": who} | told
    city.stay(file, "fire", "2026-10-01", closed, first_claimed_at=claimed, **given)
    return file


def test_approved_within_a_minute() -> None:
    city = ToldCity("2026-09-01", NOW)
    quick = review(city, "2026-10-06 10:00", "2026-10-06 10:00:59")
    review(city, "2026-10-06 10:00", "2026-10-06 10:01")
    review(city, "2026-10-06 10:00", "2026-10-06 10:00:10", closing_action="request_corrections")
    review(city, "2026-10-06 10:00", "2026-10-06 10:00:10", who="system")
    review(city, "2026-12-01 00:00", "2026-12-01 00:00:10")
    with city.asked(FIRST, LAST) as ask:
        times = at("2026-10-06 10:00"), at("2026-10-06 10:00:59")
        assert found(ask, "quick") == [(quick, *times, "fire", "ann")]


@pytest.mark.parametrize(
    ("happened", "outside"),
    [
        ("2026-10-06 05:00", False),
        ("2026-10-06 04:59:59", True),
        ("2026-10-06 21:59:59", False),
        ("2026-10-06 22:00", True),
        ("2026-10-10 10:00", True),
        ("2026-11-02 04:59", True),
        ("2026-11-02 05:00", False),
    ],
)
def test_done_at_night_or_on_a_closed_day(happened: str, outside: bool) -> None:
    city = ToldCity("2026-09-01", NOW)
    city.act(city.file("2026-09-02"), "approve", happened, "ann", role="manager")
    with city.asked(FIRST, LAST) as ask:
        assert len(found(ask, "outside")) == outside


def test_a_night_on_which_clocks_are_set_forward() -> None:
    """Sunday 8 March 2026 has 23 hours; here the office is open on it."""
    always = Calendar("c", 1, ZONE, frozenset(range(7)), {}, time(8), time(17))
    city = ToldCity("2026-03-01", "2026-03-31", always)
    file = city.file("2026-03-02")
    for happened in ("2026-03-08 04:59", "2026-03-08 05:00", "2026-03-08 21:59", "2026-03-08 22:00"):
        city.act(file, "approve", happened, "ann", role="manager")
    with city.asked("2026-03-01", "2026-03-30") as ask:
        assert [row[1] for row in found(ask, "outside")] == [at("2026-03-08 04:59"), at("2026-03-08 22:00")]


def test_only_staff_is_asked_about_nights() -> None:
    city = ToldCity("2026-09-01", NOW)
    file = city.file("2026-09-02")
    city.act(file, "submit", "2026-10-06 23:00", "kim", role="applicant")
    city.act(file, "expire", "2026-10-06 23:00", role="manager")
    with city.asked(FIRST, LAST) as ask:
        assert found(ask, "outside") == []


def test_newer_file_taken_first() -> None:
    city = ToldCity("2026-09-01", NOW)
    for opened, claimed, due in (
        ("2026-10-01", None, "2026-10-20"),
        ("2026-10-02", "2026-10-03", "2026-10-20"),
        ("2026-10-02", "2026-10-03", "2026-10-21"),
        ("2026-10-01", "2026-10-04", "2026-10-20"),
    ):
        file = city.file("2026-09-02")
        who = {"first_claimed_at": claimed, "claimed_by": "ann"} if claimed else {}
        city.stay(file, "fire", opened, due_on=due, **who)
    with city.asked(FIRST, LAST) as ask:
        assert [row[0] for row in found(ask, "jumps")] == [2]


@pytest.mark.parametrize(("last", "lines"), [("10:05:00", 10), ("10:05:01", 0)])
def test_closed_in_bulk(last: str, lines: int) -> None:
    city = ToldCity("2026-09-01", NOW)
    for second in range(9):
        review(city, "2026-10-06 09:00", f"2026-10-06 10:00:{second:02d}")
        review(city, "2026-10-06 09:00", f"2026-10-06 10:00:{second:02d}", who="bob")
    review(city, "2026-10-06 09:00", f"2026-10-06 {last}")
    with city.asked(FIRST, LAST) as ask:
        assert len(found(ask, "bulk")) == lines


def test_one_person_where_two_are_wanted() -> None:
    city = ToldCity("2026-09-01", NOW)
    same, others, both = city.file("2026-09-02"), city.file("2026-09-02"), city.file("2026-09-02")
    city.act(same, "audit", "2026-09-15", "ann")
    city.act(same, "approve", "2026-10-06", "ann")
    city.act(others, "audit", "2026-10-05", "bob")
    city.act(others, "approve", "2026-10-06", "ann")
    city.act(both, "submit", "2026-10-05", "kim", role="applicant")
    city.act(both, "approve", "2026-10-06", "kim", role="manager")
    wanted = {"pairs": ["approve audit"], "later": ["approve"], "earlier": ["audit"]}
    with city.asked(FIRST, LAST) as ask:
        assert sorted(found(ask, "two_roles", **wanted)) == [
            (same, at("2026-09-15"), at("2026-10-06"), "approve", "ann"),
            (both, at("2026-10-05"), at("2026-10-06"), "applicant", "kim"),
        ]


def test_own_firms_and_their_streets() -> None:
    city = ToldCity("2026-09-01", NOW)
    own = review(city, "2026-10-06", "2026-10-07", company="hers")
    near = review(city, "2026-10-06", "2026-10-07", company="other")
    review(city, "2026-10-06", "2026-10-07", who="bob", company="hers")
    with city.asked(FIRST, LAST) as ask:
        assert [row[0] for row in found(ask, "own_firm", own=["ann hers"])] == [own]
        assert [row[0] for row in found(ask, "neighbours", near=[f"ann {near:032d}"])] == [near]


def test_rules_of_a_workflow() -> None:
    commercial = definition("us-ca/commercial-ab970")
    told: dict[str, Any] = rules(Workflows({"h": commercial}))
    staff, steps, approvals = ({*told[name]} for name in ("staff", "steps", "approvals"))
    assert {"manager", "administrator", "permit_technician"} <= staff
    assert "applicant" not in staff
    assert {"accept", "confirm_completeness"} <= steps
    assert {"approve", "approve_with_conditions"} <= approvals
    assert not steps & {"submit", "withdraw"}


def test_without_workflows_the_verbs_of_lanes_remain() -> None:
    told: dict[str, Any] = rules(NOBODY)
    verbs: list[LaneVerb] = ["approve", "approve_with_conditions", "request_corrections"]
    assert {*verbs} < {*told["verbs"]}
    assert (told["pairs"], told["steps"]) == ([], [])


def test_a_statement_is_told_the_parameters_it_names() -> None:
    assert used("SELECT $a, $b", {"a": 1, "b": 2, "c": 3}) == {"a": 1, "b": 2}
    for name, sql in TABLES.items():
        assert {*used(sql, rules(NOBODY))} == {
            "answers": {"steps", "verbs"},
            "staff_acts": {"staff"},
            "claims": set(),
        }[name]
