"""The worst files on a manager's page: one click for one file, a rehearsal for several, a clear word when too late."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from permitflow.instants import now_us
from permitflow.models import Event, RoleGrant, Visit
from permitflow.services import claims
from tests import factories
from tests.browsing import database_of, hidden, signed_in, words
from tests.factories import MONDAY, City
from tests.strict_client import StrictClient

PAGE = "/reports/worst?city=rio-verde"
REASSIGN = "/reports/worst/reassign?city=rio-verde"
FIRE = "fire_reviewer"
COMMERCIAL = "us-ca-commercial-ab970"


@dataclass
class House:
    """A city in which two files wait at fire only, long overdue, and two people could take them."""

    city: City
    second: str
    visits: list[str] = field(default_factory=list)


@pytest.fixture
def house(app: Flask) -> House:
    city = factories.city(database_of(app))
    with city.database.transaction() as session:
        second = factories.person(session, "Second Reviewer")
        session.add(RoleGrant(user_id=second, jurisdiction_id=city.id, role=FIRE, granted_at=MONDAY))
    found = House(city, second)
    for _ in range(2):
        file = city.draft(COMMERCIAL)
        city.act(file, "submit", "applicant")
        city.act(file, "accept", "permit_technician")
        with city.database.reading() as session:
            open_ones = session.scalars(
                select(Visit).where(Visit.application_id == file, Visit.closed_at.is_(None))
            )
            lanes = {one.lane: (one.id, one.role) for one in open_ones}
        for lane, (visit, role) in lanes.items():
            if lane != "fire":
                city.act(file, "approve", role or "", lane=lane, visit_id=visit)
        found.visits.append(lanes["fire"][0])
    return found


@pytest.fixture
def manager(app: Flask, house: House) -> StrictClient:
    return signed_in(app, house.city.staff["manager"])


def holder(house: House, number: int = 0) -> str | None:
    with house.city.database.reading() as session:
        return session.get_one(Visit, house.visits[number]).claimed_by


def handed(house: House) -> int:
    with house.city.database.reading() as session:
        counted = select(func.count()).select_from(Event).where(Event.action == "reassigned")
        return session.scalar(counted) or 0


def form(page: TestResponse, house: House, *numbers: int, to: str) -> dict[str, object]:
    """What a browser sends of a page's form for some visits, with one colleague chosen for all."""
    sent: dict[str, object] = {"csrf_token": hidden(page, "csrf_token"), "do": "give"}
    sent["visit"] = [house.visits[number] for number in numbers]
    for number in numbers:
        visit = house.visits[number]
        sent |= {f"{name}-{visit}": hidden(page, f"{name}-{visit}") for name in ("holder", "token")}
        sent[f"to-{visit}"] = to
    return sent


def take(house: House, number: int) -> None:
    with house.city.database.transaction() as session:
        claims.claim(session.connection(), house.visits[number], house.city.actor(FIRE), now_us())


def test_the_page_says_why_and_suggests_whom_has_the_fewest(house: House, manager: StrictClient) -> None:
    take(house, 1)
    page = manager.get(PAGE)
    text = words(page)
    assert page.status_code == 200
    assert "past its due date; days over: " in text
    assert "All open files in a bad state" in text
    first = re.search(
        rf'<select[^>]*to-{house.visits[0]}".*?</select>', page.get_data(as_text=True), re.DOTALL
    )
    assert first
    options = re.findall(r'value="(\w+)"( selected)?>([^<]+)<', first[0])
    assert (house.second, " selected", "Second Reviewer (has 0)") in options
    assert (house.city.staff[FIRE], "", f"rio-verde {FIRE} (has 1)") in options
    # Who has a file is no choice for it.
    second = re.search(
        rf'<select[^>]*to-{house.visits[1]}".*?</select>', page.get_data(as_text=True), re.DOTALL
    )
    assert second
    assert house.city.staff[FIRE] not in second[0]


def test_one_click_gives_one_file(house: House, manager: StrictClient) -> None:
    sent = form(manager.get(PAGE), house, 0, to=house.second)
    response = manager.post(REASSIGN, data=sent)
    assert response.status_code == 302
    assert response.location == "/reports/worst?city=rio-verde"
    assert (holder(house), holder(house, 1), handed(house)) == (house.second, None, 1)
    assert "Second Reviewer has it now" in words(manager.get(PAGE))
    # The same form once more, from the cache of the browser.
    again = manager.post(REASSIGN, data=sent)
    assert again.status_code == 409
    assert "sent before" in words(again)
    assert handed(house) == 1


def test_several_are_rehearsed_and_then_given(house: House, manager: StrictClient) -> None:
    address = f"{REASSIGN}&visit={house.visits[0]}&visit={house.visits[1]}"
    page = manager.get(address)
    text = words(page)
    assert "Nothing has been changed yet" in text
    assert re.search(r"Second Reviewer 0 1", text)
    assert re.search(rf"rio-verde {FIRE} 0 1", text)
    counted = manager.post(REASSIGN, data=form(page, house, 0, 1, to=house.second) | {"do": "count"})
    assert counted.status_code == 200
    assert "Second Reviewer 0 2" in words(counted)
    assert handed(house) == 0
    given = manager.post(REASSIGN, data=form(counted, house, 0, 1, to=house.second))
    assert given.status_code == 302
    assert (holder(house, 0), holder(house, 1), handed(house)) == (house.second, house.second, 2)


def test_what_was_decided_or_taken_meanwhile_stays_and_the_rest_is_given(
    house: House, manager: StrictClient
) -> None:
    page = manager.get(f"{REASSIGN}&visit={house.visits[0]}&visit={house.visits[1]}")
    take(house, 0)
    answer = manager.post(REASSIGN, data=form(page, house, 0, 1, to=house.second))
    text = words(answer)
    assert answer.status_code == 409
    assert "has taken this file" in text
    assert "Second Reviewer has it now" in text
    assert (holder(house, 0), holder(house, 1)) == (house.city.staff[FIRE], house.second)
    with house.city.database.reading() as session:
        file = session.get_one(Visit, house.visits[0]).application_id
    stale = form(manager.get(PAGE), house, 0, to=house.second)
    house.city.act(file, "approve", FIRE, now_us(), lane="fire", visit_id=house.visits[0])
    late = manager.post(REASSIGN, data=stale)
    assert late.status_code == 409
    assert "already decided" in words(late)
    gone = manager.get(f"{REASSIGN}&visit={house.visits[0]}")
    assert "This step has ended meanwhile" in words(gone)


def test_who_lost_the_role_meanwhile_gets_nothing(house: House, manager: StrictClient) -> None:
    sent = form(manager.get(PAGE), house, 0, to=house.city.staff["planner"])
    answer = manager.post(REASSIGN, data=sent)
    assert answer.status_code == 409
    assert "cannot take it now" in words(answer)
    assert (holder(house), handed(house)) == (None, 0)


def test_a_form_of_somebody_elses_making_is_refused(house: House, manager: StrictClient) -> None:
    sent = form(manager.get(PAGE), house, 0, to=house.second)
    visit = house.visits[0]
    for change in ({f"token-{visit}": "0.0"}, {f"holder-{visit}": house.second}):
        assert manager.post(REASSIGN, data=sent | change).status_code == 400
    assert (
        manager.post(REASSIGN, data={key: sent[key] for key in sent if key != "csrf_token"}).status_code
        == 400
    )
    assert manager.post(REASSIGN, data=sent | {"visit": ["0" * 32]}).status_code == 404
    assert handed(house) == 0


def test_others_see_the_list_at_most(app: Flask, house: House, manager: StrictClient) -> None:
    sent = form(manager.get(PAGE), house, 0, to=house.second)
    administrator = signed_in(app, house.city.staff["administrator"])
    page = administrator.get(PAGE)
    assert page.status_code == 200
    assert "<select" not in page.get_data(as_text=True).split('id="worst"')[1]
    assert administrator.get(f"{REASSIGN}&visit={house.visits[0]}").status_code == 403
    elsewhere = factories.city(house.city.database, slug="monte-alto")
    stranger = signed_in(app, elsewhere.staff["manager"])
    assert stranger.get(f"{REASSIGN}&visit={house.visits[0]}").status_code == 404
    own = {"csrf_token": hidden(stranger.get("/reports/worst"), "csrf_token")}
    assert stranger.post(REASSIGN, data=sent | own).status_code == 404
    assert handed(house) == 0


@pytest.mark.parametrize("name", ["ageing", "survival", "promises", "worst"])
def test_each_page_of_open_files_opens_with_its_files_and_numbers(
    house: House, manager: StrictClient, name: str
) -> None:
    page = manager.get(f"/reports/{name}?city={house.city.slug}")
    assert page.status_code == 200
    told = manager.get(f"/reports/{name}.json?city={house.city.slug}").get_json()
    assert told["page"] == name
    assert told["figures"]
    for figure in told["figures"]:
        csv = manager.get(f"/reports/{name}/{figure['figure']}.csv?city={house.city.slug}")
        assert csv.status_code == 200
        assert "definition" in csv.text
    links = re.findall(rf'href="(/reports/{name}/files/[^"]+)"', page.get_data(as_text=True))
    assert links
    for link in links[:5]:
        assert manager.get(link.replace("&amp;", "&")).status_code == 200


def test_a_city_without_open_files_says_so(app: Flask) -> None:
    city = factories.city(database_of(app))
    manager = signed_in(app, city.staff["manager"])
    assert "No file is overdue" in words(manager.get("/reports/worst"))
    assert "Nothing is open" in words(manager.get("/reports/ageing"))
