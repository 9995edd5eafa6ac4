"""What a file knows of itself."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from permitflow.db import Database, new_id
from permitflow.engine.errors import UnmetClauses
from permitflow.models import PermitApplication
from permitflow.prepared import Channel
from permitflow.services.files import load, sample_of
from tests import factories
from tests.factories import City
from tests.services.test_effects import issued


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def test_the_number_for_samples_comes_by_chance_and_stays() -> None:
    assert sample_of("0190a1b2c3d47e5f8a9b0c1d00000063") == 99
    assert sample_of("0190a1b2c3d47e5f8a9b0c1d00000064") == 0
    drawn = [sample_of(new_id()) for _ in range(2000)]
    assert min(drawn) >= 0
    assert max(drawn) <= 99
    assert 40 < sum(number < 5 for number in drawn) < 170, "about a hundred of two thousand"


def test_a_file_carries_its_number_among_its_facts(city: City) -> None:
    application = city.draft("us-ca-residential-instant")
    with city.database.connection() as connection:
        facts = load(Channel(connection), application).facts()
    assert facts["application"] == {"sample": sample_of(application), "round": 1}


@pytest.mark.parametrize(("number", "audited"), [(4, True), (5, False)])
def test_five_in_a_hundred_permits_are_audited(city: City, number: int, audited: bool) -> None:
    application = issued(city)
    with city.database.transaction() as session:
        facts = session.get_one(PermitApplication, application).facts | {"application": {"sample": number}}
        of_file = PermitApplication.id == application
        session.execute(update(PermitApplication).where(of_file).values(facts=facts))
    words = {"result": "Photos of the panel"}
    if audited:
        assert city.act(application, "pass_audit", "electrical_examiner", inputs=words).state == "issued"
        return
    with pytest.raises(UnmetClauses, match="not drawn for the audit"):
        city.act(application, "pass_audit", "electrical_examiner", inputs=words)
