"""What a step does to the other applications of its project: it opens drafts, once, or refuses as a whole."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from permitflow.db import Database
from permitflow.engine.errors import UnmetClauses
from permitflow.models import JurisdictionWorkflow, PermitApplication, Project
from tests import factories
from tests.deep_workflow import NO_GATE, publish_deep
from tests.factories import MONDAY, City
from tests.joint_project import project_of

VOTE = {"held_on": "2026-03-01", "votes_for": "6", "votes_against": "1", "votes_abstained": "0"}


@pytest.fixture
def county(database: Database) -> City:
    place = factories.city(database, slug="buncombe")
    publish_deep(database, place.id, MONDAY)
    return place


def granted(county: City, *changes: tuple[str, str]) -> str:
    publish_deep(county.database, county.id, MONDAY + 1, NO_GATE, *changes)
    application = county.draft("deep")
    county.act(application, "submit", "applicant")
    for lane, role in (("footing", "inspector"), ("rough", "inspector"), ("utility", "planner")):
        county.act(application, "approve", role, lane=lane)
    county.act(application, "grant", "building_official", inputs=VOTE)
    return application


def test_a_step_opens_a_draft_of_another_workflow_in_the_same_project(county: City) -> None:
    application = granted(county)
    with county.database.reading() as session:
        drafts = session.scalars(select(PermitApplication).where(PermitApplication.id != application)).all()
        (project,) = session.scalars(select(Project))
    (draft,) = drafts
    assert (draft.state, draft.workflow, draft.company_id) == ("draft", "deep", county.company_id)
    assert draft.project_id == county.file(application).project_id == project.id
    assert draft.title == "Deep permit: Mission Rd"
    assert draft.facts == county.file(application).facts
    assert project.title == "Mission Rd"


def test_a_draft_that_is_there_already_is_not_opened_twice(county: City) -> None:
    publish_deep(county.database, county.id, MONDAY + 1, NO_GATE)
    twin = county.draft("deep")
    application = county.draft("deep")
    project_of(county, twin, application)
    county.act(application, "submit", "applicant")
    for lane, role in (("footing", "inspector"), ("rough", "inspector"), ("utility", "planner")):
        county.act(application, "approve", role, lane=lane)
    county.act(application, "grant", "building_official", inputs=VOTE)
    with county.database.reading() as session:
        assert len(session.scalars(select(PermitApplication)).all()) == 2


def test_a_workflow_that_the_city_does_not_take_refuses_the_step_and_leaves_no_trace(county: City) -> None:
    publish_deep(county.database, county.id, MONDAY + 1, NO_GATE)
    application = county.draft("deep")
    county.act(application, "submit", "applicant")
    for lane, role in (("footing", "inspector"), ("rough", "inspector"), ("utility", "planner")):
        county.act(application, "approve", role, lane=lane)
    with county.database.transaction() as session:
        session.execute(update(JurisdictionWorkflow).values(active=False))
    with pytest.raises(UnmetClauses, match="which this city does not take"):
        county.act(application, "grant", "building_official", inputs=VOTE)
    with county.database.reading() as session:
        assert session.scalars(select(Project)).all() == []
    assert county.file(application).state == "council"
