"""The same files under two versions: the same people, other rules, figures that can be compared."""

from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.loader import load_file, load_text
from permitflow.instants import DAY
from permitflow.models import Visit
from permitflow.services import documents, notices
from permitflow.services.documents import Attachment
from permitflow.services.errors import NotFound
from permitflow.services.past_files import past_files
from permitflow.services.rehearsal_stage import Setting
from permitflow.services.repertoire import setting_of
from permitflow.services.simulation import Figures, Past, Span, replay, simulate_year
from permitflow.services.uploads import Stored
from tests import factories
from tests.factories import MONDAY, City

SHIPPED = Path(__file__).resolve().parents[2] / "workflows"
HOME = SHIPPED / "us-generic" / "residential-instant.yaml"
COMMERCIAL = SHIPPED / "us-ca" / "commercial-ab970.yaml"


def setting(path: Path, *changes: tuple[str, str]) -> Setting:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return replace(setting_of(path, load_file(path)), loaded=load_text(text, str(path), path))


def quietly(_words: str) -> None:
    """Tell nobody."""


def test_the_same_seed_brings_the_same_year() -> None:
    home = setting(HOME)
    first = simulate_year(home, Span(2026, 3, 6), quietly)
    assert first == simulate_year(home, Span(2026, 3, 6), quietly)
    assert first.files == sum(first.outcomes.values()) == 6
    assert first.outcomes["issued"]
    assert first != simulate_year(home, Span(2026, 4, 6), quietly)


def test_another_version_meets_the_same_people() -> None:
    strict = setting(HOME, ("expression: equipment.max_amps <= 80", "expression: equipment.max_amps <= 1"))
    before = simulate_year(setting(HOME), Span(2026, 3, 6), quietly).record()
    after = simulate_year(strict, Span(2026, 3, 6), quietly).record()
    assert before["files"] == after["files"]
    # Every home is looked at by an examiner now, which takes time.
    assert after["median_days"] > before["median_days"]


def test_progress_is_told() -> None:
    told: list[str] = []
    simulate_year(setting(HOME), Span(2026, 3, 2), told.append)
    assert told == ["2 of 2 files"]


def test_figures_without_files() -> None:
    record = Figures().record()
    assert (record["files"], record["median_days"], record["p90_days"], record["reviews_per_file"]) == (
        *(0, None, None, None),
    )


def test_lead_times_in_days() -> None:
    figures = Figures(files=10, lead_us=[number * DAY for number in range(1, 11)], reviews=25)
    record = figures.record()
    assert (record["median_days"], record["p90_days"], record["reviews_per_file"]) == (5.5, 9.0, 2.5)


def attached(city: City, application: str, kinds: list[str], at: int) -> None:
    """Add documents as an applicant does, which the shortcut of the factory leaves out."""
    with city.database.transaction() as session:
        for kind in kinds:
            stored = Stored(f"{kind}.pdf", "application/pdf", 10, sha256(kind.encode()).hexdigest())
            documents.attach(session, Attachment(application, kind, stored, city.actor("applicant"), at))


@pytest.fixture
def city(database: Database) -> City:
    """A city with one application that was accepted after two days and then corrected in one lane."""
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
    with city.database.reading() as session:
        return list(past_files(session, city.slug, load_file(COMMERCIAL).definition, since))


def test_the_deeds_of_a_past_application(city: City) -> None:
    (application,) = past(city)
    assert [deed.step.words for deed in application.deeds] == [
        "submit by applicant",
        "accept by permit_technician",
        "item electrical by electrical_examiner",
        "electrical.request_corrections by electrical_examiner",
        "building.approve by building_examiner",
        "fire.approve by fire_reviewer",
        "accessibility.approve by accessibility_reviewer",
    ]
    assert application.scenario.scenario.facts["equipment.station_count"] == 12


def test_only_what_was_submitted_since_a_day(city: City) -> None:
    assert past(city, date(2026, 3, 3)) == []
    assert len(past(city, date(2026, 3, 2))) == 1


def test_an_unknown_city(database: Database) -> None:
    with database.reading() as session, pytest.raises(NotFound, match="nowhere"):
        list(past_files(session, "nowhere", load_file(COMMERCIAL).definition, date(2026, 1, 1)))


def test_a_past_application_fits_its_own_version(city: City) -> None:
    figures = replay(setting(COMMERCIAL), past(city), quietly)
    assert figures.misfits == []
    assert (figures.files, figures.notices, figures.reviews) == (1, 1, 4)
    assert dict(figures.outcomes) == {"open": 1}


def test_what_does_not_fit_another_version_is_listed(city: City) -> None:
    other = setting(COMMERCIAL, ("role: fire_reviewer", "role: planner"))
    figures = replay(other, past(city), quietly)
    (misfit,) = figures.misfits
    assert misfit.step == "fire.approve by fire_reviewer"
    assert misfit.on == "2026-03-07"
    assert "wrong_role" in misfit.why
    assert figures.notices == 0
