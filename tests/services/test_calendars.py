"""A city's calendar is what it published last."""

from __future__ import annotations

from datetime import date

import pytest

from permitflow.db import Database
from permitflow.models import CalendarVersion
from permitflow.services import calendars
from tests import factories
from tests.factories import MONDAY


def test_the_newest_version_counts_and_the_old_one_stays(database: Database) -> None:
    city = factories.city(database)
    with database.transaction() as session:
        first = calendars.current_version_id(session.connection(), city.id)
        newer = CalendarVersion(
            jurisdiction_id=city.id,
            version=2,
            weekdays="0123",
            opens="07:00",
            closes="18:00",
            reason="Fridays off",
            published_at=MONDAY,
        )
        calendars.publish(session, newer, {date(2026, 7, 2): "Founders' Day"})
    with database.reading() as session:
        current = calendars.current_calendar(session.connection(), city.id)
        old = calendars.calendar_for(session.connection(), first)
    assert current.why_closed(date(2026, 7, 2)) == "Founders' Day"
    assert not current.is_open(date(2026, 7, 3)), "a Friday"
    assert old.is_open(date(2026, 7, 3))
    assert current.zone == "America/Los_Angeles"


def test_an_unknown_calendar_or_city_is_named(database: Database) -> None:
    with database.reading() as session:
        with pytest.raises(LookupError, match="no such calendar"):
            calendars.calendar_for(session.connection(), "0" * 32)
        with pytest.raises(LookupError, match="no calendar"):
            calendars.current_calendar(session.connection(), "0" * 32)
