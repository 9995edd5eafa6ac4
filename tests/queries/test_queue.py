"""The queue: order, pages, filters, counts, and the same few statements however long it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from permitflow.db import Database, new_id
from permitflow.prepared import Channel
from permitflow.queries import queue
from permitflow.queries.queue import COUNTED, PAGE_ROWS, Cursor, QueuePage, Viewer, Wanted
from tests.desk import NOON, Desk

DAY = date(2026, 6, 1)


def look(database: Database, desk: Desk, wanted: Wanted | None = None, **viewer: object) -> QueuePage:
    given = {
        "user_id": "nobody",
        "jurisdiction_id": desk.city_id,
        "roles": ("electrical_examiner", "building_examiner"),
        "company_ids": frozenset(),
    }
    with database.reading() as session:
        return queue.queue_page(session.connection(), Viewer(**(given | viewer)), wanted or Wanted())


def numbers(page: QueuePage) -> list[str]:
    return [row.number for row in page.rows]


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.transaction() as session:
        return Desk(session)


def add(database: Database, desk: Desk, *rows: tuple[str, str, date], **values: object) -> list[str]:
    with database.transaction() as session:
        desk.session = session
        return [desk.waiting(number, role, due_on, **values) for number, role, due_on in rows]


def test_the_most_urgent_file_of_all_my_roles_comes_first(database: Database, desk: Desk) -> None:
    add(
        database,
        desk,
        ("TV-2", "electrical_examiner", DAY + timedelta(2)),
        ("TV-3", "building_examiner", DAY + timedelta(1)),
        ("TV-1", "building_examiner", date.max),
        ("TV-9", "fire_reviewer", DAY),
    )
    page = look(database, desk)
    assert numbers(page) == ["TV-3", "TV-2", "TV-1"]
    assert page.counts == {"electrical_examiner": 1, "building_examiner": 2}
    assert (page.city, page.zone) == ("Testville", "America/Los_Angeles")


def test_files_of_one_day_stand_in_the_order_they_came(database: Database, desk: Desk) -> None:
    add(database, desk, ("TV-2", "electrical_examiner", DAY), opened_at=NOON + 5)
    add(database, desk, ("TV-1", "building_examiner", DAY), opened_at=NOON)
    assert numbers(look(database, desk)) == ["TV-1", "TV-2"]


def test_closed_visits_and_other_cities_are_not_in_the_queue(database: Database, desk: Desk) -> None:
    add(database, desk, ("TV-1", "electrical_examiner", DAY), closed_at=NOON + 1)
    with database.transaction() as session:
        Desk(session, "elsewhere").waiting("EL-1", "electrical_examiner", DAY)
    page = look(database, desk)
    assert page.rows == ()
    assert page.counts["electrical_examiner"] == 0


def test_a_role_that_is_not_mine_is_not_shown_even_when_asked_for(database: Database, desk: Desk) -> None:
    add(database, desk, ("TV-1", "fire_reviewer", DAY), ("TV-2", "building_examiner", DAY))
    assert numbers(look(database, desk, Wanted(("fire_reviewer",)))) == ["TV-2"]


def test_filters_by_role_and_by_who_claimed(database: Database, desk: Desk) -> None:
    with database.transaction() as session:
        desk.session = session
        eve, adam = desk.person("Eve Examiner"), desk.person("Adam Examiner")
    add(database, desk, ("TV-1", "electrical_examiner", DAY), claimed_by=eve, claimed_at=NOON)
    add(database, desk, ("TV-2", "building_examiner", DAY), claimed_by=adam, claimed_at=NOON)
    add(database, desk, ("TV-3", "building_examiner", DAY))
    assert numbers(look(database, desk, Wanted(("building_examiner",)))) == ["TV-2", "TV-3"]
    assert numbers(look(database, desk, Wanted(whose="mine"), user_id=eve)) == ["TV-1"]
    assert numbers(look(database, desk, Wanted(whose="unclaimed"), user_id=eve)) == ["TV-3"]
    claimer = {row.number: row.claimed_by_name for row in look(database, desk).rows}
    assert claimer == {"TV-1": "Eve Examiner", "TV-2": "Adam Examiner", "TV-3": ""}


@pytest.mark.parametrize(
    ("text_", "found"),
    [
        ("tv-26-1", ["TV-26-1"]),
        ("1250 mission", ["TV-26-1"]),
        ("  1250 ", ["TV-26-1"]),
        ("100%", ["TV-26-2"]),
        ("%", []),
        ("_", []),
        ("mission", []),
        ("", ["TV-26-1", "TV-26-2"]),
    ],
)
def test_text_finds_numbers_and_titles_that_start_so(
    database: Database, desk: Desk, text_: str, found: list[str]
) -> None:
    add(database, desk, ("TV-26-1", "electrical_examiner", DAY), title="1250 Mission Rd")
    add(database, desk, ("TV-26-2", "electrical_examiner", DAY), title="100% Depot")
    assert numbers(look(database, desk, Wanted(text=text_))) == found


def test_a_file_of_my_own_company_is_marked_and_never_next(database: Database, desk: Desk) -> None:
    (own,) = add(database, desk, ("TV-1", "electrical_examiner", DAY))
    page = look(database, desk, company_ids=frozenset({desk.company_id}))
    assert [(row.visit_id, row.own_company) for row in page.rows] == [(own, True)]
    assert not page.rows[0].can_be_taken_by("nobody")


def test_next_file_leaves_out_what_others_claimed_and_my_own_company(database: Database, desk: Desk) -> None:
    with database.transaction() as session:
        desk.session = session
        me, other = desk.person("Mia Me"), desk.person("Otto Other")
        own = desk.company("Own Works", me)
    add(database, desk, ("TV-1", "electrical_examiner", DAY), claimed_by=other, claimed_at=NOON)
    add(database, desk, ("TV-2", "electrical_examiner", DAY), company_id=own)
    third, _fourth = add(
        database,
        desk,
        ("TV-3", "electrical_examiner", DAY),
        ("TV-4", "electrical_examiner", DAY + timedelta(1)),
    )
    viewer = Viewer(me, desk.city_id, ("electrical_examiner",), frozenset({own}))
    with database.reading() as session:
        following = queue.next_file(session.connection(), viewer)
    assert following is not None
    assert following.visit_id == third


def test_pages_follow_each_other_without_gap_or_repeat(database: Database, desk: Desk) -> None:
    rows = [
        (f"TV-{n}", ("electrical_examiner", "building_examiner")[n % 2], DAY + timedelta(n // 7))
        for n in range(2 * PAGE_ROWS + 3)
    ]
    add(database, desk, *rows)
    seen: list[str] = []
    after: Cursor | None = None
    for _ in range(3):
        page = look(database, desk, Wanted(after=after))
        seen += numbers(page)
        after = page.following and Cursor.read(str(page.following))
    assert after is None
    assert len(seen) == len(rows)
    assert sorted(seen) == sorted(number for number, _, _ in rows)


@pytest.mark.parametrize("spelled", ["", "x", "2026-06-01", "2026-06-01.x.y", "2026-13-01.5.y"])
def test_a_broken_cursor_is_no_cursor(spelled: str) -> None:
    assert Cursor.read(spelled) is None


def test_counts_stop_where_they_would_begin_to_cost(database: Database, desk: Desk) -> None:
    add(database, desk, *((f"TV-{n}", "building_examiner", DAY) for n in range(COUNTED + 5)))
    assert look(database, desk).counts == {"electrical_examiner": 0, "building_examiner": COUNTED}


def _plan(database: Database, prepared: queue.Prepared, values: dict[str, object]) -> str:
    """The plan of a statement on a queue long enough that an index matters."""
    with database.reading() as session:
        connection = session.connection()
        sql, bound = prepared.bound(connection, values)
        cursor = Channel(connection)._driver.cursor()
        cursor.execute(("EXPLAIN QUERY PLAN " if database.embedded else "EXPLAIN ") + sql, bound)
        return "\n".join(str(row) for row in cursor.fetchall())


def test_the_index_gives_the_order_and_the_counts(database: Database, desk: Desk) -> None:
    roles = ("building_examiner", "electrical_examiner", "fire_reviewer", "planner")
    add(database, desk, *((f"TV-{n}", roles[n % 4], DAY + timedelta(n % 40)) for n in range(400)))
    for _ in range(9):
        rows_ = ((new_id(), roles[n % 4], DAY) for n in range(400))
        add(database, desk, *rows_, closed_at=NOON + 1)
    with database.transaction() as session:
        session.execute(text("ANALYZE"))
    viewer = Viewer("nobody", desk.city_id, roles[:2], frozenset())
    rows = _plan(database, queue._rows(2, "all", False), queue._values(viewer, Wanted(), viewer.roles))
    counts = _plan(database, queue._counts(2), queue._role_values(viewer, viewer.roles))
    assert rows.count("ix_visits_queue") == 2
    assert counts.count("ix_visits_queue") == 4
    assert "SCAN visits" not in rows + counts
    assert "Seq Scan on visits" not in rows + counts
