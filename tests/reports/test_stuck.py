"""Files that do not move, told from rows, on both databases."""

from __future__ import annotations

from datetime import date

from permitflow.db import Database
from permitflow.models import Payment
from permitflow.reports.file_lists import names
from permitflow.reports.steps import step_lines
from permitflow.reports.stuck import StuckFile, histories, stuck_files
from tests.reports.history import History, asked, day

NOW = 100


Told = list[tuple[str, StuckFile]]


def stuck(database: Database, history: History) -> Told:
    """The stuck files with their numbers."""
    with asked(database, history.scope(0, NOW, NOW)) as ask:
        found = stuck_files(ask, histories(step_lines(ask)))
        called = names(ask.session, [one.application_id for one in found.first])
    assert found.count == len(found.first)
    return [(called[one.application_id].number, one) for one in found.first]


def codes(found: Told) -> list[tuple[str, list[str]]]:
    return [(number, [reason.code for reason in one.reasons]) for number, one in found]


def test_a_wait_longer_than_nine_in_ten_is_told_once_for_all_lanes(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        for number in range(20):
            done = history.file(f"D-{number}", 10, 40)
            history.stay(done, "fire", 10, 12, claimed=11)
            history.stay(done, "building", 10, 12, claimed=11)
        late = history.file("A-1", 90)
        history.stay(late, "fire", 90)
        history.stay(late, "building", 90)
        taken = history.file("A-2", 90)
        history.stay(taken, "fire", 90, claimed=91)
        fresh = history.file("A-3", NOW - 0.5)
        history.stay(fresh, "fire", NOW - 0.5)
    ((number, found),) = stuck(database, history)
    assert (number, found.steps, found.severity) == ("A-1", ("fire", "building"), "medium")
    assert [(reason.code, dict(reason.params)) for reason in found.reasons] == [
        ("unclaimed", {"days": 10, "n": 20})
    ]


def test_the_gravest_reason_comes_first_and_then_the_oldest_file(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        silent = history.file("A-1", 20, party="applicant", party_since_at=day(30))
        history.stay(silent, "corrections", 30, party="applicant")
        both = history.file("A-2", 25, party="applicant", party_since_at=day(30), due_on=date(2026, 8, 1))
        history.stay(both, "corrections", 30, party="applicant")
        overdue = history.file("A-3", 22, due_on=date(2026, 9, 4))
        history.stay(overdue, "fire", 22)
        today = history.file("A-4", 22, due_on=date(2026, 9, 5))
        history.stay(today, "fire", 22)
    # Day 100 is 5 September 2026.
    assert codes(stuck(database, history)) == [
        ("A-3", ["past_due"]),
        ("A-2", ["past_due", "applicant_silent"]),
        ("A-1", ["applicant_silent"]),
    ]


def test_a_paid_file_that_stays_is_told(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        for number, paid in (("A-1", 50), ("A-2", 20)):
            file = history.file(
                number, 80, party="payment", party_since_at=day(95), fees_due_cents=50, fees_paid_cents=paid
            )
            history.stay(file, "fees_due", 95, party="payment")
            session.add(
                Payment(
                    jurisdiction_id=history.city_id,
                    application_id=file,
                    amount_cents=paid,
                    provider="offline",
                    reference=number,
                    received_at=day(97),
                    recorded_by=history.installer,
                )
            )
    ((number, found),) = stuck(database, history)
    (reason,) = found.reasons
    assert (number, reason.code, reason.params["days"]) == ("A-1", "paid_not_moved", 3)


def test_decided_files_are_not_stuck(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        file = history.file("A-1", 20, 30, due_on=date(2026, 7, 1))
        history.stay(file, "inspection", 40)
    assert stuck(database, history) == []
