"""The whole language on real files: stays, hold points, waivers, reopened files, what the past says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from permitflow.db import Database
from permitflow.engine.errors import ConflictOfInterest, MissingInput, UnmetClauses, WrongPhase
from permitflow.instants import DAY, SECOND
from permitflow.ledger.chain import StoredEvent, verify_chain
from permitflow.models import Clock, CourtSpell, Event, Lane, Permit, PermitApplication, RoleGrant, Visit
from permitflow.services import notices, transitions
from permitflow.services.actors import actor_for
from permitflow.services.notices import Finding
from permitflow.services.transitions import Act
from tests import factories
from tests.deep_workflow import NO_GATE, publish_deep
from tests.factories import MONDAY, City
from tests.services.test_races import all_at_once

VOTE = {"held_on": "2026-03-01", "votes_for": "6", "votes_against": "1", "votes_abstained": "0"}
LOST = VOTE | {"votes_for": "3", "votes_against": "4"}
UNTIL = {"until": "2026-04-30"}


@pytest.fixture
def hall(database: Database) -> City:
    city = factories.city(database)
    publish_deep(database, city.id, MONDAY, NO_GATE)
    return city


def in_review(hall: City) -> str:
    application = hall.draft("deep")
    hall.act(application, "submit", "applicant")
    return application


def answer(hall: City, application: str, lane: str, action: str, role: str, at: int = MONDAY) -> None:
    hall.act(application, action, role, at, lane=lane, inputs={"reason": "Because."})


def in_council(hall: City) -> str:
    application = in_review(hall)
    answer(hall, application, "footing", "approve", "inspector")
    answer(hall, application, "rough", "approve", "inspector")
    answer(hall, application, "utility", "approve", "planner")
    return application


def standings(hall: City, application: str) -> dict[str, str]:
    with hall.database.reading() as session:
        rows = session.execute(select(Lane.lane, Lane.state).where(Lane.application_id == application))
        return {row.lane: row.state for row in rows}


def waiting(hall: City, application: str) -> set[str]:
    with hall.database.reading() as session:
        query = select(Visit.step).where(Visit.application_id == application, Visit.closed_at.is_(None))
        return set(session.scalars(query))


def bodies(hall: City, application: str) -> list[dict[str, object]]:
    with hall.database.reading() as session:
        query = select(Event.body).where(Event.application_id == application).order_by(Event.seq)
        return [json.loads(body) for body in session.scalars(query)]


def spells(hall: City, application: str) -> list[tuple[str, int, int | None]]:
    with hall.database.reading() as session:
        query = select(CourtSpell).where(CourtSpell.application_id == application)
        rows = session.scalars(query.order_by(CourtSpell.started_at, CourtSpell.id))
        return [(row.party, row.started_at, row.ended_at) for row in rows]


def test_a_step_that_stays_writes_an_event_and_moves_nothing(hall: City) -> None:
    application = in_review(hall)
    before, visits = hall.file(application), waiting(hall, application)
    hall.act(application, "hold", "planner", MONDAY + SECOND, inputs=UNTIL)
    after = hall.file(application)
    assert (after.state, after.round, after.party) == (before.state, before.round, before.party)
    assert waiting(hall, application) == visits
    assert after.event_seq == before.event_seq + 1
    with hall.database.reading() as session:
        assert session.scalars(select(Clock.state)).one() == "paused", "the clocks hear of it all the same"


def test_how_often_a_step_was_taken_is_read_from_the_record(hall: City) -> None:
    application = in_review(hall)
    with pytest.raises(UnmetClauses, match="Put the file on hold first"):
        hall.act(application, "act_after_hold", "permit_technician")
    hall.act(application, "hold", "planner", inputs=UNTIL)
    assert hall.act(application, "act_after_hold", "permit_technician").state == "in_review"
    hall.act(application, "hold", "planner", inputs=UNTIL)
    with pytest.raises(UnmetClauses, match="2 times"):
        hall.act(application, "hold", "planner", inputs=UNTIL)


def test_a_date_is_compared_with_the_local_date_of_the_city(hall: City) -> None:
    application = in_review(hall)
    # 23:30 in California on 2 March is 3 March in Greenwich.
    late = factories.instant("2026-03-02T23:30-08:00")
    hall.act(application, "hold", "planner", late, inputs={"until": "2026-03-12"})
    with pytest.raises(MissingInput, match="2026-03-13 or later"):
        hall.act(application, "hold", "planner", late + 3600 * SECOND, inputs={"until": "2026-03-12"})


def test_a_lane_waits_for_its_hold_point_without_a_visit(hall: City) -> None:
    application = in_review(hall)
    assert waiting(hall, application) == {"footing", "utility"}
    with pytest.raises(WrongPhase, match="comes after: Footing"):
        answer(hall, application, "rough", "approve", "inspector")
    answer(hall, application, "footing", "approve", "inspector")
    assert waiting(hall, application) == {"rough", "utility"}
    answer(hall, application, "rough", "approve", "inspector")
    assert waiting(hall, application) == {"utility"}


def test_the_first_request_sends_the_file_back_and_it_comes_back_to_the_same_lane(hall: City) -> None:
    application = in_review(hall)
    draft(hall, application, "footing")
    answer(hall, application, "footing", "request_corrections", "inspector")
    assert hall.file(application).state == "corrections"
    assert standings(hall, application)["utility"] == "waiting"
    hall.act(application, "resubmit", "applicant")
    assert waiting(hall, application) == {"footing", "utility"}
    assert hall.file(application).round == 2


def draft(hall: City, application: str, lane: str) -> None:
    with hall.database.transaction() as session:
        query = select(Visit.id).where(Visit.application_id == application, Visit.lane == lane)
        visit = session.scalars(query.where(Visit.closed_at.is_(None))).one()
        role = "inspector" if lane != "utility" else "planner"
        finding = Finding("Too shallow.", "CBC 1809.5", "Dig deeper.")
        actor = actor_for(session, hall.staff[role], hall.id, None)
        notices.draft_item(session.connection(), visit, finding, actor, MONDAY)


def test_of_two_requests_at_the_same_moment_one_sends_the_file_back(hall: City) -> None:
    application = in_review(hall)
    for lane in ("footing", "utility"):
        draft(hall, application, lane)
    acts = [
        Act(application, "request_corrections", hall.actor(role), MONDAY + 1, lane=lane)
        for lane, role in (("footing", "inspector"), ("utility", "planner"))
    ]
    doings = [partial(transitions.apply, act=act) for act in acts]
    outcomes = all_at_once(hall.database, doings)
    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "WrongPhase"]
    assert [body["action"] for body in bodies(hall, application)].count("send_back") == 1


def test_a_step_ends_the_lane_of_somebody_who_does_not_answer(hall: City) -> None:
    application = in_review(hall)
    answer(hall, application, "footing", "approve", "inspector")
    hall.act(application, "let_utility_go", "planner")
    assert standings(hall, application)["utility"] == "waived"
    assert waiting(hall, application) == {"rough"}
    answer(hall, application, "rough", "approve", "inspector")
    assert hall.file(application).state == "council"


def test_when_the_last_open_lane_is_waived_the_round_is_complete(hall: City) -> None:
    application = in_review(hall)
    answer(hall, application, "footing", "approve", "inspector")
    answer(hall, application, "rough", "waive", "building_official")
    assert standings(hall, application)["rough"] == "waived"
    hall.act(application, "let_utility_go", "planner")
    assert hall.file(application).state == "council"
    with hall.database.reading() as session:
        waived = session.scalars(select(Lane).where(Lane.lane == "rough")).one()
        assert (waived.decided_by, waived.reason) == (hall.staff["building_official"], "Because.")


def test_a_lane_that_is_held_can_be_waived_and_frees_nothing_else(hall: City) -> None:
    application = in_review(hall)
    answer(hall, application, "rough", "waive", "building_official")
    assert waiting(hall, application) == {"footing", "utility"}


def test_an_answer_in_a_lane_turns_the_clock_that_names_it(hall: City) -> None:
    application = in_review(hall)
    answer(hall, application, "utility", "approve", "planner", MONDAY + 3 * DAY)
    with hall.database.reading() as session:
        clock = session.scalars(select(Clock)).one()
        assert (clock.state, clock.stopped_on) == ("stopped", date(2026, 3, 5))
    assert hall.file(application).due_on is None


def test_a_clock_has_lapsed_when_its_last_day_is_over(hall: City) -> None:
    application = in_review(hall)
    last_day = factories.instant("2026-04-01T23:59-07:00")
    with pytest.raises(UnmetClauses, match="not over yet"):
        hall.act(application, "act_late", "permit_technician", last_day)
    assert hall.act(application, "act_late", "permit_technician", last_day + 60 * SECOND)


@pytest.mark.parametrize(("stopped_after", "lapsed"), [(3, False), (40, True)])
def test_a_clock_that_was_stopped_lapsed_only_if_it_was_late_then(
    hall: City, stopped_after: int, lapsed: bool
) -> None:
    application = in_review(hall)
    answer(hall, application, "utility", "approve", "planner", MONDAY + stopped_after * DAY)
    act = Act(application, "act_late", hall.actor("permit_technician"), MONDAY + 60 * DAY)
    with hall.database.transaction() as session:
        if lapsed:
            assert transitions.apply(session.connection(), act)
        else:
            with pytest.raises(UnmetClauses):
                transitions.apply(session.connection(), act)


def test_nobody_grants_what_they_recommended(hall: City) -> None:
    application = in_council(hall)
    hall.act(application, "recommend", "planner")
    with pytest.raises(ConflictOfInterest, match="You did “Recommend”"):
        hall.act(application, "grant", "planner", inputs=VOTE)
    assert hall.act(application, "grant", "building_official", inputs=VOTE).state == "issued"


def test_a_lane_s_answer_keeps_its_reviewer_from_the_decision(hall: City) -> None:
    application = in_council(hall)
    with hall.database.transaction() as session:
        session.add(
            RoleGrant(
                user_id=hall.staff["inspector"],
                jurisdiction_id=hall.id,
                role="planner",
                granted_at=MONDAY,
            )
        )
    with pytest.raises(ConflictOfInterest, match="“Footing: approve”"):
        hall.act(application, "grant", "inspector", inputs=VOTE)


def test_a_vote_stands_in_the_record_with_its_numbers(hall: City) -> None:
    application = in_council(hall)
    with pytest.raises(MissingInput, match="5 votes in favor, and 6 of 7 are needed"):
        hall.act(application, "grant", "planner", inputs=VOTE | {"votes_for": "5"})
    hall.act(application, "grant", "planner", inputs=VOTE)
    data = bodies(hall, application)[-1]["data"]
    assert isinstance(data, dict)
    assert (data["held_on"], data["votes_for"], data["votes_against"]) == ("2026-03-01", 6, 1)


def test_a_reopened_file_counts_again_and_keeps_its_first_decision(hall: City) -> None:
    application = in_council(hall)
    hall.act(application, "refuse", "planner", MONDAY + DAY, inputs=LOST)
    denied = hall.file(application)
    assert (denied.state, denied.outcome, denied.decided_at) == ("denied", "denied", MONDAY + DAY)
    hall.act(application, "appeal", "applicant", MONDAY + 3 * DAY)
    again = hall.file(application)
    assert (again.state, again.outcome, again.decided_at) == ("council", "denied", MONDAY + DAY)
    assert again.reopened_at == MONDAY + 3 * DAY
    assert waiting(hall, application) == {"council"}
    hall.act(application, "grant", "building_official", MONDAY + 5 * DAY, inputs=VOTE)
    issued = hall.file(application)
    assert (issued.outcome, issued.decided_at, issued.reopened_at) == ("issued", MONDAY + DAY, None)
    found = spells(hall, application)
    assert found[-1] == ("agency", MONDAY + 3 * DAY, MONDAY + 5 * DAY)
    assert found[-2][2] == MONDAY + DAY, "the spell before the reopening ended with the first decision"
    assert all(before[2] is not None and before[2] <= after[1] for before, after in pairwise(found))


def test_a_permit_is_suspended_reinstated_and_revised_under_its_number(hall: City) -> None:
    application = in_council(hall)
    hall.act(application, "grant", "planner", inputs=VOTE)

    def permit() -> Permit:
        with hall.database.reading() as session:
            return session.scalars(select(Permit).where(Permit.application_id == application)).one()

    number = permit().number
    hall.act(application, "suspend", "building_official")
    assert permit().status == "suspended"
    hall.act(application, "reinstate", "building_official")
    assert permit().status == "valid"
    with hall.database.transaction() as session:
        session.execute(update(PermitApplication).values(station_count=30))
    hall.act(application, "revise", "building_official")
    assert (permit().number, permit().revision, permit().station_count) == (number, 1, 30)
    assert bodies(hall, application)[-1]["data"] == {"revision": 1}


def test_a_permit_of_a_workflow_without_one_is_refused_in_a_sentence(hall: City) -> None:
    change = ("permit: {title: Permit, valid_days: 180, citation: Code 4}\n", "")
    publish_deep(hall.database, hall.id, MONDAY + 1, NO_GATE, change)
    application = in_council(hall)
    with pytest.raises(RuntimeError, match="does not say what its permit is"):
        hall.act(application, "grant", "planner", inputs=VOTE)
    assert hall.file(application).state == "council"


def test_a_clock_that_was_set_back_is_noticed_and_the_record_goes_on(hall: City) -> None:
    application = in_review(hall)
    hall.act(application, "hold", "planner", MONDAY + DAY, inputs=UNTIL)
    hall.act(application, "hold", "planner", MONDAY, inputs=UNTIL)
    last = bodies(hall, application)[-1]
    assert last["at"] == MONDAY + DAY + 1
    assert last["data"] == {"clock_regression_us": DAY}
    assert hall.file(application).updated_at == MONDAY + DAY + 1
    with hall.database.reading() as session:
        rows = session.execute(
            select(Event.application_id, Event.seq, Event.prev_hash, Event.hash, Event.body).order_by(
                Event.seq
            )
        )
        assert not list(verify_chain(StoredEvent(*row) for row in rows))


def test_two_machines_may_differ_by_a_moment_without_a_word(hall: City) -> None:
    application = in_review(hall)
    hall.act(application, "hold", "planner", MONDAY + 2 * SECOND, inputs=UNTIL)
    hall.act(application, "hold", "planner", MONDAY, inputs=UNTIL)
    last = bodies(hall, application)[-1]
    assert (last["at"], last["data"]) == (MONDAY, {})
    assert hall.file(application).updated_at == MONDAY + 2 * SECOND, "the file itself never gets younger"


def test_a_deputy_acts_in_both_names(hall: City) -> None:
    application = in_review(hall)
    deputy = replace(
        hall.actor("cashier"),
        roles=frozenset({"inspector", "planner"}),
        delegated={"inspector": hall.staff["inspector"], "planner": hall.staff["planner"]},
    )
    for act in (
        Act(application, "approve", deputy, MONDAY, lane="footing"),
        Act(application, "hold", deputy, MONDAY, UNTIL),
    ):
        with hall.database.transaction() as session:
            transitions.apply(session.connection(), act)
    found = [(body["actor"], body["acting_for"]) for body in bodies(hall, application)[-2:]]
    assert found == [(deputy.id, hall.staff["inspector"]), (deputy.id, hall.staff["planner"])]


def test_the_record_says_why_a_file_left_the_fast_track(database: Database) -> None:
    city = factories.city(database)
    application = city.draft("us-ca-residential-instant")
    city.act(application, "submit", "applicant")
    (routed,) = [body for body in bodies(city, application) if body["action"] == "route_to_review"]
    data = routed["data"]
    assert isinstance(data, dict)
    assert "home" in data["unmet"].split()
    (passed,) = [body for body in bodies(city, application) if body["action"] == "submit"]
    assert "unmet" not in str(passed["data"])
