"""A city's record as an event log: every stay of the counted files, and every act with what it touched."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.log_queue import queue
from permitflow.analytics.log_table import LogTable
from permitflow.analytics.summary import summarise
from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.interchange.ocel_export import Happening, Thing
from permitflow.interchange.xes import read_xes
from permitflow.interchange.xes_export import write_xes
from permitflow.reports import city_log
from permitflow.reports.asking import asking
from permitflow.reports.scope import City, Scope, find_city, last_days
from tests import factories
from tests.desk import NOON
from tests.reports.history import NOW, History, day, three_files, told

COMMERCIAL = "us-ca-commercial-ab970"


def log_of(database: Database, scope: Scope) -> list[LogEvent]:
    with database.reading() as session, asking(session, scope) as ask:
        return list(city_log.city_log(ask))


def test_a_stay_is_scheduled_started_and_completed(database: Database) -> None:
    scope = told(database, three_files)
    events = [event for event in log_of(database, scope) if event.activity == "intake"]
    decided, open_file = dict.fromkeys(event.case for event in events)

    assert [(one.lifecycle, one.at_us) for one in events if one.case == decided] == [
        ("schedule", day(70)),
        ("start", day(72)),
        ("complete", day(73)),
    ]
    assert [(one.lifecycle, one.at_us) for one in events if one.case == open_file] == [
        ("schedule", day(90)),
        ("complete", day(92)),
    ]
    assert events[0].case_attributes["outcome"] == "issued"


def test_files_decided_before_the_period_and_drafts_are_left_out(database: Database) -> None:
    scope = told(database, three_files)
    assert len({event.case for event in log_of(database, scope)}) == 2


def test_the_filters_of_the_page_hold_here_too(database: Database) -> None:
    scope = told(database, three_files)
    assert log_of(database, replace(scope, workflow="another")) == []


def test_a_stay_of_no_length_keeps_its_order(database: Database) -> None:
    def tell(history: History) -> None:
        file = history.file("A-1", NOW - 5)
        history.stay(file, "intake", NOW - 5, NOW - 5)
        history.stay(file, "fire", NOW - 5)

    found = log_of(database, told(database, tell))
    assert [(one.activity, one.lifecycle) for one in found] == [
        ("intake", "schedule"),
        ("intake", "complete"),
        ("fire", "schedule"),
    ]


@pytest.fixture
def played(database: Database) -> Scope:
    """The scope of a city in which real files were moved by the real engine."""
    city = factories.city(database)
    for number in range(3):
        file = city.draft(COMMERCIAL, NOON + number * DAY)
        city.act(file, "submit", "applicant", NOON + (number + 1) * DAY)
        if number:
            city.act(file, "accept", "permit_technician", NOON + (number + 3) * DAY)
    with database.reading() as session:
        found = find_city(session, city.slug)
    assert isinstance(found, City)
    return last_days(found, NOON + 20 * DAY)


def test_the_log_read_back_gives_identical_figures(database: Database, played: Scope, tmp_path: Path) -> None:
    events = log_of(database, played)
    path = tmp_path / "log.xes"
    path.write_bytes(b"".join(write_xes(events)))
    with LogTable.of_events(events) as own, LogTable.of_events(read_xes(path)) as read:
        assert summarise(read, played.now) == summarise(own, played.now)
        assert queue(read) == queue(own)
        assert own.row("SELECT count(*) FROM cases") == (3,)


def test_every_act_names_objects_that_are_there(database: Database, played: Scope) -> None:
    with database.reading() as session, asking(session, played) as ask:
        types = city_log.object_types(ask)
        things: list[Thing] = list(city_log.objects(ask))
        acts: list[Happening] = list(city_log.happenings(ask))
        counted = ask.snapshot.row("SELECT count(*) FROM events")[0]

    known = {thing.id for thing in things}
    assert len(known) == len(things)
    assert {id_ for one in (*things, *acts) for id_, _ in one.relations} <= known
    assert {thing.type for thing in things} <= types.objects.keys()
    assert {act.type for act in acts} == types.events.keys()
    assert len(acts) == counted > 5
    assert Counter(thing.type for thing in things)["application"] == 3
    assert all(set(act.attributes) <= set(types.events[act.type]) for act in acts)
