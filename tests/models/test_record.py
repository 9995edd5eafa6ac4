"""The database itself keeps the record: entries are never changed, numbers and tokens serve once, words may be erased."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from permitflow.db import Database
from permitflow.models import Event, EventPayload, PermitApplication, UsedToken
from tests.rows import Rows


def test_an_entry_is_never_changed(rows: Rows) -> None:
    rows.add(Event, action="submit")
    assert rows.refusal_of(update(Event).values(action="approve")) == "append-only"
    assert rows.refusal_of(delete(Event)) == "append-only"
    assert rows.connection.execute(select(Event.action)).scalars().all() == ["submit"]


def test_postgresql_refuses_to_truncate_what_is_kept(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    for table in ("events", "payments", "publication_proposals", "publication_answers"):
        with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
            session.execute(text(f"TRUNCATE {table} CASCADE"))
    database.dispose()


def test_each_number_of_a_file_has_one_entry(rows: Rows) -> None:
    rows.add(Event, seq=1)
    assert rows.refusal(Event, seq=1) == "twice"
    assert rows.refusal(Event, seq=2) is None
    assert rows.refusal(Event, seq=1, application_id=rows.add(PermitApplication)["id"]) is None


def test_words_belong_to_an_entry_and_may_be_erased(rows: Rows) -> None:
    words = rows.add(EventPayload, name="reason", value="Olga moved away")
    assert rows.refusal(EventPayload, name="reason") == "twice"
    assert rows.refusal(EventPayload, application_id=words["application_id"], seq=99) == "unknown"
    assert rows.refusal_of(delete(EventPayload)) is None


def test_an_entry_with_words_stays_when_they_go(rows: Rows) -> None:
    rows.add(EventPayload)
    rows.connection.execute(delete(EventPayload))
    assert rows.connection.scalar(select(func.count()).select_from(Event)) == 1


def test_a_form_token_serves_once_whatever_the_file(rows: Rows) -> None:
    rows.add(UsedToken, token="t" * 64)
    other = rows.add(PermitApplication)["id"]
    assert rows.refusal(UsedToken, token="t" * 64, application_id=other) == "twice"


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(Event) == {"application_id"}
    assert rows.references(UsedToken) == {"application_id"}
