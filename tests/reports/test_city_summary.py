"""What a comparison tells of one city, by hand: how much of its record is known, and its figures by kind of site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import insert

from permitflow.analytics.durations import DAY_US
from permitflow.db import Database, new_id
from permitflow.models import Permit
from permitflow.reports.city_summary import FAMILIES, SUMMARY
from tests.desk import Desk
from tests.reports.told_city import CITY, ToldCity, at

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"


def test_how_much_of_the_record_is_known(database: Database) -> None:
    city = ToldCity("2026-05-01", NOW)
    done = city.file("2026-05-02", "2026-06-10")
    city.file("2026-06-12", "2026-06-10")
    city.file("2026-05-02", party="none", party_since_at=at("2026-06-20"))
    city.file("2026-05-02", party="none", party_since_at=at("2026-07-01"))
    came = city.file("2026-06-30 23:59")
    city.clock(came, "2026-07-20")
    city.clock(done, "2026-07-20")
    city.stay(done, "fire", "2026-06-01", "2026-06-02", closed_by="ann", first_claimed_at="2026-06-01")
    city.stay(done, "fire", "2026-06-01", "2026-06-02", closed_by="ann")
    city.stay(done, "fire", "2026-06-01", "2026-06-02")
    with database.reading() as session, city.asked(FIRST, LAST, session=session) as ask:
        coverage = SUMMARY.build(ask)["coverage"]
    # Who has no decision but whose file nobody has any longer ended without a date.
    assert coverage == {
        "since_at": at("2026-05-02"),
        "ended": 3,
        "dated": 1,
        "reviews": 2,
        "claimed": 1,
        "arrived": 2,
        "timed": 1,
        "imported": 0,
    }


def test_kinds_of_sites_by_themselves(database: Database) -> None:
    city = ToldCity("2026-05-01", NOW)
    for number in range(20):
        outcome = "denied" if number < 5 else "issued"
        file = city.file("2026-06-01", "2026-06-05", project_type="residential", outcome=outcome)
        city.turn(file, "applicant", "2026-06-02", "2026-06-03")
        city.turn(file, "agency", "2026-06-03", "2026-06-05")
    site = city.file("2026-06-01", "2026-06-03", project_type="workplace")
    city.clock(site, "2026-06-10", "2026-06-03")
    city.clock(site, "2026-06-02", "2026-06-03", clock="other")
    city.clock(site, "2026-06-02", "2026-06-03", clock="third", verified=False)
    city.file("2026-06-01", "2026-07-01", project_type="other_kind")
    with database.reading() as session, city.asked(FIRST, LAST, session=session) as ask:
        families = SUMMARY.build(ask)["families"]
    four = 4 * DAY_US
    assert families == {
        "homes": {"n": 20, "p50": four, "low": four, "high": four, "p85": four}
        | {"took": 20 * four, "away": 20 * DAY_US, "cycles": 20, "approved": 15},
        "sites": {"n": 1, "p50": None, "low": None, "high": None, "p85": None}
        | {"took": 2 * DAY_US, "away": 0, "cycles": 1, "approved": 1, "due": 2, "kept": 1},
    }
    assert families.keys() < {*FAMILIES}


def test_permits_of_another_system_count_without_a_date(database: Database) -> None:
    with database.transaction() as session:
        desk = Desk(session)
        file = desk.application("A-1")
        for on, application_id in (
            (date(2026, 6, 1), None),
            (date(2026, 6, 30), None),
            (date(2026, 5, 31), None),
            (date(2026, 7, 1), None),
            (date(2026, 6, 2), file),
        ):
            values = {"status": "valid", "title": "", "address": "", "city": "", "source": "old"}
            session.execute(
                insert(Permit).values(
                    id=new_id(),
                    jurisdiction_id=desk.city_id,
                    application_id=application_id,
                    number=on.isoformat(),
                    issued_on=on,
                    conditions=[],
                    **values,
                )
            )
    with (
        database.reading() as session,
        ToldCity("2026-05-01", NOW).asked(FIRST, LAST, session=session) as ask,
    ):
        here = replace(ask, scope=replace(ask.scope, city=replace(CITY, id=desk.city_id)))
        assert SUMMARY.build(here)["coverage"]["imported"] == 2
        assert SUMMARY.build(ask) == {
            "coverage": {"since_at": None, "imported": 0}
            | dict.fromkeys(("ended", "dated", "reviews", "claimed", "arrived", "timed"), 0),
            "families": {},
        }
