"""A correction notice is answered item by item; each answer counts once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from permitflow.db import Database, new_id
from permitflow.engine.errors import MissingInput, UnmetClauses, WrongPhase
from permitflow.models import CorrectionItem, PermitApplication
from permitflow.services.answers import Answer, answer_item, seen_reply
from permitflow.services.errors import NotFound, Stale
from tests.scene import AT, HOME, MINUTE, Scene, scene

LARGE = {**HOME, "electrical": {**HOME["electrical"], "service_upgrade": True}}


def with_corrections(city: Scene, session: Session, folder: Path) -> tuple[str, list[str]]:
    """A file that an examiner sent back with two items."""
    application_id = city.draft(session, LARGE)
    city.attach(session, folder, application_id, "cut_sheet")
    city.attach(session, folder, application_id, "service_plan")
    assert city.submit(session, application_id).state == "counter_review"
    examiner = city.staff["electrical_examiner"]
    for words in ("Show the panel.", "Name the wire size."):
        draft(session, city, application_id, words)
    applied = city.act(session, application_id, "request_corrections", examiner)
    assert applied.state == "corrections"
    items = session.query(CorrectionItem).filter_by(application_id=application_id)
    return application_id, [item.id for item in items.order_by(CorrectionItem.number)]


def draft(session: Session, city: Scene, application_id: str, words: str) -> None:
    """A drafted item, put straight into the tables."""
    item = CorrectionItem(
        id=new_id(),
        jurisdiction_id=city.city_id,
        application_id=application_id,
        round=1,
        severity="required",
        text=words,
        code_section="CEC 110.26",
        fix="Add it.",
        status="draft",
        created_by=city.staff["electrical_examiner"],
        created_at=AT,
    )
    session.add(item)
    session.get_one(PermitApplication, application_id, populate_existing=True).draft_items += 1
    session.flush()


def test_each_answer_counts_once(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id, (first, second) = with_corrections(city, session, tmp_path)
        olga = city.actor(session, city.olga)
        answer = Answer(
            application_id, first, "See sheet E2.", None, seen_reply("", None), olga, AT + 6 * MINUTE
        )
        assert answer_item(session, answer) is not None
        assert answer_item(session, answer) is None, "the same reply again says nothing new"
        assert unanswered(session, application_id) == 1
        with pytest.raises(UnmetClauses, match="Answer every item"):
            city.act(session, application_id, "resubmit", city.olga)
        document_id = city.attach(session, tmp_path, application_id, "service_plan", b"%PDF-1.7\n%%EOF")
        answer_item(session, replace(answer, item_id=second, reply="6 AWG.", document_id=document_id))
        changed = replace(answer, reply="See sheet E3.", seen=seen_reply("See sheet E2.", None))
        answer_item(session, changed)
        assert unanswered(session, application_id) == 0, "changing an answer does not count twice"
        item = session.get_one(CorrectionItem, second, populate_existing=True)
        assert (item.reply, item.reply_document_id, item.status) == ("6 AWG.", document_id, "answered")
        assert city.act(session, application_id, "resubmit", city.olga).state == "counter_review"


def unanswered(session: Session, application_id: str) -> int:
    return session.get_one(PermitApplication, application_id, populate_existing=True).unanswered_items


def test_what_is_refused(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id, (first, _second) = with_corrections(city, session, tmp_path)
        olga = city.actor(session, city.olga)
        answer = Answer(application_id, first, "Done.", None, seen_reply("", None), olga, AT)
        with pytest.raises(MissingInput, match="Write what you changed"):
            answer_item(session, replace(answer, reply=""))
        with pytest.raises(NotFound):
            answer_item(session, replace(answer, item_id=new_id()))
        with pytest.raises(NotFound):
            answer_item(session, replace(answer, application_id=new_id()))
        with pytest.raises(NotFound):
            answer_item(session, replace(answer, document_id=new_id()))
        answer_item(session, answer)
        with pytest.raises(Stale, match="meanwhile"):
            answer_item(session, replace(answer, reply="Mine instead."))


def test_a_drafted_item_stays_the_reviewers(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id, (first, _second) = with_corrections(city, session, tmp_path)
        olga = city.actor(session, city.olga)
        draft(session, city, application_id, "Not sent yet.")
        hidden = session.query(CorrectionItem).filter_by(application_id=application_id, notice_id=None).one()
        answer = Answer(application_id, hidden.id, "I peeked.", None, seen_reply("", None), olga, AT)
        with pytest.raises(NotFound):
            answer_item(session, answer)
        city.act(session, application_id, "withdraw", city.olga)
        with pytest.raises(WrongPhase):
            answer_item(session, replace(answer, item_id=first))


def inspected(city: Scene, session: Session, folder: Path, state: str) -> tuple[str, Answer]:
    """A file with a notice of two items that stands in a decided phase; and the answer to the first."""
    application_id, (first, _second) = with_corrections(city, session, folder)
    session.get_one(PermitApplication, application_id, populate_existing=True).state = state
    session.flush()
    olga = city.actor(session, city.olga)
    return application_id, Answer(application_id, first, "Covered.", None, seen_reply("", None), olga, AT)


def test_what_an_inspection_found_is_answered_with_the_permit_in_hand(
    database: Database, tmp_path: Path
) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id, answer = inspected(city, session, tmp_path, "issued")
        document_id = city.attach(session, tmp_path, application_id, "service_plan", b"%PDF-1.7\n%%EOF")
        assert answer_item(session, replace(answer, document_id=document_id)) is not None
        assert unanswered(session, application_id) == 1
        with pytest.raises(WrongPhase, match="Permit issued"):
            city.save(session, application_id, "site", {**HOME["site"], "street": "1 Other Rd"})


@pytest.mark.parametrize("state", ["finaled", "inspection_scheduled"])
def test_after_the_end_or_with_the_inspector_nothing_is_answered(
    database: Database, tmp_path: Path, state: str
) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id, answer = inspected(city, session, tmp_path, state)
        with pytest.raises(WrongPhase):
            answer_item(session, answer)
        with pytest.raises(WrongPhase):
            city.attach(session, tmp_path, application_id, "service_plan", b"%PDF-1.7\n%%EOF")


def test_without_a_notice_the_documents_of_a_permit_stay(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id, _answer = inspected(city, session, tmp_path, "issued")
        session.get_one(PermitApplication, application_id).open_items = 0
        session.flush()
        with pytest.raises(WrongPhase):
            city.attach(session, tmp_path, application_id, "service_plan", b"%PDF-1.7\n%%EOF")
