"""Past applications of a city become deeds that can be done again."""

from datetime import date

import pytest

from permitflow.db import Database
from permitflow.engine.loader import load_file
from permitflow.services.errors import NotFound
from permitflow.services.past_files import past_files
from tests.factories import City
from tests.services.past_city import COMMERCIAL, city_with_a_past, past


@pytest.fixture
def city(database: Database) -> City:
    return city_with_a_past(database)


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
