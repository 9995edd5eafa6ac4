"""The page of where files wait: its tables for mails and programs say what the spreadsheets say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from permitflow.db import Database
from permitflow.reports import definitions
from permitflow.reports.figure_files import records
from permitflow.reports.figures import Figure
from permitflow.reports.mailed import parts_of
from permitflow.reports.page import Ask
from permitflow.reports.pages.bottlenecks import PAGE
from permitflow.reports.tables import table
from tests.reports.history import ZONE, History, asked, told

TOLD_OTHERWISE = {"step", "court", "cause", "days_lost"}
"""Ids in a spreadsheet and words here, tenths of days there and whole ones here."""


@pytest.fixture
def busy(database: Database) -> Iterator[Ask]:
    """Thirty files that waited for fire, one that is with its applicant, one withdrawn."""

    def tell(history: History) -> None:
        for number in range(30):
            came = 50 + number / 2
            file = history.file(f"A-{number}", came, came + 20 + number / 10, [("agency", 50, 70)])
            history.stay(file, "fire", came, came + 19, claimed=came + 18 - number / 10)
        open_one = history.file(
            "B-1", 60, None, [("applicant", 60, None)], party="applicant", party_since_at=0
        )
        history.stay(open_one, "corrections", 60, party="applicant")
        history.file("B-2", 60, 75, [("agency", 60, 75)], outcome="withdrawn", state="withdrawn")

    with asked(database, told(database, tell)) as ask:
        yield ask


def by_id(ask: Ask) -> dict[str, Figure]:
    return {figure.id: figure for figure in PAGE.figures(ask)}


def test_every_table_says_what_its_spreadsheet_says(busy: Ask) -> None:
    found = by_id(busy)
    assert {*definitions.ALL, "waits", "contribution"} == set(found)
    compared = 0
    for name in definitions.ALL:
        sheet, shown = table(name, busy).records(), records(found[name])
        assert found[name].meaning == definitions.ALL[name]
        assert len(shown) == len(sheet), name
        for row, line in zip(sheet, shown, strict=True):
            same = (row.keys() & line.keys()) - TOLD_OTHERWISE
            assert {key: row[key] for key in same} == {key: line[key] for key in same}, name
            compared += len(same)
    assert compared > 50


def test_what_holds_files_up_is_told_first_with_what_a_faster_step_would_save(busy: Ask) -> None:
    causes = PAGE.figures(busy)[0]
    held, saved = (phrase.say() for phrase in causes.lead)
    assert held.startswith("fire holds files up: 30 files lost ")
    assert saved.startswith("If fire were 3 days faster each time, the decision would come ")
    ((step, _cause, files, days, share, there, ended),) = causes.rows
    assert (files, days, there, ended) == (30, 496, 0, 30)
    # Of the 30 stays of 19 days at fire and the 40 days of the open file.
    assert share == pytest.approx(100 * 496.5 / 610, abs=0.01)
    assert step.say() == "fire"  # type: ignore[union-attr]


def test_a_mail_names_no_file(busy: Ask) -> None:
    parts = {part.title: part for part in parts_of(PAGE.figures(busy), ZONE)}
    stuck = parts["Files that do not move"]
    assert (stuck.rows, stuck.left_out) == ((), 1)
    assert "Past a due date of the city: 0. Not moving, for this or another reason: 1." in stuck.told
    assert not any("B-1" in line for part in parts.values() for line in (*part.told, *part.lines()))


def test_the_weeks_are_those_of_the_chosen_step(busy: Ask) -> None:
    of_fire = by_id(replace(busy, words={"step": "fire"}))["weeks"]
    assert of_fire.title.say() == "Arrivals and departures each week: fire"
    assert records(of_fire) == [
        {key: row[key] for key in ("week_from", "arrived", "left")}
        for row in table("weeks", busy, "fire").records()
    ]
    assert sum(row["left"] for row in records(of_fire)) == 30  # type: ignore[misc]
    nonsense = by_id(replace(busy, words={"step": "nonsense"}))["weeks"]
    assert nonsense.title.say() == "Arrivals and departures each week: all files"
    (choice,) = PAGE.choices
    assert {value for value, _words in choice.options(busy)} == {"", "fire", "corrections"}


def test_a_city_without_files_says_what_will_be_here(database: Database) -> None:
    with asked(database, told(database, lambda _history: None)) as ask:
        found = by_id(ask)
    assert found["causes"].empty.say().startswith("Once a step has had 20 visits")
    assert found["steps"].lead == ()
    assert {name: len(figure.rows) for name, figure in found.items() if figure.rows} == {
        "courts": 5,
        "weeks": 12,
    }
