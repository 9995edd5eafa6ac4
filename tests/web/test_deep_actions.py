"""Votes, typed inputs, waivers and steps that stay, as people meet them on their pages; projects at the start."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from permitflow.instants import DAY, now_us
from permitflow.models import Lane, PermitApplication, Project
from tests import factories
from tests.browsing import press, send, signed_in, words
from tests.deep_workflow import NO_GATE, publish_deep
from tests.factories import City
from tests.services.clock_lab import COMPLETENESS, lab, workflow

VOTE = {
    "input-held_on": "2026-01-05",
    "input-votes_for": "6",
    "input-votes_against": "1",
    "input-votes_abstained": "0",
}
# The applicant is asked for a date and a number too.
REPORT = "report: {title: Send the yearly report, from: [issued], by: [applicant],"
READ_ON = "read_on: {title: Meter read on, type: date, days_ahead: 0}"
ASKED = (REPORT, f"{REPORT} inputs: {{{READ_ON}, sessions: {{title: Sessions, type: integer}}}},")


@pytest.fixture
def city(app: Flask) -> City:
    place = factories.city(app.extensions["permitflow"].database)
    publish_deep(place.database, place.id, now_us(), NO_GATE, ASKED)
    return place


def in_review(city: City) -> str:
    application = city.draft("deep", at=now_us())
    city.act(application, "submit", "applicant", now_us())
    return application


def in_council(city: City) -> str:
    application = in_review(city)
    for lane, role in (("footing", "inspector"), ("rough", "inspector"), ("utility", "planner")):
        city.act(application, "approve", role, now_us(), lane=lane)
    return application


def test_a_vote_below_its_threshold_comes_back_with_the_numbers(app: Flask, city: City) -> None:
    application = in_council(city)
    clerk = signed_in(app, city.staff["planner"])
    page = clerk.get(f"/review/{application}")
    assert "Votes in favor" in words(page)
    answer = press(clerk, page, f"/review/{application}/steps/grant", **VOTE | {"input-votes_for": "5"})
    assert answer.status_code == 422
    assert "5 votes in favor, and 6 of 7 are needed" in words(answer)
    assert 'value="2026-01-05"' in answer.text, "nothing has to be typed twice"
    assert city.file(application).state == "council"
    press(clerk, answer, f"/review/{application}/steps/grant", **VOTE)
    assert city.file(application).state == "issued"


def test_a_review_is_waived_with_a_reason_by_its_authority_alone(app: Flask, city: City) -> None:
    application = in_review(city)
    inspector = signed_in(app, city.staff["inspector"])
    assert "Waive the review" not in words(inspector.get(f"/review/{application}"))
    official = signed_in(app, city.staff["building_official"])
    page = official.get(f"/review/{application}")
    assert "Waive the review: Rough wiring" in words(page)
    path = f"/review/{application}/lanes/rough/waive"
    answer = press(official, page, path, reason="  ")
    assert answer.status_code == 422
    assert "Say why this review is waived" in words(answer)
    assert press(official, answer, path, reason="Seen on photographs.").status_code == 302
    with city.database.reading() as session:
        lane = session.scalars(select(Lane).where(Lane.lane == "rough")).one()
    assert (lane.state, lane.reason) == ("waived", "Seen on photographs.")


def test_the_applicant_is_told_that_the_file_stays_and_what_does_not_fit(app: Flask, city: City) -> None:
    application = in_council(city)
    vote = {name.removeprefix("input-"): text for name, text in VOTE.items()}
    city.act(application, "grant", "building_official", now_us(), inputs=vote)
    installer = signed_in(app, city.installer_id)
    page = installer.get(f"/applications/{application}/do/report")
    assert "The application stays where it is: at “Issued”." in words(page)
    path = f"/applications/{application}/do/report"
    answer = press(installer, page, path, **{"input-read_on": "2001-01-01", "input-sessions": "many"})
    assert answer.status_code == 422
    assert "“Sessions” has to be a whole number, such as 4, and not “many”." in words(answer)
    assert "“Meter read on” has to be" in words(answer)
    typed = {"input-read_on": "2099-01-01", "input-sessions": "1200"}
    assert press(installer, answer, path, **typed).status_code == 302
    assert city.file(application).state == "issued"


def test_an_application_begins_as_part_of_a_project(app: Flask, city: City) -> None:
    installer = signed_in(app, city.installer_id)
    wanted = {"company": city.company_id, "project": f"{city.id}:workplace"}
    send(installer, "/applications/new", **wanted, part_of="new", project_title="Depot on Main Street")
    with city.database.reading() as session:
        project = session.scalars(select(Project)).one()
    assert (project.title, project.company_id) == ("Depot on Main Street", city.company_id)
    wanted["project"] = f"{city.id}:deep_project"
    send(installer, "/applications/new", **wanted, part_of=project.id)
    with city.database.reading() as session:
        query = select(PermitApplication).where(PermitApplication.project_id == project.id)
        first, second = session.scalars(query.order_by(PermitApplication.created_at)).all()
    shown = words(installer.get(f"/applications/{second.id}"))
    assert "Project: Depot on Main Street" in shown
    assert "Zoning permit" in shown
    assert f"/applications/{first.id}" in installer.get(f"/applications/{second.id}").text


def test_an_application_that_stands_alone_has_no_project(app: Flask, city: City) -> None:
    installer = signed_in(app, city.installer_id)
    send(installer, "/applications/new", company=city.company_id, project=f"{city.id}:workplace")
    with city.database.reading() as session:
        application = session.scalars(select(PermitApplication)).one()
    assert application.project_id is None
    assert "Applications of this project" not in words(installer.get(f"/applications/{application.id}"))


def test_a_project_of_another_company_is_not_offered(app: Flask, city: City) -> None:
    other = factories.city(city.database, slug="next-door")
    stranger = signed_in(app, other.installer_id)
    wanted = {"company": other.company_id, "project": f"{other.id}:workplace"}
    send(stranger, "/applications/new", **wanted, part_of="new", project_title="Theirs")
    with city.database.reading() as session:
        project = session.scalars(select(Project)).one()
    installer = signed_in(app, city.installer_id)
    wanted = {"company": city.company_id, "project": f"{city.id}:workplace"}
    assert "Theirs" not in words(installer.get("/applications/new"))
    assert send(installer, "/applications/new", **wanted, part_of=project.id).status_code == 422


def test_a_step_after_a_deadline_that_nobody_answered_says_what_the_law_did(app: Flask) -> None:
    here = lab(app.extensions["permitflow"].database, workflow(completeness=COMPLETENESS))
    application = here.submitted(now_us() - 30 * DAY)
    clerk = signed_in(app, here.city.staff["permit_technician"])
    page = clerk.get(f"/review/{application}")
    answer = press(clerk, page, f"/review/{application}/steps/accept")
    assert answer.status_code == 409
    assert "The time for “Completeness” ran out on" in words(answer)
    assert "the application now stands at “Ready”" in words(answer)
    installer = signed_in(app, here.city.installer_id)
    page = installer.get(f"/applications/{application}")
    assert press(installer, page, "/do/withdraw").status_code == 302
    assert [event["action"] for event in here.events(application)][-2:] == ["deem_complete", "withdraw"]
