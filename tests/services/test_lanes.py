"""Lanes as rows: opened once, answered and asked again on the same row; settled items leave the count."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.lanes import LaneState
from permitflow.models import CorrectionItem
from permitflow.prepared import Channel
from permitflow.services import lanes
from permitflow.services import statements as sql
from permitflow.services.files import File
from permitflow.services.lanes import Verdict
from tests.rows import Rows, written
from tests.services.one_file import file_in, writes

WAITING = LaneState("electrical", True, False, "waiting", 1)


def test_a_lane_is_opened_with_the_role_that_answers_it() -> None:
    file = file_in("in_review")
    lanes.put_lane(file, "electrical", WAITING)
    ((statement, values),) = writes(file)
    assert statement is sql.ADD_LANE
    assert (values["role"], values["state"], values["decided_by"]) == ("electrical_examiner", "waiting", None)
    assert file.lanes["electrical"].state == WAITING


def test_a_lane_that_is_asked_again_keeps_its_row_and_loses_its_answer() -> None:
    file = file_in("in_review")
    lanes.put_lane(file, "electrical", WAITING)
    asked = replace(WAITING, state="corrections_requested")
    lanes.write_lane(file, asked, Verdict("u" * 32, 7, ["Use a 50 A breaker"], "Too small"))
    lanes.put_lane(file, "electrical", replace(WAITING, round=2))
    added, answered, again = (values for _, values in writes(file))
    assert added["id"] == answered["key"] == again["key"]
    assert json.loads(str(answered["new_conditions"])) == ["Use a 50 A breaker"]
    assert (answered["new_reason"], answered["new_decided_at"]) == ("Too small", 7)
    assert (again["new_round"], again["new_reason"], again["new_decided_by"]) == (2, "", None)


def test_an_answer_changes_the_facts_that_clauses_read() -> None:
    file = file_in("in_review")
    lanes.put_lane(file, "electrical", WAITING)
    file.known_facts = {"lanes": {"open": 1}}
    lanes.write_lane(file, replace(WAITING, state="approved"), Verdict("u" * 32, 7))
    assert file.known_facts is None


def with_items(rows: Rows) -> File:
    """A file with items of two lanes and of the completeness check; three of them were sent and not settled."""
    item = rows.add(CorrectionItem, lane="fire", status="draft")
    for lane, status in (("fire", "open"), ("fire", "answered"), ("fire", "waived"), (None, "open")):
        rows.add(CorrectionItem, lane=lane, status=status)
    file = file_in("in_review", id=item["application_id"], open_items=3)
    file.channel = Channel(rows.connection)
    return file


def statuses(rows: Rows) -> list[tuple[str | None, str]]:
    query = select(CorrectionItem.lane, CorrectionItem.status).order_by(CorrectionItem.id)
    return [(lane, status) for lane, status in rows.connection.execute(query)]


def test_an_approval_settles_what_was_sent_in_its_own_lane(database: Database) -> None:
    with written(database) as rows:
        file = with_items(rows)
        lanes.resolve_items(file, "fire")
        assert statuses(rows) == [
            ("fire", "draft"),
            ("fire", "resolved"),
            ("fire", "resolved"),
            ("fire", "waived"),
            (None, "open"),
        ]
    assert file.columns["open_items"] == 1


def test_the_completeness_check_settles_the_items_of_no_lane(database: Database) -> None:
    with written(database) as rows:
        file = with_items(rows)
        lanes.resolve_items(file, None)
        assert statuses(rows)[-1] == (None, "resolved")
        assert [status for _, status in statuses(rows)].count("resolved") == 1
    assert file.columns["open_items"] == 2
