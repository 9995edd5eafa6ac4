"""One run of a clock: its dates with pauses and extensions, and how it is read from its rows on either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from permitflow.db import Database
from permitflow.engine.clock_rule import Extension, Pause
from permitflow.models import CalendarVersion, Clock, ClockExtension, ClockPause, ClockWarning
from permitflow.prepared import Channel
from permitflow.services import runs
from permitflow.services.files import ClockRow
from permitflow.services.runs import Run, Standstill, rule_of
from tests.rows import written
from tests.services.one_file import OFFICE, file_in

MONDAY = date(2026, 3, 2)
SPEC = file_in("intake").machine.definition.clocks["completeness"]
FIVE_DAYS = Run(SPEC, rule_of("completeness", SPEC, 5), MONDAY, OFFICE)


def stand(paused_on: date, resumed_on: date | None) -> Standstill:
    return Standstill("1" * 32, Pause(paused_on, resumed_on, "Fire"), None)


def test_a_run_ends_after_its_days_and_counts_them_on_the_way() -> None:
    assert FIVE_DAYS.due_on() == date(2026, 3, 9)
    assert [FIVE_DAYS.counted(date(2026, 3, day)) for day in (2, 3, 8, 9, 10)] == [0, 1, 4, 5, 5]
    assert FIVE_DAYS.used(date(2026, 3, 10)) == 6, "also beyond the end"
    assert FIVE_DAYS.span() == 5


def test_a_pause_moves_the_end_and_one_that_lasts_takes_it_away() -> None:
    paused = FIVE_DAYS.paused_by([stand(date(2026, 3, 4), date(2026, 3, 6))])
    assert (paused.stands, paused.due_on()) == (False, date(2026, 3, 11))
    lasting = FIVE_DAYS.paused_by([stand(date(2026, 3, 4), None)])
    assert (lasting.stands, lasting.due_on()) == (True, None)
    both = FIVE_DAYS.paused_by([*paused.standstills, stand(date(2026, 3, 9), None)])
    assert (both.stands, both.due_on()) == (True, None)
    assert FIVE_DAYS.due_on() == date(2026, 3, 9), "the run itself is not changed"


def test_an_extension_lengthens_the_span() -> None:
    longer = replace(FIVE_DAYS, extended=(("extend_time", Extension(date(2026, 3, 4), 3)),))
    assert (longer.span(), longer.due_on()) == (8, date(2026, 3, 12))


@pytest.mark.parametrize(
    ("unit", "counted"),
    [
        ("business_day", "business_day"),
        ("calendar_day", "calendar_day"),
        ("month", "calendar_day"),
        ("year", "calendar_day"),
    ],
)
def test_months_and_years_are_counted_in_calendar_days(unit: str, counted: str) -> None:
    spec = SPEC.model_copy(update={"unit": unit})
    assert Run(spec, rule_of("x", spec, 1), MONDAY, OFFICE).unit == counted


def test_a_run_is_read_with_what_belongs_to_it_oldest_first(database: Database) -> None:
    with written(database) as rows:
        version = rows.add(CalendarVersion, weekdays="01234", opens="08:00", closes="17:00")["id"]
        key = rows.add(Clock)["id"]
        other = rows.add(Clock)["id"]
        for paused_on, resumed_on in ((date(2026, 3, 6), None), (date(2026, 3, 3), date(2026, 3, 4))):
            rows.add(ClockPause, clock_id=key, paused_on=paused_on, resumed_on=resumed_on, reason="Fire")
        rows.add(ClockPause, clock_id=other)
        rows.add(ClockExtension, clock_id=key, extended_on=date(2026, 3, 5), length=3, event="extend_time")
        rows.add(ClockWarning, clock_id=key, rung="percent:85:managers")
        file = file_in("intake")
        file.channel = Channel(rows.connection)
        row = ClockRow(key, "completeness", "paused", 5, MONDAY, None, version)
        found = runs.read(file, row)
    assert [one.pause for one in found.standstills] == [
        Pause(date(2026, 3, 3), date(2026, 3, 4), "Fire"),
        Pause(date(2026, 3, 6), None, "Fire"),
    ]
    assert found.extended == (("extend_time", Extension(date(2026, 3, 5), 3)),)
    assert found.warned == {"percent:85:managers"}
    assert (found.rule.length, found.started_on, found.calendar.id) == (5, MONDAY, version)
