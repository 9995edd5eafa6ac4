"""Drafts keep what was answered, derive what follows, and lose nothing a colleague wrote."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest

from permitflow.db import Database, new_id
from permitflow.engine.errors import UnmetClauses, WrongPhase
from permitflow.ledger.chain import GENESIS
from permitflow.models import Company, Event, PermitApplication
from permitflow.services import drafts
from permitflow.services.drafts import NewDraft, Signature, StepSave, fingerprint, title_of
from permitflow.services.errors import NotFound, Stale
from permitflow.services.transitions import Act
from tests.scene import AT, HOME, MINUTE, scene, version


def test_the_project_type_chooses_the_workflow(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        olga = city.actor(session, city.olga)
        new = NewDraft(city.city_id, city.company_id, "workplace", olga, AT)
        commercial = session.get_one(PermitApplication, drafts.start_draft(session, new))
        home = session.get_one(
            PermitApplication, drafts.start_draft(session, replace(new, project_type="residential"))
        )
        assert commercial.workflow == "us-ca-commercial-ab970"
        assert home.workflow == "us-ca-residential-instant"
        assert home.facts["project"] == {"type": "residential"}
        with pytest.raises(NotFound):
            drafts.start_draft(session, replace(new, project_type="spaceport"))
        with pytest.raises(NotFound):
            drafts.start_draft(session, replace(new, actor=city.actor(session, city.sam)))
        with pytest.raises(NotFound):
            drafts.start_draft(session, replace(new, company_id=new_id()))


def test_saved_steps_give_title_count_and_facts(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
    with database.reading() as session:
        row = session.get_one(PermitApplication, application_id)
        assert row.title == "1250 Mission Rd · 1 x 11.5 kW"
        assert row.station_count == 1
        assert row.facts["rules"]["breaker_ok"] is True
        assert row.facts["contractor"] == {"licence_valid": True}
        assert row.people == HOME["people"]
        assert "people" not in row.form, "personal data stands apart from the form"
        events = session.query(Event).filter_by(application_id=application_id).order_by(Event.seq).all()
        assert [event.action for event in events] == ["start"] + ["save_step"] * 5
        assert "Olga Owner" not in "".join(event.body for event in events)


def test_the_same_answers_again_change_nothing(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
        before = version(session, application_id)
        assert city.save(session, application_id, "site", HOME["site"]) is None
        assert version(session, application_id) == before


def test_two_colleagues_in_one_step_do_not_overwrite_each_other(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
        seen = fingerprint(HOME["site"])
        carl = city.actor(session, city.carl)
        other = {**HOME["site"], "unit": "B"}
        drafts.save_step(session, StepSave(application_id, "site", other, seen, carl, AT))
        mine = StepSave(application_id, "site", {**HOME["site"], "unit": "A"}, seen, carl, AT)
        with pytest.raises(Stale, match="changed this step"):
            drafts.save_step(session, mine)
        # Another step was not touched and can be saved from the old page.
        electrical = {**HOME["electrical"], "breaker_amps": 70}
        old = StepSave(application_id, "electrical", electrical, fingerprint(HOME["electrical"]), carl, AT)
        assert drafts.save_step(session, old) is not None
        assert drafts.stored_answers(session, application_id)["site"]["unit"] == "B"


def test_unknown_things_are_not_found(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
        olga = city.actor(session, city.olga)
        save = StepSave(application_id, "attestations", {"signed": True}, fingerprint({}), olga, AT)
        with pytest.raises(NotFound):
            drafts.save_step(session, save)
        with pytest.raises(NotFound):
            drafts.save_step(session, replace(save, application_id=new_id(), step="site"))
        with pytest.raises(NotFound):
            drafts.take(session, Act(new_id(), "submit", olga, AT))


def test_an_unanswered_question_stays_unknown(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        form = copy.deepcopy(dict(HOME))
        del form["electrical"]["breaker_amps"]
        form["equipment"] = []
        application_id = city.draft(session, form)
        facts = session.get_one(PermitApplication, application_id).facts
        assert "breaker_ok" not in facts["rules"]
        assert "breaker_amps" not in facts["electrical"]


def test_signing_and_sending_issues_a_receipt_number(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
        city.attach(session, tmp_path, application_id, "cut_sheet")
        applied = city.submit(session, application_id)
        row = session.get_one(PermitApplication, application_id, populate_existing=True)
        assert applied.state == "fees_due", "every rule is met, so nobody has to look"
        assert row.number == "TV-A-2026-00001"
        assert row.form["attestations"] == {
            "signed": True,
            "owner_consent": True,
            "no_adverse_impact": False,
            "signed_name": "Olga Owner",
            "signed_at": AT + 3 * MINUTE,
        }
        with pytest.raises(WrongPhase, match="only while the application is with you"):
            city.save(session, application_id, "site", {**HOME["site"], "unit": "C"})


def test_what_is_missing_is_told_at_once(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session, {"project": {"type": "residential"}})
        with pytest.raises(UnmetClauses) as refused:
            city.submit(session, application_id)
        assert {"has_equipment", "documents_present"} <= {item.code for item in refused.value.refusals}


def test_a_signature_is_for_what_the_signer_saw(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
        olga = city.actor(session, city.olga)
        signature = Signature(application_id, "Olga Owner", (), 2, olga, AT)
        with pytest.raises(Stale):
            drafts.sign(session, signature)


def test_the_licence_is_looked_up_when_it_matters(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
        city.attach(session, tmp_path, application_id, "cut_sheet")
        city.submit(session, application_id)
        session.get_one(Company, city.company_id).licence_number = ""
        session.flush()
        olga = city.actor(session, city.olga)
        act = Act(application_id, "withdraw", olga, AT + 9 * MINUTE, version=version(session, application_id))
        assert drafts.take(session, act).state == "withdrawn"
        looked_up = (
            session.query(Event).filter_by(application_id=application_id, action="check_licence").one()
        )
        assert '"licence":"unknown"' in looked_up.body
        assert '"actor":"system"' in looked_up.body


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, "New application"),
        ({"project": {"title": "Depot"}}, "Depot"),
        ({"site": {"street": "1 A St", "unit": "B"}}, "1 A St B"),
        ({"equipment": [{"quantity": 12, "amps": 40, "volts": 240, "phase": 1}]}, "12 x 9.6 kW"),
        ({"equipment": [{"quantity": 2, "amps": 80, "volts": 480, "phase": 3}]}, "2 x 66.5 kW"),
        ({"equipment": [{"quantity": 2, "level": "DC"}, {}]}, "2 DC + 1"),
        ({"site": {"street": "x" * 300}}, "x" * 200),
    ],
)
def test_titles_say_what_and_where(form: dict[str, object], expected: str) -> None:
    assert title_of(form) == expected


def test_start_is_the_only_way_in(database: Database) -> None:
    """The first event names the draft's phase, so that a chain never begins in the middle."""
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session, {"project": {"type": "residential"}})
        first = session.query(Event).filter_by(application_id=application_id, seq=1).one()
        assert '"to":"draft"' in first.body
        assert first.prev_hash == GENESIS
