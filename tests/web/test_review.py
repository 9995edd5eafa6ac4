"""The reviewer's queue and workspace in the browser: who sees what, and what a decision does."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from werkzeug.test import TestResponse

from permitflow.db import new_id
from permitflow.instants import now_us
from permitflow.models import CompanyMember, CorrectionItem, PermitApplication, RoleGrant, Visit
from tests import factories
from tests.browsing import press, signed_in, words
from tests.factories import City
from tests.statements import statements
from tests.strict_client import StrictClient

WORKFLOW = "us-ca-commercial-ab970"
EXAMINER = "electrical_examiner"
FINDING = {"text": "The breaker is too small.", "code_section": "CEC 625.41", "fix": "Use a 60 A breaker."}


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(app.extensions["permitflow"].database)


def submitted(city: City) -> str:
    application_id = city.draft(WORKFLOW)
    city.act(application_id, "submit", "applicant", now_us())
    return application_id


def in_review(city: City) -> str:
    application_id = submitted(city)
    city.act(application_id, "accept", "permit_technician", now_us())
    return application_id


def open_visit(city: City, application_id: str, lane: str | None) -> str:
    with city.database.reading() as session:
        query = select(Visit.id).where(
            Visit.application_id == application_id,
            Visit.closed_at.is_(None),
            Visit.lane.is_not_distinct_from(lane),
        )
        return session.scalars(query).one()


def lane_decided(city: City, application_id: str, lane: str, role: str, action: str = "approve") -> None:
    visit_id = open_visit(city, application_id, lane)
    city.act(application_id, action, role, now_us(), lane=lane, visit_id=visit_id)


def end_role(city: City, role: str) -> None:
    with city.database.transaction() as session:
        session.execute(
            update(RoleGrant).where(RoleGrant.user_id == city.staff[role]).values(revoked_at=now_us())
        )


def join_company(city: City, role: str) -> None:
    with city.database.transaction() as session:
        session.add(CompanyMember(company_id=city.company_id, user_id=city.staff[role], joined_at=now_us()))


def as_role(app: Flask, city: City, role: str) -> StrictClient:
    return signed_in(app, city.staff[role])


def shown(client: StrictClient, path: str, status: int = 200) -> TestResponse:
    page = client.get(path, follow_redirects=True)
    assert page.status_code == status
    return page


def test_the_queue_shows_what_waits_for_my_role_and_why(app: Flask, city: City) -> None:
    application_id = in_review(city)
    page = shown(as_role(app, city, EXAMINER), "/review/")
    text = words(page)
    assert city.file(application_id).number in text
    assert "First review" in text
    assert "Electrical examiner (1)" in text
    assert f"/review/{application_id}?visit=" in page.text


def test_an_empty_queue_says_what_will_come(app: Flask, city: City) -> None:
    assert "Your queue is empty." in words(shown(as_role(app, city, EXAMINER), "/review/"))


def test_a_search_without_a_hit_leads_back(app: Flask, city: City) -> None:
    in_review(city)
    page = shown(as_role(app, city, EXAMINER), "/review/?q=nowhere&show=mine&after=broken")
    assert "fits this search" in words(page)


def test_somebody_without_a_review_role_is_told(app: Flask, city: City) -> None:
    assert "none of your roles" in words(shown(as_role(app, city, "manager"), "/review/"))


def test_taking_opens_the_file_and_others_see_who_has_it(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    queue = shown(client, "/review/")
    visit_id = open_visit(city, application_id, "electrical")
    answer = press(client, queue, f"/review/visits/{visit_id}/take")
    assert answer.location == f"/review/{application_id}?visit={visit_id}"
    assert "You have taken this step." in words(shown(client, answer.location))
    late = client.post(
        f"/review/visits/{visit_id}/take", data={"csrf_token": token_of(queue)}, follow_redirects=True
    )
    assert late.status_code == 409
    assert "has taken this file" in words(late)


def token_of(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def test_take_next_and_release(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    opened = press(client, shown(client, "/review/"), "/review/next")
    assert opened.location.startswith(f"/review/{application_id}?visit=")
    page = shown(client, opened.location)
    assert press(client, page, "/release").location == "/review/"
    assert "The file is back in the queue." in words(shown(client, "/review/"))


def test_take_next_with_nothing_left_shows_the_queue(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    queue = shown(client, "/review/")
    lane_decided(city, application_id, "electrical", EXAMINER)
    assert "Your queue is empty." in words(shown(client, press(client, queue, "/review/next").location))


def test_a_manager_gives_a_step_to_a_colleague(app: Flask, city: City) -> None:
    application_id = in_review(city)
    visit_id = open_visit(city, application_id, "electrical")
    client = as_role(app, city, "manager")
    page = shown(client, f"/review/{application_id}?visit={visit_id}")
    press(client, page, "/give", user_id=city.staff[EXAMINER])
    with city.database.reading() as session:
        assert session.get_one(Visit, visit_id).claimed_by == city.staff[EXAMINER]


def test_a_finding_without_its_code_section_comes_back_as_typed(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    page = shown(client, f"/review/{application_id}")
    answer = press(client, page, "/items", **(FINDING | {"code_section": " "}))
    assert answer.status_code == 422
    assert "Name the code section." in words(answer)
    assert FINDING["text"] in answer.text


def seen_by_applicant(app: Flask, city: City, application_id: str) -> str:
    """Both pages on which an applicant could read a correction."""
    client = signed_in(app, city.installer_id)
    paths = (f"/applications/{application_id}", f"/applications/{application_id}/corrections")
    return "".join(client.get(path).text for path in paths)


def test_drafts_stay_unseen_until_the_one_notice_goes_out(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    page = shown(client, f"/review/{application_id}")
    page = shown(client, press(client, page, "/items", **FINDING).location)
    answer = press(client, page, "/lanes/electrical/request_corrections")
    assert answer.status_code == 302
    for lane, role in (("building", "building_examiner"), ("fire", "fire_reviewer")):
        lane_decided(city, application_id, lane, role)
    assert FINDING["text"] not in seen_by_applicant(app, city, application_id)
    lane_decided(city, application_id, "accessibility", "accessibility_reviewer")
    assert city.file(application_id).state == "corrections"
    assert FINDING["text"] in seen_by_applicant(app, city, application_id)


def test_a_draft_can_be_removed(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    page = shown(
        client, press(client, shown(client, f"/review/{application_id}"), "/items", **FINDING).location
    )
    page = shown(client, press(client, page, "/remove").location)
    assert "Corrections in preparation (0)" in words(page)
    with city.database.reading() as session:
        assert session.scalars(select(CorrectionItem)).all() == []


def test_approval_opens_the_next_file_and_then_the_empty_queue(app: Flask, city: City) -> None:
    first, second = in_review(city), in_review(city)
    client = as_role(app, city, EXAMINER)
    page = shown(client, f"/review/{first}")
    answer = press(client, page, "/lanes/electrical/approve")
    assert answer.location.startswith(f"/review/{second}?visit=")
    page = shown(client, answer.location)
    assert f"Approved: {city.file(first).number}." in words(page)
    answer = press(client, page, "/lanes/electrical/approve")
    assert answer.location == "/review/"
    assert "Your queue is empty." in words(shown(client, "/review/"))


def test_an_approval_with_conditions_keeps_each_line(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    page = shown(client, f"/review/{application_id}")
    empty = press(client, page, "/lanes/electrical/approve_with_conditions", conditions=" \n")
    assert empty.status_code == 422
    assert "Write at least one condition first." in words(empty)
    press(client, empty, "/lanes/electrical/approve_with_conditions", conditions="Label it.\n\nLock it.")
    fire = words(shown(as_role(app, city, "fire_reviewer"), f"/review/{application_id}"))
    assert "Label it. Lock it." in fire
    assert "approved with conditions" in fire


def test_not_applicable_needs_a_reason_and_keeps_it(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    page = shown(client, f"/review/{application_id}")
    empty = press(client, page, "/lanes/electrical/mark_not_applicable")
    assert (empty.status_code, "Say why this review does not apply." in words(empty)) == (422, True)
    press(client, empty, "/lanes/electrical/mark_not_applicable", reason="No wiring is touched.")
    assert "No wiring is touched." in words(shown(client, f"/review/{application_id}"))


def test_the_technician_accepts_or_sends_a_notice(app: Flask, city: City) -> None:
    first, second = submitted(city), submitted(city)
    client = as_role(app, city, "permit_technician")
    page = shown(client, f"/review/{first}")
    assert "Completeness check" in words(page)
    assert press(client, page, "/steps/accept").location.startswith(f"/review/{second}")
    page = shown(client, press(client, shown(client, f"/review/{second}"), "/items", **FINDING).location)
    press(client, page, "/steps/request_information")
    assert [city.file(one).state for one in (first, second)] == ["in_review", "incomplete"]


def test_a_denial_needs_every_finding_and_loses_nothing_typed(app: Flask, city: City) -> None:
    application_id = in_review(city)
    lanes = {
        "electrical": EXAMINER,
        "building": "building_examiner",
        "fire": "fire_reviewer",
        "accessibility": "accessibility_reviewer",
    }
    for lane, role in lanes.items():
        lane_decided(city, application_id, lane, role)
    client = as_role(app, city, "building_official")
    page = shown(client, f"/review/{application_id}")
    answer = press(client, page, "/steps/deny", **{"input-finding": "Gas line under the stalls."})
    assert answer.status_code == 422
    assert "Gas line under the stalls." in answer.text
    assert words(answer).count("Fill in “") == 2
    typed = {"input-evidence": "Survey of 2 May.", "input-alternatives_rejected": "None fits."}
    assert press(client, answer, "/steps/deny", **typed).status_code == 302
    assert city.file(application_id).state == "denied"
    assert "Survey of 2 May." in words(shown(client, f"/review/{application_id}"))


def test_the_same_form_twice_has_one_effect_and_says_what_changed(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client, second = as_role(app, city, EXAMINER), as_role(app, city, EXAMINER)
    page, other = (shown(one, f"/review/{application_id}") for one in (client, second))
    press(client, page, "/lanes/electrical/approve")
    for browser, old in ((client, page), (second, other)):
        again = press(browser, old, "/lanes/electrical/approve")
        assert again.status_code == 409
        assert "already decided" in words(again)
        assert re.search(r"What changed Approved \w+ \d+", words(again))
        assert "Accepted as complete" not in words(again)


def test_changed_documents_stop_a_decision(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    page = shown(client, f"/review/{application_id}")
    with city.database.transaction() as session:
        application = session.merge(city.file(application_id))
        application.document_set_hash = "e" * 64
    answer = press(client, page, "/lanes/electrical/approve")
    assert (answer.status_code, "documents changed" in words(answer)) == (409, True)


def test_another_citys_application_is_not_found(app: Flask, city: City) -> None:
    application_id = in_review(city)
    visit_id = open_visit(city, application_id, "electrical")
    elsewhere = factories.city(city.database, slug="monte-alto")
    client = as_role(app, elsewhere, EXAMINER)
    assert client.get(f"/review/{application_id}").status_code == 404
    token = token_of(shown(client, "/review/"))
    for path in (f"visits/{visit_id}/take", f"{application_id}/items", f"{application_id}/steps/accept"):
        answer = client.post(f"/review/{path}", data={"csrf_token": token, "visit_id": visit_id} | FINDING)
        assert answer.status_code == 404, path


def test_a_draft_is_not_the_citys_business(app: Flask, city: City) -> None:
    application_id = city.draft(WORKFLOW)
    assert as_role(app, city, EXAMINER).get(f"/review/{application_id}").status_code == 404


def test_a_reviewer_who_lost_the_role_is_refused_at_the_next_click(app: Flask, city: City) -> None:
    application_id = in_review(city)
    client = as_role(app, city, EXAMINER)
    page = shown(client, f"/review/{application_id}")
    end_role(city, EXAMINER)
    assert press(client, page, "/lanes/electrical/approve").status_code == 403
    assert client.get("/review/").status_code == 403
    assert "approve" not in [line.closing_action for line in visits(city)]


def visits(city: City) -> list[Visit]:
    with city.database.reading() as session:
        return list(session.scalars(select(Visit)))


def fill_queue(city: City, files: int) -> None:
    """Files that wait for the electrical examiner, each with a visit of its own."""
    application = city.file(in_review(city))
    with city.database.transaction() as session:
        visit = session.get_one(Visit, open_visit(city, application.id, "electrical"))
        for _ in range(files - 1):
            copy = {"id": new_id(), "number": new_id()}
            session.execute(insert(PermitApplication).values(columns_of(application) | copy))
            of_copy = {"id": new_id(), "application_id": copy["id"]}
            session.execute(insert(Visit).values(columns_of(visit) | of_copy))


def columns_of(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def test_a_long_queue_takes_as_many_statements_as_a_short_one(app: Flask, city: City) -> None:
    client = as_role(app, city, EXAMINER)
    sent = []
    for files in (10, 990):
        fill_queue(city, files)
        shown(client, "/review/")
        with statements(city.database) as seen:
            page = shown(client, "/review/")
        sent.append(len(seen))
        assert page.text.count('data-label="Due"') == min(50, files)
    assert "Electrical examiner (999+)" in words(page)
    assert sent[0] == sent[1] <= 6


def test_the_next_page_goes_on_where_the_first_ended(app: Flask, city: City) -> None:
    fill_queue(city, 60)
    client = as_role(app, city, EXAMINER)
    first = shown(client, "/review/")
    following = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert following
    second = shown(client, "/review/" + html.unescape(following[1]))
    numbers = [re.findall(r'visit=\w+">([^<]+)</a>', page.text) for page in (first, second)]
    assert [len(one) for one in numbers] == [50, 10]
    assert not set(numbers[0]) & set(numbers[1])


def test_a_title_cannot_bring_markup_into_the_queue(app: Flask, city: City) -> None:
    application_id = in_review(city)
    with city.database.transaction() as session:
        session.get_one(PermitApplication, application_id).title = "<b>%(due)s</b> & {x} %"
    page = shown(as_role(app, city, EXAMINER), "/review/")
    assert "&lt;b&gt;%(due)s&lt;/b&gt; &amp; {x} %" in page.text
