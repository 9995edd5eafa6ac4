"""The dates promised for open files, and how earlier promises were kept, on both databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.forecast import NOMINAL, forecast_by_age, forecast_by_queue
from permitflow.analytics.survival import kaplan_meier
from permitflow.db import Database
from permitflow.instants import local_date
from permitflow.reports import back_tests
from permitflow.reports.figures import plain
from permitflow.reports.forecasts import departures, promises
from permitflow.reports.open_files import ranking
from permitflow.reports.pages import promises as page
from permitflow.reports.stay_curves import HOUR_US
from tests.reports.history import NOW, ZONE, History, asked, day, told
from tests.reports.open_city import OpenCity, open_city, said
from tests.reports.pages.linked import wrong_links

LEVELS = {"step": NOMINAL, "file": NOMINAL}


def office_days(city: OpenCity, count: int) -> list[date]:
    """The last open days before today, the newest first."""
    on, found = city.scope.today, []
    while len(found) < count:
        on -= timedelta(days=1)
        if on.weekday() < 5:
            found.append(on)
    return found


def open_day(on: date) -> date:
    """The day itself, or the next one that is open."""
    while on.weekday() >= 5:
        on += timedelta(days=1)
    return on


def test_departures_are_counted_by_open_day(database: Database) -> None:
    city = open_city(database)
    with asked(database, city.scope) as ask:
        left, known = departures(ask.snapshot)
    days = office_days(city, 60)
    expected: Counter[tuple[str, int]] = Counter()
    for stay in city.stays:
        if stay.closed_at is not None:
            on = open_day(local_date(stay.closed_at, ZONE))
            if on in days:
                expected[stay.step, days.index(on) + 1] += 1
    assert known == 60
    assert {(step, back): n for step, own in left.items() for back, n in own.items()} == expected


def test_both_forecasts_are_those_of_the_stays_and_of_the_queue(database: Database) -> None:
    city = open_city(database)
    now = city.scope.now
    with asked(database, city.scope) as ask:
        files = ranking(ask, 0, 50).files
        made = promises(ask, files, LEVELS)
        left, _ = departures(ask.snapshot)
        assert promises(ask, [], LEVELS) == []
    dated = 0
    for file, promise in zip(files, made, strict=True):
        stays = [
            (-(-((stay.closed_at or now) - stay.opened_at) // HOUR_US) * HOUR_US, stay.closed_at is not None)
            for stay in city.stays
            if stay.step == file.step
        ]
        by_age = forecast_by_age(kaplan_meier(stays), now - file.opened_at)
        for on, remaining in ((promise.step_p50, by_age.p50), (promise.step_p85, by_age.p85)):
            assert on == (None if remaining is None else local_date(now + remaining, ZONE))
        per_day = [left[file.step].get(back, 0) for back in range(1, 61)]
        queue = forecast_by_queue(file.ahead, per_day, Random(str((file.step, file.ahead))), DAY_US)
        queued = promise.queue_p50, promise.queue_p85
        assert queued == (walked(now, queue.p50), walked(now, queue.p85))
        dated += promise.step_p85 is not None and promise.queue_p85 is not None
    assert dated > 5


def walked(now: int, work_us: int | None) -> date | None:
    """The open day on which so much business time after now has passed, from noon to noon of open days."""
    if work_us is None:
        return None
    on = local_date(now, ZONE)
    assert on.weekday() == 5, "the report is looked at on a closed Saturday, when the business clock stands"
    on = open_day(on)
    for _ in range(work_us // DAY_US):
        on = open_day(on + timedelta(days=1))
    return on


def test_the_page_shows_its_calibration_with_the_promises(database: Database) -> None:
    city = open_city(database, 400)
    with asked(database, city.scope) as ask:
        figures = page.figures(ask)
        test = back_tests.tested(ask)
        assert wrong_links(ask, page.PAGE, figures) == []
    summary, table, calibration = figures
    assert table.n == plain(summary.rows[0][1]) == sum(file.decided_at is None for file in city.files)
    assert len(table.rows) == min(50, table.n or 0)
    assert test.files == 400
    step, file = calibration.rows
    assert step[1] == test.held["step"].n >= 20
    assert step[2] == 100 * (test.held["step"].kept or 0)
    assert 50 < float(str(step[2])) <= 100
    assert "were kept" in table.lead[0].message
    assert said(file[0]) == "Decided"


def test_the_ranking_is_read_in_stretches_of_fifty(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(60):
            file = history.file(f"A-{number}", 40 + number / 10)
            history.stay(file, "fire", 40 + number / 10)

    with asked(database, told(database, tell)) as ask:
        words = {"": 50, "50": 10, "55": 10, "100": 50, "x": 50, "-1": 50}
        for rank, count in words.items():
            assert len(page.figures(replace(ask, words={"rank": rank}))[1].rows) == count
        assert [value for value, _ in page.PAGE.choices[0].options(ask)] == ["", "50"]
        (_, table, calibration) = page.figures(ask)
    # Nobody has ever left the step: no forecast is made up.
    assert all(plain(cell) is None for row in table.rows for cell in (row[5], row[6], row[8], row[9]))
    assert [row[2] for row in calibration.rows] == [None, None]
    assert "Too few" in table.lead[0].message


def test_an_empty_city_promises_nothing(database: Database) -> None:
    with asked(database, told(database, lambda _history: None)) as ask:
        summary, table, calibration = page.figures(ask)
    assert (table.rows, table.n, calibration.n) == ([], 0, 0)
    assert [plain(row[1]) for row in summary.rows] == [0, 0, 0]


def test_a_step_that_slowed_down_is_flagged(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(120):
            at = -200 + 2.52 * number
            file = history.file(f"A-{number}", at)
            stays = 2.0 if at < NOW - 60 else 8.0
            history.stay(file, "fire", at, at + stays if at + stays < NOW else None)

    with asked(database, told(database, tell)) as ask:
        assert back_tests.tested(ask).drifting == {"fire"}
        assert said(page.figures(ask)[1].rows[0][10]) == "yes"
        assert day(NOW) == ask.scope.now
