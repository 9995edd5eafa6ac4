"""Historic permits in the register, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from permitflow.db import Database, new_id
from permitflow.interchange.permits_csv import HistoricPermit, RejectedRow
from permitflow.models import Permit
from permitflow.services import permit_import
from permitflow.services.permit_import import Source, TakenPermits
from tests import factories
from tests.factories import City

GOOD = HistoricPermit(
    number="B-1",
    permit_type="Electrical",
    status="issued",
    issued_on=date(2020, 5, 4),
    applied_on=None,
    address="1 Main St",
    city="Rio Verde",
    state="CA",
    latitude="41.884628",
    longitude="-87.618643",
    valuation_cents=500_000,
    holder=None,
    description="INSTALL 2 CHARGERS",
    stations=2,
    row=2,
)


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def take(city: City, *outcomes: HistoricPermit | RejectedRow) -> TakenPermits:
    with city.database.transaction() as session:
        return permit_import.take_permits(session, Source(city.id, "old.csv"), outcomes)


def kept(city: City) -> list[Permit]:
    with city.database.reading() as session:
        return list(session.scalars(select(Permit).order_by(Permit.number)))


def test_a_permit_stands_in_the_register_with_its_source(city: City) -> None:
    taken = take(city, GOOD, replace(GOOD, number="B-2", status="finaled", stations=None, row=3))
    assert (taken.added, taken.changed, taken.unchanged, taken.with_stations) == (2, 0, 0, 1)
    first, second = kept(city)
    assert (first.number, first.status, first.title, first.source) == (
        "B-1",
        "valid",
        "Electrical",
        "old.csv",
    )
    assert (first.issued_on, first.station_count, first.latitude) == (date(2020, 5, 4), 2, "41.884628")
    assert (first.application_id, first.check_code, first.holder) == (None, None, "")
    assert (second.status, second.station_count) == ("finaled", None)


def test_the_same_file_again_changes_nothing(city: City) -> None:
    take(city, GOOD)
    before = kept(city)[0].id
    taken = take(city, GOOD)
    assert (taken.added, taken.changed, taken.unchanged, taken.taken) == (0, 0, 1, 1)
    assert [permit.id for permit in kept(city)] == [before]


def test_other_content_brings_the_permit_up_to_date(city: City) -> None:
    take(city, GOOD, replace(GOOD, number="B-2", row=3))
    taken = take(city, replace(GOOD, status="expired", stations=None), replace(GOOD, number="B-2", row=3))
    assert (taken.added, taken.changed, taken.unchanged) == (0, 1, 1)
    first, second = kept(city)
    assert (first.status, first.station_count) == ("expired", None)
    assert (second.status, second.station_count) == ("valid", 2)


def test_two_cities_may_use_one_number(city: City) -> None:
    elsewhere = factories.city(city.database, slug="monte-alto")
    take(city, GOOD)
    assert take(elsewhere, GOOD).added == 1
    assert len(kept(city)) == 2


def test_a_number_of_this_installation_is_rejected(city: City) -> None:
    application_id = city.draft("us-ca-commercial-ab970")
    own = {"number": "B-1", "status": "valid", "title": "Own", "address": "2 Main St", "city": "Rio Verde"}
    with city.database.transaction() as session:
        session.add(
            Permit(
                id=new_id(),
                jurisdiction_id=city.id,
                application_id=application_id,
                conditions=[],
                issued_on=date(2026, 1, 1),
                **own,
            )
        )
    taken = take(city, GOOD)
    assert (taken.taken, taken.rejected[0].line) == (0, 2)
    assert taken.rejected[0].reason == "A permit that was issued here has this number."
    assert [permit.title for permit in kept(city)] == ["Own"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"address": "x" * 301}, "The address has 301 characters; the register takes 300."),
        ({"number": "N" * 65}, "The number has 65 characters; the register takes 64."),
        ({"latitude": "1." + "0" * 30}, "The latitude has 32 characters; the register takes 20."),
        ({"description": "a\x00b"}, "The description holds a character that cannot be kept (NUL)."),
    ],
)
def test_what_the_register_cannot_hold_is_rejected_with_the_reason(
    city: City, change: dict[str, str], reason: str
) -> None:
    earlier = RejectedRow(1, "Date", "x", "bad date")
    taken = take(city, replace(GOOD, row=9, **change), earlier, replace(GOOD, number="B-9"))
    assert [row.line for row in taken.rejected] == [1, 9]
    assert taken.rejected[1].reason == reason
    assert [permit.number for permit in kept(city)] == ["B-9"]


def test_more_permits_than_one_statement_takes(city: City) -> None:
    many = [replace(GOOD, number=f"B-{number}") for number in range(permit_import.BATCH + 1)]
    assert take(city, *many).added == len(many)
    assert take(city, *many).unchanged == len(many)
