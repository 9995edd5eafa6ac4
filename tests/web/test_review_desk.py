"""The workspace as one person sees it: what they can do with this file now, what hinders them, and what is prepared."""

from __future__ import annotations

import pytest
from flask import Flask, g
from sqlalchemy import update

from permitflow.engine.duties import Actor
from permitflow.instants import now_us
from permitflow.models import Visit
from permitflow.queries.people import Person
from permitflow.queries.workspace import workspace
from permitflow.services.transitions import Act
from permitflow.web.review_desk import LANE_DECISIONS, Desk, Reopened, desk, entry_words
from tests import factories
from tests.browsing import buttons, press, words
from tests.engine.small_workflow import loaded
from tests.factories import City
from tests.web.forms.sending import opened
from tests.web.test_review import (
    EXAMINER,
    FINDING,
    as_role,
    in_review,
    join_company,
    open_visit,
    shown,
    submitted,
)


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(app.extensions["permitflow"].database)


def test_the_checklist_is_saved_together_and_fills_a_correction(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    page = shown(client, f"/review/{application_id}")
    answer = press(
        client,
        page,
        "/checklist",
        **{"answer-breaker": "fail", "note-breaker": "50 A shown", "answer-listing": "pass"},
    )
    page = shown(client, answer.location)
    assert "Would fix it: Use the next standard breaker size" in words(page)
    assert 'value="50 A shown"' in page.text
    filled = shown(client, answer.location + "&line=breaker")
    added = press(client, filled, "/items")
    page = shown(client, added.location)
    assert "Corrections in preparation (1)" in words(page)
    assert "Not shown or not met: Each charger circuit" in words(page)
    assert "CEC 625.41" in words(page)


def test_an_action_that_cannot_be_taken_shows_its_reasons(app: Flask, city: City) -> None:
    application_id = in_review(city)
    page = shown(as_role(app, city, EXAMINER), f"/review/{application_id}")
    assert "Write at least one correction item first" in words(page)
    assert not [path for path in buttons(page) if path.endswith("/request_corrections")]


def test_a_file_claimed_by_a_colleague_is_not_decided(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    page = shown(client, f"/review/{application_id}")
    visit_id = open_visit(city, application_id, "electrical")
    with city.database.transaction() as session:
        session.execute(
            update(Visit).where(Visit.id == visit_id).values(claimed_by=city.staff["planner"], claimed_at=1)
        )
    assert press(client, page, "/lanes/electrical/approve").status_code == 409
    assert "has taken this step" in words(shown(client, f"/review/{application_id}"))


def test_nobody_reviews_a_file_of_their_own_company(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    page, queue = shown(client, f"/review/{application_id}"), shown(client, "/review/")
    join_company(city, EXAMINER)
    visit_id = open_visit(city, application_id, "electrical")
    for seen, action in (
        (page, "/lanes/electrical/approve"),
        (page, "/items"),
        (page, "/checklist"),
        (queue, f"/visits/{visit_id}/take"),
    ):
        assert press(client, seen, action, **FINDING).status_code == 403
    now = shown(client, f"/review/{application_id}")
    assert "You belong to the company that filed this application" in words(now)
    assert not [path for path in buttons(now) if path.startswith("/review/")]
    assert "You belong to this company" in words(shown(client, "/review/"))


def test_another_roles_lane_is_shown_but_not_decided(app: Flask, city: City) -> None:
    application_id = in_review(city)
    visit_id = open_visit(city, application_id, "electrical")
    client = as_role(app, city, "fire_reviewer")
    page = shown(client, f"/review/{application_id}?visit={visit_id}")
    assert "This step waits for: Electrical plans examiner." in words(page)
    assert not [path for path in buttons(page) if "/lanes/" in path]


def desk_of(
    app: Flask, city: City, role: str, application_id: str, address: str = "/", again: Reopened | None = None
) -> Desk:
    """What somebody with one role of the city sees of a file."""
    me = Person(city.staff[role], role, "", "en", {city.id: frozenset({role})}, frozenset(), "0" * 64)
    with app.test_request_context(address), city.database.reading() as session:
        g.person = me
        found = workspace(session, me, application_id, now_us())
        assert found is not None
        return desk(session, found, None, again)


def test_everybody_begins_at_the_own_step_and_a_manager_at_any(app: Flask, city: City) -> None:
    application_id = in_review(city)
    own = desk_of(app, city, "fire_reviewer", application_id)
    assert own.visit is not None
    assert (own.visit.lane, own.mine, own.obstacle, own.colleagues) == ("fire", True, "", ())
    boss = desk_of(app, city, "manager", application_id)
    assert boss.visit is not None
    assert (boss.mine, boss.drafting) == (False, False)
    assert boss.obstacle.startswith("This step waits for: ")
    assert [user_id for user_id, _name in boss.colleagues] == [city.staff[boss.visit.role or ""]]
    outsider = desk_of(app, city, "cashier", application_id)
    assert outsider.visit is None
    assert outsider.obstacle == "Nothing of this file waits for your roles now."
    assert (outsider.checklist, outsider.lane_choices, outsider.drafting) == ((), (), False)


def test_each_answer_of_a_review_says_what_hinders_it(app: Flask, city: City) -> None:
    shown_now = desk_of(app, city, EXAMINER, in_review(city))
    refused = {one.action: [refusal.code for refusal in one.refusals] for one in shown_now.lane_choices}
    assert list(refused) == list(LANE_DECISIONS)
    assert [action for action, codes in refused.items() if codes] == ["request_corrections"]


def test_in_the_check_of_the_whole_file_there_are_steps_instead_of_answers(app: Flask, city: City) -> None:
    shown_now = desk_of(app, city, "permit_technician", submitted(city))
    assert (shown_now.lane_choices, shown_now.mine, shown_now.drafting) == ((), True, True)
    refused = {one.action: bool(one.refusals) for one in shown_now.choices}
    assert refused["accept"] is False
    assert refused["request_information"] is True, "no item is drafted yet"


def test_only_a_line_of_the_step_s_checklist_fills_the_finding(app: Flask, city: City) -> None:
    application_id = in_review(city)
    form = desk_of(app, city, EXAMINER, application_id, "/?line=breaker").form
    assert str(form.text.data).startswith("Not shown or not met: Each charger circuit")
    assert (form.code_section.data, bool(form.fix.data)) == ("CEC 625.41", True)
    other = desk_of(app, city, EXAMINER, application_id, "/?line=no_such_line").form
    assert (other.text.data, other.code_section.data) == ("", "")
    assert other.visit_id.data == form.visit_id.data != ""


def test_what_was_typed_stays_in_the_form_that_was_refused_alone(app: Flask, city: City) -> None:
    file = submitted(city)
    shown_now = desk_of(app, city, "permit_technician", file, again=Reopened("reject"))
    with app.test_request_context(method="POST", data={"input-reason": "Not here."}):
        assert shown_now.typed("reject", "input-reason") == "Not here."
        assert shown_now.typed("accept", "input-reason") == ""
        assert shown_now.typed("reject", "input-other") == ""


def test_what_was_done_is_said_in_the_past_tense() -> None:
    definition = loaded().definition
    actor = Actor("pat", frozenset())

    def said(action: str, lane: str | None = None) -> str:
        return entry_words(definition, Act("file", action, actor, 0, lane=lane))

    with opened():
        assert (said("accept"), said("approve"), said("approve", "fire")) == (
            "Accepted",
            "Approved",
            "Approved",
        )
        assert said("waive", "fire") == "Review waived"
        assert said("mark_not_applicable", "fire") == "Marked as not applicable"
