"""Whoever acts after a deadline that nobody has answered yet finds the file as the law has left it."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.errors import NotAllowed, WrongPhase
from permitflow.instants import DAY
from permitflow.models import Clock, Visit
from permitflow.services import transitions
from permitflow.services.errors import Stale
from permitflow.services.lapses import REMEDY
from permitflow.services.timers import fire_due
from permitflow.services.transitions import Act
from tests.factories import MONDAY, instant
from tests.services.clock_lab import APPROVAL, COMPLETENESS, Lab, lab, workflow
from tests.services.test_remedies import WASHINGTON

MIDNIGHT = instant("2026-03-10T00:00:00-07:00")
"""The first instant after the fifth business day of an application of 2 March."""


@pytest.fixture
def silent(database: Database) -> Lab:
    """A city where silence completes and then approves."""
    return lab(database, workflow(completeness=COMPLETENESS, decision=APPROVAL))


def version(here: Lab, application: str) -> int:
    return here.city.file(application).version


def act(here: Lab, application: str, action: str, role: str, at: int, seen: int | None = None) -> Act:
    words = here.city.words_for(application, action)
    return Act(application, action, here.city.actor(role), at, words, version=seen)


def do(here: Lab, one: Act) -> None:
    with here.database.transaction() as session:
        transitions.apply(session.connection(), one)


def actions(here: Lab, application: str) -> list[str]:
    return [event["action"] for event in here.events(application)]


def test_the_law_s_step_comes_first_and_the_late_one_hears_why(silent: Lab) -> None:
    application = silent.submitted()
    seen = version(silent, application)
    with pytest.raises(WrongPhase) as refused:
        do(silent, act(silent, application, "accept", "permit_technician", MIDNIGHT, seen))
    assert str(refused.value).startswith(
        "The time for “Completeness” ran out on 2026-03-09; the application now stands at “Ready”."
    )
    assert refused.value.refusals[0].code == "time_ran_out"
    assert silent.city.file(application).state == "intake", "a refusal takes everything back"
    assert fire_due(silent.database, MIDNIGHT) == 1
    assert silent.city.file(application).state == "ready"


def test_a_second_before_midnight_the_act_is_in_time(silent: Lab) -> None:
    application = silent.submitted()
    do(silent, act(silent, application, "accept", "permit_technician", MIDNIGHT - 1))
    assert "deem_complete" not in actions(silent, application)


def test_an_act_that_is_still_open_is_done_on_what_the_file_then_is(silent: Lab) -> None:
    application = silent.submitted()
    seen = version(silent, application)
    do(silent, act(silent, application, "withdraw", "applicant", MIDNIGHT, seen))
    assert actions(silent, application)[-2:] == ["deem_complete", "withdraw"]
    deemed, withdrawn = silent.events(application)[-2:]
    assert (deemed["legal_on"], withdrawn["legal_on"], withdrawn["from"]) == (
        "2026-03-09",
        "2026-03-10",
        "ready",
    )
    assert fire_due(silent.database, MIDNIGHT + DAY) == 0


def test_several_clocks_are_answered_in_the_order_of_the_law(silent: Lab) -> None:
    application = silent.submitted()
    late = MONDAY + 40 * DAY
    with pytest.raises(WrongPhase) as refused:
        do(silent, act(silent, application, "withdraw", "applicant", late, version(silent, application)))
    assert [one.params.get("due") for one in refused.value.refusals][:2] == ["2026-03-09", "2026-03-23"]
    assert "“Approved”" in str(refused.value)


def test_who_saw_an_older_version_is_stale_as_ever(silent: Lab) -> None:
    application = silent.submitted()
    with pytest.raises(Stale):
        do(silent, act(silent, application, "withdraw", "applicant", MIDNIGHT, 1))


def test_a_review_that_the_law_closed_says_so(database: Database) -> None:
    ending = APPROVAL | {"on_expiry": "abandon_review", "outcome": "void"}
    text = workflow(decision=ending).replace(
        "  withdraw:\n",
        "  abandon_review: {title: End, from: [in_lanes], to: void, by: [system], entry: Ended}\n  withdraw:\n",
    )
    here = lab(database, text)
    application = here.accepted()
    here.official(application, "review", MONDAY)
    with here.database.reading() as session:
        visit = session.scalars(select(Visit.id).where(Visit.lane == "electrical")).one()
    late = Act(
        application,
        "approve",
        here.city.actor("electrical_examiner"),
        MONDAY + 30 * DAY,
        lane="electrical",
        visit_id=visit,
    )
    with pytest.raises(WrongPhase, match="ran out on 2026-03-16; the application now stands at “Void”"):
        do(here, late)


def test_a_remedy_is_told_before_the_late_decision(database: Database) -> None:
    here = lab(database, workflow(decision=WASHINGTON))
    application = here.accepted()
    here.official(application, "approve", MONDAY + 200 * DAY)
    assert actions(here, application)[-2:] == ["remedy_due", "approve"]
    assert here.events(application, "remedy_due")[0]["entry"] == REMEDY


def test_a_number_that_nobody_checked_moves_nothing(database: Database) -> None:
    here = lab(database, workflow(decision=APPROVAL | {"verified": False}))
    application = here.accepted()
    here.official(application, "approve", MONDAY + 60 * DAY)
    assert actions(here, application)[-2:] == ["time_ran_out", "approve"]


def test_a_clock_that_was_answered_is_not_answered_again(silent: Lab) -> None:
    application = silent.accepted()
    silent.official(application, "record_appeal", MONDAY + DAY)
    late = MONDAY + 30 * DAY
    fire_due(silent.database, late)
    do(silent, act(silent, application, "withdraw", "applicant", late + DAY))
    assert actions(silent, application).count("time_ran_out") == 1


def test_the_sweeper_and_a_person_at_the_same_moment_answer_once(silent: Lab) -> None:
    application = silent.submitted()
    late = act(silent, application, "withdraw", "applicant", MIDNIGHT)
    start = threading.Barrier(2)
    failed = list[Exception]()

    def sweep() -> None:
        start.wait(timeout=20)
        fire_due(silent.database, MIDNIGHT)

    def withdraw() -> None:
        start.wait(timeout=20)
        try:
            do(silent, late)
        except (NotAllowed, Stale) as refused:
            failed.append(refused)

    threads = [threading.Thread(target=one, daemon=True) for one in (sweep, withdraw)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    assert actions(silent, application)[-2:] == ["deem_complete", "withdraw"]
    with silent.database.reading() as session:
        assert session.scalars(select(Clock).where(Clock.stopped_at.is_(None))).all() == []
