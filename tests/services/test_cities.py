"""A city is founded whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from permitflow.db import Database
from permitflow.engine.errors import DefinitionError
from permitflow.models import Jurisdiction, JurisdictionWorkflow
from permitflow.services import calendars
from permitflow.services.cities import CityProblem, NewCity, found_city, republish
from permitflow.services.errors import NotFound
from tests.factories import MONDAY, ROOT

PACKS = ROOT / "workflows"
NEW = NewCity("solano-vista", "Solano Vista", "CA", "America/Los_Angeles", "SOL")


def test_a_new_city_has_a_calendar_and_workflows(database: Database) -> None:
    with database.transaction() as session:
        place = found_city(session, NEW, PACKS / "us-ca", MONDAY)
        calendar = calendars.current_calendar(session.connection(), place.id)
        active = session.scalar(select(func.count()).where(JurisdictionWorkflow.active))
    assert calendar.why_closed(date(2026, 12, 25)) == "Christmas Day"
    assert active == 2


def test_publishing_again_replaces_what_new_applications_run_under(database: Database) -> None:
    with database.transaction() as session:
        found_city(session, NEW, PACKS / "us-ca", MONDAY)
    with database.transaction() as session:
        assert len(republish(session, NEW.slug, PACKS / "us-ca", MONDAY + 1)) == 2
    with database.reading() as session:
        active = session.scalar(select(func.count()).where(JurisdictionWorkflow.active))
    assert active == 2


def test_a_workflow_that_the_new_folder_lacks_takes_no_more_applications(database: Database) -> None:
    with database.transaction() as session:
        place = found_city(session, NEW, PACKS / "us-ca", MONDAY)
    with database.transaction() as session:
        published = republish(session, NEW.slug, PACKS / "us-generic", MONDAY + 1)
    with database.reading() as session:
        active = session.scalars(
            select(JurisdictionWorkflow.workflow).where(
                JurisdictionWorkflow.jurisdiction_id == place.id, JurisdictionWorkflow.active
            )
        ).all()
    assert sorted(active) == sorted(published)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"slug": "Solano Vista"}, "short name"),
        ({"prefix": "s1"}, "prefix"),
        ({"state": "Cal"}, "state"),
        ({"zone": "America/Nowhere"}, "no time zone"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_founded(
    database: Database, wrong: dict[str, str], said: str
) -> None:
    with pytest.raises(CityProblem, match=said), database.transaction() as session:
        found_city(session, replace(NEW, **wrong), PACKS / "us-ca", MONDAY)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Jurisdiction)) == 0


def test_a_taken_name_and_a_missing_pack_are_named(database: Database) -> None:
    with database.transaction() as session:
        found_city(session, NEW, PACKS / "us-ca", MONDAY)
    with pytest.raises(CityProblem, match="already"), database.transaction() as session:
        found_city(session, NEW, PACKS / "us-ca", MONDAY)
    with pytest.raises(DefinitionError), database.transaction() as session:
        found_city(session, replace(NEW, slug="other"), PACKS / "atlantis", MONDAY)
    with pytest.raises(NotFound), database.transaction() as session:
        republish(session, "nowhere", PACKS / "us-ca", MONDAY)
