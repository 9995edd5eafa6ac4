"""Permits issued by month, year and source, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from permitflow.db import Database, new_id
from permitflow.models import Permit
from permitflow.reports.permits import IssuedLine, issued_lines, issued_permits
from permitflow.reports.scope import Scope
from tests.reports.history import History


def issued(history: History, number: str, on: date, stations: int | None, source: str = "permitflow") -> None:
    values = {"status": "valid", "title": "Permit", "address": "1 Main St", "city": "Testville"}
    history.session.add(
        Permit(
            id=new_id(),
            jurisdiction_id=history.city_id,
            number=number,
            issued_on=on,
            station_count=stations,
            source=source,
            conditions=[],
            **values,
        )
    )


def written(database: Database) -> Scope:
    with database.transaction() as session:
        here, there = History(session), History(session, "elsewhere")
        issued(here, "P-1", date(2026, 1, 1), 2)
        issued(here, "P-2", date(2026, 1, 31), 3)
        issued(here, "P-3", date(2026, 2, 1), 4)
        issued(here, "B-1", date(2026, 1, 15), None, "old.csv")
        issued(here, "B-2", date(2025, 12, 31), 7, "old.csv")
        issued(there, "P-1", date(2026, 1, 1), 9)
        return replace(here.scope(0, 1, 1), from_on=date(2026, 1, 1), to_on=date(2026, 2, 1))


def test_months_tell_own_and_imported_permits_apart(database: Database) -> None:
    scope = written(database)
    with database.reading() as session:
        assert issued_lines(session, scope) == [
            IssuedLine("2026-02", "permitflow", 1, 4, 1),
            IssuedLine("2026-01", "old.csv", 1, 0, 0),
            IssuedLine("2026-01", "permitflow", 2, 5, 2),
        ]


def test_a_long_period_is_told_by_years(database: Database) -> None:
    scope = replace(written(database), from_on=date(2020, 1, 1))
    with database.reading() as session:
        lines = issued_lines(session, scope)
        assert [(line.period, line.source, line.permits, line.stations) for line in lines] == [
            ("2026", "old.csv", 1, 0),
            ("2026", "permitflow", 3, 9),
            ("2025", "old.csv", 1, 7),
        ]
        listed = issued_permits(session, scope, "2026", "permitflow")
    assert [permit.number for permit in listed] == ["P-3", "P-2", "P-1"]


def test_a_line_leads_to_its_permits(database: Database) -> None:
    scope = written(database)
    with database.reading() as session:
        for line in issued_lines(session, scope):
            listed = issued_permits(session, scope, line.period, line.source)
            assert len(listed) == line.permits
            assert sum(permit.stations or 0 for permit in listed) == line.stations
