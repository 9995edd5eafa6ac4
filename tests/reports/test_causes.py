"""What holds a city's files up, from its own visits, on both databases."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.reports.causes import FOREMOST, Causes, causes_of, found_among, held_up_ids, load_causes
from permitflow.reports.file_lists import Asked, entries
from permitflow.reports.scope import Scope
from permitflow.reports.tables import table
from tests.reports.history import NOW, History, asked, told
from tests.statements import statements

KEYS = ["step", "cause", "files", "days_lost", "share", "sentence"]


def piled(history: History, count: int = 30, waits: float = 12) -> None:
    """One file a day that waits twelve days for somebody at the fire lane, and is through everything else at once."""
    reviewer = history.person("Rae Reviewer", "examiner")
    for number in range(count):
        came = 45 + number
        file = history.file(f"A-{number}", came, came + waits + 1)
        done = {"closed_by": reviewer}
        history.stay(file, "intake", came, came + 0.1, claimed=came + 0.05, **done)
        history.stay(file, "fire", came + 0.1, came + waits + 0.2, claimed=came + waits + 0.1, **done)


def held_up(database: Database, scope: Scope) -> Causes:
    with database.reading() as session:
        return load_causes(session, scope)


def test_a_planted_bottleneck_is_named_with_its_size(database: Database) -> None:
    found = held_up(database, told(database, piled))
    (one,) = found.found
    assert list(one.record()) == KEYS
    assert (one.finding.step, one.finding.files, found.enough, found.cut) == ("fire", 30, True, False)
    # Thirty files waited twelve days each of the thirteen or less that they took.
    assert one.finding.days_lost == pytest.approx(30 * 12, abs=0.5)
    assert one.finding.share == pytest.approx(12 / 12.2, abs=0.001)
    assert one.say().startswith("fire holds files up: 30 files lost 360 days there")
    assert one.say().count(". ") == 2


def test_every_sentence_is_translated_and_the_title_too(database: Database) -> None:
    (one,) = held_up(database, told(database, piled)).found
    asked: list[str] = []

    def in_capitals(text: str) -> str:
        asked.append(text)
        return text.replace("holds files up", "HOLDS FILES UP").replace("fire", "FIRE")

    assert one.say(in_capitals).startswith("FIRE HOLDS FILES UP: 30 files")
    assert len(asked) == 4


def test_a_city_that_is_well_or_empty_has_nothing_to_tell(database: Database) -> None:
    with database.transaction() as session:
        well, empty = History(session, "well"), History(session, "empty")
        piled(well, waits=0.1)
        scopes = [city.scope(NOW - 60, NOW, NOW) for city in (well, empty)]
    found = [held_up(database, scope) for scope in scopes]
    assert [(one.found, one.enough) for one in found] == [((), True), ((), False)]


def test_files_of_another_city_and_what_follows_the_decision_do_not_count(database: Database) -> None:
    with database.transaction() as session:
        here, there = History(session), History(session, "elsewhere")
        piled(there)
        piled(here, waits=0.1)
        for number in range(30):
            file = here.file(f"B-{number}", 50, 52)
            here.stay(file, "intake", 50, 50.1, claimed=50.05, closed_by=here.installer)
            here.stay(file, "built", 52, party="applicant")
        scope = here.scope(NOW - 60, NOW, NOW)
    assert held_up(database, scope).found == ()


def test_a_past_period_is_seen_as_it_stood_at_its_end(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        piled(history)
        early, late = history.scope(40, 50, NOW), history.scope(88, NOW, NOW)
    assert held_up(database, early).most_at_a_step == 6
    # Of the arrivals from day 45 to 74 those of day 76 and later would have ended in this period.
    assert held_up(database, late).most_at_a_step == 0


def test_only_the_newest_visits_are_looked_at(database: Database) -> None:
    with asked(database, told(database, piled)) as ask:
        whole, cut = found_among(ask, 60), found_among(ask, 20)
    assert [(one["looked_at"], one["visits"], one["most_at_a_step"]) for one in (whole, cut)] == [
        (60, 60, 30),
        (20, 60, 10),
    ]


def test_the_table_and_the_command_tell_the_same(database: Database) -> None:
    scope = told(database, piled)
    with asked(database, scope) as ask:
        (record,) = table("causes", ask).records()
        seen = causes_of(ask)
    (one,) = held_up(database, scope).found
    same = {key: value for key, value in one.record().items() if key != "share"}
    assert {key: record[key] for key in same} == same
    assert record["share_percent"] == one.percent == round(100 * one.finding.share, 2)
    assert seen.foremost == (one,)
    assert FOREMOST == 3


def test_the_files_held_up_are_listed_one_by_one(database: Database) -> None:
    with asked(database, told(database, piled)) as ask:
        (one,) = causes_of(ask).found
        listed = entries(ask, Asked("held_up", step="fire"))
        assert listed is not None
        assert (listed.count, listed.different) == (one.finding.files, one.finding.files)
        assert {entry.application_id for entry in listed.shown} == held_up_ids(ask, "fire")
        assert held_up_ids(ask, "intake") == frozenset()


def test_the_number_of_statements_does_not_grow(database: Database) -> None:
    def sent(slug: str, count: int) -> int:
        with database.transaction() as session:
            history = History(session, slug)
            piled(history, count)
            scope = history.scope(NOW - 60, NOW, NOW)
        with statements(database) as seen:
            held_up(database, scope)
        return len(seen)

    assert sent("small", 2) == sent("large", 30)
