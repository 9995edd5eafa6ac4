"""The weekly digest against a recount by hand on seeded histories."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from permitflow.db import Database
from permitflow.instants import DAY, local_date
from permitflow.reports.asking import asking
from permitflow.reports.digest import MOST_FILES, Digest, changes, digest, due_files
from permitflow.reports.scope import last_days, start_of_day
from tests.reports.history import NOW, ZONE, History, day, three_files


def digest_of(database: Database, tell: object) -> Digest:
    with database.transaction() as session:
        history = History(session)
        tell(history)  # type: ignore[operator]
    with database.reading() as session:
        return digest(session, history.city, day(NOW))


def test_the_last_week_is_counted_as_by_hand(database: Database) -> None:
    rng = Random(7)
    files = [
        (submitted, submitted + rng.uniform(0.1, 25))
        for submitted in (rng.uniform(60, NOW) for _ in range(200))
    ]
    files = [(s, e if e <= NOW else None) for s, e in files]

    def tell(history: History) -> None:
        for number, (submitted, decided) in enumerate(files):
            withdrawn = {"outcome": "withdrawn"} if number % 5 == 0 and decided is not None else {}
            history.file(f"A-{number}", submitted, decided, **withdrawn)

    found = digest_of(database, tell)
    today = local_date(day(NOW), ZONE)
    monday = today - timedelta(days=today.weekday())
    assert found.starts_on == monday - timedelta(days=7)
    starts = [start_of_day(monday - timedelta(days=7 * back), ZONE) for back in (2, 1, 0)]

    def counted(start: int, end: int) -> tuple[int, int, int]:
        submitted = sum(start <= day(s) < end for s, _ in files)
        decided = sum(
            e is not None and start <= day(e) < end and n % 5 != 0 for n, (s, e) in enumerate(files)
        )
        still = sum(day(s) < end and (e is None or day(e) >= end) for s, e in files)
        return submitted, decided, still

    last, before = counted(starts[1], starts[2]), counted(starts[0], starts[1])
    assert last != before
    assert found.changed == (
        f"Submitted: {last[0]}, the week before {before[0]}.",
        f"Decided: {last[1]}, the week before {before[1]}.",
        f"Open at the end of the week: {last[2]}, a week before {before[2]}.",
    )


def test_files_that_breach_within_seven_days_are_named_once_the_soonest_first(database: Database) -> None:
    today = local_date(day(NOW), ZONE)

    def tell(history: History) -> None:
        for ahead in (-1, 6, 0, 7, 3):
            file = history.file(f"A-{ahead}", 90)
            history.clock(file, today + timedelta(days=ahead), None)
            history.clock(file, today + timedelta(days=max(ahead, 0) + 1), None, clock="second")
        decided = history.file("A-decided", 90, 95)
        history.clock(decided, today, None)
        theirs = history.file("A-theirs", 90)
        history.clock(theirs, today, None, holder="applicant")
        stopped = history.file("A-stopped", 90)
        history.clock(stopped, today, today)

    found = digest_of(database, tell)
    due = [(file.number, (file.due_on - today).days) for file in found.due]
    assert due == [("A-0", 0), ("A--1", 1), ("A-3", 3), ("A-6", 6)]
    assert found.due_count == 4


def test_many_due_files_are_counted_and_the_first_are_named(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(MOST_FILES + 5):
            history.clock(history.file(f"A-{number}", 90), local_date(day(NOW), ZONE), None)

    found = digest_of(database, tell)
    assert (len(found.due), found.due_count) == (MOST_FILES, MOST_FILES + 5)


def test_an_empty_city_has_a_digest(database: Database) -> None:
    found = digest_of(database, lambda _history: None)
    assert (found.due, found.causes) == ((), ())
    assert "Submitted: 0, the week before 0." in found.changed
    assert found.told


def test_the_cards_are_those_of_the_overview(database: Database) -> None:
    found = digest_of(database, three_files)
    assert len(found.cards.rows) >= 4
    assert all(len(row) == len(found.cards.heads) for row in found.cards.rows)


def test_a_week_is_half_open_where_the_clocks_change(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        # Sunday 8 March 2026 has 23 hours in the city.
        edges = [start_of_day(date(2026, 3, on), ZONE) for on in (2, 9)]
        for number, at in enumerate((edges[0] - 1, edges[0], edges[1] - 1, edges[1])):
            history.file(f"A-{number}", 0, submitted_at=at)
        assert edges[1] - edges[0] == 7 * DAY - DAY // 24
    with database.reading() as session, asking(session, last_days(history.city, edges[1] + DAY)) as ask:
        assert due_files(ask) == ([], 0)
        assert ask.scope.weeks[-1].start_at == edges[0]
    with database.reading() as session:
        found = digest(session, history.city, edges[1] + DAY)
    assert found.changed[0] == "Submitted: 2, the week before 1."


def test_the_sentences_are_phrases_to_be_translated() -> None:
    from permitflow.reports.digest import WeekCounts

    assert [one.message for one in changes(WeekCounts(1, 2, 3), WeekCounts(4, 5, 6))] == [
        "Submitted: {n}, the week before {before}.",
        "Decided: {n}, the week before {before}.",
        "Open at the end of the week: {n}, a week before {before}.",
    ]
