"""One project, several applications, two cities: what comes first opens the gate of what comes after."""

from __future__ import annotations

import json
import threading
from datetime import date

import pytest
from sqlalchemy import select, update

from permitflow.db import Database
from permitflow.engine.errors import WrongPhase
from permitflow.engine.machine import Actor
from permitflow.instants import DAY
from permitflow.models import Event, GateWake, Lane
from permitflow.services import projects, siblings, transitions
from permitflow.services.errors import NotFound
from tests import factories
from tests.deep_workflow import NO_GATE, publish_deep
from tests.factories import MONDAY, City
from tests.joint_project import TOWN_WORKFLOW, county_beside, installer, project_of

VOTE = {"held_on": "2026-03-01", "votes_for": "6", "votes_against": "1", "votes_abstained": "0"}


@pytest.fixture
def town(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def county(database: Database, town: City) -> City:
    return county_beside(database, town)


def decide(city: City, application: str, outcome: str, at: int, on: date = date(2026, 3, 4)) -> None:
    """Let the application of the town be decided, as far as its siblings can tell."""

    def decided(file: transitions.File) -> None:
        file.columns["outcome"], file.columns["decided_at"] = outcome, at
        siblings.queue_wakes(file, on, at)

    with city.database.transaction() as session:
        noted = transitions.Note(application, "decide", "Decided", "x", "planner", at, change=decided)
        transitions.note(session.connection(), noted)


def legal_days(city: City, application: str) -> dict[str, str]:
    with city.database.reading() as session:
        query = select(Event.body).where(Event.application_id == application)
        found = [json.loads(body) for body in session.scalars(query)]
    return {body["action"]: body["legal_on"] for body in found}


def issue(city: City, application: str) -> None:
    """Bring a commercial application of the town to its permit, step by step."""
    city.act(application, "submit", "applicant")
    city.act(application, "accept", "permit_technician", MONDAY + DAY)
    with city.database.reading() as session:
        query = select(Lane.lane, Lane.role).where(Lane.application_id == application, Lane.required)
        required = session.execute(query.where(Lane.informational.is_(False))).all()
    for lane, role in required:
        city.act(application, "approve", role, MONDAY + DAY, lane=lane)
    city.act(application, "approve", "building_official", MONDAY + 2 * DAY)

    def paid(file: transitions.File) -> None:
        file.columns["fees_paid_cents"] += file.columns["fees_due_cents"]

    with city.database.transaction() as session:
        noted = transitions.Note(application, "pay", "Paid", "x", "cashier", MONDAY + 2 * DAY, change=paid)
        transitions.note(session.connection(), noted)
    city.act(application, "record_payment", "cashier", MONDAY + 2 * DAY)


def test_the_county_s_review_begins_when_the_town_has_decided(town: City, county: City) -> None:
    first, second = town.draft(TOWN_WORKFLOW), county.draft("deep")
    project_of(town, first, second)
    county.act(second, "submit", "applicant")
    assert county.file(second).state == "awaiting_zoning"
    issue(town, first)
    assert town.file(first).outcome == "issued"
    assert county.file(second).state == "awaiting_zoning", "each file moves in a transaction of its own"
    assert projects.wake(town.database, MONDAY + 5 * DAY) == 1
    assert county.file(second).state == "in_review"
    assert legal_days(county, second)["begin_review"] == "2026-03-04", "the day of the town's decision"
    assert projects.wake(town.database, MONDAY + 6 * DAY) == 0, "a second look changes nothing"


def test_a_wait_that_ends_is_never_dated_before_it_began(town: City, county: City) -> None:
    first, second = town.draft(TOWN_WORKFLOW), county.draft("deep")
    project_of(town, first, second)
    county.act(second, "submit", "applicant", MONDAY + 3 * DAY)
    decide(town, first, "issued", MONDAY + 3 * DAY)
    projects.wake(town.database, MONDAY + 9 * DAY)
    assert legal_days(county, second)["begin_review"] == "2026-03-05"


@pytest.mark.parametrize("outcome", ["denied", "withdrawn"])
def test_another_outcome_leaves_the_gate_shut(town: City, county: City, outcome: str) -> None:
    first, second = town.draft(TOWN_WORKFLOW), county.draft("deep")
    project_of(town, first, second)
    county.act(second, "submit", "applicant")
    decide(town, first, outcome, MONDAY + DAY)
    assert projects.wake(town.database, MONDAY + 2 * DAY) == 0
    assert county.file(second).state == "awaiting_zoning"


def test_an_application_of_another_project_opens_no_gate(town: City, county: City) -> None:
    first, second = town.draft(TOWN_WORKFLOW), county.draft("deep")
    project_of(town, first)
    project_of(town, second)
    county.act(second, "submit", "applicant")
    decide(town, first, "issued", MONDAY + DAY)
    assert projects.wake(town.database, MONDAY + 2 * DAY) == 0
    assert county.file(second).state == "awaiting_zoning"


def test_a_gate_that_is_open_already_lets_the_file_through_at_once(town: City, county: City) -> None:
    first, second = town.draft(TOWN_WORKFLOW), county.draft("deep")
    project_of(town, first, second)
    decide(town, first, "issued", MONDAY)
    assert county.act(second, "submit", "applicant").state == "in_review"


def test_a_file_that_waits_is_freed_by_being_put_into_the_project(town: City, county: City) -> None:
    first, second = town.draft(TOWN_WORKFLOW), county.draft("deep")
    project_id = project_of(town, first)
    decide(town, first, "issued", MONDAY)
    county.act(second, "submit", "applicant")
    with town.database.transaction() as session:
        projects.attach(session, second, project_id, installer(town), MONDAY + DAY)
    assert projects.wake(town.database, MONDAY + DAY) == 1
    assert county.file(second).state == "in_review"


def test_two_that_wake_at_once_move_the_file_once(town: City, county: City) -> None:
    first, second = town.draft(TOWN_WORKFLOW), county.draft("deep")
    project_of(town, first, second)
    county.act(second, "submit", "applicant")
    decide(town, first, "issued", MONDAY)
    moved: list[int] = []
    start = threading.Barrier(2)

    def waking() -> None:
        start.wait(timeout=20)
        moved.append(projects.wake(town.database, MONDAY + DAY))

    threads = [threading.Thread(target=waking, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(moved) == [0, 1]
    assert list(legal_days(county, second)).count("begin_review") == 1


def test_a_decision_and_its_wake_up_are_durable_together_or_not_at_all(town: City, county: City) -> None:
    first, second = town.draft(TOWN_WORKFLOW), county.draft("deep")
    project_of(town, first, second)
    with town.database.transaction() as session:
        session.execute(update(GateWake).values(woken_at=MONDAY))
    issue(town, first)
    with town.database.reading() as session:
        waiting = session.scalars(select(GateWake).where(GateWake.woken_at.is_(None))).all()
    assert {(wake.application_id, wake.predecessor_id) for wake in waiting} == {(second, first)}


def test_a_project_belongs_to_one_company(town: City, county: City) -> None:
    application, other = town.draft(TOWN_WORKFLOW), town.draft(TOWN_WORKFLOW)
    project_id = project_of(town, application)
    stranger = Actor("stranger", frozenset({"applicant"}), frozenset({"another"}))
    with town.database.transaction() as session:
        with pytest.raises(NotFound):
            projects.create(session, "Mine", town.company_id, stranger, MONDAY)
        with pytest.raises(NotFound):
            projects.attach(session, other, project_id, stranger, MONDAY)
        with pytest.raises(NotFound):
            projects.attach(session, other, "0" * 32, installer(town), MONDAY)
    with town.database.transaction() as session, pytest.raises(WrongPhase, match="a project already"):
        projects.attach(session, application, project_id, installer(town), MONDAY)


def test_an_application_of_another_company_cannot_be_put_into_a_project(
    town: City, database: Database
) -> None:
    neighbour = factories.city(database, slug="next-door")
    foreign = neighbour.draft(TOWN_WORKFLOW)
    project_id = project_of(town, town.draft(TOWN_WORKFLOW))
    with town.database.transaction() as session, pytest.raises(NotFound):
        projects.attach(session, foreign, project_id, installer(town), MONDAY)


def test_members_are_in_the_order_in_which_they_were_begun(town: City) -> None:
    first, second = town.draft(TOWN_WORKFLOW), town.draft(TOWN_WORKFLOW, at=MONDAY + DAY)
    project_id = project_of(town, second, first)
    with town.database.reading() as session:
        assert [one.id for one in projects.members(session, project_id)] == [first, second]


def granted(county: City, *changes: tuple[str, str]) -> str:
    publish_deep(county.database, county.id, MONDAY + 1, NO_GATE, *changes)
    application = county.draft("deep")
    county.act(application, "submit", "applicant")
    for lane, role in (("footing", "inspector"), ("rough", "inspector"), ("utility", "planner")):
        county.act(application, "approve", role, lane=lane)
    county.act(application, "grant", "building_official", inputs=VOTE)
    return application


def test_a_file_that_waits_for_two_moves_with_the_second_decision(town: City, county: City) -> None:
    both = (
        "gates:\n",
        "gates:\n  driveway: {title: Driveway permit, workflows: [us-ca-residential-instant], citation: Code 5}\n",
    )
    publish_deep(
        county.database, county.id, MONDAY + 1, both, ("gates.zoning", "gates.zoning && gates.driveway")
    )
    first, other = town.draft(TOWN_WORKFLOW), town.draft("us-ca-residential-instant")
    second = county.draft("deep")
    project_of(town, first, other, second)
    county.act(second, "submit", "applicant")
    decide(town, first, "issued", MONDAY + DAY, date(2026, 3, 3))
    decide(town, other, "issued", MONDAY + 4 * DAY, date(2026, 3, 6))
    assert projects.wake(town.database, MONDAY + 30 * DAY) == 1, "after a month of downtime"
    assert legal_days(county, second)["begin_review"] == "2026-03-06"
