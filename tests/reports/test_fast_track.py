"""The fast track of a workflow, and why files left it."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.reports import fast_track
from permitflow.reports.fast_track import clause_title, reasons, track_of
from permitflow.reports.scope import Workflows
from tests.desk import Desk
from tests.reports.recorded import definition
from tests.reports.told_city import NOBODY, ToldCity

HOME = definition("us-ca/residential-instant")
HOMES = Workflows({"h": HOME})
NOW = "2026-07-15 12:00"
FIRST, LAST = "2026-06-01", "2026-06-30"
DIRECT = {"station_count": 1, "level": "DC", "max_amps": 48, "max_watts": 11520, "outdoor": False}


def test_the_fast_track_is_found_in_the_workflow() -> None:
    track = track_of(HOMES)
    assert track.passing == {"auto_pass"}
    assert track.handing == {"route_to_review"}
    assert track.audits == {"pass_audit"}
    assert track.suspending == {"suspend", "revoke"}
    assert track.drawn == {HOME.workflow: frozenset(range(5))}


def test_a_workflow_of_reviews_has_none() -> None:
    track = track_of(Workflows({"h": definition("us-ca/commercial-ab970")}))
    assert (track.passing, track.handing, track.audits, track.drawn) == (set(), set(), set(), {})
    assert track_of(NOBODY).suspending == frozenset()


def test_a_clause_says_its_message_or_its_name() -> None:
    assert clause_title(HOMES, "level_two") == HOME.clauses["level_two"].message
    assert clause_title(HOMES, "gone") == "gone"


def test_reasons_that_the_record_names_are_taken_as_they_stand(database: Database) -> None:
    left = [
        ("a", "h", "screening", "level_two", True, True),
        ("b", "h", "screening", "level_two no_overlay", False, False),
        ("c", "h", "screening", "", False, True),
    ]
    with database.reading() as session, ToldCity("2026-05-01", NOW).asked(FIRST, LAST, HOMES, session) as ask:
        found = reasons(ask, left)
    assert found.files == {"level_two": {"a", "b"}, "no_overlay": {"b"}}
    assert found.alone == {"level_two": {"a"}}
    assert found.unchanged == {"level_two": {"a"}}
    assert (found.judged, found.unknown) == (2, 1)


def test_other_files_are_judged_again_up_to_a_number(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        desk = Desk(session)
        ids = [desk.application(f"A-{number}", facts={"equipment": DIRECT}) for number in range(6)]
    monkeypatch.setattr(fast_track, "MOST_JUDGED", 3)
    left = [(id_, "h", "screening", "", True, True) for id_ in ids]
    left += [("a", "gone", "screening", "", False, True)]
    with database.reading() as session, ToldCity("2026-05-01", NOW).asked(FIRST, LAST, HOMES, session) as ask:
        found = reasons(ask, left)
        nowhere = reasons(
            ask, [(ids[0], "h", "gone", "", True, True), (ids[1], "gone", "screening", "", True, True)]
        )
    # The drawn three have the least numbers when their ids are read from the end.
    assert found.files == {"level_two": {*sorted(ids, key=lambda id_: id_[::-1])[:3]}}
    assert (found.judged, found.unknown) == (3, 4)
    assert (nowhere.files, nowhere.unknown) == ({}, 2)
