"""A file moves as its definition says, once, with one event per change."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import func, select

from permitflow.db import Database
from permitflow.engine.errors import ConflictOfInterest, MissingInput, UnmetClauses, WrongPhase, WrongRole
from permitflow.instants import DAY, SECOND
from permitflow.ledger.chain import StoredEvent, verify_chain
from permitflow.models import (
    Clock,
    CorrectionItem,
    CorrectionNotice,
    CourtSpell,
    Event,
    Lane,
    OutboxMessage,
    Permit,
    PermitApplication,
    Visit,
)
from permitflow.services import transitions
from permitflow.services.errors import NotFound, Stale
from permitflow.services.transitions import Act, Note
from tests import factories
from tests.factories import MONDAY, City

WORKFLOW = "us-ca-commercial-ab970"


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def in_review(city: City, **site: object) -> str:
    application = city.draft(WORKFLOW, **site)
    city.act(application, "submit", "applicant")
    city.act(application, "accept", "permit_technician", MONDAY + DAY)
    return application


def open_lanes(city: City, application: str) -> dict[str, tuple[str, str]]:
    """Return lane -> (role, open visit id) of the lanes that still wait."""
    with city.database.reading() as session:
        rows = session.execute(
            select(Visit.lane, Visit.role, Visit.id)
            .where(Visit.application_id == application)
            .where(Visit.lane.is_not(None))
            .where(Visit.closed_at.is_(None))
        )
        return {lane: (role, visit) for lane, role, visit in rows}


def answer(city: City, application: str, lane: str, action: str, at: int, **more: object) -> None:
    role, visit = open_lanes(city, application)[lane]
    city.act(application, action, role, at, lane=lane, visit_id=visit, **more)


def required_lanes(city: City, application: str) -> list[str]:
    with city.database.reading() as session:
        query = select(Lane.lane).where(Lane.application_id == application).where(Lane.required)
        return list(session.scalars(query.where(Lane.informational.is_(False)).order_by(Lane.lane)))


def draft_item(city: City, application: str, lane: str | None, text: str = "Breaker is too small") -> None:
    def counted(file: transitions.File) -> None:
        file.columns["draft_items"] += 1

    with city.database.transaction() as session:
        transitions.note(
            session.connection(),
            Note(
                application, "draft_item", "Item drafted", "x", "electrical_examiner", MONDAY, change=counted
            ),
        )
        session.add(
            CorrectionItem(
                jurisdiction_id=city.id,
                application_id=application,
                lane=lane,
                round=1,
                severity="required",
                text=text,
                code_section="NEC 625.41",
                fix="Use a 50 A breaker",
                status="draft",
                created_by=city.staff["electrical_examiner"],
                created_at=MONDAY,
            )
        )


def events(city: City, application: str) -> list[Event]:
    with city.database.reading() as session:
        return list(
            session.scalars(select(Event).where(Event.application_id == application).order_by(Event.seq))
        )


def chain_problems(city: City) -> list[object]:
    with city.database.reading() as session:
        rows = session.execute(
            select(Event.application_id, Event.seq, Event.prev_hash, Event.hash, Event.body).order_by(
                Event.application_id, Event.seq
            )
        )
        return list(verify_chain(StoredEvent(*row) for row in rows))


def test_submission_gives_number_clock_court_and_event(city: City) -> None:
    application = city.draft(WORKFLOW)
    applied = city.act(application, "submit", "applicant")
    file = city.file(application)
    assert (applied.seq, file.state, file.number) == (2, "intake", "RIO-A-2026-00001")
    assert (file.party, file.submitted_at) == ("agency", MONDAY)
    assert file.due_on == date(2026, 3, 9), "five business days after Monday 2 March"
    assert [event.action for event in events(city, application)] == ["start", "submit"]
    assert chain_problems(city) == []


def test_more_than_25_stations_have_twice_the_time(city: City) -> None:
    application = city.draft(WORKFLOW, stations=26)
    city.act(application, "submit", "applicant")
    assert city.file(application).due_on == date(2026, 3, 16)


def test_acceptance_opens_every_required_lane_and_the_decision_clock(city: City) -> None:
    application = in_review(city)
    assert set(open_lanes(city, application)) >= set(required_lanes(city, application))
    assert "electrical" in required_lanes(city, application)
    assert city.file(application).due_on == date(2026, 3, 31), "twenty business days after Tuesday 3 March"


def test_a_whole_life_ends_in_a_permit(city: City) -> None:
    application = in_review(city)
    for lane in required_lanes(city, application):
        answer(city, application, lane, "approve", MONDAY + 2 * DAY)
    assert city.file(application).state == "ready_to_issue"
    city.act(application, "approve", "building_official", MONDAY + 3 * DAY)
    file = city.file(application)
    assert (file.state, file.party) == ("fees_due", "payment")
    assert file.fees_due_cents > 0
    with pytest.raises(UnmetClauses):
        city.act(application, "record_payment", "cashier", MONDAY + 4 * DAY)

    def paid(opened: transitions.File) -> None:
        opened.columns["fees_paid_cents"] += opened.columns["fees_due_cents"]

    with city.database.transaction() as session:
        paying = Note(application, "receive_payment", "Payment received", "x", "cashier", MONDAY, change=paid)
        transitions.note(session.connection(), paying)
    city.act(application, "record_payment", "cashier", MONDAY + 4 * DAY)
    file = city.file(application)
    assert (file.state, file.outcome, file.decided_at) == ("issued", "issued", MONDAY + 4 * DAY)
    with city.database.reading() as session:
        permit = session.scalars(select(Permit)).one()
    assert (permit.number, permit.status, permit.city) == ("RIO-P-2026-00001", "valid", "Rio Verde")
    assert chain_problems(city) == []


def test_courts_partition_the_time_from_submission_to_decision(city: City) -> None:
    application = in_review(city)
    draft_item(city, application, "electrical")
    for lane in required_lanes(city, application):
        answer(
            city,
            application,
            lane,
            "request_corrections" if lane == "electrical" else "approve",
            MONDAY + 5 * DAY,
        )
    city.act(application, "withdraw", "applicant", MONDAY + 9 * DAY, inputs={"reason": "The site was sold"})
    with city.database.reading() as session:
        spells = list(session.scalars(select(CourtSpell).order_by(CourtSpell.started_at)))
    assert [spell.party for spell in spells] == ["agency", "applicant"]
    assert sum((spell.ended_at or 0) - spell.started_at for spell in spells) == 9 * DAY
    assert spells[0].ended_at == spells[1].started_at == MONDAY + 5 * DAY


def test_one_notice_carries_the_items_of_all_lanes(city: City) -> None:
    application = in_review(city)
    lanes = required_lanes(city, application)
    for lane in lanes[:2]:
        draft_item(city, application, lane, f"Wrong in {lane}")
    for lane in lanes:
        answer(
            city,
            application,
            lane,
            "request_corrections" if lane in lanes[:2] else "approve",
            MONDAY + 3 * DAY,
        )
    assert city.file(application).state == "corrections"
    with city.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CorrectionNotice)) == 1
        items = list(session.scalars(select(CorrectionItem).order_by(CorrectionItem.number)))
    assert [(item.number, item.status) for item in items] == [(1, "open"), (2, "open")]


def test_no_notice_leaves_before_the_last_lane_answers(city: City) -> None:
    application = in_review(city)
    first, *others = required_lanes(city, application)
    draft_item(city, application, first)
    answer(city, application, first, "request_corrections", MONDAY + 2 * DAY)
    for lane in others[:-1]:
        answer(city, application, lane, "approve", MONDAY + 2 * DAY)
    with city.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CorrectionNotice)) == 0
    assert city.file(application).state == "in_review"


def test_a_second_round_opens_only_the_lanes_that_asked(city: City) -> None:
    application = in_review(city)
    lanes = required_lanes(city, application)
    draft_item(city, application, "electrical")
    for lane in lanes:
        answer(
            city,
            application,
            lane,
            "request_corrections" if lane == "electrical" else "approve",
            MONDAY + 3 * DAY,
        )
    with pytest.raises(UnmetClauses) as refused:
        city.act(application, "resubmit", "applicant", MONDAY + 4 * DAY)
    assert refused.value.refusals[0].who_can_fix == "applicant"

    def answered(file: transitions.File) -> None:
        file.columns["unanswered_items"] = 0

    with city.database.transaction() as session:
        replying = Note(
            application, "answer_item", "Item answered", "x", "applicant", MONDAY, change=answered
        )
        transitions.note(session.connection(), replying)
    city.act(application, "resubmit", "applicant", MONDAY + 4 * DAY)
    assert set(open_lanes(city, application)) - {"utility"} == {"electrical"}
    assert city.file(application).round == 2
    answer(city, application, "electrical", "approve", MONDAY + 5 * DAY)
    assert city.file(application).state == "ready_to_issue"
    with city.database.reading() as session:
        assert session.scalars(select(CorrectionItem.status)).all() == ["resolved"]


def test_a_completeness_notice_is_answered_before_the_file_comes_back(city: City) -> None:
    application = city.draft(WORKFLOW)
    city.act(application, "submit", "applicant")
    draft_item(city, application, None, "The site plan is missing")
    city.act(application, "request_information", "permit_technician", MONDAY + DAY)
    file = city.file(application)
    assert (file.state, file.party, file.open_items, file.unanswered_items) == (
        "incomplete",
        "applicant",
        1,
        1,
    )
    with pytest.raises(UnmetClauses):
        city.act(application, "resubmit_information", "applicant", MONDAY + 2 * DAY)
    with city.database.transaction() as session:
        row = session.get(PermitApplication, application)
        assert row is not None
        row.unanswered_items = 0
        session.execute(CorrectionItem.__table__.update().values(status="answered"))  # type: ignore[attr-defined]
    city.act(application, "resubmit_information", "applicant", MONDAY + 2 * DAY)
    city.act(application, "accept", "permit_technician", MONDAY + 3 * DAY)
    assert (city.file(application).state, city.file(application).open_items) == ("in_review", 0)
    with city.database.reading() as session:
        assert session.scalars(select(CorrectionItem.status)).all() == ["resolved"]


def test_every_unmet_clause_is_named_at_once(city: City) -> None:
    application = city.draft(WORKFLOW)
    with city.database.transaction() as session:
        row = session.get(PermitApplication, application)
        assert row is not None
        row.document_kinds = {}
        row.facts = {key: value for key, value in row.facts.items() if key != "attestations"}
    with pytest.raises(UnmetClauses) as refused:
        city.act(application, "submit", "applicant")
    codes = {refusal.code for refusal in refused.value.refusals}
    assert {"documents_present", "signed"} <= codes
    assert all(refusal.message and refusal.who_can_fix for refusal in refused.value.refusals)
    assert city.file(application).state == "draft"


def test_wrong_phase_role_company_and_missing_text_are_refused(city: City) -> None:
    application = city.draft(WORKFLOW)
    with pytest.raises(WrongPhase):
        city.act(application, "accept", "permit_technician")
    city.act(application, "submit", "applicant")
    with pytest.raises(WrongRole):
        city.act(application, "accept", "electrical_examiner")
    with pytest.raises(MissingInput):
        city.act(application, "request_information", "permit_technician")
    insider = city.actor("permit_technician")
    mixed = type(insider)(insider.id, insider.roles, frozenset({city.company_id}))
    with pytest.raises(ConflictOfInterest), city.database.transaction() as session:
        transitions.apply(session.connection(), Act(application, "accept", mixed, MONDAY))
    with pytest.raises(NotFound):
        city.act("0" * 32, "accept", "permit_technician")
    assert len(events(city, application)) == 2, "a refusal leaves no trace in the record"


def test_a_form_has_one_effect(city: City) -> None:
    application = city.draft(WORKFLOW)
    seen = city.file(application).version
    city.act(application, "submit", "applicant", version=seen, token="t1")
    with pytest.raises(Stale):
        city.act(application, "submit", "applicant", version=seen, token="t1")
    with pytest.raises(Stale):
        city.act(application, "withdraw", "applicant", inputs={"reason": "No"}, token="t1")
    assert city.file(application).state == "intake"


def test_changed_documents_and_decided_lanes_are_stale(city: City) -> None:
    application = in_review(city)
    role, visit = open_lanes(city, application)["electrical"]
    with pytest.raises(Stale):
        city.act(application, "approve", role, lane="electrical", visit_id=visit, document_set_hash="old")
    city.act(application, "approve", role, lane="electrical", visit_id=visit)
    with pytest.raises(Stale):
        city.act(application, "approve", role, lane="electrical", visit_id=visit)


def test_words_stay_out_of_the_hashed_bytes(city: City) -> None:
    application = in_review(city)
    city.act(application, "withdraw", "applicant", inputs={"reason": "Sold to Ms Quimby"})
    body = events(city, application)[-1].body
    assert "Quimby" not in body
    assert len(json.loads(body)["words"]["reason"]) == 64


def test_news_is_written_with_the_change(city: City) -> None:
    application = city.draft(WORKFLOW)
    city.act(application, "submit", "applicant")
    with city.database.reading() as session:
        receivers = set(session.scalars(select(OutboxMessage.receiver)))
    assert "applicant" in receivers


def test_a_stopped_clock_keeps_its_dates(city: City) -> None:
    application = in_review(city)
    with city.database.reading() as session:
        clocks = {clock.clock: clock for clock in session.scalars(select(Clock))}
    assert clocks["completeness"].state == "stopped"
    assert clocks["completeness"].stopped_on == date(2026, 3, 3)
    assert clocks["decision"].length == 20
    assert application


def test_claimed_time_is_counted_as_work(city: City) -> None:
    application = in_review(city)
    role, visit = open_lanes(city, application)["electrical"]
    with city.database.transaction() as session:
        row = session.get(Visit, visit)
        assert row is not None
        row.claimed_at, row.claimed_by = MONDAY + 2 * DAY, city.staff[role]
    answer(city, application, "electrical", "approve", MONDAY + 2 * DAY + 90 * SECOND)
    with city.database.reading() as session:
        closed = session.get(Visit, visit)
        assert closed is not None
        assert (closed.worked_us, closed.closing_action) == (90 * SECOND, "approve")
