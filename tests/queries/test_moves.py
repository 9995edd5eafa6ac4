"""How the plans of a city stand, and what they did to each file."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.models import Move, PermitApplication, StoredMovePlan
from permitflow.queries import moves
from permitflow.services import move_plans
from tests import factories
from tests.factories import MONDAY, City
from tests.moving import NEW, plan_for, publish
from tests.rows import Rows


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def test_a_plan_tells_how_it_stands(city: City) -> None:
    old = publish(city)
    new = publish(city, NEW, MONDAY)
    admin, manager = city.staff["administrator"], city.staff["manager"]
    seen = []

    def note() -> None:
        with city.database.reading() as session:
            (line,) = moves.plans_of(session, [city.id])
            assert moves.plan(session, line.row.id, []) is None
            seen.append((line.standing, bool(line.approved_by)))

    with city.database.transaction() as session:
        plan = move_plans.store_plan(session, city.id, plan_for(old, new), admin, MONDAY)
    note()
    for step in (
        lambda session: move_plans.approve_plan(session, plan, manager, MONDAY),
        lambda session: move_plans.start(session, plan, MONDAY),
        lambda session: move_plans.stop(session, plan, MONDAY, "Lunch"),
    ):
        with city.database.transaction() as session:
            step(session)
        note()
    assert seen == [("stored", False), ("approved", True), ("running", True), ("stopped", True)]


def test_the_files_that_stayed_stand_before_those_that_moved(rows: Rows) -> None:
    plan = rows.add(StoredMovePlan)["id"]
    for number, result, seq, last in (("1", "moved", 5, 5), ("2", "moved", 5, 6), ("3", "unmoved", None, 7)):
        file = rows.add(PermitApplication, number=number, event_seq=last)["id"]
        rows.add(Move, plan_id=plan, application_id=file, result=result, seq=seq, reasons=["Why"])
    rows.add(Move, plan_id=rows.add(StoredMovePlan)["id"], application_id=file, result="moved")
    with rows.session() as session:
        found = moves.moved_files(session, plan)
    assert [(one.number, one.result, one.can_go_back) for one in found] == [
        ("3", "unmoved", False),
        ("1", "moved", True),
        ("2", "moved", False),
    ], "a file goes back only while the move is the last thing that happened to it"
    assert found[0].reasons == ("Why",)


def test_a_plan_of_another_city_is_not_there(rows: Rows) -> None:
    row = rows.add(StoredMovePlan)
    with rows.session() as session:
        assert moves.plan(session, row["id"], ["elsewhere"]) is None
        found = moves.plan(session, row["id"], [row["jurisdiction_id"]])
    assert found is not None
    assert (found.approved_by, found.standing) == ("", "stored")


def test_a_finished_plan_is_finished_whatever_was_before() -> None:
    row = StoredMovePlan(approved_at=1, started_at=2, stopped_at=3, finished_at=4)
    assert moves.PlanLine(row, "A", "B").standing == "finished"
