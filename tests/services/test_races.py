"""Several people at once: exactly one effect each time, and everybody else hears what happened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Connection, func, select

from permitflow.db import Database
from permitflow.engine.errors import NotAllowed
from permitflow.engine.machine import Actor
from permitflow.models import CorrectionItem, CorrectionNotice, Event, RoleGrant, Visit
from permitflow.services import claims, notices, transitions
from permitflow.services.errors import Stale
from permitflow.services.notices import Finding
from permitflow.services.transitions import Act
from tests.factories import MONDAY, City, city, person

REVIEWERS = 8
BREAKER = Finding("The breaker is too small.", "CEC 625.41", "Use a 60 A breaker.")
Doing = Callable[[Connection], object]


@pytest.fixture
def hall(database: Database) -> City:
    return city(database)


@pytest.fixture
def application(hall: City) -> str:
    return hall.in_review()


def visit_of(hall: City, lane: str) -> str:
    with hall.database.reading() as session:
        open_ = select(Visit.id).where(Visit.closed_at.is_(None), Visit.lane == lane)
        return session.scalars(open_).one()


def examiners(hall: City) -> list[Actor]:
    """As many electrical examiners as there are threads."""
    actors = []
    with hall.database.transaction() as session:
        for number in range(REVIEWERS):
            user_id = person(session, f"Examiner {number}")
            session.add(
                RoleGrant(
                    user_id=user_id, jurisdiction_id=hall.id, role="electrical_examiner", granted_at=MONDAY
                )
            )
            actors.append(Actor(user_id, frozenset({"electrical_examiner"})))
    return actors


def all_at_once(database: Database, doings: Sequence[Doing]) -> list[Exception | None]:
    """Do everything in threads that start together, a transaction each; return what each one raised."""
    start = threading.Barrier(len(doings))
    outcomes: list[Exception | None] = [RuntimeError("did not come to an end")] * len(doings)

    def run(place: int, doing: Doing) -> None:
        start.wait(timeout=20)
        try:
            with database.transaction() as session:
                doing(session.connection())
            outcomes[place] = None
        except (Stale, NotAllowed) as refused:
            outcomes[place] = refused

    threads = [
        threading.Thread(target=run, args=(place, doing), daemon=True) for place, doing in enumerate(doings)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def events(hall: City, application_id: str) -> list[str]:
    with hall.database.reading() as session:
        query = select(Event.action).where(Event.application_id == application_id).order_by(Event.seq)
        return list(session.scalars(query))


def deciding(application_id: str, lane: str, action: str, actor: Actor, visit_id: str) -> Doing:
    act = Act(application_id, action, actor, MONDAY + 1, lane=lane, visit_id=visit_id)
    return lambda connection: transitions.apply(connection, act)


def test_of_many_equal_decisions_one_counts_and_the_others_are_stale(hall: City, application: str) -> None:
    visit_id = visit_of(hall, "electrical")
    doings = [deciding(application, "electrical", "approve", actor, visit_id) for actor in examiners(hall)]
    outcomes = all_at_once(hall.database, doings)
    assert [type(one) for one in outcomes if one is not None] == [Stale] * (REVIEWERS - 1)
    assert events(hall, application).count("approve") == 1


def test_of_many_claims_one_holds_and_the_others_hear_whose_it_is(hall: City, application: str) -> None:
    visit_id = visit_of(hall, "electrical")
    actors = examiners(hall)

    def claiming(actor: Actor) -> Doing:
        return lambda connection: claims.claim(connection, visit_id, actor, MONDAY + 1)

    outcomes = all_at_once(hall.database, [claiming(actor) for actor in actors])
    winner = outcomes.index(None)
    assert [type(one) for one in outcomes if one is not None] == [Stale] * (REVIEWERS - 1)
    assert all(f"Examiner {winner} has taken" in str(one) for one in outcomes if one is not None)
    with hall.database.reading() as session:
        assert session.get_one(Visit, visit_id).claimed_by == actors[winner].id
    assert events(hall, application).count("claimed") == 1


def test_two_last_lanes_decided_at_once_join_once(hall: City, application: str) -> None:
    electrical, fire = visit_of(hall, "electrical"), visit_of(hall, "fire")
    with hall.database.transaction() as session:
        connection = session.connection()
        notices.draft_item(connection, electrical, BREAKER, hall.actor("electrical_examiner"), MONDAY)
        notices.draft_item(connection, fire, BREAKER, hall.actor("fire_reviewer"), MONDAY)
    for lane, role in (("building", "building_examiner"), ("accessibility", "accessibility_reviewer")):
        hall.act(application, "approve", role, lane=lane, visit_id=visit_of(hall, lane))
    outcomes = all_at_once(
        hall.database,
        [
            deciding(
                application,
                "electrical",
                "request_corrections",
                hall.actor("electrical_examiner"),
                electrical,
            ),
            deciding(application, "fire", "request_corrections", hall.actor("fire_reviewer"), fire),
        ],
    )
    assert outcomes == [None, None]
    happened = events(hall, application)
    assert (happened.count("request_corrections"), happened.count("send_corrections")) == (2, 1)
    with hall.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CorrectionNotice)) == 1
        assert set(session.scalars(select(CorrectionItem.status))) == {"open"}
    assert hall.file(application).state == "corrections"


def test_an_item_drafted_while_the_lane_is_decided_is_counted_or_refused(
    hall: City, application: str
) -> None:
    """A finding that arrives with the decision either hinders the approval or finds the review closed."""
    visit_id = visit_of(hall, "electrical")
    first, second = examiners(hall)[:2]
    outcomes = all_at_once(
        hall.database,
        [
            deciding(application, "electrical", "approve", first, visit_id),
            lambda connection: notices.draft_item(connection, visit_id, BREAKER, second, MONDAY + 1),
        ],
    )
    assert [one is None for one in outcomes].count(True) == 1
    drafted = outcomes[1] is None
    assert hall.file(application).draft_items == drafted
    assert events(hall, application).count("approve") == (not drafted)
