"""Open files move to another version: a plan is tried, approved by a second person, run, stopped, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from permitflow.services import moves
from tests import factories
from tests.browsing import database_of, filled, forms, hidden, press, signed_in, words
from tests.factories import City
from tests.moving import NEW, in_review, publish
from tests.strict_client import StrictClient


@pytest.fixture
def city(app: Flask) -> City:
    city = factories.city(database_of(app))
    publish(city)
    return city


@pytest.fixture
def admin(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["administrator"])


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


def plan_form(page: TestResponse) -> dict[str, Any]:
    """What the editor's form would send as it stands."""
    return filled(forms(page)[-1])


def stored_plan(city: City, admin: StrictClient) -> str:
    """The address of a plan for one file, stored and waiting for a second person."""
    old = city.file(in_review(city)).definition_hash
    publish(city, NEW, factories.MONDAY + 1)
    address = f"/admin/moves/{city.slug}/plan"
    sent = plan_form(admin.get(f"{address}?old={old}")) | {"reason": "The council decided", "do": "store"}
    return admin.post(address, data=sent).location


def test_a_plan_is_tried_stored_approved_run_and_one_file_comes_back(
    city: City, admin: StrictClient, manager: StrictClient
) -> None:
    file, other = in_review(city), in_review(city)
    old = city.file(file).definition_hash
    publish(city, NEW, factories.MONDAY + 1)
    address = f"/admin/moves/{city.slug}/plan"
    page = admin.get(f"{address}?old={old}")
    sent = plan_form(page)
    assert sent["phase.in_review"] == "plan_review"
    refused = admin.post(address, data=sent | {"do": "try"})
    assert (refused.status_code, "Say why the open files move" in words(refused)) == (422, True)
    sent["reason"] = "The council decided"
    tried = admin.post(address, data=sent | {"do": "try"})
    assert "Files tried: 2." in words(tried)
    assert "Load study: waiting" in words(tried)
    assert city.file(file).state == "in_review"
    stored = admin.post(address, data=sent | {"do": "store"})
    assert stored.status_code == 302, words(stored)
    assert admin.post(address, data=sent | {"do": "store"}).location == stored.location
    place = stored.location
    assert "another administrator or manager has to approve it" in words(admin.get(place))
    assert press(manager, manager.get(place), f"{place}/approve").status_code == 302
    assert press(manager, manager.get(place), f"{place}/start").status_code == 302
    running = manager.get(place)
    assert (running.headers["Refresh"], "0 of 2 files" in words(running)) == ("5", True)
    assert press(manager, manager.get(place), f"{place}/stop").status_code == 302
    assert moves.continue_running(city.database, factories.MONDAY) == 0
    assert "Stopped by" in words(manager.get(place))
    press(manager, manager.get(place), f"{place}/start")
    while moves.continue_running(city.database, factories.MONDAY + 3 * factories.DAY):
        pass
    done = manager.get(place)
    assert "2 of 2 files were looked at: 2 moved, 0 stayed." in words(done)
    assert "Refresh" not in done.headers
    assert press(manager, manager.get(place), f"{place}/undo/{file}").status_code == 302
    assert (city.file(file).state, city.file(other).state) == ("in_review", "plan_review")
    assert "brought back" in words(manager.get(place))
    for path in (f"/review/{file}", f"/review/{other}"):
        assert manager.get(path).status_code == 200, path


def test_what_cannot_be_read_in_a_plan_is_said(city: City, admin: StrictClient) -> None:
    old = city.file(in_review(city)).definition_hash
    publish(city, NEW, factories.MONDAY + 1)
    address = f"/admin/moves/{city.slug}/plan"
    sent = plan_form(admin.get(f"{address}?old={old}")) | {"reason": "So", "fact_values": "nonsense"}
    page = admin.post(address, data=sent)
    assert (page.status_code, "Write one pair in each line" in words(page)) == (422, True)
    lost = admin.post(address, data=sent | {"fact_values": "", "lane.fire.policy": "drop"})
    assert "asks for the review “Fire”" in words(lost)


def test_nobody_approves_the_own_plan_and_nothing_runs_unapproved(
    city: City, admin: StrictClient, manager: StrictClient
) -> None:
    place = stored_plan(city, admin)
    page = admin.get(place)
    assert f"{place}/approve" not in page.text
    for_manager = manager.get(place)
    own = {"csrf_token": hidden(page, "csrf_token"), "token": hidden(for_manager, "token")}
    assert admin.post(f"{place}/approve", data=own).status_code == 400
    assert press(manager, for_manager, f"{place}/approve").status_code == 302
    again = press(manager, for_manager, f"{place}/approve")
    assert (again.status_code, "was approved already" in words(again)) == (409, True)
    assert moves.continue_running(city.database, factories.MONDAY + factories.DAY) == 0, "nobody started it"


def test_another_citys_plan_is_not_there(app: Flask, city: City, admin: StrictClient) -> None:
    place = stored_plan(city, admin)
    other = factories.city(city.database, slug="alto-verde")
    stranger = signed_in(app, other.staff["administrator"])
    assert stranger.get(place).status_code == 404
    assert stranger.get(f"/admin/moves/{city.slug}/plan").status_code == 404
    token = hidden(stranger.get("/permits/check"), "csrf_token")
    for verb in ("approve", "start", "stop", "undo/f" + "0" * 31):
        assert stranger.post(f"{place}/{verb}", data={"csrf_token": token}).status_code == 404, verb
    assert signed_in(app, city.staff["planner"]).get(place).status_code == 403
