"""One project of a company in two cities: its town, and a county that waits for what the town decides."""

from __future__ import annotations

from permitflow.db import Database
from permitflow.engine.machine import Actor
from permitflow.services import projects
from tests import factories
from tests.deep_workflow import publish_deep
from tests.factories import MONDAY, City

TOWN_WORKFLOW = "us-ca-commercial-ab970"


def county_beside(database: Database, town: City) -> City:
    """A second city, in which the town's installer applies under the deep workflow."""
    place = factories.city(database, slug="buncombe")
    place.company_id, place.installer_id = town.company_id, town.installer_id
    publish_deep(database, place.id, MONDAY)
    return place


def installer(city: City) -> Actor:
    return city.actor("applicant")


def project_of(city: City, *applications: str) -> str:
    with city.database.transaction() as session:
        project_id = projects.create(
            session, "Depot on Main Street", city.company_id, installer(city), MONDAY
        )
        for application in applications:
            projects.attach(session, application, project_id, installer(city), MONDAY)
    return project_id
