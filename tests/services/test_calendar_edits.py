"""Editing a calendar: a draft, its publication, and the open files that are counted anew; on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.models import (
    CalendarClosure,
    CalendarEdit,
    CalendarPublication,
    CalendarVersion,
    Jurisdiction,
)
from permitflow.services import calendar_edits
from permitflow.services.calendar_drafts import draft_of
from permitflow.services.calendar_edits import CalendarChanged, CalendarRefused, Change, Editor
from tests import factories
from tests.calendar_office import FLOOD, WEDNESDAY, edit, publish
from tests.factories import MONDAY, City


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def seen_of(city: City) -> str:
    with city.database.reading() as session:
        return draft_of(session, city.id).seen


def result_of(city: City) -> dict[date, str]:
    with city.database.reading() as session:
        closures = draft_of(session, city.id).result.closures
        return {on: closure.name for on, closure in closures.items()}


def progress(city: City, version: CalendarVersion) -> CalendarPublication:
    with city.database.reading() as session:
        return session.get_one(CalendarPublication, version.id)


def test_edits_collect_in_a_draft_that_counts_nothing_yet(city: City) -> None:
    edit(city)
    edit(city, Change("open", date(2026, 5, 25), "", "Open after all"))
    assert result_of(city) == {WEDNESDAY: "Flood"}
    with city.database.reading() as session:
        assert draft_of(session, city.id).base.closures.keys() == {date(2026, 5, 25)}
        assert session.scalars(select(CalendarVersion)).one().version == 1


def test_publishing_makes_the_next_version_with_its_closures_and_reasons(city: City) -> None:
    edit_id = edit(city)
    version = publish(city, "The river rose")
    assert (version.version, version.reason, version.published_by) == (
        2,
        "The river rose",
        city.staff["administrator"],
    )
    with city.database.reading() as session:
        closed = session.scalars(
            select(CalendarClosure)
            .where(CalendarClosure.calendar_version_id == version.id)
            .order_by(CalendarClosure.closed_on)
        ).all()
        assert [(row.closed_on, row.name, row.reason, row.closed_by) for row in closed] == [
            (WEDNESDAY, "Flood", FLOOD.reason, city.staff["manager"]),
            (date(2026, 5, 25), "Memorial Day", None, None),
        ]
        assert session.get_one(CalendarEdit, edit_id).published_in == version.id
        assert draft_of(session, city.id).edits == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Change("close", None, "Flood", "x"), "Give the date"),
        (Change("close", date(1960, 1, 1), "Flood", "x"), "Give the date"),
        (Change("close", WEDNESDAY, " ", "x"), "a name"),
        (Change("close", WEDNESDAY, "Flood", " "), "Say why"),
        (Change("close", date(2026, 5, 25), "Flood", "x"), "closed already: Memorial Day"),
        (Change("close", date(2026, 3, 7), "Flood", "x"), "Saturday"),
        (Change("open", None, "", "x"), "Give the date"),
        (Change("open", WEDNESDAY, "", "x"), "working day already"),
        (Change("open", date(2026, 3, 7), "", "x"), "Saturday"),
        (Change("weekdays", None, "", "x"), "at least one weekday"),
        (Change("weekdays", None, "10", "x"), "at least one weekday"),
        (Change("weekdays", None, "01234", "x"), "already"),
        (Change("hours", None, "17:00-08:00", "x"), "opens before it closes"),
        (Change("hours", None, "late-later", "x"), "Give the hours"),
        (Change("hours", None, "08:00-17:00", "x"), "already"),
        (Change("burn", None, "", "x"), "edited by"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_in_a_sentence(
    city: City, change: Change, sentence: str
) -> None:
    with pytest.raises(CalendarRefused, match=sentence):
        edit(city, change)
    assert seen_of(city) == "1:"


def test_weekdays_and_hours_are_published(city: City) -> None:
    edit(city, Change("weekdays", None, "0123", "Budget"))
    edit(city, Change("hours", None, "09:00-16:30", "Budget"))
    version = publish(city)
    assert (version.weekdays, version.opens, version.closes) == ("0123", "09:00", "16:30")


def test_the_next_year_is_seeded_after_the_last_one(city: City) -> None:
    edit(city, Change("seed"))
    edit(city, Change("seed"))
    with city.database.reading() as session:
        assert [row.value for row in draft_of(session, city.id).edits] == ["2027 US-CA", "2028 US-CA"]
    days = result_of(city)
    assert days[date(2027, 12, 24)].startswith("Christmas Day")
    assert date(2028, 7, 4) in days
    assert publish(city).seeded_to == 2028


def test_a_city_on_an_unknown_pack_takes_its_states_holidays(city: City) -> None:
    with city.database.transaction() as session:
        place = session.get_one(Jurisdiction, city.id)
        place.pack, place.state = "no-such-pack", "NV"
    edit(city, Change("seed"))
    with city.database.reading() as session:
        assert [row.value for row in draft_of(session, city.id).edits] == ["2027 US-NV"]


def test_an_edit_can_be_taken_back(city: City) -> None:
    edit_id = edit(city)
    with city.database.transaction() as session:
        calendar_edits.take_back(session, city.id, edit_id, Editor(None, MONDAY, seen_of(city)))
    assert seen_of(city) == "1:"


def test_nothing_is_published_without_an_edit_or_a_reason(city: City) -> None:
    with pytest.raises(CalendarRefused, match="nothing to publish"):
        publish(city)
    edit(city)
    with pytest.raises(CalendarRefused, match="Say why"):
        publish(city, " ")


def test_the_second_of_two_editors_is_told_what_changed(city: City) -> None:
    seen = seen_of(city)
    first = edit(city, seen=seen)
    with pytest.raises(CalendarChanged) as changed:
        edit(city, Change("close", date(2026, 3, 5), "Flood", "still wet"), seen=seen)
    assert [row.id for row in changed.value.added] == [first]
    assert (changed.value.published, changed.value.gone) == ((), 0)
    seen = seen_of(city)
    publish(city)
    with pytest.raises(CalendarChanged) as changed:
        publish(city, seen=seen)
    assert (changed.value.published, changed.value.added, changed.value.gone) == ((2,), (), 1)
    assert len(result_of(city)) == 2
