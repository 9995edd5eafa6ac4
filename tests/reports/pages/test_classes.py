"""Classes side by side against a count by hand over a seeded office, on both databases."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from permitflow.analytics.percentiles import percentile_with_interval
from permitflow.db import Database
from permitflow.models import Clock, ClockPause, Hold
from permitflow.reports.pages import classes
from tests.reports.history import NOW, History, day
from tests.reports.pages import office
from tests.reports.pages.linked import wrong_links
from tests.reports.pages.office import File, Office, figure_of, looking, rows_of

LEVELS = {"L2": "Level 2 charging", "DC": "DC fast charging"}


@pytest.fixture
def written(database: Database) -> Office:
    told = office.files(31)
    tiny = [file for file in told if file.company == "tiny"]
    return office.write(database, [file for file in told if file not in tiny[6:]])


def table(database: Database, written: Office, figure: str) -> dict[Any, dict[str, Any]]:
    return rows_of(figure_of(database, written.scope, classes.PAGE, figure))


def took(file: File) -> int:
    assert file.decided is not None
    return day(file.decided) - day(file.submitted)


def test_times_of_each_level(database: Database, written: Office) -> None:
    found = table(database, written, "by_level")
    for level, title in LEVELS.items():
        mine = [file for file in written.files if file.level == level and file.by_city]
        done = [took(file) for file in mine if written.covers(file.decided)]
        half, most = (percentile_with_interval(done, percent) for percent in (50, 85))
        row = found[title]
        assert row["files"] == len(done) >= 20
        assert (row["gross_p50"], row["gross_low"], row["gross_high"]) == (half.value, half.low, half.high)
        assert row["gross_p85"] == most.value


def test_time_with_the_applicant_is_a_share_of_all_the_time(database: Database, written: Office) -> None:
    found = table(database, written, "by_level")
    for level, title in LEVELS.items():
        done = [
            file
            for file in written.files
            if file.level == level and file.by_city and written.covers(file.decided)
        ]
        away = sum(
            day(notice.answered) - day(notice.asked)
            for file in done
            for notice in file.notices
            if notice.answered is not None
        )
        assert found[title]["applicant_share"] == pytest.approx(100 * away / sum(map(took, done)))


def test_companies_by_their_number_of_files(database: Database, written: Office) -> None:
    sizes = Counter(file.company for file in written.files)
    expected: Counter[str] = Counter()
    for file in written.files:
        if file.by_city and written.covers(file.decided):
            size = sizes[file.company]
            expected["One file" if size < 2 else "2 to 9 files" if size < 10 else "10 files or more"] += 1
    assert 1 < sizes["tiny"] < 10
    assert {size: row["files"] for size, row in table(database, written, "by_size").items()} == expected


def test_differences_stand_only_where_both_classes_are_large(database: Database, written: Office) -> None:
    with looking(database, written.scope) as ask:
        figures = {figure.id: figure for figure in classes.figures(ask)}
    rows = figures["differences"].rows
    assert len(rows) == 2  # Levels and kinds of sites: two large classes each; the rest has one or is small.
    levels = rows_of(figures["by_level"])
    largest, other = sorted(levels.values(), key=lambda row: -row["files"])
    found = rows_of(figures["differences"])["Charging level"]
    assert found["longer"] == other["gross_p50"] - largest["gross_p50"]
    assert found["longer_low"] < found["longer"] < found["longer_high"]
    assert found["approved"] == pytest.approx(other["approved_share"] - largest["approved_share"])


def test_who_was_taken_out_of_turn(database: Database, written: Office) -> None:
    stays = [(file, stay) for file, stay in written.stays()]
    expected: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for file, stay in stays:
        if not written.covers(stay.claimed) or stay.claimed is None:
            continue
        others = [one for _, one in stays if one.step == stay.step and one is not stay]
        told = expected[LEVELS[file.level]]
        told[0] += 1
        told[1] += any(
            one.opened < stay.opened and (one.claimed or one.closed or NOW + 1) > stay.claimed
            for one in others
        )
        told[2] += any(one.opened > stay.opened and (one.claimed or NOW + 1) < stay.claimed for one in others)
    with looking(database, written.scope) as ask:
        figure = next(one for one in classes.figures(ask) if one.id == "order")
    told = {row[1].say(): [row[place].value for place in (2, 3, 5)] for row in figure.rows}
    told = {name: counts for name, counts in told.items() if name in LEVELS.values()}
    assert told == expected
    assert all(counts[1] and counts[2] for counts in told.values())


def test_legal_dates_kept_count_those_overdue_and_open(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        today = history.scope(0, NOW, NOW).today
        for number in range(20):
            file = history.file(f"F-{number}", NOW - 30, facts={"equipment": {"level": "L2"}})
            late, open_ = number < 4, number < 2
            due = today - timedelta(days=3)
            history.clock(file, due, None if open_ else due + timedelta(days=1 if late else 0))
            history.clock(file, due, due + timedelta(days=1), clock="second", verified=False)
        scope = history.scope(NOW - 60, NOW, NOW)
    (row,) = rows_of(figure_of(database, scope, classes.PAGE, "by_level")).values()
    assert (row["due"], row["kept_share"]) == (20, 80)


def test_net_time_leaves_out_closed_days_and_each_day_of_a_hold_once(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        for number in range(20):
            # Submitted on Thursday, 28 May, decided on Thursday, 11 June 2026: 10 business days later.
            file = history.file(f"F-{number}", 0, 14)
            for name in ("one", "two"):
                hold(history, file, name)
        scope = history.scope(0, 60, 60)
    (row,) = rows_of(figure_of(database, scope, classes.PAGE, "by_workflow")).values()
    assert row["gross_p50"] == day(14) - day(0)
    # Held on Monday, 1 June and Tuesday, 2 June by both clocks: 8 days are left.
    assert row["net_p50"] == 8 * (day(1) - day(0))


def hold(history: History, file: str, clock: str) -> None:
    history.clock(file, None, None, clock=clock)
    latest = select(Clock.id).where(Clock.application_id == file, Clock.clock == clock)
    history._insert(
        ClockPause,
        jurisdiction_id=history.city_id,
        clock_id=history.session.scalar(latest),
        paused_on=date(2026, 6, 1),
        resumed_on=date(2026, 6, 3),
        reason="",
        hold_id=history._insert(
            Hold,
            jurisdiction_id=history.city_id,
            application_id=file,
            reason="",
            from_on=date(2026, 6, 1),
            declared_at=day(5),
        ),
    )


def test_every_number_leads_to_its_list(database: Database, written: Office) -> None:
    with looking(database, written.scope) as ask:
        assert wrong_links(ask, classes.PAGE, classes.figures(ask)) == []
    with looking(database, replace(written.scope, class_="level=DC")) as ask:
        assert wrong_links(ask, classes.PAGE, classes.figures(ask)) == []


def test_a_class_that_is_none_has_no_files(database: Database, written: Office) -> None:
    with looking(database, written.scope, kind="decided_at) --", of="") as ask:
        statement = classes.PAGE.listings["decided"].lines(ask)
        assert ask.snapshot.rows(statement.sql, statement.parameters) == []


def test_an_empty_city_has_empty_figures(database: Database) -> None:
    with looking(database, office.write(database, []).scope) as ask:
        assert [figure.id for figure in classes.figures(ask) if figure.rows] == []
