"""The reviews and queues of a file that moves: kept under new names, asked anew, or gone."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.engine.move_plan import LaneMove
from permitflow.models import Visit
from permitflow.services.errors import Stale
from tests import factories, moving
from tests.factories import DAY, MONDAY, City
from tests.moving import (
    NEW,
    OLD,
    answer,
    back,
    changed,
    in_review,
    lane_states,
    move,
    open_steps,
    plan_for,
    publish,
    rows,
)


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def test_a_claim_is_kept_and_the_wait_goes_on(city: City) -> None:
    old = publish(city)
    application = in_review(city)
    before = {row["step"]: row for row in rows(city, Visit, application)}
    lanes = {name: LaneMove(to=name) for name in old.definition.lanes} | {"fire": LaneMove(to="fire_safety")}
    new = publish(city, changed(("fire", "fire_safety"), text=OLD), MONDAY + DAY)
    with city.database.transaction() as session:
        visit = session.get_one(Visit, before["fire"]["id"])
        visit.claimed_by, visit.claimed_at, visit.first_claimed_at = (
            city.staff["permit_technician"],
            MONDAY,
            MONDAY,
        )
    move(city, application, plan_for(old, new, lanes=lanes))
    after = {row["step"]: row for row in rows(city, Visit, application) if row["closed_at"] is None}
    assert after["fire_safety"]["id"] == before["fire"]["id"]
    assert after["fire_safety"]["claimed_by"] == city.staff["permit_technician"]
    assert (after["fire_safety"]["opened_at"], after["fire_safety"]["lane"]) == (
        before["fire"]["opened_at"],
        "fire_safety",
    )


def test_a_review_asked_for_anew_loses_its_answer(city: City) -> None:
    old = publish(city)
    application = in_review(city)
    answer(city, application, "electrical")
    new = publish(city, NEW, MONDAY + DAY)
    lanes = {name: LaneMove(to=name) for name in old.definition.lanes}
    move(
        city,
        application,
        plan_for(old, new, lanes=lanes | {"electrical": LaneMove(to="electrical", policy="reset")}),
    )
    assert lane_states(city, application)["electrical"] == "waiting"
    assert "electrical" in open_steps(city, application)


def test_a_lane_that_goes_away_may_complete_the_round(city: City) -> None:
    old = publish(city)
    application = in_review(city)
    answer(city, application, "electrical")
    without = changed(("[electrical, fire, utility]", "[electrical, utility]"))
    start = without.index("  fire:\n")
    new = publish(city, without[:start] + without[without.index("  utility:\n") :], MONDAY + DAY)
    lanes = {name: LaneMove(to=name) for name in ("electrical", "utility")} | {
        "fire": LaneMove(policy="drop")
    }
    moved = move(city, application, plan_for(old, new, lanes=lanes))
    assert city.file(application).state == "ready"
    assert moving.actions_of(city, application)[-2:] == ["migrated", "complete_reviews"]
    with pytest.raises(Stale, match="Something was done"):
        back(city, application, plan_for(old, new, lanes=lanes), moved)
