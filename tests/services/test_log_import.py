"""Imported event logs, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from permitflow.analytics.eventlog import LogEvent
from permitflow.db import Database
from permitflow.models import ImportedCase, ImportedEvent, ImportedLog
from permitflow.services import log_import
from permitflow.services.log_import import LogRefused, NewLog, TakenLog, why_not_kept

NEW = NewLog("north", "a" * 64, rejected=0)
FIRST = LogEvent("case 1", "received", 1_000, 0, "ann", "complete", {"fee": "12"}, {"channel": "desk"})
SECOND = LogEvent("case 1", "checked", 2_000, 1)


def take(database: Database, new: NewLog = NEW, *events: LogEvent) -> TakenLog:
    with database.transaction() as session:
        return log_import.take_log(session, new, iter(events), 5)


def activities(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(ImportedEvent.activity).order_by(ImportedEvent.seq)))


def test_events_are_kept_in_file_order_and_what_belongs_to_the_case_once(database: Database) -> None:
    taken = take(database, replace(NEW, rejected=3), FIRST, SECOND)
    assert taken == TakenLog("north", 2, 3, added=True)
    with database.reading() as session:
        log = session.scalars(select(ImportedLog)).one()
        first, second = session.scalars(select(ImportedEvent).order_by(ImportedEvent.seq))
    assert (log.name, log.events, log.rejected, log.imported_at) == ("north", 2, 3, 5)
    assert (first.case_id, first.activity, first.at, first.resource, first.lifecycle) == (
        "case 1",
        "received",
        1_000,
        "ann",
        "complete",
    )
    with database.reading() as session:
        (case,) = session.scalars(select(ImportedCase))
    assert (case.case_id, case.attributes) == ("case 1", {"channel": "desk"})
    assert (first.attributes, second.attributes, second.resource) == ({"fee": "12"}, {}, None)


def test_long_attributes_are_left_out(database: Database) -> None:
    attributes = {"long": "x" * 256, "nul": "\x00", "short": "y" * 255}
    assert take(database, NEW, replace(FIRST, attributes=attributes)).left_out == 2
    with database.reading() as session:
        assert list(session.scalars(select(ImportedEvent.attributes)).one()) == ["short"]


def test_the_same_file_again_changes_nothing(database: Database) -> None:
    take(database, NEW, FIRST, SECOND)
    again = take(database, NEW, FIRST)
    assert again == TakenLog("north", 2, 0, added=False)
    with database.reading() as session:
        assert log_import.known_log(session, "north", "a" * 64) == again
        assert log_import.known_log(session, "north", "b" * 64) is None
        assert log_import.known_log(session, "south", "a" * 64) is None
    assert activities(database) == ["received", "checked"]


def test_another_file_needs_a_word_to_take_the_name(database: Database) -> None:
    take(database, NEW, FIRST, SECOND)
    other = replace(NEW, file_sha256="b" * 64)
    with pytest.raises(LogRefused, match="--replace"):
        take(database, other, replace(FIRST, activity="other"))
    assert activities(database) == ["received", "checked"]
    taken = take(database, replace(other, replace=True), replace(FIRST, activity="other"))
    assert (taken.added, taken.events) == (True, 1)
    assert activities(database) == ["other"]


def test_a_log_without_events_is_refused_and_leaves_the_old_one(database: Database) -> None:
    take(database, NEW, FIRST)
    with pytest.raises(LogRefused, match="no event"):
        take(database, NewLog("north", "c" * 64, 7, replace=True))
    assert activities(database) == ["received"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b"])
def test_a_name_that_cannot_be_kept_is_refused(database: Database, name: str) -> None:
    with pytest.raises(LogRefused, match="1 to 100 characters"):
        take(database, replace(NEW, name=name), FIRST)


def test_more_events_than_one_statement_takes(database: Database) -> None:
    many = [replace(SECOND, seq=number) for number in range(2 * log_import.BATCH + 1)]
    assert take(database, NEW, *many).events == len(many)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ImportedEvent)) == len(many)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"case": "c" * 256}, "The case has 256 characters; at most 255"),
        ({"activity": "a\x00"}, "The activity holds a character"),
        ({"resource": "r" * 256}, "The resource has 256"),
        ({"lifecycle": "l" * 65}, "The lifecycle has 65 characters; at most 64"),
    ],
)
def test_an_event_that_does_not_fit_says_why(change: dict[str, str], words: str) -> None:
    assert why_not_kept(replace(FIRST, case="c" * 255)) is None
    assert words in str(why_not_kept(replace(FIRST, **change)))


def test_an_attribute_of_a_case_is_that_of_the_first_event_that_has_it(database: Database) -> None:
    later = replace(SECOND, case_attributes={"channel": "mail", "due": "2026-01-05"})
    third = replace(SECOND, seq=2, case="case 2")

    take(database, NEW, replace(FIRST, case_attributes={}), replace(FIRST, seq=3), later, third)

    with database.reading() as session:
        (case,) = session.scalars(select(ImportedCase))
    assert (case.case_id, case.attributes) == ("case 1", {"channel": "desk", "due": "2026-01-05"})
