"""The what-if of a city: what is read, how much, what may be changed, and what is said of the result."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from benchmarks.offices import START, planted, visits_of
from permitflow.analytics.changes import Change
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.visits import StepVisit
from permitflow.db import Database, new_id
from permitflow.instants import DAY, local_date
from permitflow.models import Delegation
from permitflow.reports import what_if
from permitflow.reports.asking import asking
from permitflow.reports.scope import Scope, last_days
from permitflow.reports.what_if import (
    HOUSE,
    StepClock,
    TooLittleHistory,
    TooManyVisits,
    answer,
    changes_of,
    clocks_of,
    declared,
    load_visits,
    question_of,
    steps_now,
    unattended,
)
from permitflow.reports.what_if_result import figures, headline, tried, trust
from tests.reports.history import NOW, ZONE, History, day

NOBODY = {"workflow": "", "pathway": "", "class": ""}


def quiet(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def office(history: History, files: int = 160) -> None:
    """A steady office: intake by one person, fire by two, corrections for every fourth file, a clock for every eighth."""
    rng = Random(5)
    people = [history.person(f"P{n}", "examiner") for n in range(3)]
    for number in range(files):
        came = -260 + 360 * number / files
        fire = came + 1 + rng.random()
        ends = fire + 2 + rng.random()
        back = ends + (6 if number % 4 == 0 else 0)
        decided = back if back <= NOW - 1 else None
        file = history.file(f"A-{number}", came, decided)
        due = local_date(day(came + 28), ZONE) if number % 8 == 0 else None
        if due:
            history.clock(file, due, None if decided is None else local_date(day(decided), ZONE))
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
                more = {"due_on": due} if step == "fire" and due else {}
                history.stay(file, step, opened, done, taken, party=party, claimed_by=who, **more)


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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(what_if, "RUNS", 6)
        found = answer(
            visits_of(replace(house, days=200, per_day=4.0), 3),
            START + 200 * DAY_US,
            [Change(plant.step, people=1, order="due")],
            lambda done, total: told_of.append((done, total)),
        )
    assert told_of == [(n, 18) for n in range(1, 19)]
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
    changes = [
        Change("fire", 2, "due", clock_days=-5),
        Change("utility", outside_days=9),
        Change(fewer_returns=0.29),
        Change("fire", clock_days=7, clock_unit="calendar"),
    ]
    asked = question_of(NOBODY, changes)
    assert changes_of(asked) == changes
    assert all(type(value) is not float for one in asked["changes"] for value in one.values())
    assert [phrase.say() for phrase in tried(asked, str.upper)] == [
        "FIRE: reviewers added: 2.",
        "FIRE: files are taken by due date.",
        "FIRE: the legal clock is shorter by business days: 5.",
        "UTILITY: nobody waits longer than 9 days.",
        "A check at intake prevents 29 of 100 returns.",
        "FIRE: the legal clock is longer by calendar days: 7.",
    ]


def test_a_good_simulation_is_trusted_and_says_what_would_help(answered: dict[str, object]) -> None:
    found = trust(answered)
    assert found.enough
    assert "comes out within" in found.told[0].say()
    assert "clearly fewer" in headline(answered)[1].say()
    again, ahead, queues = figures(answered, str.title)
    assert ahead.lead == headline(answered)
    assert [len(row) for row in ahead.rows] == [5, 5, 5, 5]
    assert queues.chart is not None
    assert queues.chart.y == ("today", "changed")
    for row in queues.rows:
        middles = [row[1], row[4]]
        assert all(isinstance(value, int) for value in middles)
        assert row[2] <= row[1] <= row[3]  # type: ignore[operator]
    assert all(row[4] <= 20 for row in again.rows)  # type: ignore[operator]


def test_a_bad_simulation_is_not_trusted_and_says_why(answered: dict[str, object]) -> None:
    was = answered["was"] | {"open_at_end": 400}  # type: ignore[operator]
    wrong = trust(answered | {"was": was})
    assert not wrong.enough
    assert "Do not lean on the figures below." in wrong.told[0].say()
    other = {"before": {"came": 100, "people": 5}, "lately": {"came": 50, "people": 5}}
    assert "in the last quarter: 50" in trust(answered | {"was": was} | other).told[2].say()
    figure = figures(answered | {"was": was}, str)[1]
    assert figure.lead == wrong.told[:1]


def test_few_files_may_be_as_far_off_as_chance_moves_them(answered: dict[str, object]) -> None:
    was, again = answered["was"], answered["again"]
    off = {
        "was": was | {"open_at_end": 30},
        "again": again | {"open_at_end": {"p10": 15, "p50": 20, "p90": 25}},
    }  # type: ignore[operator]
    chance = answered["chance"] | {"open_at_end": 13}  # type: ignore[operator]
    told_of = trust(answered | off | {"chance": chance})
    assert told_of.enough
    assert "up to 33 % off" in told_of.told[0].say()
    assert "lean on the bands" in told_of.told[0].say()
    assert not trust(answered | off | {"chance": chance | {"open_at_end": 9}}).enough
    few = trust(answered | {"was": was | {"finished": 19}})  # type: ignore[operator]
    assert not few.enough
    assert "Too few files" in few.told[0].say()


def test_results_of_earlier_versions_are_still_shown(answered: dict[str, object]) -> None:
    old = {name: value for name, value in answered.items() if name not in {"chance", "declared"}}
    for part in ("was", "again", "today", "changed"):
        old[part] = {name: value for name, value in answered[part].items() if name != "late"}  # type: ignore[attr-defined]
    assert trust(old).enough
    again, ahead, _queues = figures(old, str)
    assert (len(again.rows), len(ahead.rows)) == (3, 3)


def test_the_clock_of_a_step_is_the_one_that_sets_its_due_dates(database: Database) -> None:
    scope = told(database, files=40)
    with database.reading() as session, asking(session, scope) as ask:
        clocks = clocks_of(ask)
        steps = {one.step: one for one in steps_now(load_visits(ask), scope.now, str, clocks)}
    assert clocks == {"fire": StepClock(20, "business")}
    assert (steps["fire"].clock, steps["intake"].clock) == (clocks["fire"], None)


def test_roles_that_are_lent_in_the_coming_weeks_are_absences(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        people = [history.person(f"P{n}", "examiner") for n in range(2)]
        today = local_date(day(NOW), ZONE)
        for first, last, ended in (
            (-9, -1, None),
            (-3, 4, None),
            (20, 20, None),
            (30, 40, day(NOW)),
            (99, 101, None),
        ):
            session.add(
                Delegation(
                    id=new_id(),
                    jurisdiction_id=history.city_id,
                    from_user=people[0],
                    to_user=people[1],
                    role=f"examiner{first}",
                    from_on=today + timedelta(days=first),
                    until_on=today + timedelta(days=last),
                    reason="leave",
                    created_at=0,
                    created_by=people[0],
                    ended_at=ended,
                )
            )
        scope = last_days(history.city, day(NOW))
    with database.reading() as session, asking(session, scope) as ask:
        found = declared(ask)
    assert [(one.person, one.covered_by) for one in found] == [(people[0], people[1])] * 2
    assert [end - start for start, end in (one.stretch for one in found)] == [8 * DAY, DAY]
    assert found[0].stretch[0] < scope.now < found[0].stretch[1]


def test_nothing_finished_in_the_quarter_is_not_trusted(answered: dict[str, object]) -> None:
    was = answered["was"] | {"lead": None}  # type: ignore[operator]
    assert "Too few files" in trust(answered | {"was": was}).told[0].say()


def test_the_same_question_has_the_same_answer(database: Database) -> None:
    scope = told(database, files=60)
    found = visits(database, scope)
    assert answer(found, scope.now, [], quiet) == answer(found, scope.now, [], quiet)
    assert scope.now - found[0].arrived_us < 365 * DAY
