"""What the public may see, on both databases."""

from datetime import date, timedelta

import pytest

from permitflow.db import Database, new_id
from permitflow.models import Permit
from permitflow.queries import register as records
from permitflow.queries.register import Filters, RegisterPage
from permitflow.queries.sentence import in_english
from tests import factories
from tests.factories import MONDAY, City
from tests.statements import statements

FIRST = date(2026, 1, 1)
EVERYTHING = Filters()


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def permit(city: City, number: str, issued_on: date = FIRST, **more: object) -> str:
    values = {
        "status": "valid",
        "title": "Charging stations",
        "address": "1 Oak St",
        "city": "Rio Verde",
        "expires_on": date(2027, 1, 1),
    }
    with city.database.transaction() as session:
        row = Permit(
            id=new_id(), jurisdiction_id=city.id, number=number, issued_on=issued_on, **(values | more)
        )
        session.add(row)
        return row.id


def shown(database: Database, filters: Filters = EVERYTHING) -> RegisterPage:
    with database.reading() as session:
        return records.register(session, filters, MONDAY)


def numbers(database: Database, filters: Filters) -> list[str]:
    return [line.number for line in shown(database, filters).lines]


def test_the_newest_permit_stands_first(database: Database, city: City) -> None:
    permit(city, "A", FIRST)
    permit(city, "B", FIRST + timedelta(days=2))
    permit(city, "C", FIRST + timedelta(days=1))
    assert numbers(database, Filters()) == ["B", "C", "A"]


def test_pages_follow_one_another_without_gap_or_repeat(database: Database, city: City) -> None:
    for number in range(120):
        permit(city, f"N{number:03}", FIRST + timedelta(days=number // 7))
    page, seen = shown(database), []
    while True:
        seen += [line.number for line in page.lines]
        if page.next is None:
            break
        page = shown(database, Filters(after=page.next))
    assert len(seen) == len(set(seen)) == 120
    with database.reading() as session:
        assert len(records.register(session, Filters(), MONDAY).lines) == records.PAGE_SIZE


def test_filters_narrow_the_register(database: Database, city: City) -> None:
    other = factories.city(database, slug="other-town")
    permit(city, "RIO-1", FIRST, address="50% Main St")
    permit(city, "RIO-2", date(2025, 12, 31), title="Charger at home")
    permit(other, "OTH-1", FIRST)
    assert numbers(database, Filters(city="rio-verde")) == ["RIO-1", "RIO-2"]
    assert numbers(database, Filters(year=2025)) == ["RIO-2"]
    assert numbers(database, Filters(text="oth-")) == ["OTH-1"]
    assert numbers(database, Filters(text="AT HOME")) == ["RIO-2"]
    assert numbers(database, Filters(text="50%")) == ["RIO-1"]
    assert numbers(database, Filters(text="%")) == ["RIO-1"]
    assert numbers(database, Filters(city="nowhere")) == []


@pytest.mark.parametrize("after", ["x", "2026-13-45_" + "0" * 32, "2026-01-01_'; DROP TABLE permits; --"])
def test_a_broken_cursor_shows_the_first_page(database: Database, city: City, after: str) -> None:
    permit(city, "A")
    assert numbers(database, Filters(after=after)) == ["A"]


def test_a_page_costs_the_same_for_few_and_many(database: Database, city: City) -> None:
    counts = []
    for more in (1, 300):
        for number in range(more):
            permit(city, f"{more}-{number}")
        with statements(database) as seen:
            shown(database)
        counts.append(len(seen))
    assert counts == [1, 1]


def found(database: Database, code: str) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(one.permit.number, one.standing) for one in records.find_permits(session, code, MONDAY)]


@pytest.mark.parametrize("code", ["RIO-P-1", " rio-p-1 ", "Abc-code"])
def test_a_permit_is_found_by_number_or_code(database: Database, city: City, code: str) -> None:
    permit(city, "RIO-P-1", check_code="Abc-code")
    permit(city, "RIO-P-2")
    assert found(database, code) == [("RIO-P-1", "valid")]


@pytest.mark.parametrize("code", ["", "  ", "RIO", "rio-p-%", "abc-code"])
def test_a_guess_finds_nothing(database: Database, city: City, code: str) -> None:
    permit(city, "RIO-P-1", check_code="Abc-code")
    assert found(database, code) == []


@pytest.mark.parametrize(
    ("status", "expires_on", "standing"),
    [
        ("valid", date(2026, 3, 2), "valid"),
        ("valid", date(2026, 3, 1), "expired"),
        ("valid", None, "valid"),
        ("revoked", date(2026, 3, 1), "revoked"),
        ("finaled", date(2026, 3, 1), "finaled"),
    ],
)
def test_a_permit_is_worth_what_the_calendar_says(
    database: Database, city: City, status: str, expires_on: date | None, standing: str
) -> None:
    permit(city, "RIO-P-1", status=status, expires_on=expires_on)
    assert found(database, "RIO-P-1") == [("RIO-P-1", standing)]


def test_a_permit_of_ours_lists_its_inspections(database: Database, city: City) -> None:
    application_id = city.draft("us-ca-commercial-ab970")
    permit(city, "RIO-P-1", application_id=application_id, check_code="the-code")
    with database.reading() as session:
        one = records.permit_by_code(session, "the-code", MONDAY)
        assert records.permit_by_code(session, "other", MONDAY) is None
    assert one is not None
    assert one.inspections


def test_the_status_of_an_application_names_no_names(database: Database, city: City) -> None:
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant")
    number = city.file(application_id).number
    assert number is not None
    with database.reading() as session:
        (status,) = records.find_status(session, f" {number.lower()} ", MONDAY)
        assert records.find_status(session, "", MONDAY) == []
        assert records.find_status(session, "RIO-0", MONDAY) == []
    assert (status.number, status.city) == (number, "Rio Verde")
    told = in_english(status.sentence)
    assert told.startswith("With the city since Mon 2 Mar 2026")
    assert "Volt" not in told
    assert "Mission" not in told


def test_cities_are_listed_by_name(database: Database, city: City) -> None:
    factories.city(database, slug="alder")
    with database.reading() as session:
        assert records.cities(session) == [("alder", "Alder"), ("rio-verde", "Rio Verde")]


def test_the_status_says_how_much_of_the_clock_is_used(city: City) -> None:
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant")
    number = city.file(application_id).number or ""
    with city.database.reading() as session:
        (found,) = records.find_status(session, number, MONDAY)
    assert "(0 of 5 business days used)" in in_english(found.sentence)
