"""The pages of versions: two people bring one, a plan moves open files, and one file is brought back."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from permitflow import __version__
from permitflow.engine.move_plan import ClockMove, LaneMove
from permitflow.queries.versions import roles_held
from permitflow.services import move_file, publications, version_checks
from permitflow.services.move_file import Order
from tests import factories
from tests.browsing import database_of, hidden, signed_in, words
from tests.factories import City
from tests.moving import NEW, OLD, answer, in_review, plan_for, publish, version_in_use
from tests.strict_client import StrictClient

SCENARIO = """\
scenario: An application is sent
workflow: small
starts: "2026-03-02T10:00"
facts: {equipment.station_count: 2, equipment.port_count: 2}
steps:
  - {do: submit, who: applicant}
  - {expect: {phase: intake}}
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of packs in which the city's own pack has one scenario."""
    folder = tmp_path / "library" / "us-ca"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "scenarios" / "sent.yaml").write_text(SCENARIO)
    (folder / "small.yaml").write_text(NEW)
    monkeypatch.setattr(version_checks, "LIBRARY", folder.parent)
    return folder


@pytest.fixture
def city(app: Flask, library: Path) -> City:
    city = factories.city(database_of(app))
    publish(city)
    return city


@pytest.fixture
def admin(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["administrator"])


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


def form_of(page: object, *names: str) -> dict[str, object]:
    """Hidden fields of a page, with the form's protection."""
    return {name: hidden(page, name) for name in ("csrf_token", *names)}  # type: ignore[arg-type]


def preview(client: StrictClient, city: City, **sent: object):
    page = client.get(f"/admin/versions/{city.slug}/propose")
    filled = {"shipped": "small.yaml", "effective_on": "2026-01-01", "note": "The council decided"} | sent
    today = re.search(r'name="effective_on"[^>]*value="([^"]*)"', page.text)
    assert today
    filled["effective_on"] = sent.get("effective_on", today[1])
    return client.post(f"/admin/versions/{city.slug}/propose", data=form_of(page) | filled)


def proposed(client: StrictClient, city: City) -> str:
    """Propose the new version; return the address of the proposal."""
    shown = preview(client, city)
    assert shown.status_code == 200, words(shown)
    sent = form_of(shown, "token", "shipped", "effective_on", "note") | {"text": ""}
    answer = client.post(f"/admin/versions/{city.slug}/proposals", data=sent)
    assert answer.status_code == 302, words(answer)
    twice = client.post(f"/admin/versions/{city.slug}/proposals", data=sent)
    assert twice.location == answer.location, "a form sent twice makes one proposal"
    return answer.location


def press(client: StrictClient, page: str, action: str, **more: object):
    """Press the button of the form that leads to an address."""
    shown = client.get(page)
    block = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', shown.text, re.DOTALL)
    assert block, f"{page} has no form for {action}"
    found = dict(re.findall(r'name="(csrf_token|token)" value="([^"]*)"', block[0]))
    return client.post(action, data=found | more)


def test_two_people_bring_a_version_and_the_pages_say_what_it_means(
    city: City, admin: StrictClient, manager: StrictClient
) -> None:
    in_review(city)
    shown = words(preview(admin, city))
    assert "Renamed phase: “Plan review” (in_review) -> “Plan review” (plan_review)." in shown
    assert "Decision: 20 business days -> 15 business days." in shown
    assert "running clocks keep their date" in shown
    assert f"PermitFlow {__version__}:" in shown, "the foot of the page tells the program's version"
    place = proposed(admin, city)
    assert "another administrator or manager has to approve it" in words(admin.get(place))
    assert version_in_use(city)[1] == "1.0.0"
    answer = press(manager, place, f"{place}/approve", note="Fine")
    assert answer.status_code == 302, words(answer)
    assert version_in_use(city)[1] == "2.0.0"
    listed = words(manager.get("/admin/versions/"))
    assert "Go back to 1.0.0" in listed
    assert "Plan the move of files at 1.0.0" in listed
    again = manager.get(place)
    assert "Approved by" in words(again)
    changed = re.search(r'href="(/admin/versions/[^"]*/compare[^"]*)"', manager.get("/admin/versions/").text)
    assert changed
    assert "New review: “Load study”." in words(manager.get(changed[1].replace("&amp;", "&")))


def test_nobody_approves_their_own_even_by_hand(
    city: City, admin: StrictClient, manager: StrictClient
) -> None:
    place = proposed(admin, city)
    assert f'action="{place}/approve"' not in admin.get(place).text
    token = form_of(admin.get(place))["csrf_token"]
    forged = admin.post(f"{place}/approve", data={"csrf_token": token, "token": "x"})
    assert forged.status_code == 400
    taken = press(manager, place, f"{place}/withdraw")
    assert taken.status_code == 302
    assert "Taken back by" in words(manager.get(place))


def test_a_file_of_ones_own_is_proposed_by_its_text(city: City, admin: StrictClient) -> None:
    own = OLD.replace("title: Small permit", "title: Smaller permit")
    shown = preview(admin, city, shipped="", file=(BytesIO(own.encode()), "mine.yaml"))
    assert "The title, the summary or the source is worded anew." in words(shown)
    sent = form_of(shown, "token", "effective_on", "note") | {
        "text": own.replace("\n", "\r\n"),
        "shipped": "",
    }
    assert admin.post(f"/admin/versions/{city.slug}/proposals", data=sent).status_code == 302
    broken = preview(admin, city, shipped="", file=(BytesIO(b"workflow: [x"), "mine.yaml"))
    assert (broken.status_code, "There is something to correct" in words(broken)) == (422, True)
    assert preview(admin, city, shipped="").status_code == 422
    assert preview(admin, city, note="").status_code == 422


def test_a_version_that_fails_its_scenario_is_not_proposed(
    city: City, admin: StrictClient, library: Path
) -> None:
    (library / "scenarios" / "sent.yaml").write_text(SCENARIO.replace("phase: intake", "phase: ready"))
    shown = preview(admin, city)
    sent = form_of(shown, "token", "shipped", "effective_on", "note")
    refused = admin.post(f"/admin/versions/{city.slug}/proposals", data=sent)
    assert refused.status_code == 409
    assert "The scenario “An application is sent” fails" in words(refused)


def test_the_pages_are_for_the_citys_own_office(app: Flask, city: City, admin: StrictClient) -> None:
    place = proposed(admin, city)
    other = factories.city(city.database, slug="alto-verde")
    stranger = signed_in(app, other.staff["administrator"])
    assert stranger.get(place).status_code == 404
    assert stranger.get(f"/admin/versions/{city.slug}/propose").status_code == 404
    assert city.slug not in stranger.get("/admin/versions/").text
    assert signed_in(app, city.staff["planner"]).get("/admin/versions/").status_code == 403
    unknown = f"/admin/moves/{city.slug}/plan?old={'f' * 64}"
    assert admin.get(unknown).status_code == 404


def test_every_page_of_a_moved_file_opens_though_its_past_has_other_names(
    app: Flask, city: City, manager: StrictClient
) -> None:
    file = in_review(city)
    answer(city, file, "electrical")
    gone = NEW[NEW.index("  completeness:\n") : NEW.index("permit: {title: Permit")]
    text = NEW.replace(gone, "").replace("fire", "fire_safety").replace("  decision:\n", "  verdict:\n")
    new = publish(city, text.replace("accept", "take_in"), factories.MONDAY + 1)
    with city.database.reading() as session:
        old = publications.stored(session, city.file(file).definition_hash)
    plan = plan_for(
        old,
        new,
        lanes={name: LaneMove(to=name) for name in ("electrical", "utility")}
        | {"fire": LaneMove(to="fire_safety")},
        clocks={"decision": ClockMove(to="verdict")},
        actions={"accept": "take_in"},
    )
    with city.database.transaction() as session:
        order = Order(
            plan,
            "2.0.0",
            city.staff["administrator"],
            factories.MONDAY + 3 * factories.DAY,
            roles_held(session, city.id),
        )
        move_file.migrate(session.connection(), file, order)
    reviewer, installer = signed_in(app, city.staff["electrical_examiner"]), signed_in(app, city.installer_id)
    number = city.file(file).number or ""
    for client, path in (
        (manager, f"/review/{file}"),
        (reviewer, f"/review/{file}"),
        (reviewer, "/review/"),
        (installer, f"/applications/{file}"),
        (reviewer, f"/review/{file}?visit="),
        (installer, f"/applications/{file}/clocks"),
        (manager, f"/reports/files/{file}"),
        (manager, f"/reports/bottlenecks?city={city.slug}"),
        (app.test_client(), f"/status?number={number}"),
    ):
        assert client.get(path).status_code == 200, path
    assert "Moved to version 2.0.0" in words(installer.get(f"/applications/{file}"))
