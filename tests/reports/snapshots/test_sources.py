"""Rows of the record as JSON columns, the same on both databases."""

from __future__ import annotations

import json
from datetime import date

import pytest

from permitflow.analytics.snapshot import TABLES
from permitflow.db import Database
from permitflow.reports.snapshots.sources import FILES, PARTS, Source
from tests.reports.history import day
from tests.reports.recorded import Recorded

BY_NAME = {source.name: source for source in (FILES, *PARTS)}


def columns(database: Database, source: Source, *ids: str) -> dict[str, list[object]]:
    with database.reading() as session:
        texts = source.texts(session, ids)
    return {name: json.loads(text) for (name, _, _), text in zip(source.columns, texts, strict=True)}


def test_files_with_their_facts(database: Database) -> None:
    with database.transaction() as session:
        history = Recorded(session)
        facts = {"equipment": {"level": "DC"}, "site": {"public_land": True}}
        told = history.file("A-1", 10, 20, facts=facts, due_on=date(2026, 6, 7))
        bare = history.file("A-2", 10)
    found = columns(database, FILES, told)
    assert (found["id"], found["submitted_at"], found["decided_at"]) == ([told], [day(10)], [day(20)])
    assert (found["due_on"], found["level"], found["project_type"]) == (["2026-06-07"], ["DC"], [None])
    assert [str(found["public_land"][0]).lower() in ("true", "1")] == [True]
    assert columns(database, FILES, bare)["level"] == [None]
    assert sorted(map(str, columns(database, FILES, told, bare)["id"])) == sorted([told, bare])


def test_parts_belong_to_their_application(database: Database) -> None:
    with database.transaction() as session:
        history = Recorded(session)
        one = history.file("A-1", 10, spells=[("agency", 10, None)])
        other = history.file("A-2", 10, spells=[("applicant", 10, 12)])
        history.stay(one, "fire", 10, 11, claimed=10.5)
        history.event(one, "submit", 10, note='é "x"')
        history.item(one, 10, history.installer, None)
    assert columns(database, BY_NAME["spells"], one)["party"] == ["agency"]
    assert columns(database, BY_NAME["visits"], one)["first_claimed_at"] == [day(10.5)]
    assert columns(database, BY_NAME["items"], one)["issued_at"] == [day(10)]
    (body,) = columns(database, BY_NAME["events"], one)["body"]
    assert json.loads(str(body))["note"] == 'é "x"'
    for name in ("visits", "events", "items", "clocks", "pauses", "paid"):
        assert all(values == [] for values in columns(database, BY_NAME[name], other).values())


@pytest.mark.parametrize("source", [FILES, *PARTS], ids=lambda source: source.name)
def test_columns_travel_as_types_of_the_snapshot(source: Source) -> None:
    known = {
        word.split()[1] for table in TABLES.values() for word in map(str.strip, table.split(",")) if word
    }
    assert {kind for _, _, kind in source.columns} <= known
    assert len({name for name, _, _ in source.columns}) == len(source.columns)
