"""The report as tables for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from permitflow.db import Database
from permitflow.reports import definitions
from permitflow.reports.page import Ask
from permitflow.reports.tables import Table, all_tables, table
from tests.reports.history import History, asked


@pytest.fixture
def report(database: Database) -> Iterator[Ask]:
    with database.transaction() as session:
        history = History(session)
        for number in range(20):
            file = history.file(f"B-{number}", 70, 80, [("agency", 70, 74), ("applicant", 74, 80)])
            history.stay(file, "intake", 70, 74, claimed=73)
            history.stay(file, "corrections", 74, 80, party="applicant")
        stuck = history.file(
            "A-2", 20, None, [("agency", 20, None)], title="=1+1", party="applicant", party_since_at=0
        )
        history.stay(stuck, "corrections", 20, party="applicant")
        scope = history.scope(40, 100, 100)
    with asked(database, scope) as ask:
        yield ask


def rows(one: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(one.as_csv())))


def test_every_table_has_its_definition_in_every_row(report: Ask) -> None:
    tables = all_tables(report)
    assert [one.name for one in tables] == list(definitions.ALL)
    for one in tables:
        assert {row["definition"] for row in rows(one)} <= {definitions.ALL[one.name].say()}
        assert all(set(record) == set(one.columns) for record in one.records())


def test_durations_are_seconds(report: Ask) -> None:
    day = 86_400
    (step,) = rows(table("steps", report))
    assert (step["step"], step["closed"], step["open_now"]) == ("intake", "20", "0")
    assert (float(step["waiting_p50_s"]), float(step["working_p50_s"])) == (3 * day, 1 * day)
    assert step["oldest_open_s"] == ""
    courts = {row["court"]: row for row in rows(table("courts", report))}
    assert float(courts["all"]["held_s"]) == sum(
        float(courts[party]["held_s"]) for party in courts if party != "all"
    )
    assert (courts["applicant"]["held_s"], courts["applicant"]["files"]) == (str(20 * 6.0 * day), "20")


def test_no_cell_is_a_formula(report: Ask) -> None:
    (stuck,) = rows(table("stuck", report))
    assert stuck["title"] == "'=1+1"
    assert stuck["reasons"].startswith("Waiting for the applicant; days since: ")


def test_the_weeks_of_one_step(report: Ask) -> None:
    all_files, one_step = table("weeks", report), table("weeks", report, "intake")
    assert len(all_files.rows) == len(one_step.rows) == 12
    assert sum(int(str(row[2])) for row in one_step.rows) == 20
    assert {row["step"] for row in rows(one_step)} == {"intake"}


def test_an_unknown_table_is_an_error(report: Ask) -> None:
    with pytest.raises(KeyError):
        table("nonsense", report)
