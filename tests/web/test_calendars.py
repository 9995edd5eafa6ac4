"""The calendar's pages: shown day by day, edited as a draft, published after its effect was seen."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from permitflow.instants import local_date, now_us
from permitflow.models import CalendarEdit, CalendarVersion, Clock
from permitflow.services.calendar_recounts import continue_reprojection
from tests import factories
from tests.browsing import database_of, forms, hidden, press, send_from, signed_in, tree, words
from tests.factories import City
from tests.statements import statements
from tests.strict_client import StrictClient

PAGE = "/admin/calendars/rio-verde"
WORKFLOW = "us-ca-commercial-ab970"


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(database_of(app))


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


@pytest.fixture
def administrator(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["administrator"])


def submitted(city: City) -> str:
    application_id = city.draft(WORKFLOW)
    city.act(application_id, "submit", "applicant", now_us())
    return application_id


def next_workday(city: City) -> date:
    """A day that every clock that starts now counts."""
    with city.database.reading() as session:
        due = session.scalars(select(Clock.due_on).where(Clock.clock == "completeness")).one()
    assert due
    return due


def close(client: StrictClient, day: date, **typed: str) -> object:
    given = {"close-day": day.isoformat(), "close-name": "Flood", "close-reason": "The river rose"} | typed
    return press(client, client.get(PAGE), "/edits/close", **given)


def versions(city: City) -> int:
    with city.database.reading() as session:
        return len(
            session.scalars(select(CalendarVersion).where(CalendarVersion.jurisdiction_id == city.id)).all()
        )


def test_a_year_is_shown_month_by_month(manager: StrictClient) -> None:
    page = manager.get(f"{PAGE}?year=2026")
    captions = ["".join(caption.itertext()) for caption in tree(page).iter("caption")]
    assert captions[:2] == ["January", "February"]
    assert "December" in captions
    text = words(page)
    assert "25 closed: Memorial Day" in text
    assert "Mon 25 May 2026 Memorial Day public holiday" in text
    assert "Closed days in 2026 (1)" in text


def test_a_year_out_of_reach_shows_this_one(manager: StrictClient) -> None:
    this_year = local_date(now_us(), "America/Los_Angeles").year
    for asked in ("0", "9999", "soon"):
        assert f"Calendar of Rio Verde, {this_year}" in words(manager.get(f"{PAGE}?year={asked}"))


def test_closing_a_day_is_a_draft_until_it_is_published(
    manager: StrictClient, administrator: StrictClient, city: City
) -> None:
    application_id = submitted(city)
    day = next_workday(city)
    answer = close(manager, day)
    assert answer.location == f"{PAGE}?year={day.year}"
    page = manager.get(answer.location)
    assert "Draft of version 2" in words(page)
    assert "closed by rio-verde manager: The river rose · draft" in words(page)
    preview = administrator.get(f"{PAGE}/publish")
    assert "1 open file will be counted anew. 1 due date moves." in words(preview)
    assert city.file(application_id).number in words(preview)
    done = send_from(administrator, preview, f"{PAGE}/publish", -1, reason="Flood")
    assert done.location == PAGE
    assert "0 of 1 files counted anew" in words(administrator.get(PAGE))
    assert continue_reprojection(city.database, now_us()) == 1
    page = words(administrator.get(PAGE))
    assert "1 of 1 files counted anew" in page
    assert "closed: Flood: The river rose" in page
    assert next_workday(city) > day


def test_an_edit_can_be_taken_back(manager: StrictClient, city: City) -> None:
    close(manager, date(2031, 3, 5))
    page = manager.get(PAGE)
    press(manager, page, "/remove")
    assert "Draft of version" not in words(manager.get(PAGE))


def test_what_is_wrong_comes_back_with_what_was_typed(manager: StrictClient, city: City) -> None:
    answer = close(manager, date(2026, 5, 25))
    assert answer.status_code == 422
    assert "closed already: Memorial Day" in words(answer)
    assert 'value="The river rose"' in answer.text
    answer = close(manager, date(2031, 3, 5), **{"close-name": " "})
    assert answer.status_code == 422
    assert "Give the closure a name." in words(answer)


def test_weekdays_hours_and_opened_days_are_edited_too(manager: StrictClient, city: City) -> None:
    page = manager.get(PAGE)
    press(manager, page, "/edits/weekdays", **{"weekdays-days": ["0", "1", "2", "3"], "weekdays-reason": "x"})
    press(
        manager,
        manager.get(PAGE),
        "/edits/hours",
        **{"hours-opens": "09:00", "hours-closes": "16:00", "hours-reason": "x"},
    )
    press(manager, manager.get(PAGE), "/edits/open", **{"open-day": "2026-05-25", "open-reason": "We work"})
    text = words(manager.get(PAGE))
    assert "Open on Monday, Tuesday, Wednesday, Thursday" in text
    assert "Office hours 09:00–16:00" in text
    assert "Mon 25 May 2026 open" in text


def test_the_holidays_of_the_next_year_are_one_press_away(manager: StrictClient, city: City) -> None:
    page = manager.get(PAGE)
    last = max(2026, local_date(now_us(), "America/Los_Angeles").year - 1)
    assert "The public holidays end with 2026" in words(page)
    press(manager, page, "/edits/seed")
    text = words(manager.get(f"{PAGE}?year={last + 1}"))
    assert "Public holidays of 2027" in text


def test_two_people_at_once_the_second_is_told_and_loses_nothing(
    manager: StrictClient, administrator: StrictClient, city: City
) -> None:
    stale = administrator.get(PAGE)
    close(manager, date(2031, 3, 5))
    given = {"close-day": "2031-03-06", "close-name": "Wind", "close-reason": "A storm"}
    answer = press(administrator, stale, "/edits/close", **given)
    assert answer.status_code == 409
    assert "Added to the draft: Wed 5 Mar 2031 closed: Flood" in words(answer)
    assert 'value="A storm"' in answer.text
    assert press(administrator, answer, "/edits/close", **given).status_code == 302


def test_a_draft_that_changed_after_its_effect_was_seen_is_not_published(
    manager: StrictClient, administrator: StrictClient, city: City
) -> None:
    close(manager, date(2031, 3, 5))
    preview = administrator.get(f"{PAGE}/publish")
    close(manager, date(2031, 3, 6))
    answer = send_from(administrator, preview, f"{PAGE}/publish", -1, reason="Flood")
    assert answer.status_code == 409
    assert "Nothing was saved." in words(answer)
    assert versions(city) == 1
    assert send_from(administrator, answer, f"{PAGE}/publish", -1, reason="Flood").status_code == 302
    late = send_from(administrator, answer, f"{PAGE}/publish", -1, reason="Flood")
    assert late.status_code == 409
    assert "Version 2 was published." in words(late)
    assert versions(city) == 2


def test_publishing_needs_a_reason_and_a_change(administrator: StrictClient, city: City) -> None:
    preview = administrator.get(f"{PAGE}/publish")
    assert "The draft is empty" in words(preview)
    answer = administrator.post(
        f"{PAGE}/publish",
        data={"csrf_token": hidden(administrator.get(PAGE), "csrf_token"), "reason": "x", "seen": "1:"},
    )
    assert (answer.status_code, versions(city)) == (422, 1)
    close(administrator, date(2031, 3, 5))
    preview = administrator.get(f"{PAGE}/publish")
    assert send_from(administrator, preview, f"{PAGE}/publish", -1, reason=" ").status_code == 422


def test_an_older_version_can_be_read_and_not_edited(administrator: StrictClient, city: City) -> None:
    close(administrator, date(2026, 3, 5))
    send_from(administrator, administrator.get(f"{PAGE}/publish"), f"{PAGE}/publish", -1, reason="Flood")
    old = administrator.get(f"{PAGE}?version=1&year=2026")
    assert "It can only be read." in words(old)
    assert "Thu 5 Mar 2026" not in words(old).split("Versions")[0]
    assert forms(old) == []
    assert administrator.get(f"{PAGE}?version=9").status_code == 404
    assert "Thu 5 Mar 2026 Flood" in words(administrator.get(f"{PAGE}?version=2&year=2026"))


def test_another_citys_calendar_is_not_there(app: Flask, city: City) -> None:
    other = factories.city(database_of(app), slug="other-town", pack="us-generic")
    client = signed_in(app, other.staff["administrator"])
    assert client.get(PAGE).status_code == 404
    assert client.get(f"{PAGE}/publish").status_code == 404
    token = {"csrf_token": hidden(client.get("/admin/calendars/other-town"), "csrf_token")}
    assert client.post(f"{PAGE}/edits/seed", data=token).status_code == 404
    with city.database.reading() as session:
        assert session.scalars(select(CalendarEdit)).all() == []


def test_only_the_office_edits(app: Flask, city: City) -> None:
    assert signed_in(app, city.staff["planner"]).get(PAGE).status_code == 403
    assert signed_in(app, city.installer_id).get(PAGE).status_code == 403


def test_the_page_costs_the_same_with_many_edits(manager: StrictClient, city: City) -> None:
    close(manager, date(2031, 3, 3))
    with statements(city.database) as few:
        manager.get(PAGE)
    for day in range(4, 8):
        close(manager, date(2031, 3, day))
    with statements(city.database) as many:
        manager.get(PAGE)
    assert len(many) == len(few)
