"""What a city has set up, on both databases."""

from datetime import date

from permitflow.db import Database
from permitflow.models import CalendarVersion, Jurisdiction
from permitflow.queries import cities
from permitflow.services import calendars, definitions
from tests import factories
from tests.factories import MONDAY, ROOT


def test_cities_are_listed_by_name(database: Database) -> None:
    factories.city(database)
    factories.city(database, slug="alder", pack="us-generic")
    with database.reading() as session:
        assert [(line.slug, line.pack) for line in cities.all_cities(session)] == [
            ("alder", "us-generic"),
            ("rio-verde", "us-ca"),
        ]


def test_only_the_asked_citys_workflows_are_listed_those_in_use_first(database: Database) -> None:
    city, other = factories.city(database), factories.city(database, slug="alder", pack="us-generic")
    with database.transaction() as session:
        place = session.get_one(Jurisdiction, city.id)
        definitions.publish_pack(session, place, ROOT / "workflows" / "us-ca", MONDAY)
    with database.reading() as session:
        lines = cities.workflows(session, {city.id})
        assert cities.workflows(session, frozenset()) == []
        assert {line.city for line in cities.workflows(session, {other.id})} == {"Alder"}
    assert {line.city for line in lines} == {"Rio Verde"}
    assert [line.active for line in lines] == sorted((line.active for line in lines), reverse=True)
    assert sum(line.active for line in lines) == len({line.workflow for line in lines})
    assert len(lines) == 2 * len({line.workflow for line in lines})


def test_the_newest_calendar_counts(database: Database) -> None:
    city = factories.city(database)
    with database.transaction() as session:
        second = CalendarVersion(
            jurisdiction_id=city.id,
            version=2,
            weekdays="0123",
            opens="08:00",
            closes="17:00",
            reason="closed on Fridays",
            published_at=MONDAY,
        )
        calendars.publish(
            session, second, {date(2026, 12, 25): "Christmas", date(2026, 7, 3): "Independence"}
        )
    with database.reading() as session:
        (calendar,) = cities.calendars(session, {city.id})
        assert cities.calendars(session, {"elsewhere"}) == []
    assert (calendar.version.version, calendar.version.weekdays) == (2, "0123")
    assert calendar.closures == ((date(2026, 7, 3), "Independence"), (date(2026, 12, 25), "Christmas"))
