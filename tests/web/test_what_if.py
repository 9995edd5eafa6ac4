"""The what-if page: sliders, the run behind it, its result, and who may see it."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from permitflow.instants import now_us
from permitflow.jobs.report_runs import ReportRuns
from permitflow.models import CalendarVersion, ReportRun
from permitflow.reports.scope import City as Place
from tests import factories
from tests.browsing import database_of, press, signed_in, words
from tests.factories import City
from tests.reports.history import History, day
from tests.reports.test_what_if import office
from tests.strict_client import StrictClient

RANGE = re.compile(r'type="range" id="([^"]+)"')


class Moved(History):
    """The history of an existing city, ending now."""

    def __init__(self, session: object, city: City) -> None:
        super().__init__(session, f"origin-of-{city.slug}")  # type: ignore[arg-type]
        self.city_id, self.city = city.id, Place(city.id, city.slug, "Rio Verde", "America/Los_Angeles")
        self._calendar = self.session.scalars(
            select(CalendarVersion.id).where(CalendarVersion.jurisdiction_id == city.id)
        ).first()


@pytest.fixture
def city(app: Flask, monkeypatch: pytest.MonkeyPatch) -> City:
    """A city whose record tells of a steady office."""
    found = factories.city(database_of(app))
    shift = now_us() - day(100)
    monkeypatch.setattr("tests.reports.history.NOON", 1_780_000_000_000_000 + shift)
    with found.database.transaction() as session:
        office(Moved(session, found))
    return found


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


def ask(browser: StrictClient, path: str = "/what-if/", **typed: str) -> TestResponse:
    page = browser.get(path)
    found = re.search(r'method="post" action="(/what-if/[^"]*)"', page.text)
    assert found
    return press(browser, page, found[1].replace("&amp;", "&"), **typed)


def work_off(city: City) -> None:
    assert ReportRuns(city.database, now_us).work_off() == 1


def test_each_step_has_a_slider_with_a_number_beside_it(manager: StrictClient) -> None:
    page = manager.get("/what-if/")
    assert set(RANGE.findall(page.text)) == {
        "people-intake",
        "people-fire",
        "clock-fire",
        "days-corrections",
        "returns",
    }
    assert "Business days of the legal clock: Fire" in words(page)
    assert "20 leaves it as it is." in words(page)
    assert "People who took files here in the last 13 weeks: 2." in words(page)


def test_a_simulation_is_queued_shown_while_it_runs_and_told_when_done(
    manager: StrictClient, city: City
) -> None:
    answer = ask(
        manager, **{"exact-people-fire": "1", "order-intake": "due", "returns": "50", "clock-fire": "15"}
    )
    assert answer.status_code == 302
    waiting = manager.get(answer.location)
    assert '<meta http-equiv="refresh" content="2">' in waiting.text
    assert "<progress" in waiting.text
    assert "Fire: reviewers added: 1." in words(waiting)
    assert "Fire: the legal clock is shorter by business days: 5." in words(waiting)
    work_off(city)
    done = manager.get(answer.location)
    assert "refresh" not in done.text
    seen = words(done)
    for told in (
        "How far it can be trusted",
        "The next 13 weeks",
        "Files late at a step",
        "With the changes",
        "50 of 100 returns",
    ):
        assert told in seen
    told_json = manager.get(f"{answer.location}.json").get_json()
    assert (told_json["state"], len(told_json["figures"])) == ("done", 3)
    table = list(csv.DictReader(io.StringIO(manager.get(f"{answer.location}/queues.csv").text)))
    assert {"step", "today", "changed", "definition"} <= set(table[0])
    assert len(table) == len(told_json["figures"][2]["rows"])
    assert manager.get(f"{answer.location}/nonsense.csv").status_code == 404
    assert "done" in words(manager.get("/what-if/"))


def test_the_same_question_leads_to_the_same_run(manager: StrictClient) -> None:
    first = ask(manager, **{"exact-people-fire": "1"})
    assert ask(manager, **{"people-fire": "1"}).location == first.location
    assert ask(manager).location != first.location


def test_a_number_out_of_bounds_comes_back_with_the_reason(manager: StrictClient) -> None:
    for wrong in ("99", "-99", "x", "1.5", "²"):
        answer = ask(manager, **{"exact-people-fire": wrong})
        assert answer.status_code == 422, wrong
        assert "enter a whole number from -2 to 5" in words(answer)
        assert f'value="{wrong}"' in answer.text


def test_a_run_can_be_broken_off(manager: StrictClient, city: City) -> None:
    path = ask(manager).location
    press(manager, manager.get(path), "/cancel")
    assert "The simulation was broken off." in words(manager.get(path))
    assert ReportRuns(city.database, now_us).work_off() == 0


def test_another_city_finds_no_run(app: Flask, manager: StrictClient, city: City) -> None:
    path = ask(manager).location
    elsewhere = factories.city(city.database, slug="monte-alto")
    other = signed_in(app, elsewhere.staff["manager"])
    for end in ("", ".json", "/queues.csv"):
        assert other.get(path + end).status_code == 404
    assert "Nothing has happened here yet" in words(other.get("/what-if/"))
    assert signed_in(app, city.staff["planner"]).get(path).status_code == 403


def test_too_little_history_is_said_on_the_page(app: Flask, city: City) -> None:
    elsewhere = factories.city(city.database, slug="monte-alto")
    with city.database.transaction() as session:
        office(Moved(session, elsewhere), files=12)
    browser = signed_in(app, elsewhere.staff["manager"])
    path = ask(browser).location
    work_off(city)
    assert "a simulation needs 20" in words(browser.get(path))
    with city.database.reading() as session:
        assert session.get_one(ReportRun, path.rsplit("/", 1)[1]).result is None


def test_too_many_files_are_said_on_the_page(manager: StrictClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permitflow.reports.what_if.MOST_VISITS", 3)
    assert "too many files for one simulation" in words(manager.get("/what-if/"))
