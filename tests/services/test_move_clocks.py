"""The clocks of a file that moves: a legal date never gets later, and what is used up stays used."""

from __future__ import annotations

from datetime import date

import pytest

from permitflow.db import Database
from permitflow.engine.move_plan import ClockMove
from permitflow.models import PermitApplication, Visit
from tests import factories, moving
from tests.factories import DAY, MONDAY, City
from tests.moving import (
    NEW,
    add_item,
    answer,
    changed,
    in_review,
    lane_states,
    move,
    plan_for,
    publish,
    rows,
)

SHORTER = {"decision": ClockMove(to="decision", policy="keep_consumed")}


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def test_a_running_clock_keeps_its_date_or_becomes_shorter(city: City) -> None:
    old = publish(city)
    kept, shorter = in_review(city), in_review(city)
    before = moving.running(city, kept)["decision"]
    new = publish(city, NEW, MONDAY + DAY)
    move(city, kept, plan_for(old, new))
    assert moving.running(city, kept)["decision"] == before
    clocks = plan_for(old, new).clocks | SHORTER
    move(city, shorter, plan_for(old, new, clocks=clocks))
    clock = moving.running(city, shorter)["decision"]
    assert (clock["length"], clock["started_on"], clock["id"]) != (
        before["length"],
        before["started_on"],
        before["id"],
    )
    assert (clock["length"], clock["started_on"]) == (15, before["started_on"])
    assert clock["due_on"] == date(2026, 3, 24) < before["due_on"] == date(2026, 3, 31)
    assert city.file(shorter).due_on == clock["due_on"]
    visits = [row for row in rows(city, Visit, shorter) if row["closed_at"] is None]
    assert {row["due_on"] for row in visits} == {clock["due_on"]}


def test_a_longer_law_gives_no_file_a_later_date(city: City) -> None:
    old = publish(city)
    application = in_review(city)
    due = city.file(application).due_on
    new = publish(city, changed(('length: "20"', 'length: "30"')), MONDAY + DAY)
    clocks = plan_for(old, new).clocks | SHORTER
    move(city, application, plan_for(old, new, clocks=clocks))
    assert (city.file(application).due_on, moving.running(city, application)["decision"]["length"]) == (
        due,
        20,
    )


def test_a_length_that_is_used_up_already_ends_today_and_not_in_the_past(city: City) -> None:
    old = publish(city)
    application = in_review(city)
    new = publish(city, changed(('length: "20"', 'length: "2"')), MONDAY + DAY)
    clocks = plan_for(old, new).clocks | SHORTER
    move(city, application, plan_for(old, new, clocks=clocks), MONDAY + 8 * DAY)
    assert moving.running(city, application)["decision"]["due_on"] == date(2026, 3, 10)


def test_a_paused_clock_keeps_its_used_days(city: City) -> None:
    old = publish(city)
    application = in_review(city)
    clock = moving.running(city, application)["decision"]
    with city.database.transaction() as session:
        session.execute(
            PermitApplication.__table__.update()
            .values(draft_items=1)
            .where(PermitApplication.id == application)
        )
    for lane in ("electrical", "fire"):
        with city.database.transaction() as session:
            add_item(session, city, application, lane)
        answer(city, application, lane, "request_corrections")
    assert city.file(application).state == "corrections"
    new = publish(city, NEW, MONDAY + DAY)
    clocks = plan_for(old, new).clocks | SHORTER
    move(city, application, plan_for(old, new, clocks=clocks))
    moved = moving.running(city, application)["decision"]
    assert (moved["id"], moved["state"], moved["due_on"], moved["length"]) == (
        clock["id"],
        "paused",
        None,
        15,
    )
    city.act(application, "resubmit", "applicant", MONDAY + 9 * DAY)
    assert lane_states(city, application)["load_study"] == "waiting"
    assert moving.running(city, application)["decision"]["due_on"] == date(2026, 3, 31), (
        "7 days were not counted"
    )
