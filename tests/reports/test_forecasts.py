"""Forecasts of an open file where every stay took ten days and one file left on each business day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from permitflow.analytics.forecast import Levels
from permitflow.reports.forecasts import OFFICE_DAYS, Promise, departures, promises
from permitflow.reports.open_files import OpenFile
from tests.reports.told_city import ToldCity, at

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-01 12:00"
"""The 1 July is a Wednesday."""
LEVELS = {kind: Levels(0.1, 0.5, 0.85, 0.9) for kind in ("step", "file")}
OPEN = OpenFile(
    id="f",
    workflow="w",
    submitted_at=at("2026-06-26 12:00"),
    legal_due_on=None,
    legal_clock=None,
    days_late=None,
    risk=None,
    visit="v",
    step="fire",
    role="examiner",
    claimed_by=None,
    opened_at=at("2026-06-29 12:00"),
    age_us=0,
    p95_us=None,
    ahead=2,
)


def steady_city(first: str = "2026-04-01") -> ToldCity:
    """One stay of ten days ends at the noon of every business day of May and June; files take twenty."""
    city = ToldCity(first, NOW)
    for month, days in ((5, 31), (6, 30)):
        for day in range(1, days + 1):
            on = date(2026, month, day)
            if on.weekday() < 5:
                decided = on.toordinal()
                file = city.file(_noon(decided - 20), _noon(decided))
                city.stay(file, "fire", _noon(decided - 10), _noon(decided))
    return city


def _noon(ordinal: int) -> str:
    return f"{date.fromordinal(ordinal)} 12:00"


def test_a_file_leaves_when_the_others_left() -> None:
    """Two days old at its step, it has eight to go; five days old as a file, fifteen."""
    with steady_city().asked(FIRST, LAST) as ask:
        [found] = promises(ask, [OPEN], LEVELS)
    assert found.step_p50 == found.step_p85 == date(2026, 7, 9)
    assert found.decision_p50 == found.decision_p85 == date(2026, 7, 16)


def test_with_one_a_day_the_third_leaves_on_the_third_business_day() -> None:
    """A queue that reaches beyond the known calendar has no date."""
    files = [replace(OPEN, ahead=ahead) for ahead in (0, 2, 500)]
    with steady_city("2026-05-01").asked(FIRST, LAST) as ask:
        found = promises(ask, files, LEVELS)
    assert [one.queue_p50 for one in found] == [date(2026, 7, 2), date(2026, 7, 6), None]
    assert [one.queue_p85 for one in found] == [date(2026, 7, 2), date(2026, 7, 6), None]


def test_without_a_past_nobody_can_say() -> None:
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST) as ask:
        assert promises(ask, [OPEN], LEVELS) == [Promise(None, None, None, None, None, None)]
        assert promises(ask, [], LEVELS) == []


def test_departures_count_on_open_days() -> None:
    """Counted back from Wednesday: Tuesday is 1, Monday with the weekend's 2, Friday 3."""
    city = ToldCity("2026-05-01", NOW)
    for closed, told in (
        ("2026-07-01 09:00", {}),
        ("2026-06-30 23:59", {}),
        ("2026-06-28 15:00", {}),
        ("2026-06-27 09:00", {}),
        ("2026-06-29 00:00", {}),
        ("2026-06-26 23:59", {}),
        ("2026-06-26 12:00", {"party": "applicant"}),
        ("2026-06-26 12:00", {"role": None}),
    ):
        city.stay(city.file("2026-05-01"), "fire", "2026-05-01", closed, **told)
    with city.asked(FIRST, LAST) as ask:
        left, days = departures(ask.snapshot)
    assert left == {"fire": {1: 1, 2: 3, 3: 1}}
    assert days == 43


def test_only_the_last_open_days_count() -> None:
    city = ToldCity("2026-01-01", NOW)
    city.stay(city.file("2026-01-01"), "fire", "2026-01-01", "2026-02-02")
    with city.asked(FIRST, LAST) as ask:
        assert departures(ask.snapshot) == ({}, OFFICE_DAYS)
