"""Numbers without gaps: each city, series and year counts for itself."""

from __future__ import annotations

from permitflow.db import Database
from permitflow.models import Jurisdiction, NumberSeries
from permitflow.prepared import Channel
from permitflow.services.numbers import next_number
from tests.rows import written


def test_every_city_series_and_year_begins_at_one(database: Database) -> None:
    with written(database) as rows:
        first, second = (rows.add(Jurisdiction)["id"] for _ in range(2))
        channel = Channel(rows.connection)
        taken = [
            next_number(channel, city, series, year, "RIV")
            for city, series, year in (
                (first, "A", 2026),
                (first, "A", 2026),
                (first, "P", 2026),
                (first, "A", 2027),
                (second, "A", 2026),
                (first, "A", 2026),
            )
        ]
    assert taken == [
        "RIV-A-2026-00001",
        "RIV-A-2026-00002",
        "RIV-P-2026-00001",
        "RIV-A-2027-00001",
        "RIV-A-2026-00001",
        "RIV-A-2026-00003",
    ]


def test_a_number_of_a_transaction_that_failed_is_given_again(database: Database) -> None:
    with written(database) as rows:
        city = rows.add(Jurisdiction)["id"]
        channel = Channel(rows.connection)
        held = rows.connection.begin_nested()
        assert next_number(channel, city, "A", 2026, "RIV") == "RIV-A-2026-00001"
        held.rollback()
        assert next_number(channel, city, "A", 2026, "RIV") == "RIV-A-2026-00001"


def test_the_hundred_thousandth_number_is_longer_and_not_cut(database: Database) -> None:
    with written(database) as rows:
        city = rows.add(NumberSeries, series="A", year=2026, last=99_999)["jurisdiction_id"]
        found = next_number(Channel(rows.connection), city, "A", 2026, "RIV")
    assert found == "RIV-A-2026-100000"
