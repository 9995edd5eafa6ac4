"""One file moves to another version and back: nothing is lost, and what it went through stays as it was."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.move_plan import ClockMove, MovePlan
from permitflow.models import CourtSpell, Event, Lane, OutboxMessage, Visit
from permitflow.services.errors import Stale
from permitflow.services.move_file import NotMovable
from tests import factories, moving
from tests.factories import DAY, MONDAY, City
from tests.moving import (
    AT,
    NEW,
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

SHORTER = {"decision": ClockMove(to="decision", policy="keep_consumed")}


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def picture(city: City, application_id: str) -> list[object]:
    """Everything that a move may change, without the counters of the record."""
    file = city.file(application_id)
    kept = ("state", "definition_hash", "facts", "party", "round", "due_on", "outcome", "open_items")
    lanes = sorted(rows(city, Lane, application_id), key=lambda row: str(row["lane"]))
    visits = [row for row in rows(city, Visit, application_id) if row["closed_at"] is None]
    return [*(getattr(file, name) for name in kept), lanes, visits, moving.running(city, application_id)]


def test_a_file_in_review_goes_on_in_the_new_words(city: City) -> None:
    old = publish(city)
    application = in_review(city)
    answer(city, application, "electrical")
    events = rows(city, Event, application)
    new = publish(city, NEW, MONDAY + DAY)
    moved = move(city, application, plan_for(old, new))
    file = city.file(application)
    assert (file.state, file.definition_hash, moved.phases) == (
        "plan_review",
        new.hash,
        ("in_review", "plan_review"),
    )
    assert lane_states(city, application) == {
        "electrical": "approved",
        "fire": "waiting",
        "utility": "waiting",
        "load_study": "waiting",
    }
    assert open_steps(city, application) == ["fire", "load_study", "utility"]
    assert rows(city, Event, application)[:-1] == events, "what was recorded stays as it is"
    told = rows(city, Event, application)[-1]
    body = json.loads(str(told["body"]))
    assert (told["action"], body["entry"], body["from"], body["to"]) == (
        "migrated",
        "Moved to version 2.0.0",
        "in_review",
        "plan_review",
    )
    assert (body["data"]["from_hash"], body["data"]["to_hash"]) == (old.hash, new.hash)
    assert body["data"]["plan_hash"] == plan_for(old, new).hash()


def test_the_file_can_be_brought_to_its_end_under_the_new_version(city: City) -> None:
    old = publish(city)
    application = in_review(city)
    answer(city, application, "electrical")
    move(city, application, plan_for(old, publish(city, NEW, MONDAY + DAY)))
    answer(city, application, "fire", at=AT + DAY)
    assert city.file(application).state == "plan_review", "the new review holds the file"
    answer(city, application, "load_study", at=AT + DAY)
    assert city.file(application).state == "ready"
    city.act(application, "approve", "building_official", AT + 2 * DAY)
    assert city.file(application).state == "fees_due"


def test_a_file_past_the_new_review_stays_on_its_version(city: City) -> None:
    old = publish(city)
    application = in_review(city)
    for lane in ("electrical", "fire"):
        answer(city, application, lane)
    assert city.file(application).state == "ready"
    new = publish(city, NEW, MONDAY + DAY)
    before = picture(city, application)
    with pytest.raises(NotMovable) as refused:
        move(city, application, plan_for(old, new))
    assert refused.value.reasons == (
        "The new version asks for the review “Load study”, which is behind this file.",
    )
    assert picture(city, application) == before
    move(city, application, plan_for(old, new, phases=plan_for(old, new).phases | {"ready": "plan_review"}))
    assert (city.file(application).state, open_steps(city, application)) == (
        "plan_review",
        ["load_study", "utility"],
    )


def test_nobody_waits_in_a_queue_without_people(city: City) -> None:
    old = publish(city)
    application = in_review(city)
    new = publish(city, changed(("electrical_examiner", "arborist")), MONDAY + DAY)
    with pytest.raises(NotMovable, match="Nobody holds the role “Electrical examiner”"):
        move(city, application, plan_for(old, new))


@pytest.mark.parametrize("where", ["draft", "in_review", "ready"])
def test_a_move_can_be_undone_to_the_letter(city: City, where: str) -> None:
    old = publish(city)
    application = city.draft(moving.WORKFLOW) if where == "draft" else in_review(city)
    if where == "ready":
        for lane in ("electrical", "fire"):
            answer(city, application, lane)
    before = picture(city, application)
    new = publish(city, NEW, MONDAY + DAY)
    phases = plan_for(old, new).phases | {"ready": "plan_review"}
    facts = {"facts": {"renames": {}, "defaults": {"site.slope": 3}}}
    plan = MovePlan.model_validate(plan_for(old, new, phases=phases).model_dump() | facts)
    moved = move(city, application, plan)
    assert picture(city, application) != before
    assert city.file(application).facts["site"]["slope"] == 3
    back(city, application, plan, moved)
    assert picture(city, application) == before
    assert moving.actions_of(city, application)[-2:] == ["migrated", "move_undone"]
    spells = [row for row in rows(city, CourtSpell, application) if row["ended_at"] is None]
    assert len(spells) == (where != "draft")
    with pytest.raises(Stale):
        back(city, application, plan, moved)


def test_what_was_done_before_counts_under_its_new_name(city: City) -> None:
    guarded = "    by: [building_official]\n    effects: [assess_fees]"
    once = guarded.replace("[building_official]", "[permit_technician]") + "\n    not_same_actor_as: [accept]"
    base = changed((guarded, once))
    old = publish(city, base)
    application = in_review(city)
    new = publish(city, changed(("accept", "take_in"), text=base), MONDAY + DAY)
    move(city, application, plan_for(old, new, actions={"accept": "take_in"}))
    for lane in ("electrical", "fire"):
        answer(city, application, lane, at=AT + DAY)
    with pytest.raises(Exception, match="[Ss]omebody else|colleague|already|same"):
        city.act(application, "approve", "permit_technician", AT + 2 * DAY)


def test_the_applicant_is_told_when_the_plan_says_so(city: City) -> None:
    old = publish(city)
    application, silent = in_review(city), in_review(city)
    new = publish(city, NEW, MONDAY + DAY)
    move(city, application, plan_for(old, new, notice="A load study is needed now."))
    move(city, silent, plan_for(old, new))
    with city.database.reading() as session:
        told = session.scalars(
            select(OutboxMessage.application_id).where(OutboxMessage.kind == "migrated")
        ).all()
    assert told == [application]
    entry = json.loads(str(rows(city, Event, application)[-1]["body"]))["entry"]
    assert entry == "Moved to version 2.0.0. A load study is needed now."
