"""The draft of a city's next calendar: its newest version with the edits of several people."""

from __future__ import annotations

from datetime import date

import pytest

from permitflow.db import Database
from permitflow.models import CalendarClosure, CalendarEdit, CalendarVersion, Jurisdiction
from permitflow.services.calendar_drafts import Closure, Draft, WorkingDays, applied, draft_of, working_days
from permitflow.services.errors import NotFound
from tests.rows import written

MEMORIAL_DAY = date(2026, 5, 25)
BASE = WorkingDays("01234", "08:00", "17:00", {MEMORIAL_DAY: Closure("Memorial Day")}, 2026)


def after(*edits: tuple[str, date | None, str]) -> WorkingDays:
    """The working days after edits of a kind, a day and a value."""
    days = BASE
    for kind, day, value in edits:
        days = applied(days, CalendarEdit(kind=kind, day=day, value=value, reason="Flood", made_by="olga"))
    return days


def draft(*edits: tuple[str, date | None, str]) -> Draft:
    rows = [CalendarEdit(id=str(n), kind=k, day=d, value=v, reason="x") for n, (k, d, v) in enumerate(edits)]
    return Draft(Jurisdiction(), CalendarVersion(version=4), BASE, rows)


def test_a_closed_day_keeps_who_closed_it_and_why() -> None:
    closed = after(("close", date(2026, 3, 4), "Flood")).closures
    assert list(closed) == [date(2026, 3, 4), MEMORIAL_DAY], "in the order of the year"
    assert closed[date(2026, 3, 4)] == Closure("Flood", "Flood", "olga", drafted=True)
    assert [closure.seeded for closure in closed.values()] == [False, True]


def test_opening_a_day_takes_its_closure_away_and_may_be_said_twice() -> None:
    assert after(("open", MEMORIAL_DAY, ""), ("open", MEMORIAL_DAY, "")).closures == {}
    assert list(BASE.closures) == [MEMORIAL_DAY], "what is published is not touched"


def test_seeding_a_year_leaves_the_days_that_a_person_closed() -> None:
    christmas = date(2027, 12, 25)
    days = after(("close", date(2027, 7, 5), "Moving day"), ("seed", None, "2027 US-CA"))
    assert days.seeded_to == 2027
    assert days.closures[date(2027, 7, 5)].name == "Moving day"
    assert days.closures[christmas].seeded
    assert after(("seed", None, "2027 US")).seeded_to == 2027, "a country without a state"


def test_weekdays_and_hours_are_replaced_as_a_whole() -> None:
    days = after(("weekdays", None, "0123"), ("hours", None, "09:00-16:30"))
    assert (days.weekdays, days.opens, days.closes) == ("0123", "09:00", "16:30")
    office = days.calendar("7", 5, "America/Los_Angeles")
    assert not office.is_open(date(2026, 3, 6)), "a Friday"
    assert (office.version, office.why_closed(MEMORIAL_DAY)) == (5, "Memorial Day")
    with pytest.raises(ValueError, match="."):
        after(("weekdays", None, "")).calendar("7", 5, "America/Los_Angeles")


def test_changed_days_are_those_that_open_or_close_in_the_end() -> None:
    flood = date(2026, 3, 4)
    assert draft(("close", flood, "Flood"), ("open", MEMORIAL_DAY, "")).changed_days() == {
        flood,
        MEMORIAL_DAY,
    }
    assert draft(("close", flood, "Flood"), ("open", flood, "")).changed_days() == frozenset()
    assert draft(("weekdays", None, "0123")).changed_days() is None, "then every day may have changed"
    assert draft(("weekdays", None, "01234")).changed_days() == frozenset()


def test_a_form_remembers_the_version_and_every_edit_it_has_seen() -> None:
    assert draft().seen == "4:"
    assert draft(("open", MEMORIAL_DAY, ""), ("weekdays", None, "0123")).seen == "4:0,1"


def test_an_old_version_was_seeded_up_to_its_last_closure(database: Database) -> None:
    with written(database) as rows:
        old = rows.add(CalendarVersion, version=1, weekdays="01234", opens="08:00", closes="17:00")
        rows.add(CalendarClosure, closed_on=date(2029, 12, 25))
        with rows.session() as session:
            version = session.get_one(CalendarVersion, old["id"])
            assert working_days(session, version).seeded_to == 2029
            version.seeded_to = 2031
            assert working_days(session, version).seeded_to == 2031


def test_a_city_without_a_calendar_has_no_draft(database: Database) -> None:
    with database.reading() as session, pytest.raises(NotFound, match="no calendar"):
        draft_of(session, "0" * 32)
