"""The what-if of a city: what is read, how much, what may be changed, and what is said of the result."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.offices import START, planted, visits_of
from permitflow.analytics.changes import Change
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.visits import StepVisit
from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.reports import what_if
from permitflow.reports.asking import asking
from permitflow.reports.scope import Scope, last_days
from permitflow.reports.what_if import (
    HOUSE,
    TooLittleHistory,
    TooManyVisits,
    answer,
    changes_of,
    load_visits,
    question_of,
    steps_now,
    unattended,
)
from permitflow.reports.what_if_result import figures, headline, tried, trust
from tests.reports.history import NOW, History, day

NOBODY = {"workflow": "", "pathway": "", "class": ""}


def quiet(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def office(history: History, files: int = 160) -> None:
    """A steady office: intake by one person, fire by two, corrections for every fourth file."""
    rng = Random(5)
    people = [history.person(f"P{n}", "examiner") for n in range(3)]
    for number in range(files):
        came = -260 + 360 * number / files
        fire = came + 1 + rng.random()
        ends = fire + 2 + rng.random()
        back = ends + (6 if number % 4 == 0 else 0)
        decided = back if back <= NOW - 1 else None
        file = history.file(f"A-{number}", came, decided)
        parts = [
            ("intake", came, fire, people[0], "agency"),
            ("fire", fire, ends, people[1 + number % 2], "agency"),
        ]
        if back > ends:
            parts.append(("corrections", ends, back, None, "applicant"))
        for step, opened, closed, who, party in parts:
            if opened < NOW:
                done = closed if closed <= NOW - 1 else None
                taken = opened + 0.5 if who and opened + 0.5 < NOW else None
                history.stay(file, step, opened, done, taken, party=party, claimed_by=who)


def told(database: Database, **more: int) -> Scope:
    with database.transaction() as session:
        history = History(session)
        office(history, **more)
    return last_days(history.city, day(NOW))


def visits(database: Database, scope: Scope) -> list[StepVisit]:
    with database.reading() as session, asking(session, scope) as ask:
        return load_visits(ask)


@pytest.fixture(scope="module")
def answered() -> dict[str, object]:
    """The answer for a benchmark office that is short of people at one step, with one more there."""
    house, plant = planted("one role only", 3)
    told_of: list[tuple[int, int]] = []
    found = answer(
        visits_of(house, 3),
        START + 300 * DAY_US,
        [Change(plant.step, people=1, order="due")],
        lambda done, total: told_of.append((done, total)),
    )
    assert told_of == [(n, 60) for n in range(1, 61)]
    return found


def test_the_visits_of_the_last_year_are_read_as_they_are(database: Database) -> None:
    found = visits(database, told(database))
    with_end = [visit for visit in found if visit.finished_us is not None]
    assert len(found) > 300
    assert {visit.step for visit in found} == {"intake", "fire", "corrections"}
    assert {visit.party for visit in found if visit.step == "corrections"} == {"applicant"}
    assert len({visit.person for visit in found if visit.step == "fire" and visit.person}) == 2
    assert all(visit.arrived_us <= (visit.claimed_us or visit.arrived_us) for visit in with_end)


def test_what_ended_over_a_year_ago_is_left_out_and_too_much_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = told(database)
    with database.transaction() as session:
        history = History(session, "elsewhere")
        old = history.file("B-1", -400, -390)
        history.stay(old, "intake", -400, -390)
        history.stay(history.file("B-2", -400, None), "intake", -400)
        other = last_days(history.city, day(NOW))
    assert [visit.arrived_us for visit in visits(database, other)] == [day(-400)]
    whole = visits(database, scope)
    half = [v for v in whole if (v.finished_us or day(NOW)) >= day(NOW) - what_if.HALF_A_YEAR_US]
    monkeypatch.setattr(what_if, "MOST_VISITS", len(whole) - 1)
    assert len(half) <= len(visits(database, scope)) < len(whole)
    monkeypatch.setattr(what_if, "MOST_VISITS", 10)
    with pytest.raises(TooManyVisits):
        visits(database, scope)


def test_each_step_says_what_may_be_changed(database: Database) -> None:
    scope = told(database)
    steps = {one.step: one for one in steps_now(visits(database, scope), scope.now, str.title)}
    assert (steps["fire"].people, steps["intake"].people) == (2, 1)
    assert (steps["corrections"].usual_days, steps["corrections"].has_people) == (6, False)
    assert steps["fire"].title == "Fire"


def test_steps_that_nobody_takes_files_at_are_the_houses() -> None:
    seen = [StepVisit(f"f{n}", "desk", 0, 1, 2) for n in range(3)]
    alone = [StepVisit(f"f{n}", "machine", 0, None, 2) for n in range(3)]
    found = unattended(
        [*seen, *alone, StepVisit("f9", "machine", 5), StepVisit("f9", "home", 5, party="applicant")]
    )
    assert {visit.party for visit in found if visit.step == "machine"} == {HOUSE}
    assert {visit.party for visit in found if visit.step != "machine"} == {"agency", "applicant"}


def test_an_office_is_simulated_from_its_record(database: Database) -> None:
    scope = told(database)
    found = answer(visits(database, scope), scope.now, [], quiet)
    assert found["changed"] is None
    assert found["was"]["finished"] > 20
    assert len(figures(found, str)) == 3
    assert headline(found)[0].message.startswith("As the office is today")


def test_too_little_history_is_said(database: Database) -> None:
    scope = told(database, files=12)
    with pytest.raises(TooLittleHistory, match="a simulation needs 20"):
        answer(visits(database, scope), scope.now, [], quiet)


def test_an_empty_city_has_no_steps(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
    found = visits(database, last_days(history.city, day(NOW)))
    assert steps_now(found, day(NOW), str) == []


def test_a_question_travels_as_json_without_fractions() -> None:
    changes = [Change("fire", 2, "due"), Change("utility", outside_days=9), Change(fewer_returns=0.29)]
    asked = question_of(NOBODY, changes)
    assert changes_of(asked) == changes
    assert all(type(value) is not float for one in asked["changes"] for value in one.values())
    assert [phrase.say() for phrase in tried(asked, str.upper)] == [
        "FIRE: reviewers added: 2.",
        "FIRE: files are taken by due date.",
        "UTILITY: nobody waits longer than 9 days.",
        "A check at intake prevents 29 of 100 returns.",
    ]


def test_a_good_simulation_is_trusted_and_says_what_would_help(answered: dict[str, object]) -> None:
    found = trust(answered)
    assert found.enough
    assert "comes out within" in found.told[0].say()
    assert "clearly fewer" in headline(answered)[1].say()
    again, ahead, queues = figures(answered, str.title)
    assert ahead.lead == headline(answered)
    assert [len(row) for row in ahead.rows] == [5, 5, 5]
    assert queues.chart is not None
    assert queues.chart.y == ("today", "changed")
    for row in queues.rows:
        middles = [row[1], row[4]]
        assert all(isinstance(value, int) for value in middles)
        assert row[2] <= row[1] <= row[3]  # type: ignore[operator]
    assert all(error <= 20 for *_, error in again.rows)  # type: ignore[operator]


def test_a_bad_simulation_is_not_trusted_and_says_why(answered: dict[str, object]) -> None:
    was = answered["was"] | {"open_at_end": 1}  # type: ignore[operator]
    wrong = trust(answered | {"was": was})
    assert not wrong.enough
    assert "Do not lean on the figures below." in wrong.told[0].say()
    other = {"before": {"came": 100, "people": 5}, "lately": {"came": 50, "people": 5}}
    assert "in the last quarter: 50" in trust(answered | {"was": was} | other).told[2].say()
    figure = figures(answered | {"was": was}, str)[1]
    assert figure.lead == wrong.told[:1]


def test_nothing_finished_in_the_quarter_is_not_trusted(answered: dict[str, object]) -> None:
    was = answered["was"] | {"lead": None}  # type: ignore[operator]
    assert "Too few files" in trust(answered | {"was": was}).told[0].say()


def test_the_same_question_has_the_same_answer(database: Database) -> None:
    scope = told(database, files=60)
    found = visits(database, scope)
    assert answer(found, scope.now, [], quiet) == answer(found, scope.now, [], quiet)
    assert scope.now - found[0].arrived_us < 365 * DAY
