"""A project as its company sees it: where each application stands, and which waits for which."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.models import Company, PermitApplication, Project
from permitflow.queries.projects import choices, project_shown
from tests import factories
from tests.factories import MONDAY, City
from tests.joint_project import TOWN_WORKFLOW, county_beside, project_of
from tests.rows import Rows


@pytest.fixture
def town(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def county(database: Database, town: City) -> City:
    return county_beside(database, town)


def decided(city: City, application: str, outcome: str) -> None:
    with city.database.transaction() as session:
        file = session.get_one(PermitApplication, application)
        file.outcome, file.decided_at = outcome, MONDAY


def test_the_page_says_who_waits_for_whom(town: City, county: City) -> None:
    first, second = town.draft(TOWN_WORKFLOW), county.draft("deep")
    project_id = project_of(town, first, second)

    def gate() -> tuple[bool, tuple[str, ...]]:
        with town.database.reading() as session:
            shown = project_shown(session, project_id)
        assert shown is not None
        assert [line.city for line in shown.lines] == ["Rio Verde", "Buncombe"]
        (found,) = shown.lines[1].gates
        return found.is_open, found.by

    assert gate() == (False, ("Mission Rd",))
    town.act(first, "submit", "applicant")
    assert gate() == (False, ("RIO-A-2026-00001",)), (
        "applications are called by their number once they have one"
    )
    decided(town, first, "denied")
    assert gate()[0] is False
    decided(town, first, "issued")
    assert gate()[0] is True


def test_an_application_without_a_project_shows_none(town: City) -> None:
    with town.database.reading() as session:
        assert project_shown(session, None) is None
        assert project_shown(session, "0" * 32) is None


def test_a_company_chooses_among_its_own_projects_the_newest_first(rows: Rows) -> None:
    mine, theirs = (rows.add(Company)["id"] for _ in range(2))
    for title, company, at in (("Old", mine, 1), ("Theirs", theirs, 2), ("New", mine, 3)):
        rows.add(Project, title=title, company_id=company, created_at=at)
    with rows.session() as session:
        assert [one.title for one in choices(session, frozenset({mine}))] == ["New", "Old"]
        assert choices(session, frozenset()) == []
