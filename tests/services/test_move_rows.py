"""The rows of a file as a picture: taken, changed and brought back to the letter on either database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from permitflow.db import Database
from permitflow.models import ChecklistAnswer, Clock, CorrectionItem, Lane, PermitApplication, Visit
from permitflow.services import move_rows
from permitflow.services.files import File
from tests.rows import Rows, written
from tests.services.one_file import file_in

DUE = date(2026, 3, 9)


@pytest.fixture
def rows(database: Database) -> Iterator[Rows]:
    with written(database) as rows:
        yield rows


@pytest.fixture
def file(rows: Rows) -> File:
    """A file in review with an open and an ended visit, a running and an ended clock, items and answers."""
    key = rows.add(PermitApplication, state="in_review", due_on=DUE, facts={"site": {"slope": 3}})["id"]
    own = {"application_id": key}
    for lane, state in (("fire", "waiting"), ("electrical", "approved")):
        rows.add(Lane, lane=lane, state=state, conditions=["Seal it"], **own)
    rows.add(Visit, step="fire", lane="fire", due_on=DUE, **own)
    rows.add(Visit, step="intake", closed_at=5, **own)
    rows.add(Clock, clock="decision", due_on=DUE, **own)
    rows.add(Clock, clock="completeness", stopped_at=5, **own)
    for lane, status in (("fire", "open"), ("fire", "resolved"), ("electrical", "draft"), (None, "open")):
        rows.add(CorrectionItem, lane=lane, status=status, **own)
    for round_ in (1, 2):
        rows.add(ChecklistAnswer, step="fire", item="access", round=round_, answer="pass", **own)
    return file_in("in_review", id=key, open_items=2, draft_items=1)


def lanes_of_items(rows: Rows) -> list[str | None]:
    return list(rows.connection.scalars(select(CorrectionItem.lane).order_by(CorrectionItem.id)))


def test_a_picture_is_plain_json(rows: Rows, file: File) -> None:
    kept = move_rows.picture(rows.connection, file.id)
    assert json.loads(json.dumps(kept)) == kept
    assert kept["file"]["due_on"] == "2026-03-09"
    counts = {part: len(kept[part]) for part in ("lanes", "visits", "clocks", "items", "answers")}
    assert counts == {"lanes": 2, "visits": 1, "clocks": 2, "items": 3, "answers": 2}


def test_everything_that_a_move_changes_comes_back(rows: Rows, file: File) -> None:
    connection = rows.connection
    kept = move_rows.picture(connection, file.id)
    connection.execute(update(PermitApplication).values(state="plan_review", due_on=None, facts={}))
    connection.execute(delete(Lane))
    connection.execute(update(Visit).where(Visit.step == "fire").values(closed_at=9, step="fire_safety"))
    rows.add(Visit, step="load_study", application_id=file.id)
    connection.execute(update(Clock).values(length=99, due_on=None))
    connection.execute(update(CorrectionItem).where(CorrectionItem.lane == "fire").values(lane="fire_safety"))
    connection.execute(update(ChecklistAnswer).values(step="fire_safety"))
    move_rows.restore(connection, file.id, json.loads(json.dumps(kept)))
    again = move_rows.picture(connection, file.id)
    for part in ("lanes", "visits", "clocks", "items", "answers"):
        assert sorted(again[part], key=str) == sorted(kept[part], key=str), part
    assert again["file"] == kept["file"]


def test_a_visit_that_is_gone_is_written_again(rows: Rows, file: File) -> None:
    kept = move_rows.picture(rows.connection, file.id)
    rows.connection.execute(delete(Visit).where(Visit.closed_at.is_(None)))
    move_rows.restore(rows.connection, file.id, kept)
    assert move_rows.picture(rows.connection, file.id)["visits"] == kept["visits"]


def test_a_clock_that_began_since_is_named_and_stays(rows: Rows, file: File) -> None:
    kept = move_rows.picture(rows.connection, file.id)
    assert move_rows.begun_since(rows.connection, file.id, kept) == []
    begun = rows.add(Clock, clock="load_study", application_id=file.id)["id"]
    rows.add(Clock, application_id=rows.add(PermitApplication)["id"])
    assert move_rows.begun_since(rows.connection, file.id, kept) == [begun]
    move_rows.restore(rows.connection, file.id, kept)
    assert move_rows.begun_since(rows.connection, file.id, kept) == [begun]


def test_a_picture_from_before_a_column_was_added_still_serves(rows: Rows, file: File) -> None:
    kept = move_rows.picture(rows.connection, file.id)
    for row in kept["lanes"]:
        del row["reason"]
    move_rows.restore(rows.connection, file.id, kept)
    assert {row["reason"] for row in move_rows.picture(rows.connection, file.id)["lanes"]} == {""}


def test_two_lanes_may_swap_their_names(rows: Rows, file: File) -> None:
    kept = move_rows.picture(rows.connection, file.id)["lanes"]
    swap = {"fire": "electrical", "electrical": "fire"}
    move_rows.put_lanes(rows.connection, file.id, [row | {"lane": swap[row["lane"]]} for row in kept])
    found = dict(rows.connection.execute(select(Lane.lane, Lane.state)).all())
    assert found == {"electrical": "waiting", "fire": "approved"}


def test_only_items_that_are_not_settled_follow_their_lane(rows: Rows, file: File) -> None:
    assert move_rows.unresolved_lanes(rows.connection, file) == {"fire", "electrical"}
    move_rows.rename_items(rows.connection, file, {"fire": "fire_safety"})
    assert lanes_of_items(rows) == ["fire_safety", "fire", "electrical", None]
    assert move_rows.unresolved_lanes(rows.connection, file) == {"fire_safety", "electrical"}


def test_a_file_without_open_items_is_not_searched_for_any(rows: Rows, file: File) -> None:
    file.columns |= {"open_items": 0, "draft_items": 0}
    assert move_rows.unresolved_lanes(rows.connection, file) == set()
    move_rows.rename_items(rows.connection, file, {"fire": "fire_safety"})
    assert "fire_safety" not in lanes_of_items(rows)


def test_an_answer_that_stands_under_the_new_name_already_stays(rows: Rows, file: File) -> None:
    rows.add(
        ChecklistAnswer, step="fire_safety", item="access", round=2, answer="fail", application_id=file.id
    )
    kept = move_rows.picture(rows.connection, file.id)
    move_rows.rename_answers(rows.connection, file.id, kept, {"fire": "fire_safety"})
    query = select(ChecklistAnswer.step, ChecklistAnswer.round, ChecklistAnswer.answer)
    found = sorted(tuple(row) for row in rows.connection.execute(query))
    assert found == [("fire", 2, "pass"), ("fire_safety", 1, "pass"), ("fire_safety", 2, "fail")]


def answers(rows: Rows, file: File, names: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """Step -> answer after a rename; `given` are the answers to one line of each step before."""
    rows.connection.execute(delete(ChecklistAnswer))
    for step, answer in given.items():
        rows.add(ChecklistAnswer, step=step, item="x", round=1, answer=answer, application_id=file.id)
    kept = move_rows.picture(rows.connection, file.id)
    move_rows.rename_answers(rows.connection, file.id, kept, names)
    found = rows.connection.execute(select(ChecklistAnswer.step, ChecklistAnswer.answer)).all()
    return dict(found)


def test_answers_go_with_their_steps_when_names_are_swapped_or_passed_on(rows: Rows, file: File) -> None:
    given = {"fire": "fail", "electrical": "pass"}
    swap = {"fire": "electrical", "electrical": "fire"}
    assert answers(rows, file, swap, given) == {"electrical": "fail", "fire": "pass"}
    chain = {"fire": "electrical", "electrical": "load_study"}
    assert answers(rows, file, chain, given) == {"electrical": "fail", "load_study": "pass"}


def test_an_answer_that_has_to_stay_keeps_its_place_from_the_next(rows: Rows, file: File) -> None:
    given = {"fire": "fail", "electrical": "pass", "dropped": "not_applicable"}
    names = {"fire": "dropped", "electrical": "fire"}
    assert answers(rows, file, names, given) == given


def test_runs_that_have_ended_take_the_new_name_of_their_clock(rows: Rows, file: File) -> None:
    other = rows.add(PermitApplication)["id"]
    rows.add(Clock, clock="completeness", stopped_at=5, application_id=other)
    names = {"completeness": "completeness_check", "decision": "final_decision"}
    move_rows.rename_clocks(rows.connection, file.id, names)
    query = select(Clock.clock).order_by(Clock.application_id, Clock.clock)
    assert rows.connection.scalars(query).all() == ["completeness_check", "decision", "completeness"]
