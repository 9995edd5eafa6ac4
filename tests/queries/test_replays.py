"""Every file stands where its record says: also after a move to another version, and after it was undone."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from permitflow.db import Database
from permitflow.models import Clock, Lane, PermitApplication
from permitflow.queries.replays import all_differences, standing_on_file
from permitflow.queries.versions import roles_held
from permitflow.services import move_file
from permitflow.services.move_file import Order
from tests import factories, moving
from tests.factories import DAY, MONDAY, City


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def differences(city: City) -> list[str]:
    with city.database.reading() as session:
        return [each.name for each in all_differences(session)]


def test_every_file_is_played_and_compared(city: City) -> None:
    moving.publish(city)
    first, second = moving.in_review(city), moving.in_review(city)
    moving.answer(city, first, "fire")
    assert differences(city) == []
    with city.database.reading() as session:
        standing = standing_on_file(session, first)
    assert standing.lanes["fire"].state == "approved"
    assert standing.clocks["decision"].state == "running"
    with city.database.transaction() as session:
        session.execute(update(Lane).where(Lane.application_id == first).values(state="waived"))
        session.execute(update(Clock).where(Clock.application_id == second).values(due_on=None))
        session.execute(
            update(PermitApplication).where(PermitApplication.id == second).values(outcome=None, round=3)
        )
    assert sorted(differences(city)) == ["clocks", "lanes", "round"]


def test_a_move_and_its_undoing_are_told_by_the_record(city: City) -> None:
    old = moving.publish(city)
    application = moving.in_review(city)
    new = moving.publish(city, moving.NEW, MONDAY + DAY)
    with city.database.transaction() as session:
        order = Order(
            moving.plan_for(old, new),
            "2.0.0",
            city.staff["administrator"],
            MONDAY + 2 * DAY,
            roles_held(session, city.id),
        )
        moved = move_file.migrate(session.connection(), application, order)
    assert differences(city) == []
    with city.database.reading() as session:
        assert "load_study" in standing_on_file(session, application).lanes
    with city.database.transaction() as session:
        move_file.undo(session.connection(), application, moved.seq, order, moved.before)
    assert differences(city) == []
    with city.database.reading() as session:
        assert "load_study" not in standing_on_file(session, application).lanes


def test_a_file_without_a_record_is_named(city: City) -> None:
    moving.publish(city)
    application = moving.in_review(city)
    with city.database.transaction() as session:
        row = session.get_one(PermitApplication, application)
        names = [column.name for column in PermitApplication.__table__.columns]
        session.add(
            PermitApplication(
                **{name: getattr(row, name) for name in names} | {"id": "f" * 32, "number": None}
            )
        )
    assert differences(city) == ["record"]
