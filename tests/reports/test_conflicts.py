"""Who in the office has to do with firms that file there."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import insert, update

from permitflow.db import Database
from permitflow.models import RoleGrant, User
from permitflow.reports.conflicts import conflicts, self_granted, street
from permitflow.reports.suspicions import gather
from tests.desk import NOON, Desk
from tests.reports.told_city import CITY, ToldCity

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"


def test_streets_without_numbers() -> None:
    assert street({"street": "12b  Main St", "zip": "90001-1234"}) == ("main st", "90001")
    assert street({"street": " main ST ", "zip": "90001"}) == ("main st", "90001")
    assert street({"street": "Main St"}) is None
    assert street({"street": None, "zip": 90001}) is None
    assert street({"street": "12 ", "zip": 90001}) == ("12", "90001")


def test_members_makers_and_neighbours(database: Database) -> None:
    with database.transaction() as session:
        desk = Desk(session)
        ann, bob, made = (desk.person(name) for name in ("Ann A", "Bob B", "Made By Bob"))
        hers, theirs = desk.company("Hers", ann), desk.company("Theirs", made)
        session.execute(update(User).where(User.id == made).values(created_by=bob))
        places = [("1 Main St", hers), ("99 main st", theirs), ("5 Oak St", theirs)]
        files = [
            (
                desk.application(
                    f"A-{number}", facts={"site": {"street": one, "zip": "90001"}}, company_id=firm
                ),
                firm,
            )
            for number, (one, firm) in enumerate(places)
        ]
    city = ToldCity("2026-05-01", NOW)
    for id_, firm in files:
        file = city.file("2026-05-02", id=id_, company=firm)
        told = {"lane": "fire", "closing_action": "approve", "closed_by": ann if firm == theirs else bob}
        city.stay(file, "fire", "2026-06-01", "2026-06-02", **told)
    with database.reading() as session, city.asked(FIRST, LAST, session=session) as ask:
        gather(ask)
        found = conflicts(ask)
    assert found == {"own": sorted([f"{ann} {hers}", f"{bob} {theirs}"]), "near": [f"{ann} {files[1][0]}"]}


def test_roles_people_gave_to_themselves(database: Database) -> None:
    with database.transaction() as session:
        desk = Desk(session)
        ann, bob = desk.person("Ann A"), desk.person("Bob B")
        for role, by in (("manager", ann), ("examiner", bob), ("clerk", None)):
            values = {"user_id": ann, "jurisdiction_id": desk.city_id, "granted_at": NOON}
            session.execute(insert(RoleGrant).values(role=role, granted_by=by, **values))
    with (
        database.reading() as session,
        ToldCity("2026-05-01", NOW).asked(FIRST, LAST, session=session) as ask,
    ):
        assert self_granted(ask) == 0
        here = replace(ask.scope, city=replace(CITY, id=desk.city_id))
        assert self_granted(replace(ask, scope=here)) == 1
