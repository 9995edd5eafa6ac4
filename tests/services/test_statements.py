"""The statements of a transition: what each finds and changes, alike on both databases."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from permitflow.db import Database
from permitflow.models import (
    CalendarVersion,
    Clock,
    CorrectionItem,
    CourtSpell,
    Hold,
    Jurisdiction,
    Lane,
    PermitApplication,
    Project,
    Refund,
    Visit,
)
from permitflow.prepared import Channel, as_date
from permitflow.services import statements as sql
from tests.rows import written

DUE = date(2026, 3, 9)


def test_a_file_is_read_with_its_city_and_the_newest_calendar(database: Database) -> None:
    with written(database) as rows:
        city = rows.add(Jurisdiction, number_prefix="RIO")["id"]
        key = rows.add(PermitApplication, jurisdiction_id=city)["id"]
        _, newest, _ = (
            rows.add(CalendarVersion, jurisdiction_id=city, version=version)["id"] for version in (2, 10, 9)
        )
        rows.add(CalendarVersion, jurisdiction_id=rows.add(Jurisdiction)["id"], version=11)
        ((row,),) = Channel(rows.connection).read((sql.READ_FILE, {"application_id": key}))
    assert len(row) == len(sql.FILE_COLUMNS) + 3
    assert row[0] == key
    assert row[-3:] == ("America/Los_Angeles", "RIO", newest)


def test_the_parts_of_a_file_are_its_lanes_open_visits_and_running_clocks(database: Database) -> None:
    with written(database) as rows:
        key = rows.add(PermitApplication)["id"]
        rows.add(Lane, lane="fire", required=True)
        rows.add(Visit, step="fire", due_on=DUE)
        rows.add(Visit, step="intake", closed_at=3)
        rows.add(Clock, clock="decision", due_on=DUE)
        rows.add(Clock, clock="completeness", stopped_at=3)
        (parts,) = Channel(rows.connection).read((sql.READ_PARTS, {"application_id": key}))
    found = {row[0]: row for row in parts}
    assert (len(parts), sorted(found)) == (3, ["clock", "lane", "visit"])
    assert (found["lane"][2], found["lane"][5]) == ("fire", 1)
    assert (found["visit"][2], as_date(found["visit"][8])) == ("fire", DUE)
    assert (found["clock"][2], as_date(found["clock"][9])) == ("decision", DUE)


def test_only_the_open_spell_ends(database: Database) -> None:
    with written(database) as rows:
        key = rows.add(CourtSpell, started_at=1, ended_at=2)["application_id"]
        rows.add(CourtSpell, started_at=2)
        channel = Channel(rows.connection)
        channel.write(sql.END_SPELL, {"application_id": key, "new_ended_at": 7})
        channel.flush()
        ends = rows.connection.scalars(select(CourtSpell.ended_at).order_by(CourtSpell.started_at)).all()
    assert ends == [2, 7]


def test_siblings_are_the_others_of_the_project_and_those_decided_have_an_outcome(database: Database) -> None:
    with written(database) as rows:
        project = rows.add(Project)["id"]
        own, open_, decided = (
            rows.add(PermitApplication, project_id=project, **values)["id"]
            for values in ({}, {}, {"outcome": "issued", "decided_at": 1})
        )
        rows.add(PermitApplication, project_id=rows.add(Project)["id"])
        values = {"project_id": project, "application_id": own}
        siblings, done = Channel(rows.connection).read(
            (sql.READ_SIBLINGS, values), (sql.READ_DECIDED, values)
        )
    assert {row[0] for row in siblings} == {open_, decided}
    assert [(row[0], row[2]) for row in done] == [(decided, "issued")]


def test_draft_items_are_counted_in_their_lane_until_their_notice_goes_out(database: Database) -> None:
    with written(database) as rows:
        key = rows.add(CorrectionItem, lane="fire")["application_id"]
        rows.add(CorrectionItem, lane="fire")
        rows.add(CorrectionItem, lane="electrical")
        (((count,),),) = Channel(rows.connection).read(
            (sql.COUNT_DRAFTS, {"application_id": key, "lane": "fire"})
        )
    assert count == 2


def test_the_holds_of_a_file_are_its_own_and_those_of_the_whole_city(database: Database) -> None:
    with written(database) as rows:
        city = rows.add(Jurisdiction)["id"]
        mine, other = (rows.add(PermitApplication, jurisdiction_id=city)["id"] for _ in range(2))
        wanted = [
            rows.add(Hold, jurisdiction_id=city, application_id=application)["id"]
            for application in (None, mine)
        ]
        rows.add(Hold, jurisdiction_id=city, application_id=other)
        rows.add(Hold, jurisdiction_id=city, released_at=3)
        rows.add(Hold, jurisdiction_id=rows.add(Jurisdiction)["id"])
        (found,) = Channel(rows.connection).read(
            (sql.READ_HOLDS, {"jurisdiction_id": city, "application_id": mine})
        )
    assert sorted(row[0] for row in found) == wanted


def test_a_stopped_clock_is_read_with_the_refund_that_it_owes(database: Database) -> None:
    with written(database) as rows:
        owing = rows.add(Clock, clock="decision", stopped_on=DUE)["id"]
        key = rows.add(Refund, clock_id=owing, amount_cents=40_000)["application_id"]
        rows.add(Clock, clock="completeness", stopped_on=DUE)
        rows.add(Clock, clock="answer")
        (found,) = Channel(rows.connection).read((sql.READ_STOPPED, {"application_id": key}))
    assert [(row[1], row[4]) for row in found] == [("decision", 40_000), ("completeness", None)]


def test_an_update_leaves_out_what_has_not_changed() -> None:
    assert sql.write_file(("state", "round")) is sql.write_file(("state", "round"))
    assert sql.write_file(("state",)) is not sql.write_file(("round",))
