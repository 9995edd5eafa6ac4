"""After the first notice an item needs changed material, an open item, or a danger; on both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from permitflow.db import Database, new_id
from permitflow.engine.errors import ConflictOfInterest, WrongRole
from permitflow.engine.machine import Actor
from permitflow.instants import SECOND
from permitflow.models import CorrectionItem, CorrectionNotice, Document, Event, PermitApplication, Visit
from permitflow.services import notices, one_notice
from permitflow.services.definitions import definition_for
from permitflow.services.notices import Finding
from permitflow.services.one_notice import CHANGED, DANGER, EARLIER, Basis, BasisRefused, Openings
from tests.factories import MONDAY, City, city

WORKFLOW = "us-ca-commercial-ab970"
DANGEROUS = Basis(DANGER, "", "The transformer blocks the only way out of the building.")
LATER = MONDAY + SECOND


@pytest.fixture
def hall(database: Database) -> City:
    return city(database)


@pytest.fixture
def second_round(hall: City) -> str:
    return came_back(hall, WORKFLOW)


def came_back(hall: City, workflow: str) -> str:
    """A file that is in review again after a notice with one electrical item, which was answered."""
    application_id = hall.draft(workflow)
    hall.act(application_id, "submit", "applicant")
    hall.act(application_id, "accept", "permit_technician")
    draft(hall, "electrical", "electrical_examiner", None)
    decide(hall, application_id, "electrical", "electrical_examiner", "request_corrections")
    with hall.database.reading() as session:
        waiting = select(Visit.lane, Visit.role).where(Visit.closed_at.is_(None), Visit.lane.is_not(None))
        others = session.execute(waiting.where(Visit.application_id == application_id)).all()
    for lane, role in others:
        # Reviews for information do not hold the notice back.
        if hall.file(application_id).state == "in_review":
            decide(hall, application_id, lane, role, "approve")
    with hall.database.transaction() as session:
        session.execute(update(CorrectionItem).values(status="answered", reply="Done."))
        session.get_one(PermitApplication, application_id).unanswered_items = 0
    hall.act(application_id, "resubmit", "applicant", LATER)
    return application_id


def visit_of(hall: City, lane: str | None) -> str:
    with hall.database.reading() as session:
        open_ = select(Visit.id).where(Visit.closed_at.is_(None), Visit.lane.is_not_distinct_from(lane))
        return session.scalars(open_).one()


def decide(hall: City, application_id: str, lane: str, role: str, action: str) -> None:
    hall.act(application_id, action, role, lane=lane, visit_id=visit_of(hall, lane))


def draft(hall: City, lane: str, actor: str | Actor, basis: Basis | None) -> str:
    finding = Finding("The breaker is too small.", "CEC 625.41", "Use a 60 A breaker.", basis=basis)
    who = hall.actor(actor) if isinstance(actor, str) else actor
    with hall.database.transaction() as session:
        return notices.draft_item(session.connection(), visit_of(hall, lane), finding, who, LATER)


def item(hall: City, item_id: str) -> CorrectionItem:
    with hall.database.reading() as session:
        return session.get_one(CorrectionItem, item_id)


def openings(hall: City, application_id: str, role: str, lane: str | None = "electrical") -> Openings:
    with hall.database.reading() as session:
        connection = session.connection()
        hash_ = session.get_one(PermitApplication, application_id).definition_hash
        definition = definition_for(connection, hash_)
        return one_notice.openings(connection, definition, application_id, lane, hall.actor(role))


def change_form(hall: City, application_id: str, part: str, **answers: Any) -> None:
    with hall.database.transaction() as session:
        row = session.get_one(PermitApplication, application_id)
        row.form = row.form | {part: row.form[part] | answers}


def add_document(hall: City, application_id: str, kind: str, at: int) -> None:
    with hall.database.transaction() as session:
        values = {"id": new_id(), "jurisdiction_id": hall.id, "application_id": application_id, "kind": kind}
        values |= {"version": 2, "filename": "a.pdf", "media_type": "application/pdf", "size_bytes": 1}
        values |= {"sha256": "a" * 64, "uploaded_by": hall.installer_id, "uploaded_at": at}
        session.execute(insert(Document), values)


def test_before_the_first_notice_nothing_is_asked_and_a_basis_is_not_kept(hall: City) -> None:
    application_id = hall.in_review()
    assert openings(hall, application_id, "building_official").sent is False
    item_id = draft(hall, "electrical", "electrical_examiner", Basis(CHANGED, "site.parcel"))
    assert item(hall, item_id).basis is None


def test_after_the_notice_an_item_without_a_basis_is_refused(hall: City, second_round: str) -> None:
    before = hall.file(second_round).draft_items
    with pytest.raises(BasisRefused, match="A notice was already sent") as refused:
        draft(hall, "electrical", "electrical_examiner", None)
    assert refused.value.refusals[0].citation
    with pytest.raises(BasisRefused):
        draft(hall, "electrical", "electrical_examiner", Basis(""))
    assert hall.file(second_round).draft_items == before


def test_an_unsettled_earlier_item_carries_a_new_one(hall: City, second_round: str) -> None:
    ((earlier, words),) = openings(hall, second_round, "electrical_examiner").items
    assert words == "1.1 The breaker is too small."
    saved = item(hall, draft(hall, "electrical", "electrical_examiner", Basis(EARLIER, earlier)))
    assert (saved.basis, saved.basis_ref, saved.basis_reason) == (EARLIER, earlier, None)


def test_a_settled_item_or_none_carries_nothing(hall: City, second_round: str) -> None:
    ((earlier, _words),) = openings(hall, second_round, "electrical_examiner").items
    with hall.database.transaction() as session:
        session.execute(update(CorrectionItem).values(status="resolved"))
    for ref in (earlier, "", "0" * 32):
        with pytest.raises(BasisRefused, match="not settled"):
            draft(hall, "electrical", "electrical_examiner", Basis(EARLIER, ref))


def test_unchanged_material_carries_nothing(hall: City, second_round: str) -> None:
    assert openings(hall, second_round, "electrical_examiner").material == ()
    for ref in ("site.parcel", "documents.site_plan", ""):
        with pytest.raises(BasisRefused, match="Nothing in this file changed"):
            draft(hall, "electrical", "electrical_examiner", Basis(CHANGED, ref))


def test_a_changed_answer_carries_an_item_and_an_unchanged_one_does_not(
    hall: City, second_round: str
) -> None:
    change_form(hall, second_round, "site", street="9 Other Rd")
    assert [ref for ref, _words in openings(hall, second_round, "electrical_examiner").material] == [
        "site.street"
    ]
    saved = item(hall, draft(hall, "electrical", "electrical_examiner", Basis(CHANGED, "site.street")))
    assert (saved.basis, saved.basis_ref) == (CHANGED, "site.street")
    with pytest.raises(BasisRefused, match="Choose the document or answer"):
        draft(hall, "electrical", "electrical_examiner", Basis(CHANGED, "project.type"))


def test_an_answer_that_was_changed_back_did_not_change(hall: City, second_round: str) -> None:
    street = hall.file(second_round).form["site"]["street"]
    change_form(hall, second_round, "site", street="9 Other Rd")
    change_form(hall, second_round, "site", street=street)
    assert openings(hall, second_round, "electrical_examiner").material == ()


def test_a_new_signature_changes_no_material(hall: City, second_round: str) -> None:
    with hall.database.transaction() as session:
        row = session.get_one(PermitApplication, second_round)
        row.form = row.form | {"attestations": {"signed_at": 1}}
    assert openings(hall, second_round, "electrical_examiner").material == ()


def test_a_document_sent_after_the_notice_carries_an_item_and_an_older_one_does_not(
    hall: City, second_round: str
) -> None:
    add_document(hall, second_round, "site_plan", MONDAY)
    assert openings(hall, second_round, "electrical_examiner").material == ()
    add_document(hall, second_round, "load_calculation", LATER)
    refs = [ref for ref, _words in openings(hall, second_round, "electrical_examiner").material]
    assert refs == ["documents.load_calculation"]
    draft(hall, "electrical", "electrical_examiner", Basis(CHANGED, refs[0]))


def test_a_notice_older_than_the_rule_lets_every_answer_count_as_changed(
    hall: City, second_round: str
) -> None:
    with hall.database.transaction() as session:
        session.execute(update(CorrectionNotice).values(material=None))
    assert openings(hall, second_round, "electrical_examiner").material


def test_only_the_official_names_a_danger_and_in_a_full_sentence(hall: City, second_round: str) -> None:
    with pytest.raises(BasisRefused, match="Only the official"):
        draft(hall, "electrical", "electrical_examiner", DANGEROUS)
    with pytest.raises(BasisRefused, match="full sentence"):
        draft(hall, "electrical", "building_official", Basis(DANGER, "", "Danger!"))
    saved = item(hall, draft(hall, "electrical", "building_official", DANGEROUS))
    assert (saved.basis, saved.basis_reason) == (DANGER, DANGEROUS.reason)
    assert saved.created_by == hall.staff["building_official"]


def test_the_official_of_the_applicants_company_names_none(hall: City, second_round: str) -> None:
    official = Actor(
        hall.staff["building_official"], frozenset({"building_official"}), frozenset({hall.company_id})
    )
    with pytest.raises(ConflictOfInterest):
        draft(hall, "electrical", official, DANGEROUS)


def test_the_official_writes_no_other_item_in_anothers_review(hall: City, second_round: str) -> None:
    ((earlier, _words),) = openings(hall, second_round, "building_official").items
    with pytest.raises(WrongRole):
        draft(hall, "electrical", "building_official", Basis(EARLIER, earlier))


def test_the_official_takes_the_own_item_back_and_no_other(hall: City, second_round: str) -> None:
    ((earlier, _words),) = openings(hall, second_round, "electrical_examiner").items
    other = draft(hall, "electrical", "electrical_examiner", Basis(EARLIER, earlier))
    mine = draft(hall, "electrical", "building_official", DANGEROUS)
    visit_id, official = visit_of(hall, "electrical"), hall.actor("building_official")
    with hall.database.transaction() as session:
        notices.remove_item(session.connection(), visit_id, mine, official)
    with hall.database.transaction() as session, pytest.raises(WrongRole):
        notices.remove_item(session.connection(), visit_id, other, official)


def test_an_unknown_basis_is_refused(hall: City, second_round: str) -> None:
    with pytest.raises(BasisRefused, match="rests on"):
        draft(hall, "electrical", "electrical_examiner", Basis("taste"))


def test_the_next_notice_records_what_was_added_for_health_and_safety(hall: City, second_round: str) -> None:
    draft(hall, "electrical", "building_official", DANGEROUS)
    decide(hall, second_round, "electrical", "electrical_examiner", "request_corrections")
    with hall.database.reading() as session:
        bodies = [json.loads(body) for body in session.scalars(select(Event.body).order_by(Event.seq))]
        sent = session.scalars(select(CorrectionNotice).order_by(CorrectionNotice.number)).all()
    (told,) = [body["data"] for body in bodies if body["data"].get("notice") == 2]
    assert told["items_health_and_safety"] == "1"
    assert DANGEROUS.reason not in json.dumps(bodies)
    assert [notice.number for notice in sent] == [1, 2]
    assert sent[0].material


def test_without_the_rule_a_basis_is_welcome_and_not_demanded(database: Database) -> None:
    plain = city(database, pack="us-generic", slug="plain-town")
    application_id = came_back(plain, "us-generic-commercial")
    now = openings(plain, application_id, "electrical_examiner")
    assert (now.sent, now.required, now.official) == (True, False, True)
    draft(plain, "electrical", "electrical_examiner", None)
    saved = item(plain, draft(plain, "electrical", "electrical_examiner", DANGEROUS))
    assert saved.basis == DANGER
    with pytest.raises(BasisRefused):
        draft(plain, "electrical", "electrical_examiner", Basis(CHANGED, "site.parcel"))
