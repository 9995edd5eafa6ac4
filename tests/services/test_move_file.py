"""One file moves to another version and back: nothing is lost, and what it went through stays as it was."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.db import Database
from permitflow.engine.move_plan import ClockMove, LaneMove, MovePlan
from permitflow.ledger.replay import replay
from permitflow.models import CorrectionItem, CourtSpell, Event, Lane, OutboxMessage, PermitApplication, Visit
from permitflow.queries.versions import roles_held
from permitflow.services import move_file
from permitflow.services.errors import Stale
from permitflow.services.move_file import Migrated, NotMovable, Order
from tests import factories, moving
from tests.factories import DAY, MONDAY, City
from tests.moving import (
    NEW,
    OLD,
    answer,
    changed,
    in_review,
    lane_states,
    open_steps,
    plan_for,
    publish,
    rows,
)

AT = MONDAY + 3 * DAY
SHORTER = {"decision": ClockMove(to="decision", policy="keep_consumed")}


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def move(city: City, application_id: str, plan: MovePlan, at: int = AT) -> Migrated:
    with city.database.transaction() as session:
        order = Order(plan, "2.0.0", city.staff["administrator"], at, roles_held(session, city.id))
        moved = move_file.migrate(session.connection(), application_id, order)
    replayed(city, application_id)
    return moved


def back(city: City, application_id: str, plan: MovePlan, moved: Migrated, at: int = AT + DAY) -> None:
    with city.database.transaction() as session:
        order = Order(plan, "2.0.0", city.staff["administrator"], at, frozenset())
        move_file.undo(session.connection(), application_id, moved.seq, order, moved.before)
    replayed(city, application_id)


def replayed(city: City, application_id: str) -> None:
    """Hold the file against its record: the events alone tell where it stands."""
    standing = replay(json.loads(str(row["body"])) for row in rows(city, Event, application_id))
    file = city.file(application_id)
    assert (standing.phase, standing.definition_hash) == (file.state, file.definition_hash)
    assert {name: lane.state for name, lane in standing.lanes.items()} == lane_states(city, application_id)
    due = {name: clock.due_on for name, clock in standing.clocks.items()}
    assert due == {
        name: str(row["due_on"]) if row["due_on"] else None
        for name, row in moving.running(city, application_id).items()
    }


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


def add_item(session: Session, city: City, application: str, lane: str) -> None:
    session.add(
        CorrectionItem(
            id=factories.new_id(),
            jurisdiction_id=city.id,
            application_id=application,
            lane=lane,
            round=1,
            severity="required",
            text="Wrong",
            code_section="1",
            fix="Right",
            status="draft",
            created_by=city.staff["planner"],
            created_at=MONDAY,
        )
    )


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
