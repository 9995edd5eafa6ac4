"""The page of handovers against a count by hand over a seeded office, on both databases."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import insert, select

from permitflow.db import Database
from permitflow.models import Event, Visit
from permitflow.reports.figures import plain
from permitflow.reports.pages import handovers
from tests.reports.history import NOW, History, day
from tests.reports.pages import office
from tests.reports.pages.linked import wrong_links
from tests.reports.pages.office import File, Office, figure_of, looking, rows_of


@pytest.fixture
def written(database: Database) -> Office:
    return office.write(database, office.files(11))


def claims(file: File) -> list[tuple[float, str, str]]:
    """When somebody first took each review of a file: time, person, step."""
    taken = [
        (stay.claimed, stay.person, stay.step)
        for stay in file.stays
        if stay.party == "agency" and stay.claimed is not None and stay.person is not None
    ]
    return sorted(taken)


def changes(file: File) -> list[tuple[float, str, str, str]]:
    """Each change of person: time, from, to, step."""
    found = claims(file)
    return [
        (at, before, person, step)
        for (_, before, _), (at, person, step) in itertools.pairwise(found)
        if before != person
    ]


def test_the_matrix_counts_each_change_of_person(database: Database, written: Office) -> None:
    expected = Counter(
        (before.title(), after.title())
        for file in written.files
        for at, before, after, _ in changes(file)
        if written.covers(at)
    )
    found = figure_of(database, written.scope, handovers.PAGE, "matrix")
    assert {tuple(map(plain, row[:2])): plain(row[2]) for row in found.rows} == expected
    assert found.n == sum(expected.values())


def test_steps_say_how_often_a_file_came_from_another_person(database: Database, written: Office) -> None:
    taken, handed = Counter[str](), Counter[str]()
    for file in written.files:
        for at, _, step in claims(file):
            taken[step] += written.covers(at)
        for at, _, _, step in changes(file):
            handed[step] += written.covers(at)
    found = rows_of(figure_of(database, written.scope, handovers.PAGE, "steps")).values()
    assert sorted(row["taken"] for row in found) == sorted(taken.values())
    assert sorted(row["handed"] for row in found) == sorted(handed.values())


def test_files_by_handovers_and_by_trips_to_the_applicant(database: Database, written: Office) -> None:
    decided = [file for file in written.files if file.by_city and written.covers(file.decided)]
    passed = Counter(min(len(changes(file)), handovers.MOST_TIMES) for file in decided)
    away = Counter(min(len(file.notices), handovers.MOST_TIMES) for file in decided)
    found = rows_of(figure_of(database, written.scope, handovers.PAGE, "per_file"))
    assert {int(times[0]): row["handovers"] for times, row in found.items() if row["handovers"]} == passed
    assert {int(times[0]): row["bounces"] for times, row in found.items() if row["bounces"]} == away
    assert sum(row["bounces_share"] for row in found.values()) == pytest.approx(100)
    assert [int(times[0]) for times in found] == list(range(len(found)))


def test_every_number_leads_to_its_list(database: Database, written: Office) -> None:
    with looking(database, written.scope) as ask:
        assert wrong_links(ask, handovers.PAGE, handovers.figures(ask)) == []


def test_people_beyond_the_fifteen_with_most_stand_together(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        file = history.file("F-1", NOW - 50)
        for turn in range(40):
            person = history.person(f"P{turn % 20:02d}")
            at = NOW - 50 + turn
            history.stay(file, "fire", at, at + 0.5, at, closed_by=person, claimed_by=person)
        scope = history.scope(NOW - 60, NOW, NOW)
    with looking(database, scope) as ask:
        figures = handovers.figures(ask)
        found = figures[0]
        named = [plain(cell) for row in found.rows for cell in row[:2]]
        assert len({one for one in named if isinstance(one, str)}) == handovers.MOST_PEOPLE
        assert handovers.OTHER_PEOPLE in named
        assert found.n == 39
        assert wrong_links(ask, handovers.PAGE, figures) == []


def write_act(history: History, file: str, seq: int, at: float, action: str, **data: Any) -> None:
    body = {
        "actor": "m",
        "role": "manager",
        "lane": "",
        "acting_for": "",
        "from": "a",
        "to": "a",
        "clauses": [],
    }
    history.session.execute(
        insert(Event).values(
            jurisdiction_id=history.city_id,
            application_id=file,
            seq=seq,
            at=day(at),
            action=action,
            body=json.dumps({**body, "data": data}),
            prev_hash="",
            hash=f"{file}{seq}",
        )
    )


def test_reviews_given_to_a_colleague_are_counted_at_their_step(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        file = history.file("F-1", NOW - 50)
        history.stay(file, "fire", NOW - 40, NOW - 30, NOW - 39, closed_by=history.installer)
        visit = session.scalar(select(Visit.id))
        for seq, action in enumerate(("reassigned", "reassigned", "released"), 1):
            write_act(history, file, seq, NOW - 38 + seq, action, visit=visit, step="fire")
        write_act(history, file, 9, NOW - 90, "reassigned", visit=visit, step="fire")
        scope = history.scope(NOW - 60, NOW, NOW)
    (row,) = rows_of(figure_of(database, scope, handovers.PAGE, "steps")).values()
    assert (row["taken"], row["reassigned"], row["released"], row["most"]) == (1, 2, 1, 2)
    assert row["handed_share"] is None
    with looking(database, scope) as ask:
        assert wrong_links(ask, handovers.PAGE, handovers.figures(ask)) == []


def test_an_empty_city_has_empty_figures(database: Database) -> None:
    with looking(database, office.write(database, []).scope) as ask:
        assert [figure.id for figure in handovers.figures(ask) if figure.rows] == []
