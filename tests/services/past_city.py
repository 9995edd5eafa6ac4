"""A city with one application that was accepted after two days and then corrected in one lane."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.loader import load_file
from permitflow.instants import DAY
from permitflow.models import Visit
from permitflow.services import documents, notices
from permitflow.services.documents import Attachment
from permitflow.services.past_files import past_files
from permitflow.services.simulation import Past
from permitflow.services.uploads import Stored
from tests import factories
from tests.factories import MONDAY, ROOT, City

COMMERCIAL = ROOT / "workflows" / "us-ca" / "commercial-ab970.yaml"


def attached(city: City, application: str, kinds: list[str], at: int) -> None:
    """Add documents as an applicant does, which the shortcut of the factory leaves out."""
    with city.database.transaction() as session:
        for kind in kinds:
            stored = Stored(f"{kind}.pdf", "application/pdf", 10, sha256(kind.encode()).hexdigest())
            documents.attach(session, Attachment(application, kind, stored, city.actor("applicant"), at))


def city_with_a_past(database: Database) -> City:
    """Build the city."""
    place = factories.city(database)
    application = place.draft("us-ca-commercial-ab970")
    needed = ["site_plan", "single_line_diagram", "load_calculation", "cut_sheet", "parking_table"]
    attached(place, application, needed, MONDAY)
    place.act(application, "submit", "applicant", MONDAY + 60_000_000)
    place.act(application, "accept", "permit_technician", MONDAY + 2 * DAY)
    with database.transaction() as session:
        connection = session.connection()
        visit = connection.execute(
            select(Visit.id).where(Visit.application_id == application, Visit.lane == "electrical")
        ).scalar_one()
        finding = notices.Finding("Too small", "CEC 625.41", "Enlarge it")
        notices.draft_item(connection, visit, finding, place.actor("electrical_examiner"), MONDAY + 3 * DAY)
    at = MONDAY + 3 * DAY + 60_000_000
    place.act(application, "request_corrections", "electrical_examiner", at, lane="electrical")
    for number, lane in enumerate(("building", "fire", "accessibility"), start=1):
        role = {"building": "building_examiner", "fire": "fire_reviewer"}.get(lane, "accessibility_reviewer")
        place.act(application, "approve", role, at + number * DAY, lane=lane)
    return place


def past(city: City, since: date = date(2026, 1, 1)) -> list[Past]:
    """What was submitted since a day."""
    with city.database.reading() as session:
        return list(past_files(session, city.slug, load_file(COMMERCIAL).definition, since))
