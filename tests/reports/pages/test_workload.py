"""The page of workload against a count by hand over a seeded office, on both databases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from statistics import median
from typing import Any

import pytest

from permitflow.analytics.durations import percentile
from permitflow.db import Database
from permitflow.instants import DAY, local_date
from permitflow.reports.figures import plain
from permitflow.reports.pages import workload
from permitflow.reports.scope import start_of_day
from tests.reports.history import NOW, ZONE, History, day
from tests.reports.pages import office
from tests.reports.pages.linked import wrong_links
from tests.reports.pages.office import Office, Stay, figure_of, looking, rows_of

FAR = NOW + 10_000
HOUR = DAY // 24


@pytest.fixture
def written(database: Database) -> Office:
    return office.write(database, office.files(23))


def people(database: Database, written: Office) -> dict[Any, dict[str, Any]]:
    return rows_of(figure_of(database, written.scope, workload.PAGE, "people"))


def reviews(written: Office) -> list[Stay]:
    return [stay for _, stay in written.stays()]


def waited_until(stay: Stay) -> float:
    ends = [at for at in (stay.claimed, stay.closed) if at is not None]
    return ends[0] if ends else FAR


def overtook(written: Office, taken: Stay) -> bool:
    """Whether an older file waited for the same step at the moment of the claim."""
    assert taken.claimed is not None
    return any(
        stay.step == taken.step and stay.opened < taken.opened and waited_until(stay) > taken.claimed
        for stay in reviews(written)
    )


def of_people(written: Office) -> Iterator[tuple[str, list[Stay]]]:
    by_person: defaultdict[str, list[Stay]] = defaultdict(list)
    for stay in reviews(written):
        if stay.person is not None:
            by_person[stay.person].append(stay)
    yield from by_person.items()


def test_people_stand_in_the_order_of_their_names(database: Database, written: Office) -> None:
    assert list(people(database, written)) == ["Bob", "Fay", "Flo", "Tia", "Tom"]
    found = figure_of(database, written.scope, workload.PAGE, "people")
    assert "judges nobody" in found.lead[0].say()


def test_what_lies_with_each_person(database: Database, written: Office) -> None:
    found = people(database, written)
    work = defaultdict(list)
    for stay in reviews(written):
        if stay.claimed is not None and written.covers(stay.closed):
            assert stay.closed is not None
            work[stay.step].append(day(stay.closed) - day(stay.claimed))
    for person, stays in of_people(written):
        row = found[person.title()]
        held = [stay for stay in stays if stay.closed is None and stay.claimed is not None]
        done = [stay for stay in stays if written.covers(stay.closed)]
        acts = [at for stay in stays for at in (stay.closed, stay.claimed) if written.covers(at)]
        days = {local_date(day(at), ZONE) for at in acts if at is not None}
        assert (row["open"], row["done"], row["days"]) == (len(held), len(done), len(days))
        assert row["effort"] == pytest.approx(
            sum(median(work[stay.step]) for stay in held), abs=2 * len(held) + 1
        )
        assert row["per_day"] == (pytest.approx(len(done) / len(days)) if len(done) >= 20 else None)
        last = max(at for stay in stays for at in (stay.closed, stay.claimed or None) if at)
        assert row["quiet"] == day(NOW) - day(last)


def test_who_took_files_out_of_turn_and_how_soon(database: Database, written: Office) -> None:
    found = people(database, written)
    for person, stays in of_people(written):
        row = found[person.title()]
        taken = [stay for stay in stays if written.covers(stay.claimed)]
        assert row["taken"] == len(taken)
        ahead = sum(overtook(written, stay) for stay in taken)
        assert row["out_of_order"] == (pytest.approx(100 * ahead / len(taken)) if len(taken) >= 20 else None)
        waits = [day(stay.claimed) - day(stay.opened) for stay in taken if stay.claimed is not None]
        assert row["wait"] == (pytest.approx(median(waits)) if len(taken) >= 20 else None)


def test_the_range_of_the_team_names_nobody(database: Database, written: Office) -> None:
    by_person = people(database, written)
    found = list(rows_of(figure_of(database, written.scope, workload.PAGE, "team")).values())
    counts = sorted(row["open"] for row in by_person.values())
    assert [row["open"] for row in found] == [percentile(counts, quarter) for quarter in (25, 50, 75)]
    waits = sorted(round(row["wait"]) for row in by_person.values() if row["wait"] is not None)
    assert [row["wait"] for row in found] == (
        [percentile(waits, quarter) for quarter in (25, 50, 75)] if len(waits) >= 5 else [None] * 3
    )


def test_files_that_nobody_has_taken(database: Database, written: Office) -> None:
    waiting = defaultdict(list)
    for stay in reviews(written):
        if stay.closed is None and stay.claimed is None:
            waiting[stay.step].append(day(NOW) - day(stay.opened))
    found = rows_of(figure_of(database, written.scope, workload.PAGE, "unassigned")).values()
    assert sorted(row["files"] for row in found) == sorted(map(len, waiting.values()))
    assert sorted(row["longest"] for row in found) == sorted(map(max, waiting.values()))


def test_every_number_leads_to_its_list(database: Database, written: Office) -> None:
    with looking(database, written.scope) as ask:
        assert wrong_links(ask, workload.PAGE, workload.figures(ask)) == []


def test_a_review_has_come_to_a_halt_when_its_holder_did_nothing_for_longer_than_usual(
    database: Database,
) -> None:
    with database.transaction() as session:
        history = History(session)
        for number in range(20):
            file = history.file(f"D-{number}", 50, 60)
            history.stay(file, "fire", 50, 52, 51, closed_by=history.installer)
        for name, claimed in (("quiet", NOW - 5), ("fresh", NOW - 0.5)):
            history.stay(history.file(name, NOW - 6), "fire", NOW - 6, None, claimed)
        history.stay(history.file("other", NOW - 6), "rare", NOW - 6, None, NOW - 5)
        scope = history.scope(NOW - 60, NOW, NOW)
    with looking(database, scope) as ask:
        figures = workload.figures(ask)
        assert wrong_links(ask, workload.PAGE, figures) == []
    found = rows_of(next(one for one in figures if one.id == "halted"))
    assert {step: (row["held"], row["halted"]) for step, row in found.items()} == {
        "Fire": (2, 1),
        "rare": (1, 0),
    }


def test_with_few_people_the_range_is_left_out(database: Database) -> None:
    few = [file for file in office.files(23) if file.number in ("F-1", "F-2")]
    scope = office.write(database, few).scope
    with looking(database, scope) as ask:
        figures = {figure.id: figure for figure in workload.figures(ask)}
    assert figures["people"].rows
    assert not figures["team"].rows
    assert all(plain(row[5]) is plain(row[7]) is plain(row[8]) is None for row in figures["people"].rows)


def test_days_there_are_local_days_also_when_clocks_change(database: Database) -> None:
    # Clocks go back on Sunday, 1 November 2026 at 2:00: that local day has 25 hours.
    midnight = start_of_day(date(2026, 11, 1), ZONE)
    acts = [midnight - HOUR // 2, midnight, midnight + 24 * HOUR + HOUR // 2, midnight + 25 * HOUR]
    with database.transaction() as session:
        history = History(session)
        file = history.file("F-1", 100)
        for at in acts:
            instants = {
                "opened_at": midnight - 9 * HOUR,
                "first_claimed_at": at,
                "claimed_at": at,
                "closed_at": at,
            }
            history.stay(file, "fire", 0, 1, 1, **instants, closed_by=history.installer)
        scope = history.scope(100, 170, 170)
    (row,) = rows_of(figure_of(database, scope, workload.PAGE, "people")).values()
    assert (row["done"], row["days"]) == (4, 3)


def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        scope = history.scope(NOW - 60, NOW - 1, NOW)
        file = history.file("F-1", -50)
        for at in (scope.start_at - 1, scope.start_at, scope.end_at - 1, scope.end_at):
            instants = {"opened_at": day(-40), "first_claimed_at": at, "claimed_at": at, "closed_at": at}
            history.stay(file, "fire", 0, 1, 1, **instants, closed_by=history.installer)
    with looking(database, scope) as ask:
        figures = workload.figures(ask)
        assert wrong_links(ask, workload.PAGE, figures) == []
    (row,) = rows_of(figures[0]).values()
    assert (row["done"], row["taken"]) == (2, 2)
