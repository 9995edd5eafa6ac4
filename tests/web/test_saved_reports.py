"""Saved reports on their page: kept, opened with today's period, changed, shared, mailed, stopped."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from permitflow.instants import now_us
from permitflow.models import ReportReceiver, SavedReport
from permitflow.queries.saved_reports import saved_reports
from permitflow.services.saved_reports import STOP_PATH, stop_token
from tests import factories
from tests.browsing import database_of, press, signed_in, words
from tests.factories import City
from tests.statements import statements
from tests.strict_client import StrictClient

ADDRESS = "/reports/finished?city=rio-verde&from=2026-01-01&to=2026-01-31&class=level%3DDC"
TYPED = {"name": "DC in January", "note": "For the council", "period": "", "rhythm": "weekly", "weekday": "4"}


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(database_of(app))


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


def save(
    browser: StrictClient, address: str = ADDRESS, city: str = "rio-verde", **more: object
) -> TestResponse:
    page = browser.get("/saved-reports/new")
    return press(browser, page, f"/saved-reports/?city={city}", address=address, **(TYPED | more))


def reports(city: City) -> list[SavedReport]:
    with city.database.reading() as session:
        return list(session.scalars(select(SavedReport)))


def receivers(city: City) -> set[str]:
    with city.database.reading() as session:
        return set(session.scalars(select(ReportReceiver.user_id)))


def test_the_form_of_a_page_knows_its_address_and_its_owner(manager: StrictClient, city: City) -> None:
    page = manager.get("/saved-reports/new", query_string={"address": ADDRESS})
    assert "class=level%3DDC" in page.text
    assert words(page).count("rio-verde manager") >= 1
    assert re.search(rf'<input[^>]*checked[^>]*value="{city.staff["manager"]}"', page.text)


def test_a_report_is_kept_opened_and_mailed_as_said(manager: StrictClient, city: City) -> None:
    assert save(manager, receivers=[city.staff["manager"], city.staff["administrator"]]).status_code == 302
    (report,) = reports(city)
    assert (report.page, report.rhythm, report.day, report.hour) == ("finished", "weekly", 4, 7)
    assert report.query == {"from": "2026-01-01", "to": "2026-01-31", "class": "level=DC"}
    assert receivers(city) == {city.staff["manager"], city.staff["administrator"]}
    shown = words(manager.get("/saved-reports/"))
    for told in ("DC in January", "For the council", "Every week, Friday, 07:00", "rio-verde administrator"):
        assert told in shown
    opened = manager.get(f"/saved-reports/{report.id}")
    assert opened.status_code == 302
    assert opened.location == ADDRESS
    assert manager.get(opened.location).status_code == 200


def test_a_relative_period_is_opened_as_of_today(manager: StrictClient, city: City) -> None:
    save(manager, period="30")
    opened = manager.get(f"/saved-reports/{reports(city)[0].id}").location
    assert "to=2026-01-31" not in opened
    assert "class=level%3DDC" in opened


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"address": "/admin/outbox"}, "This is not the address of a report page."),
        ({"address": "https://evil.test/reports/none"}, "This is not the address of a report page."),
        ({"address": "/reports/finished?city=monte-alto"}, "This is a page of another city."),
        ({"address": "/reports/finished?from=2026-13-01"}, "a day that does not exist"),
        ({"name": ""}, "Give the report a name."),
        ({"month_day": "32"}, "from 1 to 31"),
        ({"hour": "24"}, "from 0 to 23"),
    ],
)
def test_what_does_not_fit_comes_back_with_the_reason(
    manager: StrictClient, city: City, typed: dict[str, str], told: str
) -> None:
    answer = save(manager, **typed)
    assert answer.status_code == 422
    assert told in words(answer)
    assert "For the council" in answer.text
    assert reports(city) == []


def test_only_managers_of_the_city_can_be_receivers(manager: StrictClient, city: City) -> None:
    answer = save(manager, receivers=[city.staff["planner"]])
    assert answer.status_code == 422
    assert receivers(city) == set()


def test_a_shared_report_is_opened_by_the_office_and_changed_by_its_owner(
    app: Flask, manager: StrictClient, city: City
) -> None:
    save(manager)
    (report,) = reports(city)
    other = signed_in(app, city.staff["administrator"])
    assert other.get(f"/saved-reports/{report.id}").status_code == 404
    page = manager.get(f"/saved-reports/{report.id}/edit")
    assert press(manager, page, "/edit", name="Fast chargers", shared="y", rhythm="").status_code == 302
    assert other.get(f"/saved-reports/{report.id}").status_code == 302
    listed = other.get("/saved-reports/")
    assert "Fast chargers" in words(listed)
    assert f"/saved-reports/{report.id}/edit" not in listed.text
    assert other.get(f"/saved-reports/{report.id}/edit").status_code == 404
    wrong = press(manager, manager.get(f"/saved-reports/{report.id}/edit"), "/edit", name="")
    assert wrong.status_code == 422
    (changed,) = reports(city)
    assert (changed.name, changed.shared, changed.next_at) == ("Fast chargers", True, None)


def test_a_report_is_deleted_by_its_owner(manager: StrictClient, city: City) -> None:
    save(manager)
    press(manager, manager.get("/saved-reports/"), "/remove")
    assert reports(city) == []
    assert "No report is saved yet." in words(manager.get("/saved-reports/"))


def test_a_receiver_stops_the_mails_on_the_page(manager: StrictClient, city: City) -> None:
    save(manager)
    assert receivers(city) == {city.staff["manager"]}
    press(manager, manager.get("/saved-reports/"), "/stop")
    assert receivers(city) == set()
    assert "nobody" in words(manager.get("/saved-reports/"))


def test_the_digest_is_ordered_and_stopped_with_one_button(manager: StrictClient, city: City) -> None:
    page = manager.get("/saved-reports/")
    assert "you do not get it" in words(page)
    press(manager, page, "/digest")
    page = manager.get("/saved-reports/")
    assert "Rio Verde: you get it" in words(page)
    assert "No report is saved yet." in words(page)
    assert receivers(city) == {city.staff["manager"]}
    press(manager, page, "/digest")
    assert receivers(city) == set()
    (digest,) = reports(city)
    assert manager.get(f"/saved-reports/{digest.id}/edit").status_code == 404
    assert manager.get(f"/saved-reports/{digest.id}").location == "/reports/overview?city=rio-verde"


def test_the_link_of_a_mail_stops_after_its_button(app: Flask, manager: StrictClient, city: City) -> None:
    save(manager)
    (report,) = reports(city)
    secret = app.extensions["permitflow"].settings.secret_key
    stranger = app.test_client()
    path = f"/saved-reports/stop/{stop_token(secret, report.id, city.staff['manager'])}"
    page = stranger.get(path)
    assert receivers(city) == {city.staff["manager"]}
    assert "You get no more mails" in words(press(stranger, page, path))
    assert receivers(city) == set()


def test_a_mail_program_stops_the_mails_with_one_post(app: Flask, manager: StrictClient, city: City) -> None:
    save(manager, receivers=[city.staff["manager"], city.staff["administrator"]])
    (report,) = reports(city)
    secret = app.extensions["permitflow"].settings.secret_key
    program = app.test_client()
    path = f"/saved-reports/stop/{stop_token(secret, report.id, city.staff['manager'])}"
    for _ in range(2):
        answer = program.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, receivers(city)) == (200, {city.staff["administrator"]})
    press(manager, manager.get("/saved-reports/"), "/remove")
    assert program.post(path).status_code == 200


def test_a_link_that_is_not_signed_stops_nothing(app: Flask, manager: StrictClient, city: City) -> None:
    save(manager)
    (report,) = reports(city)
    me = city.staff["manager"]
    right = stop_token(app.extensions["permitflow"].settings.secret_key, report.id, me)
    another = right.replace(me, city.staff["administrator"])
    for token in (right[:-1], right + "0", stop_token("a former key", report.id, me), another, "ü", "0"):
        for answer in (
            app.test_client().get(f"{STOP_PATH}{token}"),
            app.test_client().post(f"{STOP_PATH}{token}"),
        ):
            assert answer.status_code == 404, token
            assert "This link stops no mail" in words(answer)
    assert receivers(city) == {me}


def test_the_page_of_bottlenecks_is_saved_with_its_step(manager: StrictClient, city: City) -> None:
    address = "/reports/bottlenecks?city=rio-verde&from=2026-01-01&to=2026-01-31&step=intake"
    assert save(manager, address).status_code == 302
    (report,) = reports(city)
    assert (report.page, report.query["step"]) == ("bottlenecks", "intake")
    opened = manager.get(f"/saved-reports/{report.id}")
    assert opened.location == address
    assert "Where files wait" in words(manager.get("/saved-reports/"))


def test_another_city_sees_nothing(app: Flask, manager: StrictClient, city: City) -> None:
    save(manager, shared="y")
    elsewhere = factories.city(city.database, slug="monte-alto")
    other = signed_in(app, elsewhere.staff["manager"])
    assert "DC in January" not in words(other.get("/saved-reports/"))
    assert other.get(f"/saved-reports/{reports(city)[0].id}").status_code == 404
    page = other.get("/saved-reports/new")
    answer = press(other, page, "/saved-reports/?city=monte-alto", address=ADDRESS, **TYPED)
    assert answer.status_code == 422


def test_the_list_costs_two_statements_whatever_it_holds(manager: StrictClient, city: City) -> None:
    for number in range(5):
        save(manager, name=f"Report {number}")
    with city.database.reading() as session, statements(city.database) as sent:
        lines = saved_reports(session, city.staff["manager"], [city.id])
    assert (len(lines), len(sent)) == (5, 2)
    assert all((line.report.next_at or 0) > now_us() for line in lines)
