"""What a file's own past says: the steps taken on it, under every name that a workflow may give them."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.engine.errors import ConflictOfInterest
from permitflow.prepared import Channel
from permitflow.services import files
from tests import factories, moving
from tests.factories import MONDAY, City

GUARDED = "    by: [building_official]\n    effects: [assess_fees]"


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.mark.parametrize("step", ["fire.answered", "fire.approve"])
def test_whoever_answered_a_review_does_not_take_the_step_that_somebody_else_must(
    city: City, step: str
) -> None:
    own = GUARDED.replace("building_official", "permit_technician") + f"\n    not_same_actor_as: [{step}]"
    moving.publish(city, moving.changed((GUARDED, own)))
    application = moving.in_review(city)
    for lane in ("electrical", "fire"):
        moving.answer(city, application, lane)
    with pytest.raises(ConflictOfInterest, match="You did “Fire"):
        city.act(application, "approve", "permit_technician", MONDAY + 3 * factories.DAY)
    assert city.file(application).state == "ready"


def test_a_review_that_was_only_taken_up_is_not_answered(city: City) -> None:
    moving.publish(city)
    application = moving.in_review(city)
    moving.answer(city, application, "fire", "start_review")
    assert taken(city, application, "fire.start_review", "fire.answered") == [1, 0]
    moving.answer(city, application, "fire", "mark_not_applicable")
    assert taken(city, application, "fire.mark_not_applicable", "fire.answered") == [1, 1]


def taken(city: City, application: str, *steps: str) -> list[int]:
    """How often each step was taken."""
    with city.database.transaction() as session:
        past = files.load(Channel(session.connection()), application).past()
    return [past.taken.get(step, 0) for step in steps]
