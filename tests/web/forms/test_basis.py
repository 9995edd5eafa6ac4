"""The reviewer's form after a notice: what an item rests on, asked for only then, and kept when it is refused."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from permitflow.instants import now_us
from permitflow.models import CorrectionItem, PermitApplication, Visit
from permitflow.services import notices
from permitflow.services.notices import Finding
from tests import factories
from tests.browsing import database_of, press, signed_in, words
from tests.factories import City
from tests.strict_client import StrictClient

WORKFLOW = "us-ca-commercial-ab970"
FINDING = {"text": "No bollards.", "code_section": "CFC 312", "fix": "Add two bollards."}
REASON = "The transformer blocks the only way out of the building."


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(database_of(app))


def visit(city: City, lane: str) -> str:
    with city.database.reading() as session:
        return session.scalars(select(Visit.id).where(Visit.lane == lane, Visit.closed_at.is_(None))).one()


@pytest.fixture
def in_review(city: City) -> str:
    application_id = city.draft(WORKFLOW)
    city.act(application_id, "submit", "applicant", now_us())
    city.act(application_id, "accept", "permit_technician", now_us())
    return application_id


@pytest.fixture
def second_round(city: City, in_review: str) -> str:
    """The file again in review, its one electrical item answered."""
    found = Finding("The breaker is too small.", "CEC 625.41", "Use a 60 A breaker.")
    with city.database.transaction() as session:
        reviewer = city.actor("electrical_examiner")
        notices.draft_item(session.connection(), visit(city, "electrical"), found, reviewer, now_us())
    lanes = [
        ("electrical", "electrical_examiner", "request_corrections"),
        ("building", "building_examiner", "approve"),
        ("fire", "fire_reviewer", "approve"),
        ("accessibility", "accessibility_reviewer", "approve"),
    ]
    for lane, role, action in lanes:
        city.act(in_review, action, role, now_us(), lane=lane, visit_id=visit(city, lane))
    with city.database.transaction() as session:
        session.execute(update(CorrectionItem).values(status="answered", reply="Done."))
        session.get_one(PermitApplication, in_review).unanswered_items = 0
    city.act(in_review, "resubmit", "applicant", now_us())
    return in_review


@pytest.fixture
def examiner(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["electrical_examiner"])


@pytest.fixture
def official(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["building_official"])


def add(client: StrictClient, application_id: str, **typed: str) -> TestResponse:
    return press(client, client.get(f"/review/{application_id}"), "/items", **(FINDING | typed))


def test_before_a_notice_nothing_is_asked(examiner: StrictClient, in_review: str) -> None:
    assert "What this item rests on" not in words(examiner.get(f"/review/{in_review}"))
    assert add(examiner, in_review).status_code == 302


def test_after_it_an_item_without_a_basis_comes_back_as_typed(
    examiner: StrictClient, second_round: str
) -> None:
    answer = add(examiner, second_round)
    assert answer.status_code == 422
    assert "Say what this item rests on." in words(answer)
    assert FINDING["text"] in answer.text


def test_an_earlier_item_is_chosen_from_the_list(
    app: Flask, city: City, examiner: StrictClient, second_round: str
) -> None:
    with city.database.reading() as session:
        earlier = session.scalars(select(CorrectionItem.id)).one()
    assert "1.1 The breaker is too small." in examiner.get(f"/review/{second_round}").text
    added = add(examiner, second_round, basis="earlier_item", basis_item=earlier)
    assert "an earlier item was not settled" in words(examiner.get(added.location))


def test_unchanged_material_is_not_even_offered(examiner: StrictClient, second_round: str) -> None:
    page = words(examiner.get(f"/review/{second_round}"))
    assert "The material changed since the notice" not in page
    assert "Health and safety, on the official's word" not in page
    answer = add(examiner, second_round, basis="changed_material", basis_material="site.street")
    assert (answer.status_code, "Nothing in this file changed" in words(answer)) == (422, True)


def test_a_changed_answer_is_offered_by_name(city: City, examiner: StrictClient, second_round: str) -> None:
    with city.database.transaction() as session:
        row = session.get_one(PermitApplication, second_round)
        row.form = row.form | {"site": row.form["site"] | {"street": "9 Other Rd"}}
    assert "Site: street" in words(examiner.get(f"/review/{second_round}"))
    added = add(examiner, second_round, basis="changed_material", basis_material="site.street")
    assert "because this changed: site: street" in words(examiner.get(added.location))


def test_the_official_adds_a_danger_in_anothers_review_and_everybody_reads_why(
    app: Flask, city: City, official: StrictClient, second_round: str
) -> None:
    visit_id = visit(city, "electrical")
    page = official.get(f"/review/{second_round}?visit={visit_id}")
    assert "This step waits for:" in words(page)
    refused = press(official, page, "/items", **FINDING, basis="health_and_safety", basis_reason="Danger!")
    assert (refused.status_code, "full sentence" in words(refused)) == (422, True)
    added = press(official, page, "/items", **FINDING, basis="health_and_safety", basis_reason=REASON)
    assert added.status_code == 302
    assert REASON in words(official.get(added.location))
    city.act(
        second_round,
        "request_corrections",
        "electrical_examiner",
        now_us(),
        lane="electrical",
        visit_id=visit_id,
    )
    installer = signed_in(app, city.installer_id)
    assert f"for health and safety: {REASON}" in words(
        installer.get(f"/applications/{second_round}/corrections")
    )
    assert "for health and safety after the notice: items 1" in words(
        installer.get(f"/applications/{second_round}")
    )
    manager = words(signed_in(app, city.staff["manager"]).get(f"/review/{second_round}"))
    assert REASON in manager
    assert "for health and safety after the notice: items 1" in manager
